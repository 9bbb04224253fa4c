package feedstore

import (
	"encoding/binary"
	"math/bits"
)

// An odd bucket is two numbers, of its total and of its good, each told by how
// many ulps it is above one that the reader has already: its multiple of the
// first unit, or the one of the odd bucket before (a gauge moves little). The
// ulps are zigzag, their bytes least first:
//
//	sizes(1)          of the total, of the good << 4: 0..8 bytes above the
//	                  multiple, or 9..15: 1..7 bytes above the one before
//	total, good       so many bytes each
//
// A good is told above its multiple as far as the total is above its own: where
// all was good the two are the same number, and nothing is stored.

// oddBase is what the next odd bucket is told by.
type oddBase struct{ total, good float64 }

// appendOdd writes the odd buckets.
func (k *packing) appendOdd(there []point, unit float64) {
	var before oddBase
	for i, c := range k.buckets {
		if !c.odd {
			continue
		}
		base := baseOf(c.multiple, c.field[fieldBad], unit)
		totalUlps := ulps(there[i].total, base.total)
		var total, good [8]byte
		totalCode := oddCode(&total, totalUlps, ulps(there[i].total, before.total))
		goodCode := oddCode(&good, ulps(there[i].good, moved(base.good, totalUlps)), ulps(there[i].good, before.good))
		k.oddBytes = append(k.oddBytes, totalCode|goodCode<<4)
		k.oddBytes = append(k.oddBytes, total[:oddSize(totalCode)]...)
		k.oddBytes = append(k.oddBytes, good[:oddSize(goodCode)]...)
		before = oddBase{there[i].total, there[i].good}
	}
}

// baseOf is what a bucket counts if it is a multiple of the unit.
func baseOf(multiple, bad int64, unit float64) oddBase {
	return oddBase{float64(multiple) * unit, float64(multiple-bad) * unit}
}

// oddCode chooses the shorter of two ways and puts its bytes.
func oddCode(out *[8]byte, aboveMultiple, aboveBefore int64) byte {
	a, b := zigzag(aboveMultiple), zigzag(aboveBefore)
	n, m := byte((bits.Len64(a)+7)/8), byte((bits.Len64(b)+7)/8)
	if m < n && m > 0 && m < 8 {
		binary.LittleEndian.PutUint64(out[:], b)
		return 8 + m
	}
	binary.LittleEndian.PutUint64(out[:], a)
	return n
}

// oddSize is how many bytes a code stands for.
func oddSize(code byte) int {
	if code > 8 {
		return int(code) - 8
	}
	return int(code)
}

func zigzag(n int64) uint64   { return uint64(n)<<1 ^ uint64(n>>63) }
func unzigzag(u uint64) int64 { return int64(u>>1) ^ -int64(u&1) }

// oddReader takes odd buckets off the front of their bytes, which validOdd has
// looked at.
type oddReader struct {
	b      []byte
	before oddBase
}

// next is the next odd bucket.
func (r *oddReader) next(base oddBase) oddBase {
	if len(r.b) == 0 {
		return base
	}
	sizes := r.b[0]
	r.b = r.b[1:]
	n := r.take(sizes & 15)
	if sizes&15 > 8 {
		base.good = moved(base.good, ulps(moved(r.before.total, n), base.total))
		base.total = moved(r.before.total, n)
	} else {
		base.good = moved(base.good, n)
		base.total = moved(base.total, n)
	}
	n = r.take(sizes >> 4)
	if sizes>>4 > 8 {
		base.good = moved(r.before.good, n)
	} else {
		base.good = moved(base.good, n)
	}
	r.before = base
	return base
}

func (r *oddReader) take(code byte) int64 {
	var u uint64
	n := oddSize(code)
	for i := range n {
		u |= uint64(r.b[i]) << (8 * i)
	}
	r.b = r.b[n:]
	return unzigzag(u)
}

// validOdd tells whether the bytes hold just n odd buckets.
func validOdd(b []byte, n int) bool {
	for range n {
		if len(b) == 0 {
			return false
		}
		size := 1 + oddSize(b[0]&15) + oddSize(b[0]>>4)
		if size > len(b) {
			return false
		}
		b = b[size:]
	}
	return len(b) == 0
}
