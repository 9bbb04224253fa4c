package feedstore

import (
	"encoding/binary"
	"math"
	"math/bits"
	"time"
)

// Reading never allocates per bucket and never fails half way: readDay
// checks the whole day first, so that each can return counts without
// errors.

// dayHead is the beginning of a packed day, which suffices for its sums.
type dayHead struct {
	form   byte
	flags  byte
	length int
	sums   daySums
}

// packedDay holds the fields of a packed day, not yet unpacked. Its slices
// share the row's memory.
type packedDay struct {
	dayHead
	there     []byte // a bit a bucket; nil: all
	rev       int64
	counts    packedCounts
	floats    []byte // form 1 with flagFloats: instead of counts
	revs      []byte
	coverages packedCoverages
}

// reader reads fields from the front of a row; ok becomes false at the
// first field that is missing.
type reader struct {
	b  []byte
	ok bool
}

// uvarint returns the next unsigned varint.
func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	return take(r, v, n)
}

// varint returns the next varint.
func (r *reader) varint() int64 {
	v, n := binary.Varint(r.b)
	return take(r, v, n)
}

// take advances by the n bytes of a varint that was read as v; n is at most
// 0 if there was none.
func take[T any](r *reader, v T, n int) T {
	if n <= 0 || !r.ok {
		r.ok = false
		var none T
		return none
	}
	r.b = r.b[n:]
	return v
}

// bytes returns the next n bytes.
func (r *reader) bytes(n int) []byte {
	if n < 0 || n > len(r.b) || !r.ok {
		r.ok = false
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

// byte returns the next byte.
func (r *reader) byte() byte {
	if b := r.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

// float returns the next float64.
func (r *reader) float() float64 {
	if b := r.bytes(8); b != nil {
		return math.Float64frombits(binary.BigEndian.Uint64(b))
	}
	return 0
}

// readHead reads the head of a packed day; r continues behind it. It checks what
// follows from the head alone, so that a damaged row never causes a large allocation.
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

// readDay reads the fields of a packed day; ok is false if they are not
// consistent.
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
	// They are varints: reading them once shows that all are there.
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

// count returns the number of buckets in the day. Bits behind the last bucket do not
// count.
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

// each calls fn with the buckets whose index is in [first, past), in order
// of time, until fn returns false. It allocates nothing.
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

// unpackDay returns the buckets of a packed day; damagedDay if the row is not
// consistent.
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
