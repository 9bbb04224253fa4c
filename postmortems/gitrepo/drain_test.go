package gitrepo

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
)

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
			t.Fatal("new pushes are admitted while the server stops")
		}
	}
	select {
	case err := <-drained:
		t.Fatalf("Drain did not wait: %v", err)
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

func TestDrainEndsWithItsContext(t *testing.T) {
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
	s.repo.announced.arrive() // one that was not announced
}
