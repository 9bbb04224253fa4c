package gitrepo

import (
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// files returns the contents of a folder by slash path; the path of a folder ends in a
// slash.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	list := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		name := strings.TrimPrefix(path, dir+"/")
		if d.IsDir() {
			list[name+"/"] = ""
			return nil
		}
		text, err := os.ReadFile(path)
		list[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// layOut writes files and folders into dir.
func layOut(t *testing.T, dir string, list map[string]string) {
	t.Helper()
	for name, text := range list {
		full := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "/") {
			if err := os.MkdirAll(full, 0o700); err != nil {
				t.Fatal(err)
			}
		} else if err := os.WriteFile(full, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// takesPushes checks that an author can push and that git finds the repository sound.
func (s *site) takesPushes() {
	s.t.Helper()
	a := s.author()
	a.write("a.md", "# A\n")
	a.commit("first")
	a.git("push", "origin", "main")
	s.sound()
}

// TestFirstStartInterruptedAtAnyStep opens what remains of a repository when git init ends
// after each of its steps, in its final or its temporary place, with the lock of the next
// file. The next start completes it each time.
func TestFirstStartInterruptedAtAnyStep(t *testing.T) {
	plain := filepath.Join(t.TempDir(), "plain.git")
	if out, err := exec.Command("git", "init", "-q", "--bare", "-b", "main", plain).CombinedOutput(); err != nil {
		t.Skipf("git init: %v %s", err, out)
	}
	whole := files(t, plain)
	steps := slices.Sorted(maps.Keys(whole))
	for _, where := range []string{"", unfinished + "1234"} {
		for n := 0; n <= len(steps); n++ {
			s := &site{t: t, dir: filepath.Join(t.TempDir(), "knowledge.git")}
			left := map[string]string{"/": ""}
			for _, name := range steps[:n] {
				left[name] = whole[name]
			}
			if n < len(steps) && !strings.HasSuffix(steps[n], "/") {
				left[steps[n]+".lock"] = ""
			}
			layOut(t, s.dir+where, left)
			opened := newSiteAt(t, s.dir)
			if left, err := filepath.Glob(s.dir + unfinished + "*"); err != nil || len(left) > 0 {
				t.Errorf("%d steps in %q: leftovers %v (%v)", n, where, left, err)
			}
			if n%6 == 0 {
				opened.takesPushes()
			}
		}
	}
}

// Partial repositories that git init alone does not explain.
func TestOpenCompletesRepositoryOfAnInterruptedStart(t *testing.T) {
	for name, left := range map[string]map[string]string{
		"config.lock without config": {
			"HEAD": "ref: refs/heads/main\n", "config.lock": "", "objects/info/": "", "objects/pack/": "",
			"refs/heads/": "", "refs/tags/": "", "hooks/pre-push.sample": "x", "description": "x",
		},
		"config truncated": {"HEAD": "ref: refs/heads/main\n", "config": "[core\n\trepo", "objects/pack/": "", "refs/heads/": ""},
		"config empty":     {"HEAD": "ref: refs/heads/main\n", "config": "", "objects/pack/": "", "refs/heads/": ""},
		"HEAD truncated":   {"HEAD": "", "config": "[core]\n\tbare = true\n", "objects/pack/": "", "refs/heads/": ""},
		"HEAD.lock only":   {"HEAD.lock": ""},
		"objects only":     {"objects/": ""},
		"an empty folder":  {"/": ""},
		"the home only":    {homeName + "/": ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "knowledge.git")
			layOut(t, dir, left)
			newSiteAt(t, dir).takesPushes()
		})
	}
}

// A damaged configuration is replaced like a missing one, and preserved beside it.
func TestDamagedConfigIsReplaced(t *testing.T) {
	for _, text := range []string{"garbage[[[\n", "[core]\n\trepositoryformatversion = 99\n", "[core]\n\tbare = perhaps\n",
		"\x00\x00\x00\x00"} {
		s := newSite(t)
		a := s.author()
		a.write("a.md", "# A\n")
		tip := a.commit("first")
		a.git("push", "origin", "main")
		if err := s.repo.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		config := filepath.Join(s.dir, "config")
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		s.open()
		if s.repo.Tip("main") != tip {
			t.Errorf("%q: main is %q, want %s", text, s.repo.Tip("main"), tip)
		}
		if kept, err := os.ReadFile(config + setAside); err == nil && string(kept) != text {
			t.Errorf("%q was preserved as %q", text, kept)
		} else if err != nil && text == "garbage[[[\n" {
			t.Errorf("the damaged configuration was not preserved: %v", err)
		}
		a.write("b.md", "# B\n")
		a.commit("second")
		a.git("push", "origin", "main")
		s.sound()
	}
}

// A path that is not the portal's repository is refused with advice and left unchanged.
func TestOpenKeepsForeignFiles(t *testing.T) {
	parent := t.TempDir()
	file := filepath.Join(parent, "knowledge.git")
	if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), Options{Dir: file}); err == nil || !strings.Contains(err.Error(), "restore the data folder from a backup") {
		t.Errorf("a file in place of the repository: %v", err)
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "mine" {
		t.Errorf("the file is now %q, %v", text, err)
	}
	other := filepath.Join(t.TempDir(), "knowledge.git")
	layOut(t, other, map[string]string{"notes.txt": "mine", "objects/ab/cdef": "mine"})
	newSiteAt(t, other)
	if got := files(t, other); got["notes.txt"] != "mine" || got["objects/ab/cdef"] != "mine" {
		t.Errorf("foreign files were removed: %q", got)
	}
}
