package search

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// A phrase of words of a document is found exactly when the document has it.
func TestPositions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.SampledFrom([]int{3, 30, 1500}).Draw(t, "vocabulary")
		word := rapid.Custom(func(t *rapid.T) string { return fmt.Sprintf("w%d", rapid.IntRange(0, size).Draw(t, "n")) })
		text := rapid.SliceOfN(word, 1, 200).Draw(t, "text")
		c := newComposer()
		c.cutUp(Document{Sections: []Section{{Text: strings.Join(text, " ")}}})
		data := c.positions()
		from := rapid.IntRange(0, len(text)-1).Draw(t, "from")
		to := rapid.IntRange(from+1, min(len(text), from+5)).Draw(t, "to")
		if !containsPhrase(data, text[from:to]) {
			t.Fatalf("%v is not found in %v", text[from:to], text)
		}
		other := rapid.SliceOfN(rapid.SampledFrom(text), 1, 4).Draw(t, "other")
		want := strings.Contains(" "+strings.Join(text, " ")+" ", " "+strings.Join(other, " ")+" ")
		if got := containsPhrase(data, other); got != want {
			t.Fatalf("%v in %v: %v, want %v", other, text, got, want)
		}
	})
}

// Phrases do not run from one piece of a document into the next.
func TestPositionsGap(t *testing.T) {
	c := newComposer()
	c.cutUp(Document{Title: "pool", Sections: []Section{{Heading: "size", Text: "small"}}})
	data := c.positions()
	if containsPhrase(data, []string{"pool", "size"}) || containsPhrase(data, []string{"size", "small"}) {
		t.Error("a phrase crosses a gap")
	}
}

// Documents of any size have a hash function that numbers every word differently,
// with little room to spare.
func TestPositionsPerfect(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 7, 62, 63, 124, 125, 490, 497, 1000, 4000, 70_000} {
		words := make([]string, n)
		hashes, stream := make([]uint64, n), make([]uint32, n)
		for i := range words {
			words[i] = fmt.Sprintf("word%d", i)
			hashes[i], stream[i] = tokenHash(words[i]), uint32(i+1)
		}
		data := encodePositions(hashes, stream)
		p, ok := decodePositions(data)
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
func TestPositionsCollision(t *testing.T) {
	data := encodePositions([]uint64{tokenHash("a"), tokenHash("b"), tokenHash("a")}, []uint32{1, 2, 3, 0})
	if !containsPhrase(data, []string{"a", "b", "a"}) || containsPhrase(data, []string{"a", "a"}) {
		t.Error("phrases are not found")
	}
}

// An index of format 1 answers until its successor is built.
func TestPositions1(t *testing.T) {
	data := []byte{2, 0, 3}
	for _, w := range []string{"the", "pool", "size"} {
		data = binary.BigEndian.AppendUint16(data, uint16(seeded(tokenHash(w), 0)>>48))
	}
	for _, n := range []uint32{1, 2, 0, 3} {
		data = appendNumber1(data, n)
	}
	if !containsPhrase(data, []string{"the", "pool"}) || containsPhrase(data, []string{"pool", "size"}) {
		t.Error("phrases are not found")
	}
}

// A summary that is quoted from the text is not laid twice, but its words count
// even when it ends inside one.
func TestPositionsSilent(t *testing.T) {
	c := newComposer()
	c.cutUp(Document{Summary: "pools time", Sections: []Section{{Text: "all pools timeout"}}})
	c.positions()
	if c.number["time"] == 0 {
		t.Error("a word of the summary has no position")
	}
}

func FuzzContainsPhrase(f *testing.F) {
	f.Add(encodePositions([]uint64{tokenHash("a"), tokenHash("b")}, []uint32{1, 2, 0}), "a b")
	f.Add([]byte{positionsLayout, 0, 32, 1, 0, 1, 2, 3, 4, 5, 6, 7}, "a b")
	f.Add([]byte{2, 0, 200, 200, 200, 1}, "a")
	f.Fuzz(func(_ *testing.T, data []byte, words string) {
		containsPhrase(data, strings.Fields(words)) // must not panic
	})
}

func BenchmarkPositions(b *testing.B) {
	docs := synthetic(b, 200)
	c := newComposer()
	var data [][]byte
	for _, d := range docs {
		c.cutUp(d)
		data = append(data, c.positions())
	}
	b.Run("encode", func(b *testing.B) {
		c.cutUp(docs[0])
		for b.Loop() {
			c.positions()
		}
	})
	b.Run("contains", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			containsPhrase(data[i%len(data)], []string{"the", "pool"})
		}
	})
}
