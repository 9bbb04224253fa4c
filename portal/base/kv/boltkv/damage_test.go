package boltkv_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/portal/base/kv/kvtest"
)

const page = 4096

// filled is a database of some hundred pages.
func filled(t *testing.T) []byte {
	t.Helper()
	db := mustOpen(t, file(t.TempDir()), kvtest.Schema())
	for round := range 3 {
		err := db.Update(t.Context(), func(w kv.Writer) (err error) {
			for i := range 1000 {
				key := fmt.Appendf(nil, "%05d", i*(round+1))
				err = errors.Join(err, w.Put("suite.a", key, bytes.Repeat([]byte{byte(i)}, 300)))
			}
			_, errLog := w.Log("document", []byte("k"))
			return errors.Join(err, errLog, w.Put("suite.b", []byte("big"), make([]byte, 10*page)))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	// Small commits move bbolt's free list away from the end of the file, where a
	// cut would always be noticed by reading it.
	for i := range 3 {
		err := db.Update(t.Context(), func(w kv.Writer) error { return w.Put("suite.b", []byte("small"), []byte{byte(i)}) })
		if err != nil {
			t.Fatal(err)
		}
	}
	var data bytes.Buffer
	if err := errors.Join(db.Backup(t.Context(), &data), db.Close()); err != nil {
		t.Fatal(err)
	}
	return data.Bytes()
}

// TestDamageIsAnErrorWithWords truncates and overwrites a database file: bbolt's panics
// become errors, and Verify never accepts a file that cannot be read.
func TestDamageIsAnErrorWithWords(t *testing.T) {
	good := filled(t)
	pages := len(good) / page
	random := rand.New(rand.NewPCG(1, 2))
	scribble := func(data []byte, at, n int) {
		for i := at; i < at+n && i < len(data); i++ {
			data[i] = byte(random.Uint32())
		}
	}
	cases := map[string]func(data []byte) []byte{
		"empty page at the end is cut": func(d []byte) []byte { return d[:len(d)-page] },
		"cut in half":                  func(d []byte) []byte { return d[:len(d)/2] },
		"cut to two pages":             func(d []byte) []byte { return d[:2*page] },
		"cut inside a page":            func(d []byte) []byte { return d[:len(d)/3+17] },
		"both headers":                 func(d []byte) []byte { scribble(d, 0, 2*page); return d },
		"all but the headers":          func(d []byte) []byte { scribble(d, 2*page, len(d)); return d },
		"zeros behind the headers":     func(d []byte) []byte { clear(d[2*page:]); return d },
	}
	for i := range 40 { // torn: some pages are of another time
		at := 2 + random.IntN(pages-2)
		cases[fmt.Sprintf("page %d swapped for page %d (%d)", at, pages-1-at/2, i)] = func(d []byte) []byte {
			copy(d[at*page:(at+1)*page], d[(pages-1-at/2)*page:])
			return d
		}
		cases[fmt.Sprintf("page header %d scribbled (%d)", at, i)] = func(d []byte) []byte {
			scribble(d, at*page, 64)
			return d
		}
	}
	dir := t.TempDir()
	n := 0
	for name, spoil := range cases {
		n++
		path := filepath.Join(dir, fmt.Sprint(n))
		if err := os.WriteFile(path, spoil(bytes.Clone(good)), 0o600); err != nil {
			t.Fatal(err)
		}
		judge(t, name, path)
	}
}

// judge verifies and opens a damaged file and reads what can be read. What is
// not noticed must read as before.
func judge(t *testing.T, name, path string) {
	t.Helper()
	schemas := []kv.Schema{kvtest.Schema()}
	verdict := boltkv.Verify(t.Context(), path, schemas)
	wholesale := !strings.Contains(name, "page") || strings.Contains(name, "cut")
	if verdict == nil && wholesale {
		t.Errorf("%s: verified as good", name)
	}
	if verdict != nil && !strings.Contains(fault.Message(verdict), "postern restore") {
		t.Errorf("%s: says %v", name, verdict)
	}
	if verdict != nil {
		restored := path + ".restored"
		if err := boltkv.RestoreFile(t.Context(), path, restored, schemas); err == nil {
			t.Errorf("%s: restored in spite of %v", name, verdict)
		}
		if _, err := os.Stat(restored); err == nil {
			t.Errorf("%s: a refused restore left a file", name)
		}
	}
	db, err := boltkv.Open(t.Context(), path, boltkv.Options{Schemas: schemas})
	if err != nil {
		if !strings.Contains(fault.Message(err), "postern restore") {
			t.Errorf("%s: open says %v", name, err)
		}
		return
	}
	if strings.Contains(name, "cut") {
		t.Errorf("%s: opened", name)
	}
	err = db.View(t.Context(), func(r kv.Reader) error {
		n := 0
		for it, err := range r.Scan("suite.a", nil, nil) {
			if err != nil {
				return err
			}
			if n++; len(it.Key) == 0 {
				return errors.New("an empty key")
			}
			if n > 100_000 {
				return errors.New("a page cycle")
			}
		}
		return nil
	})
	if err != nil && verdict == nil {
		t.Errorf("%s: verified as good, and reading says %v", name, err)
	}
	_ = db.Update(t.Context(), func(w kv.Writer) error { return w.Put("suite.a", []byte("00001"), []byte("x")) })
	_ = db.Close()
}

func TestVerifyNeedsAFile(t *testing.T) {
	schemas := []kv.Schema{kvtest.Schema()}
	if err := boltkv.Verify(t.Context(), file(t.TempDir()), schemas); fault.KindOf(err) != fault.NotFound {
		t.Errorf("missing: %v", err)
	}
	dir := t.TempDir()
	if err := boltkv.Verify(t.Context(), dir, schemas); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a folder: %v", err)
	}
}

// wrapped is a Reader around another, as packages make them.
type wrapped struct{ kv.Reader }

// A row that is skipped through a wrapped Reader is counted, and a scan of a wrapped
// Reader can be strict: neither depends on the concrete type of a Reader.
func TestSkipAndStrictReachThroughWrappers(t *testing.T) {
	db := mustOpen(t, file(t.TempDir()), kvtest.Schema())
	err := db.View(t.Context(), func(r kv.Reader) error {
		kv.Skip(wrapped{r}, "suite.a", []byte("k"), errors.New("not JSON"))
		if kv.Strict(wrapped{r}) == (wrapped{r}) {
			t.Error("Strict returned the Reader itself")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := kv.Damage{Rows: 1, First: []kv.Row{{Bucket: "suite.a", Key: []byte("k")}}}
	if diff := cmp.Diff(want, db.Damage()); diff != "" {
		t.Errorf("damage (-want +got):\n%s", diff)
	}
}

// Beyond a bound unreadable rows are not counted, and Damage says that there are more.
func TestDamageSaysThatThereIsMore(t *testing.T) {
	const bound = 10_000
	db := mustOpen(t, file(t.TempDir()), kvtest.Schema())
	skip := func(from, to int) {
		t.Helper()
		err := db.View(t.Context(), func(r kv.Reader) error {
			for i := from; i < to; i++ {
				kv.Skip(r, "suite.a", fmt.Append(nil, i), errors.New("not JSON"))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	skip(0, bound)
	skip(0, bound) // known rows are counted once
	if d := db.Damage(); d.Rows != bound || d.More || len(d.First) != 1000 {
		t.Errorf("%d rows, more %v, %d named", d.Rows, d.More, len(d.First))
	}
	skip(bound, bound+1)
	if d := db.Damage(); d.Rows != bound || !d.More {
		t.Errorf("%d rows, more %v", d.Rows, d.More)
	}
}
