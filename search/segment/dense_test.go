package segment

import (
	"fmt"
	"strings"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"
)

// segmentOf is the one segment of an index of these documents.
func segmentOf(t *testing.T, docs []*document.Document) *Reader {
	t.Helper()
	queue := index.NewAnalysisQueue(1)
	t.Cleanup(queue.Close)
	store, err := scorch.NewScorch(scorch.Name, map[string]any{"path": ""}, queue)
	if err == nil {
		err = store.Open()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	b := index.NewBatch()
	for _, d := range docs {
		b.Update(d)
	}
	if err := store.Batch(b); err != nil {
		t.Fatal(err)
	}
	snapshot, err := store.Reader()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = snapshot.Close() })
	var cache Cache
	readers := cache.Readers(snapshot.(*scorch.IndexSnapshot))
	if len(readers) != 1 {
		t.Fatalf("%d segments", len(readers))
	}
	return readers[0]
}

// A kept list says what the engine says, for any documents that are asked for.
func TestDenseLists(t *testing.T) {
	docs := make([]*document.Document, 3*denseFrom)
	for i := range docs {
		docs[i] = document.NewDocument(fmt.Sprintf("d%04d", i))
		terms := map[string]Weight{"common": {Sum: float64(1 + i%200), Token: i%3 == 0}, fmt.Sprintf("w%d", i%denseShare): {Sum: 1, Token: true}}
		docs[i].Fields = append(docs[i].Fields, NewWeights(TermField, terms, 1+i%MaxUnitCode))
	}
	r := segmentOf(t, docs)
	for _, term := range []string{"common", "w3", "nowhere"} {
		compareLists(t, r, term)
	}
}

func compareLists(t *testing.T, r *Reader, term string) {
	t.Helper()
	p, err := r.Postings(TermField, term)
	if err != nil {
		t.Fatal(err)
	}
	if (p.Docs == nil) != (term == "nowhere") {
		t.Fatalf("%s is in %v", term, p.Docs)
	}
	if p.Docs == nil {
		return
	}
	for _, step := range []uint32{1, 3, 7} {
		wanted := roaring.New()
		for doc := uint32(0); int(doc) < r.Size(); doc += step {
			wanted.Add(doc)
		}
		var kept, read strings.Builder
		err := p.Each(wanted, func(doc uint32, freq, norm uint8) { fmt.Fprintln(&kept, doc, freq, norm) })
		if err == nil {
			err = p.read(roaring.And(wanted, p.Docs), func(doc uint32, freq, norm uint8) { fmt.Fprintln(&read, doc, freq, norm) })
		}
		if err != nil || kept.String() != read.String() || kept.Len() == 0 {
			t.Fatalf("%s by %d: %v, kept\n%.200s\nread\n%.200s", term, step, err, kept.String(), read.String())
		}
	}
}

// A segment keeps a bounded number of lists, those used last.
func TestDenseListsAreForgotten(t *testing.T) {
	var d denseLists
	reads := 0
	ask := func(i int) {
		_, err := d.of(fmt.Sprint(i), func() ([]uint16, error) { reads++; return make([]uint16, 1), nil })
		if err != nil {
			t.Fatal(err)
		}
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
