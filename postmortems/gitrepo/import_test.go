package gitrepo

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
)

func TestImportFetchesTheWholeHistory(t *testing.T) {
	s := newSite(t)
	source := s.author()
	const commits = 1500
	var script strings.Builder
	for i := range commits {
		text := fmt.Sprintf("# Version %d\n", i)
		fmt.Fprintf(&script, "commit refs/heads/main\ncommitter Ada <ada@example.org> %d +0000\ndata 2\nx\n", 1700000000+i)
		fmt.Fprintf(&script, "M 100644 inline g%d/a.md\ndata %d\n%s\n", i%7, len(text), text)
	}
	source.pipe(script.String(), "fast-import", "--quiet")
	source.git("tag", "v1", "main")
	source.git("checkout", "-q", "main")
	tip, err := s.repo.ImportFrom(t.Context(), source.dir, "main")
	if err != nil {
		t.Fatal(err)
	}
	if tip != postmortems.OID(source.git("rev-parse", "main")) || s.repo.Tip("main") != tip || len(s.repo.Branches()) != 1 {
		t.Errorf("tip %s, branches %v", tip, s.repo.Branches())
	}
	if refs := source.git("-C", s.dir, "for-each-ref"); strings.Contains(refs, "tags") {
		t.Errorf("tags were fetched: %s", refs)
	}
	cs, err := s.repo.ChangeSet(t.Context(), "main", "", tip, postmortems.Pusher{})
	if err != nil {
		t.Fatal(err)
	}
	if len(cs.Commits) != commits || len(cs.Net) != 7 || cs.Commits[0].Parents != nil || cs.Commits[commits-1].ID != tip {
		t.Errorf("%d commits, net %s", len(cs.Commits), changes(cs.Net))
	}
	if got := changes(cs.Commits[7].Changes); got != "updated g0/a.md" {
		t.Errorf("eighth commit: %s", got)
	}
	if _, err := os.Stat(filepath.Join(s.dir, "FETCH_HEAD")); err == nil {
		t.Error("FETCH_HEAD was left behind")
	}
	if _, err := s.repo.ImportFrom(t.Context(), source.dir, "main"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("imported twice: %v", err)
	}
	s.sound()
}

func TestImportRunsNoProgramOfTheSource(t *testing.T) {
	s := newSite(t)
	source := s.author()
	source.write("a.md", "# A\n")
	source.commit("first")
	mark := filepath.Join(t.TempDir(), "ran")
	hook := filepath.Join(t.TempDir(), "hook")
	if err := os.WriteFile(hook, []byte("#!/bin/sh\ntouch "+mark+"\nexec \"$@\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"uploadpack.packObjectsHook", "core.fsmonitor", "core.alternateRefsCommand", "core.pager",
		"core.sshCommand", "core.gitProxy"} {
		source.git("config", key, hook)
	}
	for _, name := range []string{"post-checkout", "reference-transaction", "pre-auto-gc"} {
		if err := os.WriteFile(filepath.Join(source.dir, ".git", "hooks", name), []byte("#!/bin/sh\ntouch "+mark+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.repo.ImportFrom(t.Context(), source.dir, "main"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(mark); err == nil {
		t.Error("a program of the source's configuration was run")
	}
	s.sound()
}

func TestImportReportsErrors(t *testing.T) {
	s := newSite(t)
	empty := s.author()
	for name, path := range map[string]string{
		"missing": filepath.Join(t.TempDir(), "none"), "no repository": t.TempDir(), "no commits": empty.dir,
		"an option": "--upload-pack=touch x", "a program": "ext::sh -c touch% x",
	} {
		if _, err := s.repo.ImportFrom(t.Context(), path, "main"); err == nil || fault.Message(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.repo.ImportFrom(t.Context(), empty.dir, "-x"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("branch -x: %v", err)
	}
	s.sound()
}

func TestImportAcceptsBareRepositories(t *testing.T) {
	s := newSite(t)
	source := s.author()
	source.write("a.md", "# A\n")
	tip := source.commit("first")
	bare := filepath.Join(t.TempDir(), "a 'quoted' bare.git")
	if out, err := exec.Command("git", "clone", "-q", "--bare", source.dir, bare).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	got, err := s.repo.ImportFrom(t.Context(), bare, "main")
	if err != nil || got != tip {
		t.Errorf("%s, %v", got, err)
	}
}
