package boltkv

import (
	"bytes"
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
		if used != want.used || (err != nil) != want.fails || err != nil && !strings.HasPrefix(fault.Message(err), "the database file is damaged") {
			t.Errorf("%s: %v, %v", filepath.Base(name), used, err)
		}
		if after, err := os.ReadFile(name); err != nil || !bytes.Equal(before, after) {
			t.Errorf("%s was changed (%v)", filepath.Base(name), err)
		}
	}
}
