package feedstore

import (
	"encoding/binary"
	"math"
)

// packedCounts reads the counts of a packed day in order.
type packedCounts struct {
	bits  []byte
	width int
	units [maxUnits]float64
	known int // of the units

	multiple                  int64 // of the total before
	leastDelta, leastBad      int64
	leastUnit                 int64
	leastTotalUlps, leastGood int64

	deltaMask, badMask, unitMask, totalMask, goodMask uint64
	badAt, unitAt, totalAt, goodAt                    int

	odd oddReader
}

// counts reads the counts of n buckets from a row of form 2.
func (r *reader) counts(n int) (c packedCounts) {
	units := r.uvarint()
	if units == 0 || units > maxUnits {
		r.ok = false
		return c
	}
	c.known = int(units)
	for i := range c.known {
		num, den := r.uvarint(), r.uvarint()
		if den == 0 {
			r.ok = false
			return c
		}
		c.units[i] = float64(num) / float64(den)
	}
	c.multiple = r.varint()
	for _, least := range []*int64{&c.leastDelta, &c.leastBad, &c.leastUnit, &c.leastTotalUlps, &c.leastGood} {
		*least = r.varint()
	}
	c.shape([fields]int{int(r.byte()), int(r.byte()), int(r.byte()), int(r.byte()), int(r.byte())})
	if c.width > maxPacked || c.leastUnit < 0 || c.leastUnit > maxUnits {
		r.ok = false
		return c
	}
	c.bits = r.bytes(packedBytes(n, c.width))
	odd := r.bytes(int(min(r.uvarint(), math.MaxInt32)))
	if !r.ok || !validOdd(odd, c.odds(n)) {
		r.ok = false
		return c
	}
	c.odd.b = odd
	return c
}

// oldCounts reads the whole numbers of a row of form 1, which has the first two fields
// only.
func (r *reader) oldCounts(n int) (c packedCounts) {
	c.units[0], c.known = 1, 1
	c.multiple, c.leastDelta, c.leastBad = r.varint(), r.varint(), r.varint()
	c.shape([fields]int{int(r.byte()), int(r.byte())})
	if c.width > maxPacked {
		r.ok = false
		return c
	}
	c.bits = r.bytes(packedBytes(n, c.width))
	return c
}

// shape computes the position of each field within a bucket.
func (c *packedCounts) shape(bits [fields]int) {
	for f, mask := range []*uint64{&c.deltaMask, &c.badMask, &c.unitMask, &c.totalMask, &c.goodMask} {
		*mask = 1<<bits[f] - 1
		c.width += bits[f]
	}
	c.badAt = bits[fieldDelta]
	c.unitAt = c.badAt + bits[fieldBad]
	c.totalAt = c.unitAt + bits[fieldUnit]
	c.goodAt = c.totalAt + bits[fieldTotalUlps]
}

// odds returns how many of n buckets are odd. If the fields exclude an odd bucket it
// reads none of them.
func (c *packedCounts) odds(n int) (odd int) {
	if c.unitMask == 0 && c.leastUnit < int64(c.known) {
		return 0
	}
	for i := range n {
		if c.unitOf(bitsAt(c.bits, i, c.width)) >= c.known {
			odd++
		}
	}
	return odd
}

// unitOf returns the unit number in the bits of a bucket.
func (c *packedCounts) unitOf(u uint64) int { return int(c.leastUnit + int64(u>>c.unitAt&c.unitMask)) }

// next returns the counts of the n-th bucket. It must be called for every n
// in turn, because totals are differences.
func (c *packedCounts) next(n int) (good, total float64) {
	at := n * c.width
	u := binary.LittleEndian.Uint64(c.bits[at>>3:]) >> (at & 7)
	c.multiple += c.leastDelta + int64(u&c.deltaMask)
	bad := c.leastBad + int64(u>>c.badAt&c.badMask)
	unit := c.unitOf(u)
	if unit >= c.known {
		base := c.odd.next(baseOf(c.multiple, bad, c.units[0]))
		return base.good, base.total
	}
	totalUlps := c.leastTotalUlps + int64(u>>c.totalAt&c.totalMask)
	goodUlps := totalUlps + c.leastGood + int64(u>>c.goodAt&c.goodMask)
	base := baseOf(c.multiple, bad, c.units[unit])
	return moved(base.good, goodUlps), moved(base.total, totalUlps)
}

// packedCoverages holds the coverages of a packed day.
type packedCoverages struct {
	values []byte // 8 bytes each
	which  []byte // nil: each bucket has its own
	width  int
}

// coverages reads the coverages of n buckets from a row.
func (r *reader) coverages(form byte, n int) (c packedCoverages) {
	more := byte(manyCoverages)
	if form == dayForm {
		more = r.byte()
	}
	if more == manyCoverages {
		c.values = r.bytes(8 * n)
		return c
	}
	known := int(more) + 1
	c.values = r.bytes(8 * known)
	c.width = bitsFor(known)
	c.which = r.bytes(packedBytes(n, c.width))
	for i := range n {
		if r.ok && int(bitsAt(c.which, i, c.width)) >= known {
			r.ok = false
		}
	}
	return c
}

// at returns the coverage of the n-th bucket of those that are there.
func (c *packedCoverages) at(n int) float64 {
	if c.which != nil {
		n = int(bitsAt(c.which, n, c.width))
	}
	return math.Float64frombits(binary.BigEndian.Uint64(c.values[8*n:]))
}
