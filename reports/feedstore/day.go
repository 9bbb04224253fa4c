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
// Counts are whole multiples of a unit (see unit), give or take a few units of
// the last place (ulps) that adding up rounded off. They are packed in bits, the
// same number of bits for each bucket of the day:
//
//	how many units, each              uvarints: numerator, denominator
//	first total, least Δtotal, least bad, least ulps of total, of good    varints
//	bits of Δtotal, of bad, of which unit, of ulps of total, of good      1 byte each
//	each less the least               so many bits each, least first
//	8 zero bytes                      so that a bucket is one load
//	bytes of the odd ones             uvarint
//	odd ones                          see appendOdd
//
// Totals are told by their difference to the one before, goods by what is missing
// to the total, as multiples and as ulps. Reading takes no branch that the
// processor could guess wrongly, which is what varints cost most; day-night
// traffic takes 1 to 2 bytes a bucket, as counted or as increase() gives it. A
// bucket that fits no unit, such as one summed over series with different units,
// is odd: it names a unit past the last, and what its counts are above the
// multiples of the first unit lies apart, in 1 to 17 bytes. What was measured
// comes back bit by bit, nonsense too.
//
// Form 1, which days written before it have, knows the unit 1 only: its counts
// are as above without units, ulps and odd ones, or 8 bytes each where some count
// was a fraction (flagFloats); its coverages are 8 bytes each.
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
	// maxWhole bounds the whole numbers: above it float64 has gaps.
	maxWhole = 1 << 52
	// maxPacked is how many bits of a bucket one load can give, whatever bit of a
	// byte they begin at.
	maxPacked = 57
	// loadBytes follow the bits.
	loadBytes = 8
)

// point is one bucket of an unpacked day.
type point struct {
	good, total, coverage float64
	rev                   int64
	there                 bool
}

func (p point) same(o point) bool {
	return math.Float64bits(p.good) == math.Float64bits(o.good) &&
		math.Float64bits(p.total) == math.Float64bits(o.total) &&
		math.Float64bits(p.coverage) == math.Float64bits(o.coverage)
}

// whole tells whether the counts can be stored as whole numbers and come back as
// they were.
func (p point) whole() bool { return isWhole(p.good) && isWhole(p.total) }

func isWhole(f float64) bool {
	return f == math.Trunc(f) && math.Abs(f) < maxWhole && (f != 0 || !math.Signbit(f))
}

// countable reports whether the counts can be added to others.
func (p point) countable() bool {
	return p.good >= 0 && p.total >= 0 && p.good <= slo.MostEvents && p.total <= slo.MostEvents && p.coverage >= 0 && p.coverage <= 1
}

// dayPoints is one unpacked day: points[i] begins i lengths after midnight.
type dayPoints struct {
	length int // of a bucket, in seconds
	points []point
}

func newDay(length time.Duration) *dayPoints {
	s := int(length / time.Second)
	return &dayPoints{length: s, points: make([]point, secondsOfDay/s)}
}

// daySums are the counts of a whole day added up, so that a month need not be
// unpacked to be summed.
type daySums struct {
	buckets, invalid int
	good, total      float64
	covered          float64 // sum of the coverages
}

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

// countable reports whether the sums of a stored day are those of counts within their
// bounds for certain. A day that was stored before there were bounds may hold larger ones; it is
// added up again.
func (s daySums) countable() bool {
	return s.good >= 0 && s.good <= slo.MostEvents && s.total >= 0 && s.total <= slo.MostEvents
}

// damagedDay is what a packed day that cannot be read gives.
func damagedDay() error {
	return fault.New(fault.Internal, "ledger.day", "a stored day of buckets cannot be read; `postern check` says which")
}

// bucketOf is the i-th bucket of a day that begins at midnight.
func bucketOf(midnight time.Time, length, i int, p point) slo.Bucket {
	l := time.Duration(length) * time.Second
	return slo.Bucket{
		Start: midnight.Add(time.Duration(i) * l), Len: l, Good: p.good, Total: p.total, Coverage: p.coverage, Rev: p.rev,
	}
}
