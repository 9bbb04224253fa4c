package feedstore

import (
	"encoding/binary"
	"math/bits"
)

// An odd bucket is two numbers, for its total and its good. Each is a
// difference in ulps to a number that the reader already has: the multiple
// of the first unit, or the count of the previous odd bucket (a gauge
// changes little). The differences are zigzag-encoded, the least byte
// first:
//
//	sizes(1)          of the total, of the good << 4: 0..8 bytes above the
//	                  multiple, or 9..15: 1..7 bytes above the one before
//	total, good       so many bytes each
//
// The good is expected as far above its multiple as the total is above its
// own: if every event was good, the two are equal and nothing is stored.

// oddBase holds the counts to which those of the next odd bucket are
// relative.
type oddBase struct{ total, good float64 }

// appendOdd appends the odd buckets to oddBytes.
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

// baseOf returns the counts of a bucket that is an exact multiple of the
// unit.
func baseOf(multiple, bad int64, unit float64) oddBase {
	return oddBase{float64(multiple) * unit, float64(multiple-bad) * unit}
}

// oddCode writes the shorter of two differences to out, the least byte first, and
// returns its code. A difference to the bucket before must be shorter by a byte to be
// used, and has 1 to 7 bytes, because the code has four bits.
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

// oddSize returns the number of bytes that follow a code.
func oddSize(code byte) int {
	if code > 8 {
		return int(code) - 8
	}
	return int(code)
}

// zigzag maps small numbers of either sign to small unsigned ones; unzigzag is its
// inverse.
func zigzag(n int64) uint64   { return uint64(n)<<1 ^ uint64(n>>63) }
func unzigzag(u uint64) int64 { return int64(u>>1) ^ -int64(u&1) }

// oddReader reads odd buckets from bytes that validOdd has accepted.
type oddReader struct {
	b      []byte
	before oddBase
}

// next returns the next odd bucket, or base if there is none left.
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

// take reads the difference that a code announces. validOdd has checked that it is
// there.
func (r *oddReader) take(code byte) int64 {
	var u uint64
	n := oddSize(code)
	for i := range n {
		u |= uint64(r.b[i]) << (8 * i)
	}
	r.b = r.b[n:]
	return unzigzag(u)
}

// validOdd reports whether b holds exactly n odd buckets.
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
