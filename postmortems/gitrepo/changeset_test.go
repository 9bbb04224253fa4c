package gitrepo

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/postern/postern/postmortems"
)

// A draft that is published again starts where it left main, in the name of its pusher.
func TestChangeSetOfDraftAfterRestart(t *testing.T) {
	s := newSite(t)
	a := s.author()
	a.write("a.md", "# A\n")
	a.write("b.md", "# B\n")
	first := a.commit("first")
	a.git("push", "origin", "main")
	a.git("switch", "-q", "-c", "idea")
	a.write("idea.md", "# Idea\n")
	a.git("rm", "-q", "b.md")
	idea := a.commit("idea")
	a.git("push", "origin", "idea")
	want := s.last()
	a.git("switch", "-q", "main")
	a.write("c.md", "# C\n")
	a.commit("second")
	a.git("push", "origin", "main")
	a.git("switch", "-q", "idea")
	a.write("idea.md", "# Idea 2\n")
	newer := a.commit("idea again")
	a.git("push", "origin", "idea")

	s.open() // the next start
	portal := postmortems.Pusher{Name: "portal"}
	cs, err := s.repo.ChangeSet(t.Context(), "idea", "whatever", newer, portal)
	if err != nil {
		t.Fatal(err)
	}
	if got := changes(cs.Net); cs.Old != first || got != changes(want.Net) || len(cs.Commits) != 2 {
		t.Errorf("from %s: %s, %d commits; want from %s: %s", cs.Old, got, len(cs.Commits), first, changes(want.Net))
	}
	if cs.Pusher.Name != "robin" || cs.Pusher.TokenID != "t1" {
		t.Errorf("the last push was made by %+v", cs.Pusher)
	}
	if cs, err = s.repo.ChangeSet(t.Context(), "idea", "", idea, portal); err != nil || cs.Pusher != portal {
		t.Errorf("pusher of an older push: %+v, %v", cs.Pusher, err)
	}
}

func TestDamagedPushNoteIsIgnored(t *testing.T) {
	s := newSite(t)
	a := s.author()
	a.write("a.md", "# A\n")
	tip := a.commit("first")
	a.git("push", "origin", "main")
	for _, text := range []string{"", "{", "\x00\x00\x00", `{"tips":{"main":1}}`} {
		if err := os.WriteFile(filepath.Join(s.dir, noteName), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		s.open()
		cs, err := s.repo.ChangeSet(t.Context(), "main", "", tip, postmortems.Pusher{Name: "portal"})
		if err != nil || cs.Pusher.Name != "portal" || len(cs.Net) != 1 {
			t.Errorf("%q: %+v, %v", text, cs.Pusher, err)
		}
	}
}
