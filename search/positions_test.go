package search

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/postern/postern/search/positions"
)

// A phrase of words of a document is found exactly when the document has it.
func TestPositions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.SampledFrom([]int{3, 30, 1500}).Draw(t, "vocabulary")
		word := rapid.Custom(func(t *rapid.T) string { return fmt.Sprintf("w%d", rapid.IntRange(0, size).Draw(t, "n")) })
		text := rapid.SliceOfN(word, 1, 200).Draw(t, "text")
		c := newComposer()
		c.tokenize(Document{Sections: []Section{{Text: strings.Join(text, " ")}}})
		data := c.positions()
		from := rapid.IntRange(0, len(text)-1).Draw(t, "from")
		to := rapid.IntRange(from+1, min(len(text), from+5)).Draw(t, "to")
		if !positions.Contains(data, text[from:to]) {
			t.Fatalf("%v is not found in %v", text[from:to], text)
		}
		other := rapid.SliceOfN(rapid.SampledFrom(text), 1, 4).Draw(t, "other")
		want := strings.Contains(" "+strings.Join(text, " ")+" ", " "+strings.Join(other, " ")+" ")
		if got := positions.Contains(data, other); got != want {
			t.Fatalf("%v in %v: %v, want %v", other, text, got, want)
		}
	})
}

// Phrases do not run from one piece of a document into the next.
func TestPositionsGap(t *testing.T) {
	c := newComposer()
	c.tokenize(Document{Title: "pool", Sections: []Section{{Heading: "size", Text: "small"}}})
	data := c.positions()
	if positions.Contains(data, []string{"pool", "size"}) || positions.Contains(data, []string{"size", "small"}) {
		t.Error("a phrase crosses a gap")
	}
}

// A summary that is quoted from the text is not laid twice, but its words count
// even when it ends inside one.
func TestPositionsSilent(t *testing.T) {
	c := newComposer()
	c.tokenize(Document{Summary: "pools time", Sections: []Section{{Text: "all pools timeout"}}})
	c.positions()
	if c.number["time"] == 0 {
		t.Error("a word of the summary has no position")
	}
}

func BenchmarkPositions(b *testing.B) {
	docs := synthetic(b, 200)
	c := newComposer()
	var data [][]byte
	for _, d := range docs {
		c.tokenize(d)
		data = append(data, c.positions())
	}
	b.Run("encode", func(b *testing.B) {
		c.tokenize(docs[0])
		for b.Loop() {
			c.positions()
		}
	})
	b.Run("contains", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			positions.Contains(data[i%len(data)], []string{"the", "pool"})
		}
	})
}
