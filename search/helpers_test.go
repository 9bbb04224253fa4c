package search

import (
	"context"
	"iter"
	"log/slog"
	"testing"
	"time"
)

// memory is a Source over a map.
type memory map[string]Document

func (m memory) Documents(_ context.Context, ids []string) ([]Document, error) {
	var out []Document
	for _, id := range ids {
		if d, ok := m[id]; ok {
			out = append(out, d)
		}
	}
	return out, nil
}

// contents yields the documents at a state.
func contents(upTo uint64, docs ...Document) Contents {
	return Contents{UpTo: upTo, Total: len(docs), Documents: func(yield func(Document, error) bool) {
		for _, d := range docs {
			if !yield(d, nil) {
				return
			}
		}
	}}
}

var _ iter.Seq2[Document, error] = contents(0).Documents

// quiet is the options of a test index: a logger that says nothing.
func quiet(dir string, source Source) Options {
	return Options{
		Dir: dir, Source: source, Log: slog.New(slog.DiscardHandler), Now: time.Now,
		Limits: Limits{Budget: time.Minute},
	}
}

// indexOf builds an index over documents.
func indexOf(tb testing.TB, docs ...Document) *Index {
	tb.Helper()
	source := make(memory, len(docs))
	for _, d := range docs {
		source[d.ID] = d
	}
	x, err := Open(tb.Context(), quiet(tb.TempDir(), source))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := x.Close(); err != nil {
			tb.Error(err)
		}
	})
	if err := x.Rebuild(tb.Context(), contents(1, docs...)); err != nil {
		tb.Fatal(err)
	}
	return x
}

// find answers a query with everything on.
func find(tb testing.TB, x *Index, text string) Results {
	tb.Helper()
	r, err := x.Search(tb.Context(), Request{Text: text, Limit: 50, Facets: true, Fragments: true})
	if err != nil {
		tb.Fatalf("Search(%q): %v", text, err)
	}
	return r
}
