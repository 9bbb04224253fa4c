package tally

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Quantile interpolates between sorted values as PERCENTILE_CONT of SQL does
// (type 7 of Hyndman and Fan). There must be one value at least; q is 0 to 1.
func Quantile(sorted []time.Duration, q float64) time.Duration {
	at := q * float64(len(sorted)-1)
	low := int(math.Floor(at))
	if low+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[low] + time.Duration(math.Round((at-float64(low))*float64(sorted[low+1]-sorted[low])))
}

// Median is the middle of the values, which it sorts; nil when there is none.
func Median(d []time.Duration) *time.Duration {
	if len(d) == 0 {
		return nil
	}
	slices.Sort(d)
	m := Quantile(d, 0.5)
	return &m
}

// Weighted is a value that stands for so many measurements.
type Weighted struct{ Value, Weight float64 }

// WeightedQuantile is the smallest value that the share q of the weight does not
// exceed (PERCENTILE_DISC over repeated values). It sorts the values; nil when
// there is none.
func WeightedQuantile(values []Weighted, q float64) *float64 {
	if len(values) == 0 {
		return nil
	}
	slices.SortFunc(values, func(a, b Weighted) int { return cmp.Compare(a.Value, b.Value) })
	total, sum := 0.0, 0.0
	for _, v := range values {
		total += v.Weight
	}
	for _, v := range values {
		if sum += v.Weight; sum >= q*total {
			return &v.Value
		}
	}
	return &values[len(values)-1].Value
}

// Share is part / whole; nil without a whole.
func Share(part, whole int) *float64 {
	if whole == 0 {
		return nil
	}
	s := float64(part) / float64(whole)
	return &s
}

// Added returns a + b, for durations and counts that are not negative, or the largest
// there is: thousands of alerts that fire for months are more than 292 years.
func Added[T ~int64](a, b T) T {
	if b > math.MaxInt64-a {
		return math.MaxInt64
	}
	return a + b
}
