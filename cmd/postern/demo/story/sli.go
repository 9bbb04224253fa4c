package story

import (
	"bytes"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"time"
)

// bucket is how long one measurement is.
const bucket = 15 * time.Minute

// indicator is one SLO of the sample repository and what its service's traffic
// looks like.
type indicator struct {
	slo, service string
	peak         float64 // events a minute in the busiest hour
	bad          float64 // share of events that fail on a good day
	factor       float64 // how much harder troubles hit it than availability
}

var indicators = []indicator{
	{"cart-availability", "cart", 4200, 0.0004, 1}, {"catalog-availability", "catalog", 9100, 0.0002, 1},
	{"catalog-latency", "catalog", 9100, 0.003, 1.6},
	{"checkout-availability", "checkout", 820, 0.00018, 1}, {"checkout-latency", "checkout", 820, 0.004, 1.6},
	{"edge-proxy-availability", "edge-proxy", 31000, 0.00003, 1}, {"identity-availability", "identity", 2100, 0.0002, 1},
	{"identity-latency", "identity", 2100, 0.004, 1.5},
	{"inventory-availability", "inventory", 1500, 0.0003, 1}, {"kafka-core-delivery", "kafka-core", 52000, 0.00002, 1},
	{"notify-delivery", "notify", 640, 0.001, 1},
	{"orders-api-availability", "orders-api", 900, 0.0003, 1}, {"orders-api-latency", "orders-api", 900, 0.005, 1.5},
	{"payment-gw-availability", "payment-gw", 760, 0.0003, 1}, {"payment-gw-latency", "payment-gw", 760, 0.006, 1.5},
	{"purchase-place-the-order", "checkout", 820, 0.0003, 1}, {"purchase-take-the-payment", "payment-gw", 760, 0.0004, 1},
	{"search-api-availability", "search-api", 5200, 0.0003, 1}, {"search-api-latency", "search-api", 5200, 0.006, 1.7},
	{"shipping-availability", "shipping", 0.06, 0.002, 1},
}

// upstream are the services that fail in part when one of theirs does.
var upstream = map[string][]string{
	"payment-gw": {"checkout"}, "orders-db": {"orders-api"}, "orders-api": {"checkout", "cart"}, "kafka-core": {"notify", "inventory"},
	"inventory": {"checkout"}, "identity": {"checkout"}, "k8s-platform": {"inventory", "shipping"}, "catalog": {"cart"},
}

// measurements are the SLI buckets, one post an SLO and month.
func (s *Story) measurements() iter.Seq[Post] {
	const perPost = 30 * 24 * time.Hour
	return func(yield func(Post) bool) {
		for _, x := range indicators {
			for from := s.from; from.Before(s.now); from = from.Add(perPost) {
				to := from.Add(perPost)
				if to.After(s.now) {
					to = s.now
				}
				if body := s.buckets(x, from, to); len(body) > 0 && !yield(Post{"ndjson", "meter", ndjson, body}) {
					return
				}
			}
		}
	}
}

func (s *Story) buckets(x indicator, from, to time.Time) []byte {
	var b bytes.Buffer
	d := s.dice(x.slo + stamp(from))
	for at := from; at.Before(to); at = at.Add(bucket) {
		jitter, luck := d.NormFloat64(), d.NormFloat64()
		if s.silent(x, at) {
			continue
		}
		total := math.Round(x.peak * bucket.Minutes() * rhythm(at) * (1 + 0.06*jitter))
		total = max(total, 0)
		share := min(x.bad*math.Exp(0.5*luck)+s.failing(x, at), 1)
		bad := math.Floor(total*share + d.Float64())
		fmt.Fprintf(&b, `{"v":1,"type":"sli","slo":"%s","start":"%s","len":"15m","good":%d,"total":%d`, x.slo, stamp(at),
			int64(total-min(bad, total)), int64(total))
		if s.patchy(x, at) {
			b.WriteString(`,"coverage":0.8`)
		}
		b.WriteString("}\n")
	}
	return b.Bytes()
}

// silent reports whether the measurement of an SLO is missing at an instant: one
// exporter has been down unnoticed since last week, another was down for two days.
func (s *Story) silent(x indicator, at time.Time) bool {
	switch x.slo {
	case "kafka-core-delivery":
		return at.After(s.now.Add(-9 * 24 * time.Hour))
	case "search-api-latency":
		return at.After(s.now.Add(-40*24*time.Hour)) && at.Before(s.now.Add(-38*24*time.Hour))
	}
	return false
}

// patchy reports whether only some of the samples were scraped.
func (s *Story) patchy(x indicator, at time.Time) bool {
	return x.slo == "identity-latency" && at.After(s.now.Add(-16*24*time.Hour)) && at.Before(s.now.Add(-13*24*time.Hour))
}

// rhythm is the traffic of an hour against the busiest: two regions, asleep at
// different times, quieter at weekends.
func rhythm(at time.Time) float64 {
	wave := func(hour float64) float64 { return 0.5 + 0.5*math.Sin((hour-9)/24*2*math.Pi) }
	h := float64(at.Hour()) + float64(at.Minute())/60
	r := 0.25 + 0.45*wave(h+8) + 0.3*wave(h+1)
	if w := at.Weekday(); w == time.Saturday || w == time.Sunday {
		r *= 0.8
	}
	return r
}

// failing is the share of an indicator's events that troubles take in a bucket.
func (s *Story) failing(x indicator, at time.Time) (share float64) {
	for _, t := range s.troubles {
		part := s.during(t, at, at.Add(bucket))
		if part == 0 {
			continue
		}
		switch {
		case slices.Contains(t.Services, x.service):
			share += part * t.share() * x.factor
		case s.downstream(t, x.service):
			share += part * t.share() * x.factor * 0.3
		}
	}
	return share
}

func (s *Story) downstream(t Trouble, service string) bool {
	return slices.ContainsFunc(t.Services, func(hit string) bool { return slices.Contains(upstream[hit], service) })
}

// team is who is paged for a service.
func team(service string) string {
	for name, services := range map[string]string{
		"payments": "checkout payment-gw", "orders": "cart orders-api orders-db", "discovery": "search-api catalog",
		"logistics": "inventory shipping", "platform": "k8s-platform kafka-core config-hub object-store", "edge": "edge-proxy identity",
		"messaging": "notify",
	} {
		if slices.Contains(strings.Fields(services), service) {
			return name
		}
	}
	return "sre"
}
