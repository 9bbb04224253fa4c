package boltkv

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// A file that only bbolt made was never in use; one that Open completed for was; one
// that is no database is an error, and none of them is changed.
func TestInUse(t *testing.T) {
	dir := t.TempDir()
	headers, whole, text := filepath.Join(dir, "headers.db"), filepath.Join(dir, "whole.db"), filepath.Join(dir, "text.db")
	b, err := bolt.Open(headers, 0o600, nil)
	if err == nil {
		err = b.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	db, err := Open(t.Context(), whole, Options{Schemas: []kv.Schema{{Name: "a", Version: 1, Buckets: []string{"a.b"}}}})
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(text, bytes.Repeat([]byte("no database "), 5000), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct{ used, fails bool }{headers: {}, whole: {used: true}, text: {fails: true}} {
		before, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		used, err := InUse(t.Context(), name)
		if used != want.used || (err != nil) != want.fails || err != nil &&
			!strings.HasPrefix(fault.Message(err), "the database file is damaged") {
			t.Errorf("%s: %v, %v", filepath.Base(name), used, err)
		}
		if after, err := os.ReadFile(name); err != nil || !bytes.Equal(before, after) {
			t.Errorf("%s was changed (%v)", filepath.Base(name), err)
		}
	}
}

// A file that is removed, replaced or truncated under the open database takes no
// write that its next start would not find, and readiness hears why.
func TestTheFileIsTakenAwayWhileOpen(t *testing.T) {
	for want, take := range map[string]func(path string) error{
		"removed": os.Remove,
		"replaced": func(path string) error {
			if err := os.WriteFile(path+".new", []byte("a backup"), 0o600); err != nil {
				return err
			}
			return os.Rename(path+".new", path)
		},
		"truncated": func(path string) error { return os.Truncate(path, 8<<10) },
	} {
		path := filepath.Join(t.TempDir(), "portal.db")
		db, err := Open(t.Context(), path, Options{Schemas: []kv.Schema{{Name: "a", Version: 1, Buckets: []string{"a.b"}}}})
		if err != nil {
			t.Fatal(err)
		}
		put := func(w kv.Writer) error { return w.Put("a.b", []byte("k"), bytes.Repeat([]byte("v"), 64<<10)) }
		if err := errors.Join(db.Update(t.Context(), put), db.Writable()); err != nil {
			t.Fatalf("%s: before: %v", want, err)
		}
		if err := take(path); err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{db.Writable(), db.Update(t.Context(), put)} {
			if fault.KindOf(err) != fault.Unavailable || !strings.Contains(fault.Message(err), want+" ") {
				t.Errorf("%s: %v", want, err)
			}
		}
		if want == "truncated" {
			err := db.View(t.Context(), func(r kv.Reader) error { _, err := r.Get("a.b", []byte("k")); return err })
			if err == nil || !db.Damage().Structure {
				t.Errorf("a page that is gone: %v, %+v", err, db.Damage())
			}
		}
		_ = db.Close()
	}
}
