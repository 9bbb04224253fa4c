package app

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/fault"
)

// A backup is restored into a folder that is absent, empty or a symbolic link to an
// empty one, and never into a folder with contents.
func TestRestoreIntoFolders(t *testing.T) {
	t.Parallel()
	a := openStored(t)
	var backup bytes.Buffer
	if err := a.backup(t.Context(), &backup); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		prepare func(parent string) error // makes parent/data
		kind    fault.Kind
		refused bool
	}{
		"absent": {func(string) error { return nil }, 0, false},
		"empty":  {func(parent string) error { return os.Mkdir(filepath.Join(parent, "data"), 0o700) }, 0, false},
		"a link": {func(parent string) error {
			if err := os.Mkdir(filepath.Join(parent, "disk"), 0o700); err != nil {
				return err
			}
			return os.Symlink(filepath.Join(parent, "disk"), filepath.Join(parent, "data"))
		}, 0, false},
		"in use": {func(parent string) error {
			return os.MkdirAll(filepath.Join(parent, "data", "notes"), 0o700)
		}, fault.Conflict, true},
		"a file": {func(parent string) error {
			return os.WriteFile(filepath.Join(parent, "data"), nil, 0o600)
		}, fault.Internal, true},
	} {
		t.Run(name, func(t *testing.T) {
			parent := t.TempDir()
			if err := c.prepare(parent); err != nil {
				t.Fatal(err)
			}
			dir := filepath.Join(parent, "data")
			err := Restore(t.Context(), dir, bytes.NewReader(backup.Bytes()), Restoring{})
			if (err != nil) != c.refused || c.refused && fault.KindOf(err) != c.kind {
				t.Fatalf("error %v", err)
			}
			entries, rerr := os.ReadDir(parent)
			if rerr != nil {
				t.Fatal(rerr)
			}
			for _, e := range entries {
				if strings.HasPrefix(e.Name(), ".postern-restore-") {
					t.Errorf("%s is left", e.Name())
				}
			}
			if c.refused {
				return
			}
			if name == "a link" {
				if info, err := os.Lstat(dir); err != nil || info.Mode()&os.ModeSymlink == 0 {
					t.Errorf("the link was replaced: %v", err)
				}
			}
			opt := testOptions(t, dir)
			opt.Create = false
			err = openInside(t, opt, func(b *App) {
				rev, err := b.published.Newest(t.Context(), "weekly", "2026-W47")
				if err != nil || rev.Number != 1 {
					t.Errorf("the restored report: %+v, %v", rev, err)
				}
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestBeginsLikeABackup(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	whole := sealed(t, "rows", "bundle")
	for path, want := range map[string]bool{
		write("whole", whole): true, write("beginning", whole[:2*tarBlock]): true,
		write("other", whole[2*tarBlock:]): false, write("empty", nil): false, write("text", []byte("postern-backup")): false,
	} {
		if got, err := BeginsLikeABackup(path); got != want || err != nil {
			t.Errorf("%s: %v, %v; want %v", filepath.Base(path), got, err, want)
		}
	}
	if _, err := BeginsLikeABackup(filepath.Join(dir, "none")); err == nil {
		t.Error("a file that does not exist begins like a backup")
	}
}
