package ledger

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// bytes packs the day.
func (d *dayPoints) bytes() []byte {
	there := make([]point, 0, len(d.points))
	for _, p := range d.points {
		if p.there {
			there = append(there, p)
		}
	}
	k := packingOf(there)
	flags := d.flags(there)
	if !k.fits {
		flags |= flagFloats
	}
	b := make([]byte, 0, 96+3*len(there))
	b = append(b, dayForm)
	b = binary.AppendUvarint(b, uint64(d.length))
	b = append(b, flags)
	b = appendSums(b, there)
	if flags&flagHoles != 0 {
		b = d.appendHoles(b)
	}
	if flags&flagRevs == 0 {
		rev := int64(0)
		if len(there) > 0 {
			rev = there[0].rev
		}
		b = binary.AppendVarint(b, rev)
	}
	if k.fits {
		b = k.append(b, there)
	} else {
		b = appendFloats(b, there)
	}
	return appendColumns(b, flags, there)
}

func (d *dayPoints) flags(there []point) (flags byte) {
	if len(there) < len(d.points) {
		flags |= flagHoles
	}
	for _, p := range there {
		if p.rev != there[0].rev {
			flags |= flagRevs
		}
		if p.coverage != 1 {
			flags |= flagCoverage
		}
	}
	return flags
}

// appendSums writes the daySums.
func appendSums(b []byte, there []point) []byte {
	var s daySums
	for _, p := range there {
		s.add(p)
	}
	b = binary.AppendUvarint(b, uint64(s.buckets))
	b = binary.AppendUvarint(b, uint64(s.nonsense))
	for _, f := range []float64{s.good, s.total, s.covered} {
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(f))
	}
	return b
}

func (d *dayPoints) appendHoles(b []byte) []byte {
	holes := make([]byte, (len(d.points)+7)/8)
	for i, p := range d.points {
		if p.there {
			holes[i/8] |= 1 << (i % 8)
		}
	}
	return append(b, holes...)
}

func appendFloats(b []byte, there []point) []byte {
	for _, p := range there {
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(p.good))
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(p.total))
	}
	return b
}

// appendColumns writes what differs from bucket to bucket besides the counts.
func appendColumns(b []byte, flags byte, there []point) []byte {
	if flags&flagRevs != 0 {
		for _, p := range there {
			b = binary.AppendVarint(b, p.rev)
		}
	}
	if flags&flagCoverage != 0 {
		for _, p := range there {
			b = binary.BigEndian.AppendUint64(b, math.Float64bits(p.coverage))
		}
	}
	return b
}

// packing is how the counts of a day are packed in bits.
type packing struct {
	fits                       bool
	first, leastDelta, badBase int64
	deltaBits, badBits         int
}

// packingOf finds the least and the most of a day.
func packingOf(there []point) (k packing) {
	if len(there) == 0 {
		return packing{fits: true}
	}
	var mostDelta, mostBad, last int64
	for i, p := range there {
		if !p.whole() {
			return packing{}
		}
		total := int64(p.total)
		bad := total - int64(p.good)
		if i == 0 {
			k.first, last, k.badBase, mostBad = total, total, bad, bad
		}
		k.leastDelta, mostDelta = min(k.leastDelta, total-last), max(mostDelta, total-last)
		k.badBase, mostBad = min(k.badBase, bad), max(mostBad, bad)
		last = total
	}
	k.deltaBits, k.badBits = bits.Len64(uint64(mostDelta-k.leastDelta)), bits.Len64(uint64(mostBad-k.badBase))
	k.fits = k.deltaBits+k.badBits <= maxPacked
	return k
}

func (k packing) append(b []byte, there []point) []byte {
	b = binary.AppendVarint(b, k.first)
	b = binary.AppendVarint(b, k.leastDelta)
	b = binary.AppendVarint(b, k.badBase)
	b = append(b, byte(k.deltaBits), byte(k.badBits))
	width := k.deltaBits + k.badBits
	out := make([]byte, (len(there)*width+7)/8+loadBytes)
	last, at := k.first, 0
	for _, p := range there {
		total := int64(p.total)
		u := uint64(total-last-k.leastDelta) | uint64(total-int64(p.good)-k.badBase)<<k.deltaBits
		last = total
		place := out[at>>3:]
		binary.LittleEndian.PutUint64(place, binary.LittleEndian.Uint64(place)|u<<(at&7))
		at += width
	}
	return append(b, out...)
}
