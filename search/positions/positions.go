// Package positions owns the encoding of the positions of a document's tokens. It
// takes about twelve bits a token and verifies phrases without the text and without
// term vectors, which take six times as much.
//
// # Data layout
//
// Every distinct token of the document has a number of a fixed width; 0 is a gap,
// which no phrase crosses. A perfect hash function for this document assigns the
// numbers ("hash, displace and compress", Belazzougui, Botelho, Dietzfelbinger 2009).
// It takes three bits a token where a table of hashes takes sixteen:
//
//	1 byte    layout, 16
//	1 byte    seed of the hash
//	1 byte    bits, of a number
//	uvarint   b, the number of buckets
//	b bytes   the displacement of each bucket
//	rest      the numbers in text order, bits each, the lowest first; 7 bytes of 0
//
// A token that is not in the document has the number of one that is. Results are
// exact if all tokens of a phrase are known to be in the document. The encoding of
// index format 1, which is still read, is in format1.go.
package positions

import "encoding/binary"

// decoded holds the fields of one encoded document.
type decoded struct {
	seed    byte
	bits    uint
	buckets []byte
	stream  []byte // padded with streamPad bytes
}

const (
	// layout is the first byte of this layout; format 1 begins with 2 to 8.
	layout = 16
	// streamPad bytes at the end let one load of eight bytes read any number.
	streamPad = 7
)

// Hash returns the 64-bit FNV-1a hash of a token, which Encode takes.
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

// bucketOf returns the bucket, below n, of a seeded hash.
func bucketOf(h uint64, n int) int { return int((h >> 32) * uint64(n) >> 32) }

// numberOf returns the number of a seeded hash under a displacement.
func numberOf(h uint64, displacement byte, width uint) uint32 {
	h = (h + uint64(displacement)*0xD6E8FEB86659FD93) * 0xFF51AFD7ED558CCD
	h = (h ^ h>>32) * 0xC4CEB9FE1A85EC53
	return uint32(h >> (64 - width))
}

// number returns the number of a token that is in the document.
func (p decoded) number(token string) uint32 {
	h := seeded(Hash(token), p.seed)
	return numberOf(h, p.buckets[bucketOf(h, len(p.buckets))], p.bits)
}

// len returns how many numbers the stream holds, gaps included.
func (p decoded) len() int { return (len(p.stream) - streamPad) * 8 / int(p.bits) }

// at returns the number at position i.
func (p decoded) at(i int) uint32 {
	bit := i * int(p.bits)
	return uint32(binary.LittleEndian.Uint64(p.stream[bit>>3:])>>(bit&7)) & (1<<p.bits - 1)
}

// contains reports whether the words, all of which are in the document, are adjacent
// in this order.
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
		if binary.LittleEndian.Uint64(p.stream[bit>>3:])>>(bit&7)&mask != first { // at, inlined
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

// decode parses the layout of the package comment. It returns false for damaged data.
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

// Contains reports whether the words are adjacent, in this order, in the encoded text.
// It reads this format of the index and format 1. Each word must be known to be in the
// text. Damaged data contains nothing.
func Contains(data []byte, words []string) bool {
	if p, ok := decode(data); ok {
		return p.contains(words)
	}
	return contains1(data, words)
}

// Encode returns the encoded positions of a text. hashes are those of its distinct
// tokens (see Hash). stream is the text: for each token its index in hashes plus one,
// 0 for a gap. Encode overwrites stream.
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
