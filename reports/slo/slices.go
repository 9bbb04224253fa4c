package slo

import (
	"math"
	"time"
)

// unit is what the objective counts: for Occurrences a bucket with its events,
// else one slice, whose total is 1 (counted) or 0.
type unit struct {
	start       time.Time
	good, total float64
	events      float64 // traffic, for the guard against few events
}

// units are the buckets as the objective counts them, in order. Buckets that
// make no sense are left out.
func (s SLO) units(buckets []Bucket) []unit {
	if s.Method != Timeslices && s.Method != RatioTimeslices {
		out := make([]unit, 0, len(buckets))
		for _, b := range buckets {
			if b.sane() && b.Coverage > 0 {
				out = append(out, unit{b.Start, min(b.Good, b.Total), b.Total, b.Total})
			}
		}
		return out
	}
	out := make([]unit, 0, len(buckets))
	s.eachSlice(buckets, func(x slice) {
		good, counted := s.verdict(x)
		out = append(out, unit{x.start, good * x.n, counted * x.n, x.total})
	})
	return out
}

// slice has the counts of one slice. n is how many slices it represents: more than one
// when the buckets are coarser than the slices.
type slice struct {
	start       time.Time
	good, total float64
	n           float64
}

// eachSlice groups buckets into slices. Slices are aligned to multiples of their
// length since 1970 UTC. One that was not measured at all is not given.
func (s SLO) eachSlice(buckets []Bucket, give func(slice)) {
	length := s.sliceLen(buckets)
	var now slice
	open := false
	for _, b := range buckets {
		if !b.sane() || b.Coverage <= 0 {
			continue
		}
		start := align(b.Start, length)
		if open && !start.Equal(now.start) {
			give(now)
			open = false
		}
		if !open {
			now = slice{start: start, n: max(float64(b.Len)/float64(length), 1)}
			open = true
		}
		now.good += b.Good
		now.total += b.Total
	}
	if open {
		give(now)
	}
}

// sliceLen is the length of a slice, or of a bucket where nothing is stated.
func (s SLO) sliceLen(buckets []Bucket) time.Duration {
	switch {
	case s.SliceLen > 0:
		return s.SliceLen
	case len(buckets) > 0 && buckets[0].Len > 0:
		return buckets[0].Len
	}
	return BaseBucket
}

// align is the last multiple of length since 1970 that is not after t.
func align(t time.Time, length time.Duration) time.Time {
	ns := t.UnixNano()
	rest := ns % int64(length)
	if rest < 0 {
		rest += int64(length)
	}
	return time.Unix(0, ns-rest).UTC()
}

// verdict is how one slice counts: what part of it is good, and 1 when it counts
// at all.
func (s SLO) verdict(x slice) (good, counted float64) {
	if x.total <= 0 {
		switch s.EmptySlice {
		case EmptyGood:
			return 1, 1
		case EmptyBad:
			return 0, 1
		}
		return 0, 0
	}
	ratio := min(x.good/x.total, 1)
	if s.Method == RatioTimeslices {
		return ratio, 1
	}
	if ratio >= s.sliceTarget() {
		return 1, 1
	}
	return 0, 1
}

// What an empty slice (measured, without traffic) counts as.
const (
	EmptyExclude = "exclude"
	EmptyGood    = "good"
	EmptyBad     = "bad"
)

// sliceTarget is the ratio from which a slice is good; all of it when none is stated.
func (s SLO) sliceTarget() float64 {
	if s.SliceTarget > 0 {
		return s.SliceTarget
	}
	return 1
}

func (s SLO) countSlices(buckets []Bucket) (n Slices) {
	s.eachSlice(buckets, func(x slice) {
		good, counted := s.verdict(x)
		n.Good += good * x.n
		n.Counted += counted * x.n
		if x.total <= 0 {
			n.Empty += x.n
		}
	})
	return n
}

// slicesIn is how many slices a span has.
func (s SLO) slicesIn(span time.Duration) float64 {
	if span <= 0 {
		return 0
	}
	return math.Ceil(float64(span) / float64(s.sliceLen(nil)))
}
