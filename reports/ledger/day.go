package ledger

import (
	"encoding/binary"
	"math"
	"math/bits"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/slo"
)

// A packed day holds the buckets of one SLO, one source and one UTC day:
//
//	form(1) = 1
//	length of a bucket in seconds          uvarint, divides 86,400
//	flags(1)                               which of the following are there
//	which buckets are there, a bit each    ceil(86400/length/8) bytes, if holes
//	revision of all                        varint, unless each has its own
//	then for each bucket, in order of time:
//	  Δtotal, Δbad against the bucket before   zigzag varints, when whole numbers
//	  revision                                 varint, if each has its own
//	  coverage                                 8 bytes, if not 1 everywhere
//
// With fractions the first varint is doubled, and an odd one says that good and
// total follow as 8 bytes each: increase() of Prometheus gives fractions, and what
// was measured comes back bit by bit. Day-night traffic takes 2 to 3 bytes a
// bucket this way, and it is summed as fast as it can be read.
const dayForm = 1

const (
	flagHoles     = 1 << iota // not every bucket of the day is there
	flagRevs                  // revisions differ
	flagCoverage              // some coverage is not 1
	flagFractions             // some count is no whole number
)

const secondsOfDay = 86400

// maxWhole bounds the whole numbers: above it float64 has gaps.
const maxWhole = 1 << 52

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

// dayPoints is one unpacked day: points[i] begins i lengths after midnight.
type dayPoints struct {
	length int // of a bucket, in seconds
	points []point
}

func newDay(length time.Duration) *dayPoints {
	s := int(length / time.Second)
	return &dayPoints{length: s, points: make([]point, secondsOfDay/s)}
}

func (d *dayPoints) flags() (flags byte, rev int64) {
	first := true
	for _, p := range d.points {
		if !p.there {
			flags |= flagHoles
			continue
		}
		if first {
			rev, first = p.rev, false
		}
		if p.rev != rev {
			flags |= flagRevs
		}
		if p.coverage != 1 {
			flags |= flagCoverage
		}
		if !p.whole() {
			flags |= flagFractions
		}
	}
	return flags, rev
}

// bytes packs the day.
func (d *dayPoints) bytes() []byte {
	flags, rev := d.flags()
	b := make([]byte, 0, 64+4*len(d.points))
	b = append(b, dayForm)
	b = binary.AppendUvarint(b, uint64(d.length))
	b = append(b, flags)
	if flags&flagHoles != 0 {
		holes := make([]byte, (len(d.points)+7)/8)
		for i, p := range d.points {
			if p.there {
				holes[i/8] |= 1 << (i % 8)
			}
		}
		b = append(b, holes...)
	}
	if flags&flagRevs == 0 {
		b = binary.AppendVarint(b, rev)
	}
	var total, bad int64
	for _, p := range d.points {
		if !p.there {
			continue
		}
		b, total, bad = appendCounts(b, p, flags, total, bad)
		if flags&flagRevs != 0 {
			b = binary.AppendVarint(b, p.rev)
		}
		if flags&flagCoverage != 0 {
			b = binary.BigEndian.AppendUint64(b, math.Float64bits(p.coverage))
		}
	}
	return b
}

func appendCounts(b []byte, p point, flags byte, total, bad int64) ([]byte, int64, int64) {
	if !p.whole() {
		b = append(b, 1)
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(p.good))
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(p.total))
		return b, total, bad
	}
	t := int64(p.total)
	x := t - int64(p.good)
	z := zigzag(t - total)
	if flags&flagFractions != 0 {
		z <<= 1
	}
	b = binary.AppendUvarint(b, z)
	b = binary.AppendUvarint(b, zigzag(x-bad))
	return b, t, x
}

func zigzag(n int64) uint64   { return uint64(n<<1) ^ uint64(n>>63) }
func unzigzag(z uint64) int64 { return int64(z>>1) ^ -int64(z&1) }

// dayHeader is what stands before the points of a packed day.
type dayHeader struct {
	length int
	flags  byte
	there  []byte // a bit a bucket; nil: all
	rev    int64
	points []byte // what follows
}

func readHeader(b []byte) (h dayHeader, ok bool) {
	if len(b) < 3 || b[0] != dayForm {
		return h, false
	}
	length, n := binary.Uvarint(b[1:])
	if n <= 0 || length == 0 || length > secondsOfDay || secondsOfDay%length != 0 || len(b) < n+2 {
		return h, false
	}
	h.length, h.flags, b = int(length), b[n+1], b[n+2:]
	if h.flags&flagHoles != 0 {
		size := (secondsOfDay/h.length + 7) / 8
		if len(b) < size {
			return h, false
		}
		h.there, b = b[:size], b[size:]
	}
	if h.flags&flagRevs == 0 {
		h.rev, n = binary.Varint(b)
		if n <= 0 {
			return h, false
		}
		b = b[n:]
	}
	h.points = b
	return h, true
}

// count is how many buckets the day has.
func (h dayHeader) count() int {
	if h.there == nil {
		return secondsOfDay / h.length
	}
	n := 0
	for _, b := range h.there {
		n += bits.OnesCount8(b)
	}
	return n
}

// damagedDay is what a packed day that cannot be read gives.
func damagedDay() error {
	return fault.New(fault.Internal, "ledger.day", "a stored day of buckets cannot be read; `postern check` says which")
}

// eachPoint calls fn with the buckets of a packed day whose index is from first
// until past, in order of time, until fn returns false. It allocates nothing.
func eachPoint(b []byte, first, past int, fn func(i int, p point) bool) error {
	h, ok := readHeader(b)
	if !ok {
		return damagedDay()
	}
	p := point{rev: h.rev, coverage: 1, there: true}
	var total, bad int64
	b = h.points
	for i, n := 0, min(past, secondsOfDay/h.length); i < n; i++ {
		if h.there != nil && h.there[i/8]&(1<<(i%8)) == 0 {
			continue
		}
		size := h.next(b, &p, &total, &bad)
		if size <= 0 {
			return damagedDay()
		}
		b = b[size:]
		if i >= first && !fn(i, p) {
			return nil
		}
	}
	return nil
}

// next reads one bucket and says how many bytes it took; 0 is a damaged one.
func (h *dayHeader) next(b []byte, p *point, total, bad *int64) int {
	z, n := binary.Uvarint(b)
	if n <= 0 {
		return 0
	}
	if h.flags&flagFractions != 0 && z&1 != 0 {
		if len(b) < n+16 {
			return 0
		}
		p.good = math.Float64frombits(binary.BigEndian.Uint64(b[n:]))
		p.total = math.Float64frombits(binary.BigEndian.Uint64(b[n+8:]))
		n += 16
	} else {
		if h.flags&flagFractions != 0 {
			z >>= 1
		}
		x, m := binary.Uvarint(b[n:])
		if m <= 0 {
			return 0
		}
		n += m
		*total += unzigzag(z)
		*bad += unzigzag(x)
		p.total, p.good = float64(*total), float64(*total-*bad)
	}
	if h.flags&flagRevs != 0 {
		rev, m := binary.Varint(b[n:])
		if m <= 0 {
			return 0
		}
		p.rev = rev
		n += m
	}
	if h.flags&flagCoverage != 0 {
		if len(b) < n+8 {
			return 0
		}
		p.coverage = math.Float64frombits(binary.BigEndian.Uint64(b[n:]))
		n += 8
	}
	return n
}

// unpackDay reads a packed day.
func unpackDay(b []byte) (*dayPoints, error) {
	h, ok := readHeader(b)
	if !ok {
		return nil, damagedDay()
	}
	d := newDay(time.Duration(h.length) * time.Second)
	err := eachPoint(b, 0, len(d.points), func(i int, p point) bool {
		d.points[i] = p
		return true
	})
	return d, err
}

// bucket is the i-th bucket of a day that begins at midnight.
func bucketOf(midnight time.Time, length, i int, p point) slo.Bucket {
	l := time.Duration(length) * time.Second
	return slo.Bucket{
		Start: midnight.Add(time.Duration(i) * l), Len: l, Good: p.good, Total: p.total, Coverage: p.coverage, Rev: p.rev,
	}
}
