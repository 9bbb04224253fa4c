// Package positions owns where the tokens of a document stand, in some twelve
// bits a token, so that a phrase can be verified without the text and without term
// vectors (which cost six times as much).
//
// # Data layout
//
// Every distinct token of the document has a number of so many bits; 0 is a gap
// that no phrase crosses. Numbers are given by a perfect hash function that fits
// this document ("hash, displace and compress", Belazzougui, Botelho, Dietzfelbinger
// 2009), which takes three bits a token where a table of hashes takes sixteen:
//
//	1 byte    layout, 16
//	1 byte    seed of the hash
//	1 byte    bits, of a number
//	uvarint   b, the number of buckets
//	b bytes   the displacement of each bucket
//	rest      the numbers in text order, bits each, the lowest first; 7 bytes of 0
//
// A token that is not in the document has the number of one that is: ask only for
// tokens that are known to be there, and the answer is exact. The form of format 1
// of the index, which is still read, is in format1.go.
package positions

import "encoding/binary"

// decoded is the layout of one document, taken apart.
type decoded struct {
	seed    byte
	bits    uint
	buckets []byte
	stream  []byte // padded with streamPad bytes
}

const (
	// layout marks this layout; format 1 began with 2 to 8.
	layout = 16
	// streamPad lets every number be read by one load of eight bytes.
	streamPad = 7
)

// Hash is the hash of a token by which Encode numbers it: FNV-1a of 64 bits.
func Hash(token string) uint64 {
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
func (p decoded) number(token string) uint32 {
	h := seeded(Hash(token), p.seed)
	return numberOf(h, p.buckets[bucketOf(h, len(p.buckets))], p.bits)
}

// len is how many numbers there are, gaps included.
func (p decoded) len() int { return (len(p.stream) - streamPad) * 8 / int(p.bits) }

// at is the number in place i.
func (p decoded) at(i int) uint32 {
	bit := i * int(p.bits)
	return uint32(binary.LittleEndian.Uint64(p.stream[bit>>3:])>>(bit&7)) & (1<<p.bits - 1)
}

// contains tells whether the words, all of which are in the document, stand next
// to one another in this order.
func (p decoded) contains(words []string) bool {
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

// decode reads the layout above; damaged data gives false.
func decode(data []byte) (decoded, bool) {
	if len(data) < 4 || data[0] != layout || data[2] == 0 || data[2] > 32 {
		return decoded{}, false
	}
	p := decoded{seed: data[1], bits: uint(data[2])}
	n, k := binary.Uvarint(data[3:])
	if k <= 0 || n == 0 || n > uint64(len(data)) || uint64(len(data)-3-k) < n+streamPad {
		return decoded{}, false
	}
	p.buckets, p.stream = data[3+k:][:n], data[3+k+int(n):]
	return p, true
}

// Contains tells whether the words stand next to one another, in this order, in
// the text that was encoded, by this format of the index or the one before. Each
// word must be known to be in the text. Damaged data contains nothing.
func Contains(data []byte, words []string) bool {
	if p, ok := decode(data); ok {
		return p.contains(words)
	}
	return contains1(data, words)
}

// Encode writes the layout. hashes are those of the distinct tokens (see Hash);
// stream is the text: the place of each token in hashes plus one, 0 for a gap. It
// is changed.
func Encode(hashes []uint64, stream []uint32) []byte {
	p, numbers := perfect(hashes)
	for i, place := range stream {
		if place > 0 {
			stream[i] = numbers[place-1]
		}
	}
	size := (len(stream)*int(p.bits) + 7) / 8
	out := make([]byte, 0, 16+len(p.buckets)+size+streamPad)
	out = append(out, layout, p.seed, byte(p.bits))
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
