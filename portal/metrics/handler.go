package metrics

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const (
	// scrapeTimeout ends a scrape whose client has given up: the default of Prometheus
	// is 10 s.
	scrapeTimeout = 10 * time.Second
	// maxScrapes bounds simultaneous scrapes: two collectors and a person.
	maxScrapes = 4
)

// Handler returns the handler of a scrape. With a token, the request must send it as
// "Authorization: Bearer"; with "" the caller decides who may scrape.
func (r *Registry) Handler(token string) http.Handler {
	scrape := promhttp.HandlerFor(r.registry, promhttp.HandlerOpts{
		MaxRequestsInFlight: maxScrapes,
		Timeout:             scrapeTimeout,
		ErrorHandling:       promhttp.ContinueOnError, // partial metrics are better than none
	})
	if token == "" {
		return scrape
	}
	want := sha256.Sum256([]byte(token))
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		scheme, given, _ := strings.Cut(req.Header.Get("Authorization"), " ")
		got := sha256.Sum256([]byte(given))
		if !strings.EqualFold(scheme, "Bearer") || subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			w.Header().Set("WWW-Authenticate", `Bearer realm="metrics"`)
			http.Error(w, "the collector's token is missing or wrong", http.StatusUnauthorized)
			return
		}
		scrape.ServeHTTP(w, req)
	})
}
