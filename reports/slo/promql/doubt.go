package promql

import "regexp"

// Doubt is what about a query speaks against the way it is to be counted.
type Doubt string

// The doubts.
const (
	NoDoubt     Doubt = ""
	OverTime    Doubt = "over time"    // a counter's query takes its increase or rate itself
	ManySeries  Doubt = "many series"  // a counter's query is more than one selector
	NoCounter   Doubt = "no counter"   // a counter's metric is not named like one
	BareCounter Doubt = "bare counter" // a counter's running value is taken for the count of a bucket
)

var (
	// counterName is how Prometheus itself tells that a metric may be no counter,
	// when it remarks on rate().
	counterName = regexp.MustCompile(`(_total|_sum|_count|_bucket)$`)
	// surelyCounter leaves out the endings that gauges have as well.
	surelyCounter = regexp.MustCompile(`(_total|_bucket)$`)
)

// DoubtOf judges a query of good, bad or total.
func DoubtOf(query string, counter bool) Doubt {
	selector, one := inner(query)
	metric := metricOf(selector)
	switch {
	case counter && (window.MatchString(query) || overTime.MatchString(query)):
		return OverTime
	case counter && !one:
		return ManySeries
	case counter && !counterName.MatchString(metric):
		return NoCounter
	case !counter && one && surelyCounter.MatchString(metric):
		return BareCounter
	}
	return NoDoubt
}
