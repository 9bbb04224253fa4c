package sql

import (
	"slices"
	"time"
)

// Differences returns what happened between consecutive cumulative observations of one
// statement on one instance. The first one adds nothing, because its counters may have
// begun months before. Observations that are not cumulative are returned unchanged. The
// order of the input does not matter; the result is in order of time.
//
// Counters that shrank, or whose Since moved, were reset or evicted in between. Then
// the whole later value is new. It is a lower bound: what was counted after the earlier
// snapshot and before the reset is lost.
func Differences(all []Observation) []Observation {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b Observation) int { return a.At.Compare(b.At) })
	var out []Observation
	var last *Observation
	for i := range sorted {
		o := sorted[i]
		if !o.Cumulative || o.Odd { // an odd snapshot has no usable numbers
			o.Cumulative, o.Since = false, time.Time{}
			out = append(out, o)
			continue
		}
		if d, ok := difference(last, o); ok {
			out = append(out, d)
		}
		last = &sorted[i]
	}
	return out
}

// difference returns what o adds to the snapshot before it. ok is false when that is
// nothing or is unknown.
func difference(before *Observation, o Observation) (d Observation, ok bool) {
	d = o
	d.Cumulative, d.Since = false, time.Time{}
	switch {
	case before == nil:
		return d, false
	case wasReset(*before, o):
		return d, d.Count > 0
	}
	d.Count -= before.Count
	d.Seconds = max(0, d.Seconds-before.Seconds)
	d.RowsExamined = max(0, d.RowsExamined-before.RowsExamined)
	d.RowsSent = max(0, d.RowsSent-before.RowsSent)
	return d, d.Count > 0
}

// wasReset reports whether the counters began again between two snapshots.
func wasReset(before, after Observation) bool {
	return after.Count < before.Count || !after.Since.Equal(before.Since) && !after.Since.IsZero() && !before.Since.IsZero()
}
