package gitrepo

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
)

// expireHealth makes the last result of Health too old to be reused.
func (s *site) expireHealth() {
	s.repo.health.mu.Lock()
	defer s.repo.health.mu.Unlock()
	s.repo.health.at = time.Time{}
}

// TestHealthSeesMissingObjects removes packs, all packs, all objects and the end of a pack
// of a running repository. The next check sees each, and sees its return.
func TestHealthSeesMissingObjects(t *testing.T) {
	s := newSite(t)
	if err := s.repo.Health(t.Context()); err != nil {
		t.Fatalf("an empty repository: %v", err)
	}
	a := s.author()
	for _, name := range []string{"a.md", "b.md"} {
		a.write(name, "# "+name+"\n")
		a.commit(name)
		a.git("push", "origin", "main")
	}
	packs, err := filepath.Glob(filepath.Join(s.dir, "objects", "pack", "pack-*.pack"))
	if err != nil || len(packs) < 2 {
		t.Fatalf("packs %v %v", packs, err)
	}
	folder := filepath.Dir(packs[0])
	aside := func(from string) func() func() {
		return func() func() {
			to := filepath.Join(t.TempDir(), "aside")
			if err := os.Rename(from, to); err != nil {
				t.Fatal(err)
			}
			return func() {
				if err := os.Rename(to, from); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	for name, take := range map[string]func() func(){
		"one pack":        aside(packs[0]),
		"the pack folder": aside(folder),
		"all objects":     aside(filepath.Dir(folder)),
		"a pack cut off": func() func() {
			whole, err := os.ReadFile(packs[0])
			if err == nil {
				err = os.Chmod(packs[0], 0o600)
			}
			if err == nil {
				err = os.WriteFile(packs[0], whole[:len(whole)/2], 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			return func() {
				if err := os.WriteFile(packs[0], whole, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		},
	} {
		s.expireHealth()
		if err := s.repo.Health(t.Context()); err != nil {
			t.Fatalf("before the loss of %s: %v", name, err)
		}
		back := take()
		s.expireHealth()
		if err := s.repo.Health(t.Context()); fault.KindOf(err) != fault.Internal {
			t.Errorf("without %s: %v", name, err)
		}
		back()
		s.expireHealth()
		if err := s.repo.Health(t.Context()); err != nil {
			t.Errorf("after the return of %s: %v", name, err)
		}
	}
}

// A result is reused for a while, so that probes are cheap.
func TestHealthReusesItsResult(t *testing.T) {
	s := newSite(t)
	a := s.author()
	a.write("a.md", "# A\n")
	a.commit("first")
	a.git("push", "origin", "main")
	if err := s.repo.Health(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.repo.health.at = time.Now().Add(time.Hour) // recent, however slow the machine is
	if err := os.RemoveAll(filepath.Join(s.dir, "objects")); err != nil {
		t.Fatal(err)
	}
	if err := s.repo.Health(t.Context()); err != nil {
		t.Errorf("git checked again at once: %v", err)
	}
}
