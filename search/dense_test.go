package search

import (
	"fmt"
	"strings"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
)

// A kept list says what the engine says, for any documents that are asked for.
func TestDenseLists(t *testing.T) {
	docs := make([]Document, 3*denseFrom)
	for i := range docs {
		text := strings.Repeat("common ", 1+i%200) + fmt.Sprintf("w%d ", i%denseShare)
		docs[i] = Document{ID: fmt.Sprintf("d%04d", i), Sections: []Section{{Text: text}}}
	}
	x := indexOf(t, docs...)
	must(t, x.reading(func(g *engine) error {
		return g.evaluate(t.Context(), func(e *evaluation) error {
			for _, l := range e.leaves {
				for _, term := range []string{"common", "w3", "nowhere"} {
					compareLists(t, l, term)
				}
			}
			return nil
		})
	}))
}

func compareLists(t *testing.T, l *leaf, term string) {
	t.Helper()
	p, err := l.postings(termField, term)
	must(t, err)
	if p.docs == nil {
		return
	}
	for _, step := range []uint32{1, 3, 7} {
		wanted := roaring.New()
		for doc := uint32(0); int(doc) < l.size(); doc += step {
			wanted.Add(doc)
		}
		var kept, read strings.Builder
		must(t, p.each(wanted, func(doc uint32, freq, norm uint8) { fmt.Fprintln(&kept, doc, freq, norm) }))
		must(t, p.read(roaring.And(wanted, p.docs), func(doc uint32, freq, norm uint8) { fmt.Fprintln(&read, doc, freq, norm) }))
		if kept.String() != read.String() || kept.Len() == 0 {
			t.Fatalf("%s by %d: kept\n%.200s\nread\n%.200s", term, step, kept.String(), read.String())
		}
	}
}

// A segment keeps a bounded number of lists, those used last.
func TestDenseListsAreForgotten(t *testing.T) {
	var d denseLists
	reads := 0
	ask := func(i int) {
		_, err := d.of(fmt.Sprint(i), func() ([]uint16, error) { reads++; return make([]uint16, 1), nil })
		must(t, err)
	}
	for i := range maxDense {
		ask(i)
	}
	ask(0)
	ask(maxDense) // forgets 1
	ask(0)
	if reads != maxDense+1 {
		t.Errorf("%d reads: a list in use was forgotten", reads)
	}
	if ask(1); reads != maxDense+2 || len(d.byTerm) != maxDense {
		t.Errorf("%d reads, %d kept", reads, len(d.byTerm))
	}
}
