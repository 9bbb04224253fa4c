package reports

import (
	"math"
	"slices"
)

// leastForTrend is the n below which a count is called few and gets no trend, and
// below which no percentile but the median is told.
const leastForTrend = 10

// quantile is the p-quantile by linear interpolation between order statistics
// (type 7 of Hyndman and Fan; PERCENTILE_CONT of SQL). ok is false without values.
func quantile(values []float64, p float64) (x float64, ok bool) {
	if len(values) == 0 {
		return 0, false
	}
	v := slices.Clone(values)
	slices.Sort(v)
	at := p * float64(len(v)-1)
	below := int(math.Floor(at))
	if below+1 >= len(v) {
		return v[len(v)-1], true
	}
	return v[below] + (at-float64(below))*(v[below+1]-v[below]), true
}
