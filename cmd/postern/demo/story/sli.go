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

// bucket is the span of one measurement. Buckets begin at multiples of it, in UTC.
const bucket = 15 * time.Minute

// indicator is one SLO of the sample repository and what its service's traffic
// looks like.
type indicator struct {
	slo, service string
	peak         float64 // events a minute in the busiest hour
	bad          float64 // share of events that fail on a good day
	factor       float64 // how much harder troubles hit it than availability
}

// Rates are those of a middle-sized shop, except shipping: with less than one event in
// most buckets it shows what an SLO of little traffic looks like.
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

// upstream maps a service to those that call it and fail in part when it does. It is
// not transitive: a failure goes one step.
var upstream = map[string][]string{
	"payment-gw": {"checkout"}, "orders-db": {"orders-api"}, "orders-api": {"checkout", "cart"}, "kafka-core": {"notify", "inventory"},
	"inventory": {"checkout"}, "identity": {"checkout"}, "k8s-platform": {"inventory", "shipping"}, "catalog": {"cart"},
}

// measurements returns the SLI buckets as NDJSON, one post per SLO and 30 days: some
// 2,900 lines, well below the limit of a body.
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

// buckets returns the lines of one indicator from one instant to another. Traffic
// follows rhythm with 6 % of noise. The share that fails is log-normal around x.bad,
// plus what troubles take, at most 1.
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
		// Rounding up at random keeps the expected number right where it is below one
		// event a bucket.
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
// exporter has been down unnoticed for nine days, another was down for two days. The
// portal must show the former as unknown and not as good.
func (s *Story) silent(x indicator, at time.Time) bool {
	switch x.slo {
	case "kafka-core-delivery":
		return at.After(s.now.Add(-9 * 24 * time.Hour))
	case "search-api-latency":
		return at.After(s.now.Add(-40*24*time.Hour)) && at.Before(s.now.Add(-38*24*time.Hour))
	}
	return false
}

// patchy reports whether only some of the samples were scraped; such a bucket states a
// coverage below 1.
func (s *Story) patchy(x indicator, at time.Time) bool {
	return x.slo == "identity-latency" && at.After(s.now.Add(-16*24*time.Hour)) && at.Before(s.now.Add(-13*24*time.Hour))
}

// rhythm returns the traffic of an hour as a ratio of the busiest: two regions, UTC+8
// and UTC+1, each with its peak at 15:00 of its own time, quieter at weekends. The
// weights of the base and the regions add up to 1.
func rhythm(at time.Time) float64 {
	wave := func(hour float64) float64 { return 0.5 + 0.5*math.Sin((hour-9)/24*2*math.Pi) }
	h := float64(at.Hour()) + float64(at.Minute())/60
	r := 0.25 + 0.45*wave(h+8) + 0.3*wave(h+1)
	if w := at.Weekday(); w == time.Saturday || w == time.Sunday {
		r *= 0.8
	}
	return r
}

// failing returns the share of an indicator's events that troubles take in a bucket.
// Troubles add up, so the sum may exceed 1; the caller bounds it. A service that calls
// an affected one loses three tenths as much.
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

// downstream reports whether a service calls one that a trouble affects.
func (s *Story) downstream(t Trouble, service string) bool {
	return slices.ContainsFunc(t.Services, func(hit string) bool { return slices.Contains(upstream[hit], service) })
}

// team returns the team that is paged for a service, "sre" for a service that no team
// owns.
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
