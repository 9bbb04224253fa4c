package slo

import (
	"fmt"
	"math"
	"time"
)

// The tolerance for more good than total events: two queries of one scrape are
// not taken at one instant. What exceeds the larger of the two is nonsense.
const (
	skewShare  = 0.005
	skewEvents = 2
)

// excess reports whether good exceeds total by more than the times of scrapes explain.
func excess(good, total float64) bool {
	return good > total && good-total > max(skewShare*total, skewEvents)
}

// Sum is the sum of the buckets of a span. Sums of neighbouring spans add (see Add), so
// those of finished days can be stored.
type Sum struct {
	Good, Total float64       // events
	Measured    time.Duration // time that was seen, by each bucket's coverage
	Buckets     int
	NaN         int   // buckets whose counts are not a number; they count as not measured
	Nonsense    int   // negative counts, above MostEvents, or more good than total
	Large       int   // those of Nonsense that are above MostEvents
	Rev         int64 // highest of the buckets
	Slices      Slices
}

// Add returns the sum of two spans that do not overlap.
func (a Sum) Add(b Sum) Sum {
	return Sum{
		Good: a.Good + b.Good, Total: a.Total + b.Total, Measured: a.Measured + b.Measured,
		Buckets: a.Buckets + b.Buckets, NaN: a.NaN + b.NaN, Nonsense: a.Nonsense + b.Nonsense, Large: a.Large + b.Large, Rev: max(a.Rev, b.Rev),
		Slices: Slices{
			Good: a.Slices.Good + b.Slices.Good, Counted: a.Slices.Counted + b.Slices.Counted,
			Empty: a.Slices.Empty + b.Slices.Empty, Ahead: a.Slices.Ahead + b.Slices.Ahead,
		},
	}
}

// SumOf returns the sum of the buckets that begin in [from, to). They must be in order
// of time. The split of a span into days changes nothing, as long as no slice of the
// SLO crosses a border: slices are aligned as buckets are.
func SumOf(s SLO, buckets []Bucket, from, to time.Time) Sum {
	buckets = within(buckets, from, to)
	sum := count(buckets)
	if s.Method == Timeslices || s.Method == RatioTimeslices {
		sum.Slices = s.countSlices(buckets)
	}
	return sum
}

// within returns the buckets that begin in [from, to).
func within(buckets []Bucket, from, to time.Time) []Bucket {
	lo := searchStart(buckets, from)
	hi := lo + searchStart(buckets[lo:], to)
	return buckets[lo:hi]
}

// searchStart returns the index of the first bucket that does not begin before t.
func searchStart(buckets []Bucket, t time.Time) int {
	lo, hi := 0, len(buckets)
	for lo < hi {
		if mid := (lo + hi) / 2; buckets[mid].Start.Before(t) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// count is the one pass over all points. It is the hot loop of evaluation, so it counts
// in local variables.
func count(buckets []Bucket) Sum {
	var sum Sum
	var good, total, part float64 // part: nanoseconds of buckets seen in part
	var whole time.Duration
	var rev int64
	for i := range buckets {
		b := &buckets[i]
		g, t := b.Good, b.Total
		rev = max(rev, b.Rev)
		// One comparison lets through what is not negative, not more good than
		// total and not too much: a NaN fails every comparison.
		if !(g >= 0 && g <= t && t <= MostEvents && b.Coverage >= 0 && b.Coverage <= 1) {
			sum.odd(b, &part)
			continue
		}
		good += g
		total += t
		if b.Coverage == 1 {
			whole += b.Len
		} else {
			part += b.Coverage * float64(b.Len)
		}
	}
	sum.Good, sum.Total = sum.Good+good, sum.Total+total
	sum.Buckets, sum.Rev, sum.Measured = len(buckets), rev, whole+time.Duration(math.Round(part))
	return sum
}

// odd counts a bucket that is not plainly valid. One that is not a number, negative or too
// large adds nothing to the sums. One with more good events than events is added; it is
// nonsense only if it has more than scrapes at different times explain.
func (sum *Sum) odd(b *Bucket, measured *float64) {
	switch {
	case math.IsNaN(b.Good) || math.IsNaN(b.Total):
		sum.NaN++
		return
	case !b.sane():
		sum.Nonsense++
		if b.Good > MostEvents || b.Total > MostEvents {
			sum.Large++
		}
		return
	case excess(b.Good, b.Total):
		sum.Nonsense++
	}
	sum.Good += b.Good
	sum.Total += b.Total
	*measured += b.Coverage * float64(b.Len)
}

// nonsense returns how many buckets have impossible counts, and why.
func (sum Sum) nonsense() string {
	text := fmt.Sprintf("%d of %d buckets hold more good than total events, or negative or infinite ones", sum.Nonsense, sum.Buckets)
	if sum.Large > 0 {
		text += fmt.Sprintf(" (%d more than 10^15, which no service counts)", sum.Large)
	}
	return text
}

// sane reports whether the counts of a bucket can be used.
func (b Bucket) sane() bool {
	return b.Good >= 0 && b.Total >= 0 && b.Good <= MostEvents && b.Total <= MostEvents && b.Coverage >= 0 && b.Coverage <= 1
}
