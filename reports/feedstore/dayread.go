package feedstore

import (
	"encoding/binary"
	"math"
	"math/bits"
	"time"
)

// dayHead is the beginning of a packed day: enough to add it up.
type dayHead struct {
	form   byte
	flags  byte
	length int
	sums   daySums
}

// packedDay is a packed day taken apart, not yet unpacked. Its slices are those of
// the row.
type packedDay struct {
	dayHead
	there     []byte // a bit a bucket; nil: all
	rev       int64
	counts    packedCounts
	floats    []byte // form 1 with flagFloats: instead of counts
	revs      []byte
	coverages packedCoverages
}

// reader takes fields off the front of a row; ok turns false at the first that is
// not there.
type reader struct {
	b  []byte
	ok bool
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	return take(r, v, n)
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.b)
	return take(r, v, n)
}

func take[T any](r *reader, v T, n int) T {
	if n <= 0 || !r.ok {
		r.ok = false
		var none T
		return none
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) bytes(n int) []byte {
	if n < 0 || n > len(r.b) || !r.ok {
		r.ok = false
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) byte() byte {
	if b := r.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) float() float64 {
	if b := r.bytes(8); b != nil {
		return math.Float64frombits(binary.BigEndian.Uint64(b))
	}
	return 0
}

// readHead reads the beginning of a packed day; r goes on behind it.
func readHead(row []byte) (d dayHead, r reader, ok bool) {
	r = reader{row, true}
	if d.form = r.byte(); d.form != dayForm && d.form != oldDayForm {
		return d, r, false
	}
	length := r.uvarint()
	if length == 0 || length > secondsOfDay || secondsOfDay%length != 0 {
		return d, r, false
	}
	d.length, d.flags = int(length), r.byte()
	buckets, invalid := r.uvarint(), r.uvarint()
	d.sums = daySums{good: r.float(), total: r.float(), covered: r.float()}
	if !r.ok || buckets > secondsOfDay/length || invalid > buckets {
		return d, r, false
	}
	d.sums.buckets, d.sums.invalid = int(buckets), int(invalid)
	return d, r, true
}

// readDay takes a packed day apart.
func readDay(row []byte) (d packedDay, ok bool) {
	head, r, ok := readHead(row)
	if !ok {
		return d, false
	}
	d.dayHead = head
	if d.flags&flagHoles != 0 {
		d.there = r.bytes((secondsOfDay/d.length + 7) / 8)
	}
	if d.flags&flagRevs == 0 {
		d.rev = r.varint()
	}
	n := d.sums.buckets
	if !r.ok || n != d.count() {
		return d, false
	}
	switch {
	case d.form == dayForm:
		d.counts = r.counts(n)
	case d.flags&flagFloats != 0:
		d.floats = r.bytes(16 * n)
	default:
		d.counts = r.oldCounts(n)
	}
	if d.flags&flagRevs != 0 {
		d.revs = r.b
		for range n {
			r.varint()
		}
	}
	if d.flags&flagCoverage != 0 {
		d.coverages = r.coverages(d.form, n)
	}
	return d, r.ok
}

// count is how many buckets the day has.
func (d *packedDay) count() int {
	slots := secondsOfDay / d.length
	if d.there == nil {
		return slots
	}
	n := 0
	for i, b := range d.there {
		if last := slots - 8*i; last < 8 {
			b &= 1<<last - 1
		}
		n += bits.OnesCount8(b)
	}
	return n
}

// each calls fn with the buckets whose index is from first until past, in order of
// time, until fn returns false. It allocates nothing.
func (d *packedDay) each(first, past int, fn func(i int, p point) bool) {
	p := point{rev: d.rev, coverage: 1, there: true}
	counts, revs := d.counts, d.revs
	n := 0 // buckets so far
	for i, end := 0, min(past, secondsOfDay/d.length); i < end; i++ {
		if d.there != nil && d.there[i/8]&(1<<(i%8)) == 0 {
			continue
		}
		if d.floats != nil {
			p.good = math.Float64frombits(binary.BigEndian.Uint64(d.floats[16*n:]))
			p.total = math.Float64frombits(binary.BigEndian.Uint64(d.floats[16*n+8:]))
		} else {
			p.good, p.total = counts.next(n)
		}
		if revs != nil {
			rev, size := binary.Varint(revs)
			p.rev, revs = rev, revs[size:]
		}
		if d.flags&flagCoverage != 0 {
			p.coverage = d.coverages.at(n)
		}
		n++
		if i >= first && !fn(i, p) {
			return
		}
	}
}

// unpackDay reads a packed day.
func unpackDay(row []byte) (*dayPoints, error) {
	d, ok := readDay(row)
	if !ok {
		return nil, damagedDay()
	}
	out := newDay(time.Duration(d.length) * time.Second)
	d.each(0, len(out.points), func(i int, p point) bool {
		out.points[i] = p
		return true
	})
	return out, nil
}
