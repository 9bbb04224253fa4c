package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestSync(t *testing.T) {
	dir := t.TempDir()
	file, below := filepath.Join(dir, "a"), filepath.Join(dir, "sub", "b")
	if err := os.Mkdir(filepath.Dir(below), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, below} {
		if err := os.WriteFile(path, []byte("content"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{dir, file, below} {
		if err := Sync(path); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if err := SyncTree(path); err != nil {
			t.Errorf("%s and below: %v", path, err)
		}
	}
	for what, err := range map[string]error{"Sync": Sync(filepath.Join(dir, "none")), "SyncTree": SyncTree(filepath.Join(dir, "none"))} {
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s of a missing path: %v", what, err)
		}
	}
	// An entry that cannot be opened, a link to nothing, is an error and not skipped.
	if err := os.Symlink("nothing", filepath.Join(dir, "sub", "link")); err != nil {
		t.Fatal(err)
	}
	if err := SyncTree(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a broken link below the folder: %v", err)
	}
}
