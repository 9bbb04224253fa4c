package app

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
)

// openInside opens a portal as a command does that needs no server, and stops it.
func openInside(t *testing.T, opt Options, use func(*App)) error {
	t.Helper()
	a, err := New(t.Context(), opt)
	if err != nil {
		return err
	}
	defer stop(t, a)
	if err := a.StartInside(t.Context()); err != nil {
		return err
	}
	if use != nil {
		use(a)
	}
	return nil
}

// paths returns the paths of all published documents.
func paths(t *testing.T, a *App) []string {
	t.Helper()
	ids, _, err := a.library.IDs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	records, err := a.library.Many(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, r := range records {
		out = append(out, r.Path)
	}
	slices.Sort(out)
	return out
}

// actions returns the actions in the audit log, oldest first.
func actions(t *testing.T, a *App) []string {
	t.Helper()
	entries, err := a.audit.Entries(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Action)
	}
	slices.Reverse(out)
	return out
}

// published makes a portal with two published documents and returns its folder and the
// commit.
func published(t *testing.T) (dir, commit string) {
	t.Helper()
	needGit(t)
	dir = t.TempDir()
	if err := openInside(t, testOptions(t, dir), nil); err != nil {
		t.Fatal(err)
	}
	commit = commitFiles(t, dir, mainBranch, map[string]string{"a.md": "# A\n\none\n", "b.md": "# B\n\ntwo\n"})
	opt := testOptions(t, dir)
	opt.NewDatabase = true // a history that no push or import explains is refused otherwise
	err := openInside(t, opt, func(a *App) {
		if diff := cmp.Diff([]string{"a.md", "b.md"}, paths(t, a)); diff != "" {
			t.Fatalf("published (-want +got):\n%s", diff)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir, commit
}

func TestHistoryOfAnotherPortalIsRefused(t *testing.T) {
	t.Parallel()
	needGit(t)
	dir := t.TempDir()
	if err := openInside(t, testOptions(t, dir), nil); err != nil {
		t.Fatal(err)
	}
	commitFiles(t, dir, mainBranch, map[string]string{"a.md": "# A\n"})
	err := openInside(t, testOptions(t, dir), nil)
	if fault.KindOf(err) != fault.Conflict || !strings.Contains(fault.Message(err), "the database has never published anything") {
		t.Errorf("error %v", err)
	}
}

func TestStartPublishesWhatGitHas(t *testing.T) {
	t.Parallel()
	dir, first := published(t)
	second := commitFiles(t, dir, mainBranch, map[string]string{"a.md": "# A\n\none, changed\n", "c.md": "# C\n\nthree\n"})
	err := openInside(t, testOptions(t, dir), func(a *App) {
		if got, err := a.library.Published(t.Context()); string(got) != second || err != nil {
			t.Errorf("published %s, %v; want %s", got, err, second)
		}
		if diff := cmp.Diff([]string{"a.md", "c.md"}, paths(t, a)); diff != "" {
			t.Errorf("published (-want +got):\n%s", diff)
		}
		if findings, err := (admin{a}).Check(t.Context()); len(findings) > 0 || err != nil {
			t.Errorf("check: %q, %v", findings, err)
		}
		for commit, want := range map[string]bool{first: true, second: true, strings.Repeat("0", 40): false} {
			if was, err := a.wasPublished(t.Context(), postmortems.OID(commit)); was != want || err != nil {
				t.Errorf("%s was published: %v, %v; want %v", commit, was, err, want)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestStartReconcilesDrafts(t *testing.T) {
	t.Parallel()
	dir, _ := published(t)
	draft := func(a *App) []string {
		drafts, err := a.library.Drafts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, d := range drafts {
			out = append(out, d.Branch+" "+string(d.Tip))
		}
		return out
	}
	for _, text := range []string{"# Idea\n", "# Idea, changed\n"} {
		tip := commitFiles(t, dir, "idea", map[string]string{"idea.md": text})
		err := openInside(t, testOptions(t, dir), func(a *App) {
			if diff := cmp.Diff([]string{"idea " + tip}, draft(a)); diff != "" {
				t.Errorf("drafts (-want +got):\n%s", diff)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	gitIn(t, filepath.Join(dir, repoName), "", "update-ref", "-d", "refs/heads/idea")
	err := openInside(t, testOptions(t, dir), func(a *App) {
		if got := draft(a); len(got) > 0 {
			t.Errorf("drafts of a branch that is gone: %q", got)
		}
		if diff := cmp.Diff([]string{"a.md", "b.md"}, paths(t, a)); diff != "" {
			t.Errorf("main (-want +got):\n%s", diff)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestLostRepositoryIsRefused(t *testing.T) {
	t.Parallel()
	dir, _ := published(t)
	if err := os.RemoveAll(filepath.Join(dir, repoName)); err != nil {
		t.Fatal(err)
	}
	for range 2 { // a refusal leaves nothing that changes the next start
		err := openInside(t, testOptions(t, dir), nil)
		if fault.KindOf(err) != fault.Conflict || !strings.Contains(fault.Message(err), "the repository has no main branch") {
			t.Errorf("error %v", err)
		}
	}
}

// A repository that lost what is published is refused with what would change; with
// AcceptOlderGit what git has is published, and the audit log records it.
func TestOlderRepository(t *testing.T) {
	t.Parallel()
	dir, first := published(t)
	second := commitFiles(t, dir, mainBranch, map[string]string{"a.md": "# A\n\nchanged\n", "b.md": "# B\n\ntwo\n", "c.md": "# C\n"})
	if err := openInside(t, testOptions(t, dir), nil); err != nil {
		t.Fatal(err)
	}
	repo := filepath.Join(dir, repoName)
	for name, lose := range map[string]func(){
		"the commit is in the repository": func() { gitIn(t, repo, "", "update-ref", "refs/heads/main", first) },
		"the commit is lost":              func() { gitIn(t, repo, "", "prune", "--expire=now") },
	} {
		gitIn(t, repo, "", "update-ref", "refs/heads/main", first)
		lose()
		err := openInside(t, testOptions(t, dir), nil)
		want := "the database shows commit " + second[:10] + " as published, and it is not in the history of git's main, " + first[:10] +
			": 1 document would no longer be published, 1 would change"
		if fault.KindOf(err) != fault.Conflict || !strings.Contains(fault.Message(err), want) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	opt, log := testOptions(t, dir), &records{}
	opt.AcceptOlderGit, opt.Log = true, slog.New(log)
	err := openInside(t, opt, func(a *App) {
		if diff := cmp.Diff([]string{"a.md", "b.md"}, paths(t, a)); diff != "" {
			t.Errorf("published (-want +got):\n%s", diff)
		}
		if got := actions(t, a); !slices.Contains(got, "git.older") {
			t.Errorf("audit log: %q", got)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	log.alerts = nil
	if err := openInside(t, opt, nil); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(log.alerts, func(m string) bool { return strings.HasPrefix(m, "--accept-older-git was not needed") }) {
		t.Errorf("logged %q", log.alerts)
	}
}

// A folder whose database is lost is refused with what is left in it; with NewDatabase
// the repository is published again, and the audit log records the loss.
func TestLostDatabase(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(t *testing.T, file string){
		"removed": func(t *testing.T, file string) {
			t.Helper()
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		},
		"empty": func(t *testing.T, file string) {
			t.Helper()
			if err := os.Truncate(file, 0); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, _ := published(t)
			lose(t, filepath.Join(dir, databaseName))
			err := openInside(t, testOptions(t, dir), nil)
			if fault.KindOf(err) != fault.Conflict || !strings.Contains(fault.Message(err), "a repository with 1 commit on main and no database") {
				t.Errorf("error %v", err)
			}
			opt := testOptions(t, dir)
			opt.NewDatabase = true
			err = openInside(t, opt, func(a *App) {
				if diff := cmp.Diff([]string{"a.md", "b.md"}, paths(t, a)); diff != "" {
					t.Errorf("published (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff([]string{"database.new", "push"}, actions(t, a)); diff != "" {
					t.Errorf("audit log (-want +got):\n%s", diff)
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := openInside(t, testOptions(t, dir), nil); err != nil {
				t.Errorf("the next start: %v", err)
			}
		})
	}
}

func TestTracesOfAPortal(t *testing.T) {
	t.Parallel()
	needGit(t)
	for name, c := range map[string]struct {
		leave func(dir string) error
		want  string
	}{
		"nothing": {func(string) error { return nil }, ""},
		"index":   {func(dir string) error { return os.Mkdir(filepath.Join(dir, indexName), 0o700) }, "a search index"},
		"copy": {func(dir string) error {
			return os.WriteFile(filepath.Join(dir, databaseName+".before-20261101T000000Z"), nil, 0o600)
		}, "a copy of a database that was migrated"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := c.leave(dir); err != nil {
				t.Fatal(err)
			}
			got, err := newApp(testOptions(t, dir)).traces(t.Context())
			if got != c.want || err != nil {
				t.Errorf("%q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestHasDatabase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name string, size int64) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, size); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, c := range map[string]struct {
		path string
		want bool
	}{
		"absent":      {filepath.Join(dir, "none"), false},
		"empty":       {file("empty", 0), false},
		"large":       {file("large", smallDatabase+1), true}, // not inspected here: Open refuses it
		"not regular": {dir, true},
	} {
		if got, err := hasDatabase(t.Context(), c.path); got != c.want || err != nil {
			t.Errorf("%s: %v, %v; want %v", name, got, err, c.want)
		}
	}
	if _, err := hasDatabase(t.Context(), file("zeros", 4096)); err == nil {
		t.Error("a small file that is no database is accepted")
	}
}
