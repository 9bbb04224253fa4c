package gitrepo

import (
	"strings"
	"testing"

	"github.com/postern/postern/postmortems"
)

func TestFirstPushIsPublished(t *testing.T) {
	s := newSite(t)
	a := s.author()
	a.write("postmortems/2026/pool.md", "# Pool\n")
	a.write("runbooks/a b.md", "# Run\n")
	a.write(".gitattributes", "*.md text eol=lf\n")
	tip := a.commit("first\n\nbody")
	out := a.git("push", "origin", "main")
	if !strings.Contains(out, "remote: publisher: main published") {
		t.Errorf("the author read:\n%s", out)
	}
	cs := s.last()
	if cs.Branch != "main" || cs.Old != "" || cs.New != tip || s.repo.Tip("main") != tip || cs.Pusher.Name != "robin" {
		t.Errorf("change set %+v", cs)
	}
	if got := changes(cs.Net); got != "new .gitattributes, new postmortems/2026/pool.md, new runbooks/a b.md" {
		t.Errorf("net: %s", got)
	}
	if len(cs.Commits) != 1 || cs.Commits[0].Subject != "first" || cs.Commits[0].Author.Name != "Ada" ||
		changes(cs.Commits[0].Changes) != changes(cs.Net) {
		t.Errorf("commits: %+v", cs.Commits)
	}
	if s.texts["runbooks/a b.md"] != "# Run\n" || cs.Net[2].Size != 6 {
		t.Errorf("content %q, %d bytes", s.texts["runbooks/a b.md"], cs.Net[2].Size)
	}
	s.sound()
}

func TestSecondPushContainsOnlyChanges(t *testing.T) {
	s := newSite(t)
	a := s.author()
	a.write("guides/a.md", "# A\n"+strings.Repeat("A line of the guide.\n", 30))
	a.write("guides/b.md", "# B\n"+strings.Repeat("Something else entirely.\n", 30))
	a.write("guides/c.md", "# C\n")
	first := a.commit("first")
	a.git("push", "origin", "main")
	a.git("mv", "guides/a.md", "guides/a2.md")
	a.commit("exact rename")
	a.git("mv", "guides/b.md", "runbooks-b.md")
	a.write("runbooks-b.md", "# B2\n"+strings.Repeat("Something else entirely.\n", 30))
	a.git("rm", "-q", "guides/c.md")
	a.write("guides/d.md", "# D\n")
	tip := a.commit("rename and rewrite")
	a.git("push", "origin", "main")
	cs := s.last()
	if cs.Old != first || cs.New != tip || len(cs.Commits) != 2 {
		t.Fatalf("change set %s..%s with %d commits", cs.Old, cs.New, len(cs.Commits))
	}
	if got := changes(cs.Net); got != "renamed guides/a2.md from guides/a.md, removed guides/c.md, new guides/d.md, renamed "+
		"runbooks-b.md from guides/b.md" {
		t.Errorf("net: %s", got)
	}
	if got := changes(cs.Commits[0].Changes); got != "renamed guides/a2.md from guides/a.md" {
		t.Errorf("first commit: %s", got)
	}
	if got := changes(cs.Commits[1].Changes); got != "removed guides/c.md, new guides/d.md, renamed runbooks-b.md from guides/b.md" {
		t.Errorf("second commit: %s", got)
	}
	s.sound()
}

func TestCheckOnlyPublishesNothing(t *testing.T) {
	s := newSite(t)
	a := s.author()
	a.write("a.md", "# A\n")
	a.commit("first")
	a.refused([]string{"publisher: main looked at", "(checked, not published)"}, "-o", "check", "origin", "main")
	if s.repo.Tip("main") != "" || len(s.sets) != 0 {
		t.Error("a checked push was published")
	}
	out := a.git("push", "-o", "chek", "origin", "main")
	if !strings.Contains(out, `the push option "chek" is unknown`) {
		t.Errorf("a misspelt option is not reported:\n%s", out)
	}
	s.sound()
}

func TestPublisherRefuses(t *testing.T) {
	s := newSite(t)
	s.refusal = "front matter: 2 errors"
	a := s.author()
	a.write("a.md", "# A\n")
	a.commit("first")
	a.refused([]string{"publisher: main looked at", "(front matter: 2 errors)"}, "origin", "main")
	if s.repo.Tip("main") != "" {
		t.Error("the ref moved")
	}
	s.sound()
}

func TestPublisherFailsToCommit(t *testing.T) {
	s := newSite(t)
	a := s.author()
	a.write("a.md", "# A\n")
	a.commit("first")
	s.commit = func(postmortems.ChangeSet) error { return denied("the database is full") }
	a.refused([]string{"nothing was published: the database is full"}, "origin", "main")
	if s.repo.Tip("main") != "" {
		t.Error("the ref stayed moved")
	}
	s.commit = nil
	a.git("push", "origin", "main")
	a.write("a.md", "# A2\n")
	tip := s.repo.Tip("main")
	a.commit("second")
	s.commit = func(postmortems.ChangeSet) error { return denied("the database is full") }
	a.refused([]string{"nothing was published"}, "origin", "main")
	if s.repo.Tip("main") != tip {
		t.Error("the ref was not moved back")
	}
	s.sound()
}

func TestMainIsNeverRewrittenOrDeleted(t *testing.T) {
	s := newSite(t)
	a := s.author()
	a.write("a.md", "# A\n")
	a.commit("first")
	a.write("a.md", "# A2\n")
	tip := a.commit("second")
	a.git("push", "origin", "main")
	a.refused([]string{"main cannot be deleted"}, "origin", ":main")
	a.git("reset", "-q", "--hard", "HEAD~1")
	a.refused([]string{"main cannot be rewritten"}, "--force", "origin", "main")
	a.write("a.md", "# other\n")
	a.commit("other")
	a.refused([]string{"main cannot be rewritten"}, "--force", "origin", "main")
	if s.repo.Tip("main") != tip {
		t.Error("main moved")
	}
	s.sound()
}

func TestForcingAndDeletingDraftsNeedsPermission(t *testing.T) {
	s := newSite(t)
	a := s.author()
	a.write("a.md", "# A\n")
	base := a.commit("first")
	a.git("push", "origin", "main")
	a.git("checkout", "-q", "-b", "draft/x")
	a.write("b.md", "# B\n")
	a.commit("draft")
	a.git("push", "origin", "draft/x")
	if cs := s.last(); cs.Branch != "draft/x" || cs.Old != base || changes(cs.Net) != "new b.md" {
		t.Errorf("draft: %s since %s: %s", cs.Branch, cs.Old, changes(cs.Net))
	}
	a.write("c.md", "# C\n")
	a.commit("more")
	a.git("push", "origin", "draft/x")
	if cs := s.last(); cs.Old != base || changes(cs.Net) != "new b.md, new c.md" || len(cs.Commits) != 2 {
		t.Errorf("a draft counts from main: %s, %s", cs.Old, changes(cs.Net))
	}
	a.git("reset", "-q", "--hard", string(base))
	a.write("d.md", "# D\n")
	a.commit("rewritten")
	s.allow(func(c Command) error {
		if c.Force || c.Delete {
			return denied("only robin may do that to this draft")
		}
		return nil
	})
	a.refused([]string{"only robin may"}, "--force", "origin", "draft/x")
	a.refused([]string{"only robin may"}, "origin", ":draft/x")
	s.allow(nil)
	a.git("push", "--force", "origin", "draft/x")
	if cs := s.last(); changes(cs.Net) != "new d.md" {
		t.Errorf("forced: %s", changes(cs.Net))
	}
	a.git("push", "origin", ":draft/x")
	if cs := s.last(); cs.New != "" || cs.Branch != "draft/x" || s.repo.Tip("draft/x") != "" {
		t.Errorf("deleted: %+v", cs)
	}
	s.sound()
}

func TestBranchEqualToMainNeedsNoObjects(t *testing.T) {
	s := newSite(t)
	a := s.author()
	a.write("a.md", "# A\n")
	tip := a.commit("first")
	a.git("push", "origin", "main")
	a.git("push", "origin", "main:copy")
	if cs := s.last(); cs.Branch != "copy" || cs.Old != tip || cs.New != tip || len(cs.Net) != 0 || len(cs.Commits) != 0 {
		t.Errorf("%+v", cs)
	}
	a.write("b.md", "# B\n")
	a.commit("second")
	a.git("push", "origin", "main:draft")
	a.git("push", "origin", "main") // all objects are known by then
	if cs := s.last(); cs.Branch != "main" || changes(cs.Net) != "new b.md" || len(cs.Commits) != 1 {
		t.Errorf("%+v", cs)
	}
	s.sound()
}

func TestRefsSucceedSeparatelyUnlessAtomic(t *testing.T) {
	s := newSite(t)
	a := s.author()
	a.write("a.md", "# A\n")
	a.commit("first")
	a.git("branch", "good")
	a.git("checkout", "-q", "-b", "bad")
	a.write("bad.md", "DB_PASSWORD=hunter2-eu1\n")
	bad := a.commit("bad")
	a.refused([]string{"atomic push was refused", "bad.md: secret"}, "--atomic", "origin", "main", "good", "bad")
	if len(s.repo.Branches()) != 0 {
		t.Errorf("an atomic push left %v", s.repo.Branches())
	}
	out := a.refused([]string{"bad.md:1:13: error: this looks like a password", "[secret]", "https://portal.example/docs/rules/secret"},
		"origin", "main", "good", "bad")
	if got := len(s.repo.Branches()); got != 2 {
		t.Errorf("%d branches:\n%s", got, out)
	}
	if _, err := s.repo.Blob(t.Context(), bad); err == nil {
		t.Error("objects of the refused branch were stored with the others")
	}
	a.git("push", "--atomic", "origin", "main:one", "main:two")
	if got := len(s.repo.Branches()); got != 4 {
		t.Errorf("%d branches", got)
	}
	s.sound()
}

func TestMergeCommits(t *testing.T) {
	s := newSite(t)
	a := s.author()
	a.write("a.md", "# A\n")
	a.commit("first")
	a.git("push", "origin", "main")
	b := s.author()
	b.git("pull", "-q", "origin", "main")
	b.write("b.md", "# B\n")
	b.commit("by b")
	b.git("push", "origin", "main")
	old := s.repo.Tip("main")
	a.write("c.md", "# C\n")
	a.commit("by a")
	a.refused([]string{"main"}, "origin", "main")
	a.git("pull", "-q", "--no-rebase", "--no-edit", "origin", "main") // old main becomes the second parent
	a.git("push", "origin", "main")
	cs := s.last()
	if cs.Old != old || changes(cs.Net) != "new c.md" {
		t.Errorf("net since %s: %s", cs.Old, changes(cs.Net))
	}
	if len(cs.Commits) != 2 || changes(cs.Commits[0].Changes) != "new c.md" || len(cs.Commits[1].Parents) != 2 ||
		len(cs.Commits[1].Changes) != 0 {
		t.Errorf("commits %+v", cs.Commits)
	}
	// A merge that adds a file which neither parent has.
	a.git("checkout", "-q", "-b", "side", "HEAD~1")
	a.write("d.md", "# D\n")
	a.commit("side")
	a.git("checkout", "-q", "main")
	a.git("merge", "-q", "--no-ff", "--no-commit", "side")
	a.write("evil.md", "DB_PASSWORD=hunter2-eu1\n")
	a.commit("evil merge")
	a.refused([]string{"evil.md:1:13"}, "origin", "main")
	s.sound()
}
