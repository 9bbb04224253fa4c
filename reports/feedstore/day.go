package feedstore

import (
	"math"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/slo"
)

// A packed day holds the buckets of one SLO, one source and one UTC day:
//
//	form(1) = 2
//	length of a bucket in seconds     uvarint, divides 86,400
//	flags(1)                          which of the following are there
//	sums                              of all buckets, see daySums
//	which buckets are there           a bit each, if holes
//	revision of all                   varint, unless each has its own
//	counts                            see below
//	revisions                         a varint each, if they differ
//	coverages                         if not 1 everywhere: how many different ones
//	                                  less one (1 byte), those (8 bytes each), which
//	                                  one each has (in bits, 8 zero bytes); 255: 8
//	                                  bytes each
//
// Counts are whole multiples of a unit (see unit), up to a few units of the
// last place (ulps) of rounding from adding up. They are packed in bits,
// the same number of bits for each bucket of the day:
//
//	how many units, each              uvarints: numerator, denominator
//	first total, least Δtotal, least bad, least ulps of total, of good    varints
//	bits of Δtotal, of bad, of which unit, of ulps of total, of good      1 byte each
//	each less the least               so many bits each, least first
//	8 zero bytes                      so that a bucket is one load
//	bytes of the odd ones             uvarint
//	odd ones                          see appendOdd
//
// Totals are stored as the difference to the previous total, goods as the
// difference to their total, in multiples and in ulps. Reading has no
// branch that the processor could mispredict, which is the main cost of
// varints. Traffic with a daily rhythm takes 1 to 2 bytes per bucket, for
// plain counts and for results of increase(). A bucket that fits no unit,
// such as a sum over series with different units, is odd: it has a unit
// number past the last, and the differences of its counts to multiples of
// the first unit are stored separately, in 1 to 17 bytes. Reading returns
// every count bit by bit, invalid ones too.
//
// Form 1, of older days, has the unit 1 only: its counts are as above
// without units, ulps and odd buckets, or 8 bytes each if some count is a
// fraction (flagFloats); its coverages are 8 bytes each.
const (
	dayForm    = 2
	oldDayForm = 1
)

const (
	flagHoles    = 1 << iota // not every bucket of the day is there
	flagRevs                 // revisions differ
	flagCoverage             // some coverage is not 1
	flagFloats               // form 1: counts are 8 bytes each
)

const secondsOfDay = 86400

const (
	// maxWhole bounds the integers: above it float64 has gaps.
	maxWhole = 1 << 52
	// maxPacked is the number of bits of a bucket that one 8-byte load can
	// contain, whatever bit of a byte they start at.
	maxPacked = 57
	// loadBytes zero bytes follow the bits, so that the last load is in
	// range.
	loadBytes = 8
)

// point is one bucket of an unpacked day. A bucket that is not there is the zero point.
type point struct {
	good, total, coverage float64
	rev                   int64
	there                 bool
}

// same reports whether two buckets have the same bits, so that NaN equals
// NaN.
func (p point) same(o point) bool {
	return math.Float64bits(p.good) == math.Float64bits(o.good) &&
		math.Float64bits(p.total) == math.Float64bits(o.total) &&
		math.Float64bits(p.coverage) == math.Float64bits(o.coverage)
}

// whole reports whether both counts are integers that packing preserves
// exactly.
func (p point) whole() bool { return isWhole(p.good) && isWhole(p.total) }

// isWhole reports whether f is an integer that packing preserves exactly; -0 is
// not.
func isWhole(f float64) bool {
	return f == math.Trunc(f) && math.Abs(f) < maxWhole && (f != 0 || !math.Signbit(f))
}

// countable reports whether the counts can be added to others: they are neither
// negative, infinite nor NaN, with which every comparison is false, nor over the bound
// of a feed.
func (p point) countable() bool {
	return p.good >= 0 && p.total >= 0 && p.good <= slo.MostEvents && p.total <= slo.MostEvents && p.coverage >= 0 && p.coverage <= 1
}

// dayPoints is one unpacked day: points[i] starts i lengths after midnight.
type dayPoints struct {
	length int // of a bucket, in seconds
	points []point
}

// newDay returns a day without buckets; length divides a day.
func newDay(length time.Duration) *dayPoints {
	s := int(length / time.Second)
	return &dayPoints{length: s, points: make([]point, secondsOfDay/s)}
}

// daySums holds the sums over a whole day, so that a month is summed
// without unpacking its days.
type daySums struct {
	buckets, invalid int
	good, total      float64
	covered          float64 // sum of the coverages
}

// add adds a bucket. Counts that cannot be added are counted as invalid
// instead.
func (s *daySums) add(p point) {
	s.buckets++
	if !p.countable() {
		s.invalid++
		return
	}
	s.good += p.good
	s.total += p.total
	s.covered += p.coverage
}

// countable reports whether the stored sums certainly exclude counts out of
// bounds. Days from before there were bounds may include such counts; they
// are summed again.
func (s daySums) countable() bool {
	return s.good >= 0 && s.good <= slo.MostEvents && s.total >= 0 && s.total <= slo.MostEvents
}

// damagedDay returns the error for a packed day that cannot be decoded.
func damagedDay() error {
	return fault.New(fault.Internal, "feedstore.day", "a stored day of buckets cannot be read; `postern check` says which")
}

// bucketOf returns the i-th bucket of the day that starts at midnight.
func bucketOf(midnight time.Time, length, i int, p point) slo.Bucket {
	l := time.Duration(length) * time.Second
	return slo.Bucket{
		Start: midnight.Add(time.Duration(i) * l), Len: l, Good: p.good, Total: p.total, Coverage: p.coverage, Rev: p.rev,
	}
}
