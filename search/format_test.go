package search

import (
	"path/filepath"
	"slices"
	"testing"

	index "github.com/blevesearch/bleve_index_api"

	"github.com/postern/postern/portal/base/fault"
)

// stampFormat makes an index that is not open claim another format.
func stampFormat(t *testing.T, dir, format string) {
	t.Helper()
	g, err := openEngine(filepath.Join(dir, liveName), true)
	must(t, err)
	b := index.NewBatch()
	b.SetInternal([]byte(formatKey), []byte(format))
	must(t, g.batch(b))
	must(t, g.close())
}

// An index of the format before answers, and says that it is being replaced, until
// its successor is swapped in. It takes no changes, which would mix the formats.
func TestOlderFormat(t *testing.T) {
	dir, source := built(t)
	stampFormat(t, dir, "1")
	x, err := Open(t.Context(), quiet(dir, source))
	must(t, err)
	defer x.Close()
	if s := x.State(); !s.Usable || !s.Outdated || s.Seq != 8 {
		t.Fatalf("state %+v", s)
	}
	if err := x.Apply(t.Context(), Changes{UpTo: 9}); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("it takes changes: %v", err)
	}
	c := contents(9, hundred()...)
	documents := c.Documents
	c.Documents = func(yield func(Document, error) bool) {
		r := find(t, x, "connection pool")
		if r.Total != 100 || !slices.Contains(r.Notes, "the search index is being rebuilt: the latest changes may be missing") {
			t.Errorf("meanwhile it finds %d, notes %q", r.Total, r.Notes)
		}
		documents(yield)
	}
	must(t, x.Rebuild(t.Context(), c))
	if s := x.State(); !s.Usable || s.Outdated || s.Seq != 9 {
		t.Errorf("state after the rebuild %+v", s)
	}
	if r := find(t, x, "connection pool"); r.Total != 100 || len(r.Notes) > 0 {
		t.Errorf("after the rebuild it finds %d, notes %q", r.Total, r.Notes)
	}
}

// An index of a format that this build cannot read is set aside.
func TestUnknownFormat(t *testing.T) {
	dir, source := built(t)
	stampFormat(t, dir, "0")
	x, err := Open(t.Context(), quiet(dir, source))
	must(t, err)
	defer x.Close()
	if s := x.State(); s.Usable {
		t.Errorf("state %+v", s)
	}
	if _, err := x.Search(t.Context(), Request{Text: "pool"}); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("it answers: %v", err)
	}
}
