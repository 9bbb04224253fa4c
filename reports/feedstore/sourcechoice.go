package feedstore

import (
	"bytes"
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/slo"
)

// Two sources that count for one SLO usually count the same events, so that
// adding them up would count events twice, and mixing them within a day
// would hide gaps. One source is therefore chosen per UTC day, by what it
// covers, each time the day is read: late data of another source may change
// the choice.

const (
	// ownAdvantage is how many seconds more of a day another source must
	// cover than the portal's own measurement to be used instead. The portal
	// waits until a bucket has ended and for a late scrape, so it is always
	// slightly behind a sender that does not; and a sender may claim full
	// coverage, while the portal knows which scrapes it missed.
	ownAdvantage = 3600
	// maxDaySources bounds the sources that may count for one SLO on one day:
	// all of them are read with the day.
	maxDaySources = 20
)

// candidate is one source's packed day of an SLO.
type candidate struct {
	source  []byte
	head    dayHead
	row     []byte // its packed day
	covered int64  // measured seconds of the day, without invalid buckets
}

// own reports whether the portal measured the day itself.
func (s candidate) own() bool { return bytes.HasPrefix(s.source, []byte(measuredPrefix)) }

// ranksBefore reports whether s is used rather than o, both own or both
// not: the one that covers more, then the first by name.
func (s candidate) ranksBefore(o candidate) bool {
	if s.covered != o.covered {
		return s.covered > o.covered
	}
	return bytes.Compare(s.source, o.source) < 0
}

// choose returns the index of the source that is used for a day: the one
// that covers most of it. The portal's own measurement is used unless
// another source covers over ownAdvantage more.
func choose(all []candidate) int {
	own, other := -1, -1
	for i, s := range all {
		best := &other
		if s.own() {
			best = &own
		}
		if *best < 0 || s.ranksBefore(all[*best]) {
			*best = i
		}
	}
	if own < 0 || other < 0 {
		return max(own, other)
	}
	least := all[other].covered - ownAdvantage
	if all[own].covered == 0 {
		least = all[other].covered // it measured nothing, so any coverage is more
	}
	if all[own].covered >= least {
		return own
	}
	return other
}

// eachCandidates calls fn with all sources that counted for an SLO on one
// UTC day, for every day that overlaps [from, to), until fn returns false.
// The slice is reused for the next day.
func eachCandidates(
	r kv.Reader,
	name string,
	from, to time.Time,
	fn func(midnight time.Time, all []candidate) (goOn bool, err error),
) error {
	if !from.Before(to) {
		return nil
	}
	first, past := bucketRange(name, from, to)
	prefix := len(first) - dayBytes
	var at time.Time
	var all []candidate
	for item, err := range r.Scan(bBucket, first, past) {
		if err != nil {
			return err
		}
		day := dayOf(item.Key[prefix : prefix+dayBytes])
		head, _, ok := readHead(item.Value)
		if !ok {
			kv.Skip(r, bBucket, item.Key, damagedDay())
			continue
		}
		if len(all) > 0 && !day.Equal(at) {
			if goOn, err := fn(at, all); err != nil || !goOn {
				return err
			}
			all = all[:0]
		}
		at = day
		covered := int64(math.Round(head.sums.covered * float64(head.length)))
		all = append(all, candidate{item.Key[prefix+dayBytes:], head, item.Value, covered})
	}
	if len(all) == 0 {
		return nil
	}
	_, err := fn(at, all)
	return err
}

// eachDay calls fn with the packed days of an SLO that overlap [from, to),
// each of the source that is used for the day.
func eachDay(r kv.Reader, name string, from, to time.Time, fn func(midnight time.Time, head dayHead, row []byte) (bool, error)) error {
	return eachCandidates(r, name, from, to, func(midnight time.Time, all []candidate) (bool, error) {
		chosen := all[choose(all)]
		return fn(midnight, chosen.head, chosen.row)
	})
}

// Origins returns the sources that counted for an SLO on the UTC days that
// overlap [from, to), with the number of days for which each was used or
// set aside. The source with the most used days is first.
func (l *Store) Origins(ctx context.Context, name string, from, to time.Time) (out []slo.Origin, err error) {
	at := map[string]int{}
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		out = nil
		clear(at)
		return eachCandidates(r, name, from, to, func(_ time.Time, all []candidate) (bool, error) {
			chosen := choose(all)
			for i, s := range all {
				n, known := at[string(s.source)]
				if !known {
					n = len(out)
					at[string(s.source)] = n
					out = append(out, slo.Origin{Source: string(s.source)})
				}
				if i == chosen {
					out[n].Days++
				} else {
					out[n].Aside++
				}
			}
			return true, nil
		})
	})
	slices.SortFunc(out, func(a, b slo.Origin) int {
		if a.Days != b.Days {
			return b.Days - a.Days
		}
		return strings.Compare(a.Source, b.Source)
	})
	return out, err
}

// tooManySources returns the reason why another source is rejected for a
// day of an SLO; "" if it is not. The portal's own sources are never
// rejected.
func (b *batch) tooManySources(f *feed.Fact, key []byte) (why string, err error) {
	day := key[:len(key)-len(f.Source)]
	n, counted := b.daySources[string(day)]
	if !counted {
		from, to := kv.Prefix(day)
		for _, err := range b.w.Scan(bBucket, from, to) {
			if err != nil {
				return "", err
			}
			n++
		}
	}
	if n < maxDaySources || reserved(f.Source) {
		n++
	} else {
		why = fault.Newf(
			fault.Conflict,
			"",
			"%d sources already count for SLO %s on %s; no more are accepted",
			maxDaySources,
			clip(f.Entity, 80),
			f.Bucket.Start.UTC().Format(time.DateOnly),
		).Msg
	}
	b.daySources[string(day)] = n
	return why, nil
}
