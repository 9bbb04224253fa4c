package querylog

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/kv"
)

// Gaps are the searches of a range of days, and those of them that were of no use.
type Gaps struct {
	// UTC days; To is exclusive.
	From, To time.Time
	// All counted searches.
	Searches int
	// Those that found nothing.
	Empty int
	// Those that found something, but no result was opened.
	Unopened int
	// Most frequent first.
	Gaps []Gap
}

// Gap is a search that found nothing, or whose results were never opened.
type Gap struct {
	Query string
	// Number of searches.
	Asked int
	// Searches that found nothing.
	Empty int
	// Searches in which an opened result would have been recorded.
	Watched int
	// Watched searches in which a result was opened.
	Opened int
	Last   time.Time
}

// unopened returns how many watched searches found something, but no result was opened.
// It assumes that the searches that found nothing were watched.
func (g Gap) unopened() int { return max(0, g.Watched-g.Opened-g.Empty) }

// gap reports whether a document may be missing: the search found nothing, or its
// results were shown and never opened.
func (g Gap) gap() bool { return g.Empty > 0 || g.Watched > 0 && g.Opened == 0 }

// Gaps returns the searches of the days from (inclusive) to (exclusive), those not yet
// written included. Days are in UTC: from and to are rounded to the nearest UTC
// midnight.
func (l *Log) Gaps(ctx context.Context, from, to time.Time) (Gaps, error) {
	out := Gaps{From: nearest(from), To: nearest(to)}
	all, err := l.between(ctx, out.From, out.To)
	if err != nil {
		return Gaps{}, err
	}
	for _, g := range all {
		out.Searches += g.Asked
		out.Empty += g.Empty
		out.Unopened += g.unopened()
		if g.gap() {
			out.Gaps = append(out.Gaps, *g)
		}
	}
	slices.SortFunc(out.Gaps, func(a, b Gap) int {
		return cmp.Or(cmp.Compare(b.Asked, a.Asked), cmp.Compare(b.Empty, a.Empty), cmp.Compare(a.Query, b.Query))
	})
	return out, nil
}

// minSuccesses is how often a search must have led to a document before it is suggested
// to other readers. A single search may be private.
const minSuccesses = 2

// Successful returns at most limit searches since a day that led to a document at least
// twice, the most often successful first.
func (l *Log) Successful(ctx context.Context, since time.Time, limit int) ([]string, error) {
	all, err := l.between(ctx, day(since), day(l.opt.Now()).AddDate(0, 0, 1))
	if err != nil {
		return nil, err
	}
	var good []*Gap
	for _, g := range all {
		if g.Opened >= minSuccesses {
			good = append(good, g)
		}
	}
	slices.SortFunc(good, func(a, b *Gap) int {
		return cmp.Or(cmp.Compare(b.Opened, a.Opened), cmp.Compare(a.Query, b.Query))
	})
	var out []string
	for _, g := range good[:min(limit, len(good))] {
		out = append(out, g.Query)
	}
	return out, nil
}

// between returns the sums of the days from (inclusive) to (exclusive) by text, of the
// stored counts and those still in memory.
func (l *Log) between(ctx context.Context, from, to time.Time) (map[string]*Gap, error) {
	all := map[string]*Gap{}
	add := func(text string, c storedCount) {
		g := all[text]
		if g == nil {
			g = &Gap{Query: text}
			all[text] = g
		}
		g.Asked += c.Asked
		g.Empty += c.Empty
		g.Watched += c.Watched
		g.Opened += c.Opened
		if last := time.Unix(c.Last, 0).UTC(); last.After(g.Last) {
			g.Last = last
		}
	}
	// No count is both stored and in memory.
	l.flushing.Lock()
	defer l.flushing.Unlock()
	pending := l.cleaned(l.snapshot())
	err := l.opt.DB.View(ctx, func(r kv.Reader) error {
		for item, err := range r.Scan(daysBucket, []byte(dayOf(from)), []byte(dayOf(to))) {
			if err != nil {
				return err
			}
			parts, ok := kv.Split(item.Key)
			c, err := decodeCount(item.Value)
			if !ok || len(parts) != 2 || err != nil {
				kv.Skip(r, daysBucket, item.Key, err)
				continue
			}
			add(parts[1], c)
		}
		return nil
	})
	for key, n := range pending {
		within := key.day >= dayOf(from) && key.day < dayOf(to)
		// Skip an opened result without its search.
		if within && (n.asked > 0 || all[key.text] != nil) {
			var c storedCount
			c.add(n)
			add(key.text, c)
		}
	}
	return all, err
}

// nearest returns the nearest UTC midnight.
func nearest(t time.Time) time.Time { return day(t.Add(12 * time.Hour)) }

// day returns the beginning of the UTC day.
func day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
