package search

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
)

// positions tell which token stands where in a document, in some twelve bits a token,
// so that a phrase can be verified without the text and without term vectors
// (which cost six times as much).
//
// Every distinct token of the document has a number of so many bits; 0 is a gap
// that no phrase crosses. Numbers are given by a perfect hash function that fits
// this document ("hash, displace and compress", Belazzougui, Botelho, Dietzfelbinger
// 2009), which takes three bits a token where a table of hashes takes sixteen:
//
//	1 byte    layout, positionsLayout
//	1 byte    seed of the hash
//	1 byte    bits, of a number
//	uvarint   b, the number of buckets
//	b bytes   the displacement of each bucket
//	rest      the numbers in text order, bits each, the lowest first; 7 bytes of 0
//
// A token that is not in the document has the number of one that is: ask only for
// tokens that the word field says are there, and the answer is exact.
type positions struct {
	seed    byte
	bits    uint
	buckets []byte
	stream  []byte // padded with streamPad bytes
}

const (
	// positionsLayout marks this layout; format 1 began with 2 to 8.
	positionsLayout = 16
	// streamPad lets every number be read by one load of eight bytes.
	streamPad = 7
	// bucketsPerTen is how many displacements ten tokens have: with fewer, the last
	// buckets of two find no room in 256 tries.
	bucketsPerTen = 4
	// fullest is how full the numbers get.
	fullest = 0.97
	// maxSeeds bounds the search for a seed before numbers get one bit more.
	maxSeeds = 8
)

// tokenHash is FNV-1a of 64 bits.
func tokenHash(token string) uint64 {
	h := uint64(14695981039346656037)
	for i := 0; i < len(token); i++ {
		h = (h ^ uint64(token[i])) * 1099511628211
	}
	return h
}

// seeded mixes a seed into a hash (splitmix64).
func seeded(h uint64, seed byte) uint64 {
	h += uint64(seed) * 0x9E3779B97F4A7C15
	h = (h ^ h>>30) * 0xBF58476D1CE4E5B9
	h = (h ^ h>>27) * 0x94D049BB133111EB
	return h ^ h>>31
}

// bucketOf spreads a seeded hash over n buckets.
func bucketOf(h uint64, n int) int { return int((h >> 32) * uint64(n) >> 32) }

// numberOf is the number that a displacement gives a seeded hash.
func numberOf(h uint64, displacement byte, width uint) uint32 {
	h = (h + uint64(displacement)*0xD6E8FEB86659FD93) * 0xFF51AFD7ED558CCD
	h = (h ^ h>>32) * 0xC4CEB9FE1A85EC53
	return uint32(h >> (64 - width))
}

// number is that of a token which is in the document.
func (p positions) number(token string) uint32 {
	h := seeded(tokenHash(token), p.seed)
	return numberOf(h, p.buckets[bucketOf(h, len(p.buckets))], p.bits)
}

// len is how many numbers there are, gaps included.
func (p positions) len() int { return (len(p.stream) - streamPad) * 8 / int(p.bits) }

// at is the number in place i.
func (p positions) at(i int) uint32 {
	bit := i * int(p.bits)
	return uint32(binary.LittleEndian.Uint64(p.stream[bit>>3:])>>(bit&7)) & (1<<p.bits - 1)
}

// contains tells whether the words, all of which are in the document, stand next
// to one another in this order.
func (p positions) contains(words []string) bool {
	var buf [16]uint32
	want := buf[:0]
	for _, w := range words {
		want = append(want, p.number(w))
	}
	if len(want) == 0 {
		return false
	}
	first, mask := uint64(want[0]), uint64(1)<<p.bits-1
	for i, last, bit := 0, p.len()-len(want), uint(0); i <= last; i, bit = i+1, bit+p.bits {
		if binary.LittleEndian.Uint64(p.stream[bit>>3:])>>(bit&7)&mask != first { // at, in line
			continue
		}
		k := 1
		for k < len(want) && p.at(i+k) == want[k] {
			k++
		}
		if k == len(want) {
			return true
		}
	}
	return false
}

// decodePositions reads the layout above; damaged data gives false.
func decodePositions(data []byte) (positions, bool) {
	if len(data) < 4 || data[0] != positionsLayout || data[2] == 0 || data[2] > 32 {
		return positions{}, false
	}
	p := positions{seed: data[1], bits: uint(data[2])}
	n, k := binary.Uvarint(data[3:])
	if k <= 0 || n == 0 || n > uint64(len(data)) || uint64(len(data)-3-k) < n+streamPad {
		return positions{}, false
	}
	p.buckets, p.stream = data[3+k:][:n], data[3+k+int(n):]
	return p, true
}

// containsPhrase is contains over encoded positions, of this format or the one
// before. Damaged data contains nothing.
func containsPhrase(data []byte, words []string) bool {
	if p, ok := decodePositions(data); ok {
		return p.contains(words)
	}
	return containsPhrase1(data, words)
}

// encodePositions writes the layout. hashes are those of the distinct tokens by
// their place in the list; stream holds places plus one, 0 for a gap, and is
// changed.
func encodePositions(hashes []uint64, stream []uint32) []byte {
	p, numbers := perfect(hashes)
	for i, place := range stream {
		if place > 0 {
			stream[i] = numbers[place-1]
		}
	}
	size := (len(stream)*int(p.bits) + 7) / 8
	out := make([]byte, 0, 16+len(p.buckets)+size+streamPad)
	out = append(out, positionsLayout, p.seed, byte(p.bits))
	out = binary.AppendUvarint(out, uint64(len(p.buckets)))
	out = append(out, p.buckets...)
	var acc uint64
	var have uint
	for _, n := range stream {
		acc |= uint64(n) << have
		for have += p.bits; have >= 8; have -= 8 {
			out = append(out, byte(acc))
			acc >>= 8
		}
	}
	if have > 0 {
		out = append(out, byte(acc))
	}
	return append(out, make([]byte, streamPad)...)
}

// perfect finds a hash function that numbers the tokens from 1 up, each
// differently. Two tokens of the same hash, which nobody writes by chance, share
// a number.
func perfect(hashes []uint64) (positions, []uint32) {
	width := uint(bits.Len(uint(math.Ceil(float64(len(hashes)+1) / fullest))))
	for ; ; width++ {
		for seed := range byte(maxSeeds) {
			f := finder{hashes: hashes, width: width, buckets: make([]byte, len(hashes)*bucketsPerTen/10+1)}
			if numbers, ok := f.find(seed); ok {
				return positions{seed: seed, bits: width, buckets: f.buckets}, numbers
			}
		}
	}
}

// finder looks for displacements under one seed.
type finder struct {
	hashes  []uint64
	width   uint
	buckets []byte
	taken   []uint64 // bit set of numbers
	mixed   []uint64 // seeded hashes
	first   []uint32 // bucket -> its first place in order, and one past the last
	order   []uint32 // tokens by bucket
}

// find places the fullest buckets first.
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

// sort puts the tokens into their buckets; most is the size of the fullest.
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

// place finds a displacement that gives the tokens of one bucket free numbers.
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

// shares tells whether a token has the hash of one before it in its bucket.
func (f *finder) shares(before []uint32, token uint32) bool {
	return slices.ContainsFunc(before, func(t uint32) bool { return f.mixed[t] == f.mixed[token] })
}
