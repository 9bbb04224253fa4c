package search

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/search/segment"
)

// hundred is a corpus that makes segments of some size.
func hundred() []Document {
	docs := make([]Document, 100)
	for i := range docs {
		docs[i] = Document{
			ID: fmt.Sprintf("d%03d", i), Kind: "guide", Title: fmt.Sprintf("Pool number %d", i),
			Sections: []Section{{Text: strings.Repeat(fmt.Sprintf("the connection pool of service-%d timed out ", i), 20)}},
		}
	}
	return docs
}

// built makes an index of the hundred documents in a folder and closes it.
func built(t *testing.T) (dir string, source memory) {
	t.Helper()
	dir, source = t.TempDir(), memory{}
	docs := hundred()
	for _, d := range docs {
		source[d.ID] = d
	}
	x, err := Open(t.Context(), quiet(dir, source))
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Rebuild(t.Context(), contents(7, docs...)); err != nil {
		t.Fatal(err)
	}
	if err := x.Apply(t.Context(), Changes{UpTo: 8, Put: docs[:3]}); err != nil {
		t.Fatal(err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, source
}

// inside lists the files of the live index whose name has the ending.
func inside(t *testing.T, dir, ending string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, liveName, "*"+ending))
	if err != nil || len(files) == 0 {
		t.Fatalf("no *%s in the index (%v)", ending, err)
	}
	return files
}

func truncate(t *testing.T, path string, size int64) {
	t.Helper()
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
}

// scribble overwrites n bytes at an offset with noise.
func scribble(t *testing.T, path string, at int64, n int) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	noise := make([]byte, n)
	_, _ = rand.Read(noise)
	if _, err := f.WriteAt(noise, at); err != nil {
		t.Fatal(err)
	}
}

func size(t *testing.T, path string) int64 {
	t.Helper()
	s, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return s.Size()
}

// damages are what can happen to the folder of an index, by name.
func damages() map[string]func(t *testing.T, dir string) {
	return map[string]func(t *testing.T, dir string){
		"folder deleted":     func(t *testing.T, dir string) { must(t, os.RemoveAll(filepath.Join(dir, liveName))) },
		"everything deleted": func(t *testing.T, dir string) { must(t, os.RemoveAll(dir)) },
		"folder is a file": func(t *testing.T, dir string) {
			d := filepath.Join(dir, liveName)
			must(t, os.RemoveAll(d))
			must(t, os.WriteFile(d, []byte("x"), 0o600))
		},
		"root.bolt deleted":   func(t *testing.T, dir string) { must(t, os.Remove(inside(t, dir, ".bolt")[0])) },
		"root.bolt empty":     func(t *testing.T, dir string) { truncate(t, inside(t, dir, ".bolt")[0], 0) },
		"root.bolt halved":    func(t *testing.T, dir string) { f := inside(t, dir, ".bolt")[0]; truncate(t, f, size(t, f)/2) },
		"root.bolt one page":  func(t *testing.T, dir string) { truncate(t, inside(t, dir, ".bolt")[0], 4096) },
		"root.bolt scribbled": func(t *testing.T, dir string) { scribble(t, inside(t, dir, ".bolt")[0], 0, 16384) },
		"root.bolt pages": func(t *testing.T, dir string) {
			f := inside(t, dir, ".bolt")[0]
			scribble(t, f, 8192, int(size(t, f)-8192))
		},
		"segments deleted": func(t *testing.T, dir string) {
			for _, f := range inside(t, dir, ".zap") {
				must(t, os.Remove(f))
			}
		},
		"segment deleted":   func(t *testing.T, dir string) { must(t, os.Remove(inside(t, dir, ".zap")[0])) },
		"segment empty":     func(t *testing.T, dir string) { truncate(t, inside(t, dir, ".zap")[0], 0) },
		"segment halved":    func(t *testing.T, dir string) { f := inside(t, dir, ".zap")[0]; truncate(t, f, size(t, f)/2) },
		"segment footer":    func(t *testing.T, dir string) { f := inside(t, dir, ".zap")[0]; scribble(t, f, size(t, f)-32, 32) },
		"segment scribbled": func(t *testing.T, dir string) { scribble(t, inside(t, dir, ".zap")[0], 1000, 4096) },
		"segment noise":     func(t *testing.T, dir string) { f := inside(t, dir, ".zap")[0]; scribble(t, f, 0, int(size(t, f))) },
		"crashed opening":   func(t *testing.T, dir string) { must(t, os.WriteFile(filepath.Join(dir, markerName), nil, 0o600)) },
		"half a rebuild": func(t *testing.T, dir string) {
			must(t, os.MkdirAll(filepath.Join(dir, buildName, "x"), 0o700))
			must(t, os.RemoveAll(filepath.Join(dir, liveName)))
		},
	}
}

// TestDamage: whatever happened to the folder while the portal was stopped, it
// opens, says so or finds out by Check, and a rebuild makes it whole.
func TestDamage(t *testing.T) {
	for name, damage := range damages() {
		t.Run(name, func(t *testing.T) {
			dir, source := built(t)
			damage(t, dir)
			x, err := Open(t.Context(), quiet(dir, source))
			if err != nil {
				t.Fatalf("Open: %v", err)
			}
			defer x.Close()
			checkErr := x.Check(t.Context(), 100, []string{"d000", "d099"})
			// What is cut off the end of root.bolt may be free pages only: then
			// nothing is wrong.
			if checkErr == nil && name != "root.bolt halved" {
				t.Error("Check found nothing wrong")
			}
			// Searching never panics, whatever state it is in.
			_, err = x.Search(t.Context(), Request{Text: `pool "timed out"`, Facets: true, Fragments: true})
			if usable := x.State().Usable; !usable && fault.KindOf(err) != fault.Unavailable {
				t.Errorf("Search without an index: %v", err)
			}
			if err := x.Rebuild(t.Context(), contents(9, hundred()...)); err != nil {
				t.Fatalf("Rebuild: %v", err)
			}
			whole(t, x)
		})
	}
}

// whole fails unless the index has all of the hundred documents.
func whole(t *testing.T, x *Index) {
	t.Helper()
	if err := x.Check(t.Context(), 100, []string{"d000", "d050", "d099"}); err != nil {
		t.Errorf("Check: %v", err)
	}
	if r := find(t, x, `"timed out"`); r.Total != 100 {
		t.Errorf("found %d of 100 documents", r.Total)
	}
	if entries, _ := os.ReadDir(x.opt.Dir); len(entries) > 2 { // index, index.bad
		t.Errorf("the folder is left with %v", entries)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// An untouched index opens at its cursor and is whole.
func TestReopen(t *testing.T) {
	dir, source := built(t)
	x, err := Open(t.Context(), quiet(dir, source))
	must(t, err)
	defer x.Close()
	if s := x.State(); !s.Usable || s.Seq != 8 || s.Documents != 100 {
		t.Errorf("State = %+v", s)
	}
	whole(t, x)
	if err := x.Check(t.Context(), 101, nil); err == nil {
		t.Error("Check does not notice a missing document")
	}
	if err := x.Check(t.Context(), 100, []string{"other"}); err == nil {
		t.Error("Check does not notice that a sample is missing")
	}
}

// A folder in use by another process is not touched.
func TestOpenTwice(t *testing.T) {
	dir, source := built(t)
	x, err := Open(t.Context(), quiet(dir, source))
	must(t, err)
	defer x.Close()
	if _, err := Open(t.Context(), quiet(dir, source)); fault.KindOf(err) != fault.Conflict {
		t.Fatalf("a second Open gives %v", err)
	}
	whole(t, x)
}

// A document that cannot be analysed is parked; the others are indexed.
func TestPoisonedDocument(t *testing.T) {
	x := indexOf(t)
	x.compose = func(c *composer, d Document) (*composed, error) {
		if d.Title == "poison" {
			return nil, errors.New("cannot")
		}
		return composeSafely(c, d)
	}
	docs := hundred()
	docs[50].Title = "poison"
	must(t, x.Apply(t.Context(), Changes{UpTo: 2, Put: docs}))
	s := x.State()
	if s.Seq != 2 || s.Documents != 99 || s.Parked["d050"] != "cannot" {
		t.Errorf("State = %+v", s)
	}
	if err := x.Check(t.Context(), 100, []string{"d050"}); err != nil {
		t.Errorf("Check does not count parked documents: %v", err)
	}
	docs[50].Title = "mended"
	must(t, x.Apply(t.Context(), Changes{UpTo: 3, Put: docs[50:51]}))
	if s := x.State(); len(s.Parked) > 0 || s.Documents != 100 {
		t.Errorf("after mending: %+v", s)
	}
}

// A panic in the engine parks only the document at fault.
func TestPanicInEngine(t *testing.T) {
	x := indexOf(t)
	x.compose = func(c *composer, d Document) (*composed, error) {
		out, err := composeSafely(c, d)
		if d.ID == "d007" {
			out.Fields = append(out.Fields, panicField{segment.NewKeywords("word")})
		}
		return out, err
	}
	must(t, x.Apply(t.Context(), Changes{UpTo: 2, Put: hundred()}))
	if s := x.State(); s.Documents != 99 || !strings.HasPrefix(s.Parked["d007"], "panic: boom") || s.Seq != 2 {
		t.Errorf("State = %+v", s)
	}
}

type panicField struct{ *segment.Field }

func (panicField) AnalyzedLength() int { panic("boom") }

// A rebuild that fails leaves the old index in place.
func TestRebuildFails(t *testing.T) {
	x := indexOf(t, hundred()...)
	bad := contents(2)
	bad.Documents = func(yield func(Document, error) bool) { yield(Document{}, errors.New("library is gone")) }
	if err := x.Rebuild(t.Context(), bad); err == nil {
		t.Fatal("no error")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := x.Rebuild(ctx, contents(2, bytes2docs()...)); !errors.Is(err, context.Canceled) {
		t.Fatalf("cancelled: %v", err)
	}
	whole(t, x)
}

// bytes2docs is more than a chunk of documents.
func bytes2docs() []Document {
	docs := make([]Document, chunk+1)
	for i := range docs {
		docs[i].ID = string(bytes.Repeat([]byte{'x'}, i+1))
	}
	return docs
}

// After Close everything says so.
func TestClosed(t *testing.T) {
	x := indexOf(t, hundred()...)
	must(t, x.Close())
	if _, err := x.Search(t.Context(), Request{Text: "pool"}); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("Search: %v", err)
	}
	if err := x.Apply(t.Context(), Changes{UpTo: 3}); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("Apply: %v", err)
	}
	if err := x.Rebuild(t.Context(), contents(3)); err == nil {
		t.Error("Rebuild works on a closed index")
	}
}
