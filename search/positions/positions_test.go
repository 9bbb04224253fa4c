package positions

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
)

// Documents of any size have a hash function that numbers every word differently,
// with little room to spare.
func TestPerfect(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 7, 62, 63, 124, 125, 490, 497, 1000, 4000, 70_000} {
		words := make([]string, n)
		hashes, stream := make([]uint64, n), make([]uint32, n)
		for i := range words {
			words[i] = fmt.Sprintf("word%d", i)
			hashes[i], stream[i] = Hash(words[i]), uint32(i+1)
		}
		data := Encode(hashes, stream)
		p, ok := decode(data)
		if !ok {
			t.Fatalf("%d words: the layout is not read back", n)
		}
		seen := make(map[uint32]bool, n)
		for i, w := range words {
			if number := p.number(w); number == 0 || seen[number] || p.at(i) != number {
				t.Fatalf("%d words: %s has number %d, in the text %d", n, w, number, p.at(i))
			}
			seen[p.number(w)] = true
		}
		if n > 100 && float64(n)/float64(uint64(1)<<p.bits) < 0.45 {
			t.Errorf("%d words take numbers of %d bits", n, p.bits)
		}
		if n > 1 && (!p.contains(words[n-2:]) || p.contains([]string{words[1], words[0]})) {
			t.Errorf("%d words: the last two are not found side by side, or the first two in the wrong order", n)
		}
	}
}

// Two tokens of one hash take one number; nothing else suffers.
func TestCollision(t *testing.T) {
	data := Encode([]uint64{Hash("a"), Hash("b"), Hash("a")}, []uint32{1, 2, 3, 0})
	if !Contains(data, []string{"a", "b", "a"}) || Contains(data, []string{"a", "a"}) {
		t.Error("phrases are not found")
	}
}

// An index of format 1 answers until its successor is built.
func TestFormat1(t *testing.T) {
	data := []byte{2, 0, 3}
	for _, w := range []string{"the", "pool", "size"} {
		data = binary.BigEndian.AppendUint16(data, uint16(seeded(Hash(w), 0)>>48))
	}
	for _, n := range []uint32{1, 2, 0, 3} {
		data = appendNumber1(data, n)
	}
	if !Contains(data, []string{"the", "pool"}) || Contains(data, []string{"pool", "size"}) {
		t.Error("phrases are not found")
	}
}

func FuzzContains(f *testing.F) {
	f.Add(Encode([]uint64{Hash("a"), Hash("b")}, []uint32{1, 2, 0}), "a b")
	f.Add([]byte{layout, 0, 32, 1, 0, 1, 2, 3, 4, 5, 6, 7}, "a b")
	f.Add([]byte{2, 0, 200, 200, 200, 1}, "a")
	f.Fuzz(func(_ *testing.T, data []byte, words string) {
		Contains(data, strings.Fields(words)) // must not panic
	})
}
