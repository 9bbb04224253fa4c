package positions

import (
	"encoding/hex"
	"hash/fnv"
	"testing"
)

// Indexes on disk have these bytes: a change needs a new format.
func TestEncodingIsStable(t *testing.T) {
	for word, want := range map[string]string{"": "cbf29ce484222325", "a": "af63dc4c8601ec8c"} {
		if got := hex.EncodeToString(bigEndian(Hash(word))); got != want {
			t.Errorf("Hash(%q) = %s, want %s", word, got, want)
		}
	}
	var hashes []uint64
	for _, w := range []string{"the", "connection", "pool", "is", "exhausted", "again"} {
		hashes = append(hashes, Hash(w))
	}
	got := hex.EncodeToString(Encode(hashes, []uint32{1, 2, 3, 4, 5, 0, 3, 6, 0}))
	if want := "10000403000001e4d905690000000000000000"; got != want {
		t.Errorf("encoded as %s, want %s", got, want)
	}
	if got := hex.EncodeToString(Encode(nil, nil)); got != "100002010000000000000000" {
		t.Errorf("an empty document is encoded as %s", got)
	}
}

func bigEndian(h uint64) []byte {
	b := make([]byte, 8)
	for i := range b {
		b[i] = byte(h >> (56 - 8*i))
	}
	return b
}

// Hash is FNV-1a, for words of any script.
func TestHash(t *testing.T) {
	for _, word := range []string{"pool", "连接", "tcp_tw_reuse", "\xff"} {
		h := fnv.New64a()
		_, _ = h.Write([]byte(word))
		if got := Hash(word); got != h.Sum64() {
			t.Errorf("Hash(%q) = %x, want %x", word, got, h.Sum64())
		}
	}
}

// Damaged data contains nothing, in either format.
func TestDamagedDataContainsNothing(t *testing.T) {
	good := Encode([]uint64{Hash("a"), Hash("b")}, []uint32{1, 2, 0})
	if !Contains(good, []string{"a", "b"}) || Contains(good, []string{"b", "a"}) || Contains(good, nil) {
		t.Fatal("the undamaged data is not read")
	}
	damaged := func(at int, b byte) []byte {
		out := append([]byte(nil), good...)
		out[at] = b
		return out
	}
	for name, data := range map[string][]byte{
		"empty":                   {},
		"layout only":             good[:1],
		"another layout":          damaged(0, 17),
		"no width":                damaged(2, 0),
		"width of 33 bits":        damaged(2, 33),
		"no buckets":              damaged(3, 0),
		"more buckets than bytes": damaged(3, 200),
		"no stream":               good[:5],
		"format 1, short":         {2, 0},
		"format 1, width 1":       {1, 0, 1, 1, 1},
		"format 1, width 9":       {9, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
		"format 1, no number":     {2, 0, 0x80},
		"format 1, many tokens":   {2, 0, 120, 1, 1},
		"format 1, half a table":  {2, 0, 2, 1, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			if Contains(data, []string{"a", "b"}) || Contains(data, []string{"a"}) {
				t.Error("it contains a phrase")
			}
		})
	}
}

// A number of any width is read from any bit of the stream.
func TestWidths(t *testing.T) {
	for _, n := range []int{1, 2, 5, 30, 100, 1000} {
		words := make([]string, n)
		hashes, stream := make([]uint64, n), make([]uint32, 0, 3*n)
		for i := range words {
			words[i] = string(rune('a'+i%26)) + string(rune(0x4E00+i))
			hashes[i] = Hash(words[i])
			stream = append(stream, uint32(i+1), uint32(i+1), 0) // each twice, then a gap
		}
		data := Encode(hashes, stream)
		for i, w := range words {
			if !Contains(data, []string{w, w}) || Contains(data, []string{w, w, w}) || n > 1 && Contains(data, []string{w, words[(i+1)%n]}) {
				t.Fatalf("%d words: word %d is not found twice, or across a gap", n, i)
			}
		}
	}
}
