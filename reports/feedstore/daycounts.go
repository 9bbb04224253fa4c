package feedstore

import (
	"encoding/binary"
	"math/bits"
)

// The fields that the counts of one bucket are packed into.
const (
	fieldDelta     = iota // of the total, in units
	fieldBad              // total less good, in units
	fieldUnit             // which unit; the number of units: odd
	fieldTotalUlps        // total above its multiple
	fieldGoodUlps         // good above its multiple, less the total above its
	fields
)

// counted is one bucket in the form in which it is packed.
type counted struct {
	multiple int64 // of the unit, the total
	field    [fields]int64
	odd      bool
}

// packing is one way to pack the counts of a day.
type packing struct {
	units    []unit
	first    int64         // multiple of the first total
	least    [fields]int64 // of each field
	bits     [fields]int   // of each field, less the least
	buckets  []counted
	oddBytes []byte
}

// width returns the number of bits per bucket, at most maxPacked once it is chosen.
func (k *packing) width() (n int) {
	for _, b := range k.bits {
		n += b
	}
	return n
}

// size returns the length of the packing in bytes, without a few bytes that
// every packing has.
func (k *packing) size() int {
	const unitBytes = 4
	return unitBytes*len(k.units) + packedBytes(len(k.buckets), k.width()) + len(k.oddBytes)
}

// appendCounts appends the shortest packing that is found. Days of the same buckets get
// the same bytes.
func appendCounts(b []byte, there []point) []byte {
	return bestPacking(there).append(b, there)
}

// bestPacking tries the units of a day, the most frequent first, each with
// zero, few and more ulps between a count and its multiple.
func bestPacking(there []point) *packing {
	var best *packing
	units := unitsOf(there)
	for n := 1; n <= len(units); n++ {
		for _, most := range []int64{0, 3, closeUlps} {
			k := newPacking(there, units[:n], most)
			if best == nil || k.size() < best.size() {
				best = k
			}
			if len(k.oddBytes) == 0 {
				return best // more units or ulps cannot help
			}
		}
	}
	return best
}

// newPacking packs with the given units. A bucket that is more than most
// ulps from its multiples is odd.
func newPacking(there []point, units []unit, most int64) *packing {
	k := &packing{units: units, buckets: make([]counted, 0, len(there))}
	floats := unitFloats(units)
	last := int64(0)
	for i, p := range there {
		c := countedIn(p, floats, most)
		if c.odd && !plausible(c) {
			c.multiple, c.field[fieldBad] = last, 0
		}
		if i == 0 {
			k.first, last = c.multiple, c.multiple
		}
		// Deltas are of the multiples in whichever unit each bucket has: a change of
		// the unit costs bits, not correctness.
		c.field[fieldDelta] = c.multiple - last
		last = c.multiple
		k.buckets = append(k.buckets, c)
	}
	// The bits of a bucket must fit one load.
	if k.measure(); k.width() > maxPacked {
		k.allOdd()
	}
	k.appendOdd(there, floats[0])
	return k
}

// countedIn returns a bucket in the first unit that fits, otherwise as an
// odd bucket near the first unit.
func countedIn(p point, units []float64, most int64) (c counted) {
	for i, u := range units {
		total, totalOff := nearest(p.total, u)
		good, goodOff := nearest(p.good, u)
		if totalOff < -most || totalOff > most || goodOff < -most || goodOff > most {
			continue
		}
		return counted{
			multiple: total,
			field:    [fields]int64{fieldBad: total - good, fieldUnit: int64(i), fieldTotalUlps: totalOff, fieldGoodUlps: goodOff - totalOff},
		}
	}
	total, _ := nearest(p.total, units[0])
	good, _ := nearest(p.good, units[0])
	return counted{multiple: total, field: [fields]int64{fieldBad: total - good, fieldUnit: int64(len(units))}, odd: true}
}

// plausible reports whether an odd bucket may take part in the bit widths:
// an absurd count would widen all other buckets.
func plausible(c counted) bool {
	const most = 1 << 40
	return c.multiple >= 0 && c.multiple < most && c.field[fieldBad] >= -most && c.field[fieldBad] < most
}

// measure computes the least value and the number of bits of each field.
func (k *packing) measure() {
	for f := range fields {
		var least, most int64
		for i, c := range k.buckets {
			if i == 0 {
				least, most = c.field[f], c.field[f]
			}
			least, most = min(least, c.field[f]), max(most, c.field[f])
		}
		k.least[f], k.bits[f] = least, bits.Len64(uint64(most-least))
	}
}

// allOdd makes every bucket odd: the differences between them exceed one
// load.
func (k *packing) allOdd() {
	k.first, k.least, k.bits = 0, [fields]int64{fieldUnit: int64(len(k.units))}, [fields]int{}
	for i := range k.buckets {
		k.buckets[i] = counted{odd: true, field: k.least}
	}
}

// append appends the packing to b, in the form that reader.counts reads.
func (k *packing) append(b []byte, there []point) []byte {
	b = binary.AppendUvarint(b, uint64(len(k.units)))
	for _, u := range k.units {
		b = binary.AppendUvarint(b, uint64(u.num))
		b = binary.AppendUvarint(b, uint64(u.den))
	}
	b = binary.AppendVarint(b, k.first)
	for _, least := range k.least {
		b = binary.AppendVarint(b, least)
	}
	for _, n := range k.bits {
		b = append(b, byte(n))
	}
	w := newBitWriter(len(there), k.width())
	for _, c := range k.buckets {
		var u uint64
		at := 0
		for f, n := range k.bits {
			u |= uint64(c.field[f]-k.least[f]) << at
			at += n
		}
		w.put(u)
	}
	b = append(b, w.out...)
	b = binary.AppendUvarint(b, uint64(len(k.oddBytes)))
	return append(b, k.oddBytes...)
}
