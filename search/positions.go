package search

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"
)

// positions tell which token stands where in a document, in about two bytes a
// token, so that a phrase can be verified without the text and without term
// vectors (which cost four times as much).
//
// The distinct tokens of a document are numbered from 1, the most frequent first;
// 0 is a gap that no phrase crosses. The encoding is
//
//	1 byte    width of a hash in bytes, 2 to 8
//	1 byte    seed, chosen so that no two tokens of this document share a hash
//	uvarint   n, the number of distinct tokens
//	n*width   the hash of each token, by number
//	rest      the numbers in text order, each written as a UTF-8 rune
//
// A phrase is looked for as a substring of the rest: UTF-8 synchronises itself,
// so a match begins and ends at numbers. A token that is not in the document may
// have the hash of one that is: ask only for tokens that the word field says are
// there, and the answer is exact.

// surrogates are the numbers UTF-8 cannot write; they are stepped over.
const (
	firstSurrogate = 0xD800
	surrogates     = 0x800
)

func appendNumber(dst []byte, n uint32) []byte {
	if n >= firstSurrogate {
		n += surrogates
	}
	return utf8.AppendRune(dst, rune(n))
}

// tokenHash is FNV-1a of 64 bits; seeded makes from it the stored hash.
func tokenHash(token string) uint64 {
	h := uint64(14695981039346656037)
	for i := 0; i < len(token); i++ {
		h = (h ^ uint64(token[i])) * 1099511628211
	}
	return h
}

// seeded mixes a seed into a hash (the multipliers of splitmix64) and keeps the
// highest width bytes.
func seeded(h uint64, seed, width byte) uint64 {
	h += uint64(seed) * 0x9E3779B97F4A7C15
	h = (h ^ h>>30) * 0xBF58476D1CE4E5B9
	h = (h ^ h>>27) * 0x94D049BB133111EB
	return (h ^ h>>31) >> (64 - 8*uint(width))
}

// maxSeeds bounds the search for a seed without collisions before the hash is
// made wider; 64 tries succeed at two bytes up to some 700 distinct tokens.
const maxSeeds = 64

// encodePositions writes the layout above. tokens lists the distinct tokens by
// number (tokens[0] is the gap), stream the numbers in text order.
func encodePositions(tokens []string, stream []uint32) []byte {
	hashes := make([]uint64, len(tokens)-1)
	for i, t := range tokens[1:] {
		hashes[i] = tokenHash(t)
	}
	width, seed := chooseHash(hashes)
	out := make([]byte, 0, 16+len(hashes)*int(width)+len(stream)*2)
	out = append(out, width, seed)
	out = binary.AppendUvarint(out, uint64(len(hashes)))
	var buf [8]byte
	for _, h := range hashes {
		binary.BigEndian.PutUint64(buf[:], seeded(h, seed, width))
		out = append(out, buf[8-width:]...)
	}
	for _, n := range stream {
		out = appendNumber(out, n)
	}
	return out
}

// chooseHash finds the narrowest hash that tells the tokens apart.
func chooseHash(hashes []uint64) (width, seed byte) {
	seen := make(map[uint64]struct{}, len(hashes))
	for width = 2; width < 8; width++ {
		// Expected collisions are n²/2^(8*width+1): past a few, no seed will do.
		if n := uint64(len(hashes)); n*n>>(8*width+1) > 5 {
			continue
		}
		for seed = range byte(maxSeeds) {
			if distinct(seen, hashes, seed, width) {
				return width, seed
			}
		}
	}
	return 8, 0
}

func distinct(seen map[uint64]struct{}, hashes []uint64, seed, width byte) bool {
	clear(seen)
	for _, h := range hashes {
		s := seeded(h, seed, width)
		if _, dup := seen[s]; dup {
			return false
		}
		seen[s] = struct{}{}
	}
	return true
}

// containsPhrase tells whether the words, all of which are in the document,
// stand next to one another in this order. Damaged data contains nothing.
func containsPhrase(data []byte, words []string) bool {
	if len(data) < 3 || data[0] < 2 || data[0] > 8 {
		return false
	}
	width, seed := data[0], data[1]
	n, k := binary.Uvarint(data[2:])
	if k <= 0 || n > uint64(len(data)) || uint64(len(data)-2-k) < n*uint64(width) {
		return false
	}
	table := data[2+k:][:n*uint64(width)]
	stream := data[2+k+len(table):]
	var buf [64]byte
	needle := buf[:0]
	for _, w := range words {
		number, ok := lookup(table, width, seeded(tokenHash(w), seed, width))
		if !ok {
			return false
		}
		needle = appendNumber(needle, number)
	}
	return bytes.Contains(stream, needle)
}

// lookup finds the number of the token with a hash.
func lookup(table []byte, width byte, hash uint64) (uint32, bool) {
	var h [8]byte
	binary.BigEndian.PutUint64(h[:], hash)
	want := h[8-width:]
	w := int(width)
	for i := 0; i+w <= len(table); i += w {
		if table[i] == want[0] && bytes.Equal(table[i:i+w], want) {
			return uint32(i/w) + 1, true
		}
	}
	return 0, false
}
