package promql

import "strings"

// Misfit is why a query does not fit the way it is counted.
type Misfit string

// The misfits.
const (
	Fits        Misfit = ""
	OverTime    Misfit = "over time"    // the query of a counter takes its increase or rate itself
	ManySeries  Misfit = "many series"  // the query of a counter is more than one selector
	NoCounter   Misfit = "no counter"   // the metric of a counter is not named like one
	BareCounter Misfit = "bare counter" // the running value of a counter is used as the count of a bucket
)

// Check returns why a query of good, bad or total events does not fit the way it is
// counted, the most serious misfit first. A counter is recognized by the endings by
// which Prometheus itself recognizes one; a metric without counter: true must have an
// ending that gauges never have.
func Check(query string, counter bool) Misfit {
	q := read(query)
	s, one := q.selector()
	switch {
	case counter && q.overTime():
		return OverTime
	case counter && !one:
		return ManySeries
	case counter && !hasSuffix(s.metric, "_total", "_sum", "_count", "_bucket"):
		return NoCounter
	case !counter && one && hasSuffix(s.metric, "_total", "_bucket"):
		return BareCounter
	}
	return Fits
}

func hasSuffix(s string, suffixes ...string) bool {
	for _, suffix := range suffixes {
		if strings.HasSuffix(s, suffix) {
			return true
		}
	}
	return false
}
