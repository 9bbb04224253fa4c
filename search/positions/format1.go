package positions

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"
)

// This file reads positions in format 1. An index of that format serves searches until
// the index that replaces it is complete.
//
//	1 byte    width of a hash in bytes, 2 to 8
//	1 byte    seed, chosen so that no two tokens of this document share a hash
//	uvarint   n, the number of distinct tokens
//	n*width   the hash of each token, by number
//	rest      the numbers in text order, each written as a UTF-8 rune; 0 is a gap
//
// A phrase is a substring of the rest, because UTF-8 is self-synchronising.

// UTF-8 cannot encode the surrogates, so the numbers skip them.
const (
	firstSurrogate = 0xD800
	surrogates     = 0x800
)

func appendNumber1(dst []byte, n uint32) []byte {
	if n >= firstSurrogate {
		n += surrogates
	}
	return utf8.AppendRune(dst, rune(n))
}

// contains1 is Contains for format 1.
func contains1(data []byte, words []string) bool {
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
		number, ok := lookup1(table, width, seeded(Hash(w), seed)>>(64-8*uint(width)))
		if !ok {
			return false
		}
		needle = appendNumber1(needle, number)
	}
	return bytes.Contains(stream, needle)
}

// lookup1 returns the number of the token with a hash. Hashes fill the table in the
// order of the numbers, which begin at 1.
func lookup1(table []byte, width byte, hash uint64) (uint32, bool) {
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
