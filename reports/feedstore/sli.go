package feedstore

import (
	"context"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/slo"
)

// A day of buckets of one SLO and one source is one row. A commit unpacks
// each day once, changes buckets in it and packs it once, however many
// buckets it receives.

// openDay is a day of buckets that the current commit reads or changes.
type openDay struct {
	key     []byte
	points  *dayPoints
	changed bool
}

// bucket stores one SLI bucket in its day.
func (b *batch) bucket(j *job, f *feed.Fact) (got outcome, why string, err error) {
	k := f.Bucket
	d, err := b.day(f)
	if kv.Unreadable(err) { // a new day in its place would look complete
		return conflict, fault.Newf(
			fault.Internal,
			"",
			"the stored day %s of SLO %s from this source is damaged; restore a backup, then retry this",
			k.Start.UTC().Format(time.DateOnly),
			clip(f.Entity, 80),
		).Msg, nil
	}
	if err != nil {
		return 0, "", err
	}
	if d.points == nil {
		if why, err := b.tooManySources(f, d.key); why != "" || err != nil {
			return conflict, why, err
		}
		if why, err := b.undefinedSLO(j, f); why != "" || err != nil {
			return overspent, why, err
		}
		d.points = newDay(k.Len)
	}
	if length := int(k.Len / time.Second); d.points.length != length {
		return conflict, fault.Newf(
			fault.Invalid,
			"",
			"the day %s of SLO %s from this source is in buckets of %s; a bucket of %s does not fit (old days are rolled up, see the "+
				"retention settings)",
			k.Start.UTC().Format(time.DateOnly),
			clip(f.Entity, 80),
			time.Duration(d.points.length)*time.Second,
			k.Len,
		).Msg, nil
	}
	got, stored := d.put(k, f.Rev)
	if stored {
		b.touch(feed.SLI, k.Start)
	}
	if got == conflict {
		why = conflictReason(f)
	}
	return got, why, nil
}

// put stores a bucket in an open day of its length, unless the same or a
// higher revision is there. An equal bucket of a higher revision is stored
// and counts as a duplicate, because no number changes.
func (d *openDay) put(k *slo.Bucket, rev int64) (got outcome, stored bool) {
	i := int((k.Start.Unix() - dayNumber(k.Start)*secondsOfDay) / int64(d.points.length))
	old := d.points.points[i]
	p := point{good: k.Good, total: k.Total, coverage: k.Coverage, rev: rev, there: true}
	switch {
	case old.there && (rev < old.rev || rev == old.rev && p.same(old)):
		return duplicate, false
	case old.there && rev == old.rev:
		return conflict, false
	}
	got = accepted
	if old.there && p.same(old) {
		got = duplicate
	}
	d.points.points[i], d.changed = p, true
	return got, true
}

// day reads the day of a bucket, once per commit.
func (b *batch) day(f *feed.Fact) (*openDay, error) {
	key := bucketKey(f.Entity, f.Bucket.Start, f.Source)
	if d := b.days[string(key)]; d != nil {
		return d, nil
	}
	d := &openDay{key: key}
	row, err := b.w.Get(bBucket, key)
	if err != nil {
		return nil, err
	}
	if row != nil {
		if d.points, err = unpackDay(row); err != nil {
			return nil, kv.Undecodable(b.w, "feedstore.day", bBucket, key, err)
		}
	}
	b.days[string(key)] = d
	return d, nil
}

// storeDays writes the days that changed. A day that was only read is not packed again.
func (b *batch) storeDays() error {
	for _, d := range b.days {
		if !d.changed {
			continue
		}
		if err := b.w.Put(bBucket, d.key, d.points.bytes()); err != nil {
			return err
		}
	}
	return nil
}

// maxPrealloc bounds the buckets for which Buckets allocates memory in
// advance: two months of five minutes.
const maxPrealloc = 20_000

// Buckets returns the buckets of an SLO that start in [from, to), in order
// of time. If several sources count for the SLO, the buckets of a UTC day
// are those of the source that is used for it.
func (l *Store) Buckets(ctx context.Context, name string, from, to time.Time) (out []slo.Bucket, err error) {
	err = l.EachBucket(ctx, name, from, to, func(b slo.Bucket) bool {
		if out == nil { // as many as can follow; to may be the end of time
			out = make([]slo.Bucket, 0, min(to.Sub(b.Start)/b.Len+1, maxPrealloc))
		}
		out = append(out, b)
		return true
	})
	return out, err
}

// EachBucket calls fn with the buckets that Buckets returns, until fn
// returns false. It allocates nothing per bucket. fn must not call the
// store.
func (l *Store) EachBucket(ctx context.Context, name string, from, to time.Time, fn func(slo.Bucket) bool) error {
	return l.opt.DB.View(ctx, func(r kv.Reader) error {
		stopped := false
		return eachDay(r, name, from, to, func(midnight time.Time, _ dayHead, row []byte) (bool, error) {
			d, ok := readDay(row)
			if !ok {
				return false, damagedDay()
			}
			first, past := indexes(midnight, d.length, from, to)
			d.each(first, past, func(i int, p point) bool {
				stopped = !fn(bucketOf(midnight, d.length, i, p))
				return !stopped
			})
			return !stopped, nil
		})
	})
}

// Sums returns the sum of what Buckets returns. Whole days are summed
// without unpacking.
func (l *Store) Sums(ctx context.Context, name string, from, to time.Time) (s Sum, err error) {
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		return eachDay(r, name, from, to, func(midnight time.Time, head dayHead, row []byte) (bool, error) {
			return true, s.addDay(midnight, head, row, from, to)
		})
	})
	return s, err
}

// indexes returns the range of indexes of a day's buckets that start in [from, to).
// past may exceed the number of buckets.
func indexes(midnight time.Time, length int, from, to time.Time) (first, past int) {
	l := time.Duration(length) * time.Second
	if d := from.Sub(midnight); d > 0 {
		first = int((d + l - 1) / l)
	}
	if d := to.Sub(midnight); d > 0 {
		past = int((d + l - 1) / l)
	}
	return first, past
}
