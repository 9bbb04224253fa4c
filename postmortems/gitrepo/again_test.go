package gitrepo

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
)

// A draft that is published again counts from where it left main, in the name of
// who pushed it.
func TestDraftChangeSetAgain(t *testing.T) {
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
		t.Errorf("an older push is said to be by %+v, %v", cs.Pusher, err)
	}
}

func TestATornNoteSaysNothing(t *testing.T) {
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

func TestDrainWaitsForAnnouncedPushes(t *testing.T) {
	s := newSite(t)
	s.repo.announced.grace = time.Hour
	ask := func() int {
		t.Helper()
		res, err := http.Get(s.url + "/info/refs?service=git-receive-pack")
		if err != nil {
			t.Fatal(err)
		}
		if err := res.Body.Close(); err != nil {
			t.Fatal(err)
		}
		return res.StatusCode
	}
	if got := ask(); got != http.StatusOK {
		t.Fatal(got)
	}
	drained := make(chan error, 1)
	go func() { drained <- s.repo.Drain(t.Context()) }()
	for deadline := time.Now().Add(30 * time.Second); ask() != http.StatusServiceUnavailable; {
		if time.Now().After(deadline) {
			t.Fatal("new pushes are let in while the server stops")
		}
	}
	select {
	case err := <-drained:
		t.Fatalf("not waited for: %v", err)
	default:
	}
	s.repo.announced.mu.Lock()
	n := len(s.repo.announced.waiting)
	s.repo.announced.mu.Unlock()
	for range n {
		s.repo.announced.arrive()
	}
	if err := <-drained; err != nil {
		t.Fatal(err)
	}
	a := s.author()
	a.write("a.md", "# A\n")
	a.commit("first")
	a.refused([]string{"the server is stopping"}, "origin", "main")
}

func TestDrainGivesUpWithItsContext(t *testing.T) {
	s := newSite(t)
	if err := s.repo.announced.add(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.repo.Drain(ctx); fault.KindOf(err) != fault.Timeout || !strings.Contains(fault.Message(err), "announced") {
		t.Errorf("%v", err)
	}
	s.repo.announced.arrive()
	s.repo.announced.arrive() // one that nobody announced
}
