package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// nobodyID is a user that owns nothing here.
const nobodyID = 65534

// asAnother runs fn with the rights of another user where the tests run as root, which
// may read every folder.
func asAnother(t *testing.T, fn func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		fn()
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := syscall.Setfsuid(nobodyID); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := syscall.Setfsuid(0); err != nil {
			t.Error(err)
		}
	}()
	fn()
}

// TestUnreadableServiceFolderIsReported: the service's portal may be in a folder that
// cannot be read, so the user's own is not used in its place.
func TestUnreadableServiceFolderIsReported(t *testing.T) {
	needGit(t)
	m := newMachine(t)
	m.makePortal(filepath.Join(m.home, ".local", "share", "postern"))
	lib, config := filepath.Join(m.service, "lib"), filepath.Join(m.service, "etc", "postern.yaml")
	putFile(t, m.service, "lib/postern.db", "x")
	putFile(t, m.service, "etc/postern.yaml", "name: Ops\n")
	for _, dir := range []string{filepath.Dir(filepath.Dir(m.service)), filepath.Dir(m.service), m.service} {
		if err := os.Chmod(dir, 0o755); err != nil { // all above the closed folder is open
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = os.Chmod(lib, 0o700) })
	for _, c := range []struct {
		modes map[string]os.FileMode
		names string
	}{
		{map[string]os.FileMode{filepath.Dir(config): 0o755, config: 0o644, lib: 0}, lib},
		{map[string]os.FileMode{filepath.Dir(config): 0o755, config: 0}, config},
	} {
		for name, mode := range c.modes {
			if err := os.Chmod(name, mode); err != nil {
				t.Fatal(err)
			}
		}
		asAnother(t, func() {
			code, _, errs := m.play("token", "list")
			if code != exitFailure || !strings.Contains(errs, c.names) || !strings.Contains(errs, "permission denied") ||
				!strings.Contains(errs, "--data-dir") {
				t.Errorf("%s is closed: status %d, says %q", c.names, code, errs)
			}
		})
	}
	// The own portal is used where it is stated.
	if code, _, errs := m.play("token", "list", "--data-dir", filepath.Join(m.home, ".local", "share", "postern")); code != exitDone ||
		errs != "" {
		t.Errorf("the stated portal: status %d, says %q", code, errs)
	}
}

// TestRootLeavesNoFilesOfItsOwn: a command of root on the data of a stopped service
// gives what it made to the user of the folder.
func TestRootLeavesNoFilesOfItsOwn(t *testing.T) {
	needGit(t)
	if os.Geteuid() != 0 {
		t.Skip("only root opens the data of another user")
	}
	m := newMachine(t)
	lib := filepath.Join(m.service, "lib")
	m.makePortal(lib)
	each := func(fn func(name string, s *syscall.Stat_t)) {
		t.Helper()
		err := filepath.WalkDir(lib, func(name string, d os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err == nil {
				fn(name, info.Sys().(*syscall.Stat_t))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	each(func(name string, _ *syscall.Stat_t) {
		if err := os.Lchown(name, nobodyID, nobodyID); err != nil {
			t.Fatal(err)
		}
	})
	if err := os.RemoveAll(filepath.Join(lib, "search")); err != nil { // the command builds it again
		t.Fatal(err)
	}
	if code, _, errs := m.play("report", "run", "weekly"); code != exitDone {
		t.Fatalf("status %d, says %q", code, errs)
	}
	each(func(name string, s *syscall.Stat_t) {
		if s.Uid != nobodyID || s.Gid != nobodyID {
			t.Errorf("%s belongs to %d:%d", name, s.Uid, s.Gid)
		}
	})
}
