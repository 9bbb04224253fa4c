package search

import (
	"fmt"
	"slices"
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

// Many distinct words need wider hashes and numbers of three bytes.
func TestPositionsLarge(t *testing.T) {
	var words []string
	for i := range 70_000 {
		words = append(words, fmt.Sprintf("word%d", i))
	}
	stream := make([]uint32, len(words))
	for i := range stream {
		stream[i] = uint32(i + 1)
	}
	data := encodePositions(append([]string{""}, words...), stream)
	for _, i := range []int{0, 126, 2046, firstSurrogate - 3, firstSurrogate, 69_998} {
		if !containsPhrase(data, words[i:i+2]) {
			t.Errorf("words %d and %d are not found side by side", i, i+1)
		}
		if containsPhrase(data, []string{words[i+1], words[i]}) {
			t.Errorf("words %d and %d are found in the wrong order", i, i+1)
		}
	}
}

// A summary that is quoted from the text is not laid twice, but its words count
// even when it ends inside one.
func TestPositionsSilent(t *testing.T) {
	c := newComposer()
	c.cutUp(Document{Summary: "pools time", Sections: []Section{{Text: "all pools timeout"}}})
	tokens, _ := c.number, c.positions()
	if !slices.Contains(c.names, "time") || tokens["time"] == 0 {
		t.Error("a word of the summary has no position")
	}
}

func FuzzContainsPhrase(f *testing.F) {
	f.Add(encodePositions([]string{"", "a", "b"}, []uint32{1, 2, 0}), "a b")
	f.Add([]byte{2, 0, 200, 200, 200, 1}, "a")
	f.Fuzz(func(_ *testing.T, data []byte, words string) {
		containsPhrase(data, strings.Fields(words)) // must not panic
	})
}
