package web_test

import (
	"net/http"
	"testing"

	"github.com/postern/postern/portal/web"
	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/portal/web/webtest/site"
)

// TestNumbersOfAddressesAreBounded: every number in the address of a page, at both
// ends of its type and beyond: an answer with words, never a failure of the portal.
func TestNumbersOfAddressesAreBounded(t *testing.T) {
	t.Parallel()
	signals := webtest.SignalsOfADay()
	s := site.New(t, "https://kb.example", site.WithBoard, func(d *web.Deps, _ *web.Options) { d.Signals = signals })
	found := 0
	for _, address := range []string{
		"/incidents?page=", "/alerts?page=", "/changes?page=", "/slow-sql?page=", "/incidents?days=", "/slos?from=", "/search?q=a&offset=",
		"/reports/daily/2026-11-24?rev=",
		"/dead-letters?limit=", "/postmortems?year=", "/postmortems?page=", "/slos/none?days=",
	} {
		for _, n := range []string{"9223372036854775807", "9223372036854775808", "-9223372036854775808", "-1", "0", "1e308", "NaN", "Infinity",
			"-0", "184467440737095517", "368934881474191034"} {
			w := s.Get(address + n)
			if w.Code != http.StatusNotFound {
				found++
			}
			if w.Code >= http.StatusInternalServerError && w.Code != http.StatusServiceUnavailable {
				t.Errorf("%s%s is answered with %d", address, n, w.Code)
			}
		}
	}
	if found < 80 {
		t.Errorf("only %d of the pages are there", found)
	}
}
