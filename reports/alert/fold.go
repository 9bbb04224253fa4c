package alert

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Fold returns the episodes of signals, the newest start first. The result depends on
// the set of signals only, not on their order or repetition. It takes n log n time for
// n signals.
func Fold(signals []Signal) []Episode {
	signals = slices.SortedFunc(slices.Values(signals), func(a, b Signal) int {
		if c := cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Notification, b.Notification)); c != 0 {
			return c
		}
		// Two signals of one instant must have one order too, or the name of the
		// episode would depend on the order of the feed.
		return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) // maps are printed in order
	})
	byKey := map[string]*folding{}
	for _, s := range signals {
		first := Episode{Source: s.Source, Fingerprint: s.Fingerprint, StartsAt: s.StartsAt.UTC()}
		f := byKey[first.Key()]
		if f == nil {
			f = &folding{Episode: first, heard: map[string]int{}}
			byKey[first.Key()] = f
		}
		f.take(s)
	}
	out := make([]Episode, 0, len(byKey))
	// Each message counts once, whatever number of its alerts are this episode.
	for _, f := range byKey {
		f.Notifications = len(f.heard)
		for _, n := range f.heard {
			f.Truncated += n
		}
		out = append(out, f.Episode)
	}
	slices.SortFunc(out, func(a, b Episode) int {
		return cmp.Or(b.StartsAt.Compare(a.StartsAt), cmp.Compare(a.Key(), b.Key()))
	})
	byPrint := prints(out)
	endBefore(out, byPrint)
	flap(out, byPrint)
	return out
}

// folding is an Episode and what is needed to complete it.
type folding struct {
	Episode
	heard map[string]int // notification -> alerts that it left out
}

// take adds a signal. Signals come in descending order of time. So the newest non-empty
// text of each field is used.
func (f *folding) take(s Signal) {
	for _, x := range []struct {
		to   *string
		said string
	}{{&f.Name, s.Name}, {&f.Severity, s.Severity}, {&f.Service, s.Service}} {
		if *x.to == "" {
			*x.to = x.said
		}
	}
	if len(f.Labels) == 0 {
		f.Labels = s.Labels
	}
	if len(f.Annotations) == 0 {
		f.Annotations = s.Annotations
	}
	f.Paging = f.Paging || s.Paging
	f.Page = f.Page || s.Page
	if i, found := slices.BinarySearch(f.Dedups, s.Dedup); !found && s.Dedup != "" {
		f.Dedups = slices.Insert(f.Dedups, i, s.Dedup)
	}
	// The earliest end counts: repeated messages about a resolved alert may have later
	// ones.
	f.EndsAt = earlier(f.EndsAt, s.EndsAt)
	f.AckedAt = earlier(f.AckedAt, s.AckedAt)
	if s.Notification != "" {
		f.heard[s.Notification] = max(f.heard[s.Notification], s.Truncated)
	}
}

// earlier returns the earlier of two times in UTC. The zero time means unknown.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b.UTC()
	}
	return a
}

// prints returns the indices of the episodes of each fingerprint, the oldest first.
func prints(episodes []Episode) map[string][]int {
	byPrint := map[string][]int{}
	for i := len(episodes) - 1; i >= 0; i-- {
		key := episodes[i].Source + "\x00" + episodes[i].Fingerprint
		byPrint[key] = append(byPrint[key], i)
	}
	return byPrint
}

// endBefore ends each episode at the latest when the next one of its fingerprint begins:
// an alert does not fire twice at a time, but its end is not always sent.
func endBefore(episodes []Episode, byPrint map[string][]int) {
	for _, list := range byPrint {
		for n := 1; n < len(list); n++ {
			e := &episodes[list[n-1]]
			e.EndsAt = earlier(e.EndsAt, episodes[list[n]].StartsAt)
		}
	}
}

// flap marks the episodes that are among FlapCount starts of one fingerprint within
// FlapWindow.
func flap(episodes []Episode, byPrint map[string][]int) {
	for _, list := range byPrint {
		for last := FlapCount - 1; last < len(list); last++ {
			run := list[last-FlapCount+1 : last+1]
			if episodes[run[len(run)-1]].StartsAt.Sub(episodes[run[0]].StartsAt) <= FlapWindow {
				for _, i := range run {
					episodes[i].Flapping = true
				}
			}
		}
	}
}
