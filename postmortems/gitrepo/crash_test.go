package gitrepo

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
)

// killer returns a program that kills itself when it is armed and runs verb, and
// otherwise runs git.
func killer(t *testing.T, verb string) string {
	t.Helper()
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("git is not installed")
	}
	path := filepath.Join(t.TempDir(), "git")
	script := fmt.Sprintf("#!/bin/sh\ncase \" $* \" in *' %s '*) if [ -e %s.armed ]; then read -r x; kill -9 $$; fi;; esac\n"+
		"exec %s \"$@\"\n", verb, path, git)
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestKilledGitChildrenAreReported(t *testing.T) {
	for verb, want := range map[string]string{
		"index-pack": "remote unpack failed: git index-pack was killed",
		"rev-list":   "git rev-list was killed",
		"cat-file":   "git cat-file was killed",
		"update-ref": "the branch could not be moved",
	} {
		t.Run(verb, func(t *testing.T) {
			path := killer(t, verb)
			s := newSite(t, func(o *Options) { o.Git = path })
			a := s.author()
			a.write("a.md", "# A\n")
			a.commit("first")
			if err := os.WriteFile(path+".armed", nil, 0o600); err != nil {
				t.Fatal(err)
			}
			a.refused([]string{want}, "origin", "main")
			if s.repo.Tip("main") != "" || len(s.sets) > 0 {
				t.Error("it was published")
			}
			if err := os.Remove(path + ".armed"); err != nil {
				t.Fatal(err)
			}
			a.git("push", "origin", "main")
			s.sound()
		})
	}
}

func TestOpenRemovesLeftoversOfACrash(t *testing.T) {
	s := newSite(t)
	a := s.author()
	a.write("a.md", "# A\n")
	tip := a.commit("first")
	a.git("push", "origin", "main")
	if err := s.repo.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{
		"objects/tmp_objdir-incoming-x/pack/pack-1.pack", "objects/pack/tmp_pack_x",
		"refs/heads/main.lock", "refs/heads/draft/x.lock", "HEAD.lock", "packed-refs.lock",
	} {
		full := filepath.Join(s.dir, file)
		if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.open()
	if s.repo.Tip("main") != tip {
		t.Errorf("tip %s", s.repo.Tip("main"))
	}
	if out, err := exec.Command("find", s.dir, "-name", "*.lock", "-o", "-name", "tmp_*").CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("left: %s %v", out, err)
	}
	a.write("a.md", "# A2\n")
	a.commit("second")
	a.git("push", "origin", "main")
	s.sound()
}

func TestOpenCompletesAPartialRepository(t *testing.T) {
	s := newSite(t)
	if err := s.repo.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"HEAD", "config", "refs"} {
		if err := os.RemoveAll(filepath.Join(s.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	s.open()
	a := s.author()
	a.write("a.md", "# A\n")
	a.commit("first")
	a.git("push", "origin", "main")
	s.sound()
}

// After a crash the same change set is computed again from the repository.
func TestChangeSetAfterRestart(t *testing.T) {
	s := newSite(t)
	a := s.author()
	a.write("a.md", "# A\n"+strings.Repeat("a line\n", 20))
	a.write("b.md", "# B\n")
	first := a.commit("first")
	a.git("push", "origin", "main")
	a.git("mv", "a.md", "c.md")
	a.write("c.md", "# C\n"+strings.Repeat("a line\n", 20))
	a.commit("second")
	a.write("d.md", "# D\n")
	tip := a.commit("third")
	a.git("push", "origin", "main")
	pushed := s.last()
	cs, err := s.repo.ChangeSet(t.Context(), "main", first, tip, postmortems.Pusher{Name: "postern"})
	if err != nil {
		t.Fatal(err)
	}
	pushed.Content, cs.Content, pushed.Pusher, cs.Pusher = nil, nil, postmortems.Pusher{}, postmortems.Pusher{}
	if got, want := fmt.Sprintf("%+v", cs), fmt.Sprintf("%+v", pushed); got != want {
		t.Errorf("computed again\n%s\npushed\n%s", got, want)
	}
	// Also backwards, as after a restore of an older repository.
	cs, err = s.repo.ChangeSet(t.Context(), "main", tip, first, postmortems.Pusher{})
	if err != nil {
		t.Fatal(err)
	}
	if got := changes(cs.Net); got != "renamed a.md from c.md, removed d.md" || len(cs.Commits) != 0 {
		t.Errorf("backwards: %s, %d commits", got, len(cs.Commits))
	}
	cs, err = s.repo.ChangeSet(t.Context(), "main", "", tip, postmortems.Pusher{})
	if err != nil || len(cs.Commits) != 3 || changes(cs.Net) != "new b.md, new c.md, new d.md" {
		t.Errorf("from nothing: %v, %s", err, changes(cs.Net))
	}
}

func TestBundleAndUnbundle(t *testing.T) {
	s := newSite(t)
	a := s.author()
	a.write("a.md", "# A\n")
	a.commit("first")
	a.git("push", "origin", "main", "main:draft/x")
	var bundle bytes.Buffer
	if err := s.repo.Bundle(t.Context(), &bundle); err != nil {
		t.Fatal(err)
	}
	whole := bundle.Bytes()
	dir := filepath.Join(t.TempDir(), "restored.git")
	if err := Unbundle(t.Context(), dir, bytes.NewReader(whole)); err != nil {
		t.Fatal(err)
	}
	tip := s.repo.Tip("main")
	old := s.dir
	s.dir = dir
	s.open()
	if got := s.repo.Branches(); len(got) != 2 || s.repo.Tip("main") != tip || s.repo.Tip("draft/x") != tip {
		t.Errorf("restored %v", got)
	}
	if err := s.repo.Fsck(t.Context()); err != nil {
		t.Error(err)
	}
	if err := Unbundle(t.Context(), old, bytes.NewReader(whole)); err == nil {
		t.Error("restored over branches")
	}
	for name, bad := range map[string][]byte{
		"empty": nil, "cut off": whole[:len(whole)-30], "head only": whole[:20], "nonsense": []byte("hello\n"),
		"other ref":    bytes.Replace(bytes.Clone(whole), []byte("refs/heads/main"), []byte("refs/hooks/main"), 1),
		"missing base": bytes.Replace(bytes.Clone(whole), []byte(tip), bytes.Repeat([]byte("a"), 40), 1),
	} {
		dir := filepath.Join(t.TempDir(), "x.git")
		if err := Unbundle(t.Context(), dir, bytes.NewReader(bad)); err == nil {
			t.Errorf("%s: restored", name)
		}
	}
}

func TestEmptyBundle(t *testing.T) {
	s := newSite(t)
	var bundle bytes.Buffer
	if err := s.repo.Bundle(t.Context(), &bundle); err != nil {
		t.Fatal(err)
	}
	if err := Unbundle(t.Context(), filepath.Join(t.TempDir(), "x.git"), &bundle); err != nil {
		t.Fatal(err)
	}
	for kind, cause := range map[fault.Kind]error{
		fault.Internal: io.ErrClosedPipe,
		fault.Full:     &os.PathError{Op: "write", Err: syscall.ENOSPC},
	} {
		r, w := io.Pipe()
		r.CloseWithError(cause)
		if err := s.repo.Bundle(t.Context(), w); fault.KindOf(err) != kind {
			t.Errorf("%v: %v", cause, err)
		}
	}
}

func TestFsckReportsDamage(t *testing.T) {
	s := newSite(t)
	a := s.author()
	a.write("a.md", strings.Repeat("# A\n", 1000))
	a.commit("first")
	a.git("push", "origin", "main")
	packs, err := filepath.Glob(filepath.Join(s.dir, "objects", "pack", "*.pack"))
	if err != nil || len(packs) != 1 {
		t.Fatal(packs, err)
	}
	data, err := os.ReadFile(packs[0])
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 0xff
	if err := os.Chmod(packs[0], 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(packs[0], data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.repo.Fsck(t.Context()); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("fsck: %v", err)
	}
}

func TestMaintainMergesPacksDuringReads(t *testing.T) {
	s := newSite(t)
	a := s.author()
	var ids []postmortems.OID
	for i := range manyPacks + 2 {
		a.write("a.md", fmt.Sprintf("# A%d\n", i))
		a.commit("change")
		a.git("push", "origin", "main")
		ids = append(ids, s.last().Net[0].Blob)
	}
	read := func() {
		t.Helper()
		for i, id := range ids {
			data, err := s.repo.Blob(t.Context(), id)
			if err != nil || string(data) != fmt.Sprintf("# A%d\n", i) {
				t.Fatalf("version %d: %q, %v", i, data, err)
			}
		}
	}
	read()
	if err := s.repo.Maintain(t.Context()); err != nil {
		t.Fatal(err)
	}
	packs, err := filepath.Glob(filepath.Join(s.dir, "objects", "pack", "*.pack"))
	if err != nil || len(packs) > manyPacks/2 {
		t.Errorf("%d packs after merging, %v", len(packs), err)
	}
	read()
	a.write("a.md", "# last\n")
	a.commit("change")
	a.git("push", "origin", "main")
	read()
	s.sound()
}
