package feedstore

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
)

// Packing is deterministic: equal buckets give equal bytes, so that a day
// that is written again without a change does not change on disk.

// bytes returns the packed day. It depends on the buckets alone.
func (d *dayPoints) bytes() []byte {
	there := make([]point, 0, len(d.points))
	for _, p := range d.points {
		if p.there {
			there = append(there, p)
		}
	}
	flags := d.flags(there)
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
	b = appendCounts(b, there)
	if flags&flagRevs != 0 {
		for _, p := range there {
			b = binary.AppendVarint(b, p.rev)
		}
	}
	if flags&flagCoverage != 0 {
		b = appendCoverages(b, there)
	}
	return b
}

// flags returns which optional fields the packed day has. Most days have none: every
// bucket is there, of one revision and fully covered.
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

// appendSums appends the daySums of the buckets.
func appendSums(b []byte, there []point) []byte {
	var s daySums
	for _, p := range there {
		s.add(p)
	}
	b = binary.AppendUvarint(b, uint64(s.buckets))
	b = binary.AppendUvarint(b, uint64(s.invalid))
	for _, f := range []float64{s.good, s.total, s.covered} {
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(f))
	}
	return b
}

// appendHoles appends one bit per bucket: whether it is there.
func (d *dayPoints) appendHoles(b []byte) []byte {
	holes := make([]byte, (len(d.points)+7)/8)
	for i, p := range d.points {
		if p.there {
			holes[i/8] |= 1 << (i % 8)
		}
	}
	return append(b, holes...)
}

// manyCoverages marks a day whose buckets store their coverage each.
const manyCoverages = 255

// appendCoverages appends the coverages. They are shares of a few dozen
// scrapes, so a day usually has few distinct ones; each bucket then stores
// an index.
func appendCoverages(b []byte, there []point) []byte {
	known := make([]uint64, 0, len(there))
	for _, p := range there {
		known = append(known, math.Float64bits(p.coverage))
	}
	slices.Sort(known)
	known = slices.Compact(known)
	if len(known) > manyCoverages {
		b = append(b, manyCoverages)
		for _, p := range there {
			b = binary.BigEndian.AppendUint64(b, math.Float64bits(p.coverage))
		}
		return b
	}
	b = append(b, byte(len(known)-1))
	for _, c := range known {
		b = binary.BigEndian.AppendUint64(b, c)
	}
	w := newBitWriter(len(there), bitsFor(len(known)))
	for _, p := range there {
		i, _ := slices.BinarySearch(known, math.Float64bits(p.coverage))
		w.put(uint64(i))
	}
	return append(b, w.out...)
}

// bitsFor returns the number of bits that distinguish n values.
func bitsFor(n int) int { return bits.Len(uint(n - 1)) }

// bitWriter packs numbers of the same width, the least bits first.
type bitWriter struct {
	out       []byte
	width, at int
}

// newBitWriter returns a writer of n numbers of width bits.
func newBitWriter(n, width int) *bitWriter {
	return &bitWriter{out: make([]byte, packedBytes(n, width)), width: width}
}

// packedBytes returns the length of n packed numbers, with the bytes after
// them that let each be read by one load.
func packedBytes(n, width int) int { return (n*width+7)/8 + loadBytes }

// put appends one number, which must have no bits above the width. It writes 8 bytes at
// the place of its first bit, for which packedBytes reserves memory behind the last
// one.
func (w *bitWriter) put(u uint64) {
	place := w.out[w.at>>3:]
	binary.LittleEndian.PutUint64(place, binary.LittleEndian.Uint64(place)|u<<(w.at&7))
	w.at += w.width
}

// bitsAt returns the n-th number of a bitWriter. It reads beyond the number, up to the
// bytes that packedBytes reserves.
func bitsAt(b []byte, n, width int) uint64 {
	at := n * width
	return binary.LittleEndian.Uint64(b[at>>3:]) >> (at & 7) & (1<<width - 1)
}
