package sql

import (
	"slices"
	"time"
)

// Differences turns the cumulative observations of one statement on one instance
// into what happened between consecutive ones; the first tells nothing by itself:
// its counters may have begun months ago. Observations that are not
// cumulative pass unchanged. The order of the input does not matter; the result
// is in order of time.
//
// Counters that shrank, or whose Since moved, were reset or evicted in between:
// all of the later value is new then (it is a lower bound: what was counted
// before the reset and after the earlier snapshot is lost).
func Differences(all []Observation) []Observation {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b Observation) int { return a.At.Compare(b.At) })
	var out []Observation
	var last *Observation
	for i := range sorted {
		o := sorted[i]
		if !o.Cumulative || o.Odd { // of an odd snapshot nothing is known but that it was taken
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

// difference is what o adds to the snapshot before it; ok is false when that is
// nothing or unknown.
func difference(before *Observation, o Observation) (d Observation, ok bool) {
	d = o
	d.Cumulative, d.Since = false, time.Time{}
	switch {
	case before == nil:
		// Without a first snapshot the counters may be months old.
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

func wasReset(before, after Observation) bool {
	return after.Count < before.Count || !after.Since.Equal(before.Since) && !after.Since.IsZero() && !before.Since.IsZero()
}
