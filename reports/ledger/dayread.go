package ledger

import (
	"encoding/binary"
	"math"
	"math/bits"
	"time"
)

// packedDay is a packed day taken apart, not yet unpacked. Its slices are those of
// the row.
type packedDay struct {
	length    int
	flags     byte
	sums      daySums
	there     []byte // a bit a bucket; nil: all
	rev       int64
	packing   packing
	counts    []byte
	revs      []byte
	coverages []byte
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

// readSums reads the beginning of a packed day: enough to add it up.
func readSums(row []byte) (d packedDay, r reader, ok bool) {
	r = reader{row, true}
	if r.byte() != dayForm {
		return d, r, false
	}
	length := r.uvarint()
	if length == 0 || length > secondsOfDay || secondsOfDay%length != 0 {
		return d, r, false
	}
	d.length, d.flags = int(length), r.byte()
	buckets, nonsense := r.uvarint(), r.uvarint()
	d.sums = daySums{good: r.float(), total: r.float(), covered: r.float()}
	if !r.ok || buckets > secondsOfDay/length || nonsense > buckets {
		return d, r, false
	}
	d.sums.buckets, d.sums.nonsense = int(buckets), int(nonsense)
	return d, r, true
}

// readDay takes a packed day apart.
func readDay(row []byte) (d packedDay, ok bool) {
	d, r, ok := readSums(row)
	if !ok {
		return d, false
	}
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
	if d.flags&flagFloats != 0 {
		d.counts = r.bytes(16 * n)
	} else {
		d.packing.first, d.packing.leastDelta, d.packing.badBase = r.varint(), r.varint(), r.varint()
		d.packing.deltaBits, d.packing.badBits = int(r.byte()), int(r.byte())
		width := d.packing.deltaBits + d.packing.badBits
		if width > maxPacked {
			return d, false
		}
		d.counts = r.bytes((n*width+7)/8 + loadBytes)
	}
	if d.flags&flagRevs != 0 {
		d.revs = r.b
		for range n {
			r.varint()
		}
	}
	if d.flags&flagCoverage != 0 {
		d.coverages = r.bytes(8 * n)
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
	k, total, revs := d.packing, d.packing.first, d.revs
	width := k.deltaBits + k.badBits
	deltaMask, badMask := uint64(1)<<k.deltaBits-1, uint64(1)<<k.badBits-1
	n := 0 // buckets so far
	for i, end := 0, min(past, secondsOfDay/d.length); i < end; i++ {
		if d.there != nil && d.there[i/8]&(1<<(i%8)) == 0 {
			continue
		}
		if d.flags&flagFloats != 0 {
			p.good = math.Float64frombits(binary.BigEndian.Uint64(d.counts[16*n:]))
			p.total = math.Float64frombits(binary.BigEndian.Uint64(d.counts[16*n+8:]))
		} else {
			at := n * width
			u := binary.LittleEndian.Uint64(d.counts[at>>3:]) >> (at & 7)
			total += k.leastDelta + int64(u&deltaMask)
			p.total, p.good = float64(total), float64(total-k.badBase-int64(u>>k.deltaBits&badMask))
		}
		if revs != nil {
			rev, size := binary.Varint(revs)
			p.rev, revs = rev, revs[size:]
		}
		if d.coverages != nil {
			p.coverage = math.Float64frombits(binary.BigEndian.Uint64(d.coverages[8*n:]))
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
