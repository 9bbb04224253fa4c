package positions

import (
	"math"
	"math/bits"
	"slices"
)

const (
	// bucketsPerTen is the number of displacements for ten tokens. With fewer, the last
	// buckets of two tokens find no free numbers in 256 tries.
	bucketsPerTen = 4
	// fullest is the maximum share of the numbers that are assigned.
	fullest = 0.97
	// maxSeeds is the number of seeds to try before the numbers grow by one bit.
	maxSeeds = 8
)

// perfect returns a hash function that assigns a different number, 1 or above, to each
// token, and these numbers. Two tokens with the same 64-bit hash, which texts do not
// contain by chance, share a number.
func perfect(hashes []uint64) (decoded, []uint32) {
	width := uint(bits.Len(uint(math.Ceil(float64(len(hashes)+1) / fullest))))
	for ; ; width++ {
		for seed := range byte(maxSeeds) {
			f := finder{hashes: hashes, width: width, buckets: make([]byte, len(hashes)*bucketsPerTen/10+1)}
			if numbers, ok := f.find(seed); ok {
				return decoded{seed: seed, bits: width, buckets: f.buckets}, numbers
			}
		}
	}
}

// finder searches for displacements under one seed.
type finder struct {
	hashes  []uint64
	width   uint
	buckets []byte
	taken   []uint64 // bit set of numbers
	mixed   []uint64 // seeded hashes
	first   []uint32 // bucket -> index of its first token in order; one more at the end
	order   []uint32 // tokens by bucket
}

// find assigns numbers to the largest buckets first, while most numbers are free. It
// returns false if a bucket has no displacement that works.
func (f *finder) find(seed byte) ([]uint32, bool) {
	f.taken = make([]uint64, max(1, 1<<f.width/64))
	f.taken[0] = 1 // the gap
	most := f.sort(seed)
	numbers := make([]uint32, len(f.hashes))
	for size := most; size > 0; size-- {
		for b := range f.buckets {
			if f.first[b+1]-f.first[b] != size {
				continue
			}
			displacement, ok := f.place(f.order[f.first[b]:f.first[b+1]], numbers)
			if !ok {
				return nil, false
			}
			f.buckets[b] = displacement
		}
	}
	return numbers, true
}

// sort fills order with the tokens by bucket and returns the size of the largest one.
func (f *finder) sort(seed byte) (most uint32) {
	f.mixed = make([]uint64, len(f.hashes))
	f.first = make([]uint32, len(f.buckets)+1)
	for i, h := range f.hashes {
		f.mixed[i] = seeded(h, seed)
		f.first[bucketOf(f.mixed[i], len(f.buckets))+1]++
	}
	for b := range f.buckets {
		most = max(most, f.first[b+1])
		f.first[b+1] += f.first[b]
	}
	f.order = make([]uint32, len(f.hashes))
	next := slices.Clone(f.first)
	for i, h := range f.mixed {
		b := bucketOf(h, len(f.buckets))
		f.order[next[b]] = uint32(i)
		next[b]++
	}
	return most
}

// place returns a displacement under which all tokens of one bucket have free numbers,
// and takes these numbers.
func (f *finder) place(tokens, numbers []uint32) (byte, bool) {
	for d := range math.MaxUint8 + 1 {
		placed := 0
		for i, t := range tokens {
			n := numberOf(f.mixed[t], byte(d), f.width)
			if f.taken[n>>6]&(1<<(n&63)) != 0 && !f.shares(tokens[:i], t) {
				break
			}
			f.taken[n>>6] |= 1 << (n & 63)
			numbers[t] = n
			placed++
		}
		if placed == len(tokens) {
			return byte(d), true
		}
		for _, t := range tokens[:placed] {
			f.taken[numbers[t]>>6] &^= 1 << (numbers[t] & 63)
		}
	}
	return 0, false
}

// shares reports whether a token has the hash of an earlier one of its bucket.
func (f *finder) shares(before []uint32, token uint32) bool {
	return slices.ContainsFunc(before, func(t uint32) bool { return f.mixed[t] == f.mixed[token] })
}
