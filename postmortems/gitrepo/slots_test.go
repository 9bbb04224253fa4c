package gitrepo

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/campaign"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
)

func TestOneHolderHasHalfOfTheSlots(t *testing.T) {
	ctx := context.Background()
	for n, each := range map[int]int{1: 1, 2: 1, 3: 1, 4: 2, 8: 4} {
		s := newSlots(n)
		for range each {
			if err := s.take(ctx, "a", 0); err != nil {
				t.Fatalf("%d slots: %v", n, err)
			}
		}
		if err := s.take(ctx, "a", 0); fault.KindOf(err) != fault.TooMany || isServerFault(err) ||
			!strings.Contains(fault.Message(err), "your own") {
			t.Errorf("%d slots, one more: %v", n, err)
		}
		for range n - each {
			if err := s.take(ctx, fmt.Sprint("b", s.taken), 0); err != nil {
				t.Errorf("%d slots, another: %v", n, err)
			}
		}
		if err := s.take(ctx, "c", 0); fault.KindOf(err) != fault.Unavailable || isServerFault(err) {
			t.Errorf("%d slots, all taken: %v", n, err)
		}
		s.release("a")
		if err := s.take(ctx, "c", 0); err != nil {
			t.Errorf("%d slots, one free again: %v", n, err)
		}
	}
}

func TestWaitingForASlotEndsWithTheContext(t *testing.T) {
	s := newSlots(1)
	if err := s.take(context.Background(), "a", 0); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.take(ctx, "b", time.Hour); fault.KindOf(err) != fault.Timeout || isServerFault(err) {
		t.Errorf("%v", err)
	}
	s.release("a")
	if s.taken != 0 || len(s.held) != 0 || len(s.waiting) != 0 {
		t.Errorf("left: %+v", s)
	}
}

// TestCampaignSlots takes, gives up and releases slots at random: no holder gets more than
// its share, no slot stays free that a waiter may have, and none gets lost.
func TestCampaignSlots(t *testing.T) {
	rng := campaign.Rand(t)
	for range campaign.Size(300, 20_000) {
		s := newSlots(1 + rng.IntN(5))
		var held, waiting []*waiter
		for step := 0; step < 60 || len(held) > 0; step++ {
			switch k := rng.IntN(10); {
			case step < 60 && k < 5:
				w := &waiter{holder: fmt.Sprint(rng.IntN(4)), ready: make(chan struct{})}
				waiting, s.waiting = append(waiting, w), append(s.waiting, w)
				s.grant()
			case step < 60 && k < 6 && len(waiting) > 0:
				i := rng.IntN(len(waiting))
				if err := s.giveUp(waiting[i], nil); err == nil {
					t.Fatal("giveUp reports a slot that was not granted")
				}
				waiting = append(waiting[:i], waiting[i+1:]...)
			case len(held) > 0:
				i := rng.IntN(len(held))
				s.release(held[i].holder)
				held = append(held[:i], held[i+1:]...)
			}
			var still []*waiter
			for _, w := range waiting {
				select {
				case <-w.ready:
					held = append(held, w)
				default:
					still = append(still, w)
				}
			}
			waiting = still
			checkSlots(t, s, held, waiting)
		}
	}
}

func checkSlots(t *testing.T, s *slots, held, waiting []*waiter) {
	t.Helper()
	if s.taken != len(held) || s.taken > s.most || len(s.waiting) != len(waiting) {
		t.Fatalf("%d taken of %d, %d held; %d and %d wait", s.taken, s.most, len(held), len(s.waiting), len(waiting))
	}
	for holder, n := range s.held {
		if n > s.each {
			t.Fatalf("%s has %d of %d", holder, n, s.most)
		}
	}
	for _, w := range waiting {
		if s.taken < s.most && s.held[w.holder] < s.each {
			t.Fatalf("%s waits although a slot is free", w.holder)
		}
	}
}

// as makes an author push as another user.
func (a *author) as(name string) *author {
	a.git("config", "http.extraHeader", "Authorization: Basic "+base64.StdEncoding.EncodeToString([]byte(name+":x")))
	return a
}

// However many slow pushes one author has, the pushes of others get a slot; the author's own
// further pushes wait for the first ones.
func TestOnePusherLeavesSlotsToOthers(t *testing.T) {
	s := newSite(t, func(o *Options) { o.Limits.SlotWait = 10 * time.Minute })
	slow, quick := s.two()
	quick.as("another")
	begun, free := make(chan struct{}, 6), make(chan struct{})
	s.mu.Lock()
	s.prepare = func(_ context.Context, cs postmortems.ChangeSet) error {
		if strings.HasPrefix(cs.Branch, "slow") {
			begun <- struct{}{}
			<-free
		}
		return nil
	}
	s.mu.Unlock()
	slow.write("b.md", "# B\n")
	slow.commit("slow")
	var answers []chan string
	for i := range 6 {
		answers = append(answers, slow.pushed("origin", fmt.Sprint("HEAD:slow", i)))
	}
	<-begun
	<-begun
	quick.write("c.md", "# C\n")
	quick.commit("quick")
	quick.git("push", "origin", "main") // returns: there is a slot for it
	s.repo.pushes.mu.Lock()
	if n := s.repo.pushes.held["t1"]; n != DefaultPushes/holderShare {
		t.Errorf("one pusher has %d slots", n)
	}
	s.repo.pushes.mu.Unlock()
	close(free)
	for _, answer := range answers {
		if out := <-answer; strings.Contains(out, "FAILED") {
			t.Errorf("%s", out)
		}
	}
	s.settle()
	s.sound()
}

// The author of a push whose time is over learns the reason, wherever the push waited.
func TestEndOfPushTimeIsReported(t *testing.T) {
	const took = "took over 3s, the most that one may take (limits.push_time)"
	until := func(ctx context.Context, _ postmortems.ChangeSet) error { <-ctx.Done(); return ctx.Err() }
	for name, c := range map[string]struct {
		want  string
		block func(*site) (undo func())
	}{
		"for a slot": {"the server was busy for too long", func(s *site) func() {
			if err := s.repo.pushes.take(context.Background(), "x", 0); err != nil {
				t.Error(err)
			}
			return func() { s.repo.pushes.release("x") }
		}},
		"for its own": {"your own pushes or clones take all the turns", func(s *site) func() {
			if err := s.repo.pushes.take(context.Background(), "t1", 0); err != nil {
				t.Error(err)
			}
			return func() { s.repo.pushes.release("t1") }
		}},
		"for publishing": {took, func(s *site) func() {
			if err := s.repo.publish.take(context.Background()); err != nil {
				t.Error(err)
			}
			return s.repo.publish.release
		}},
		"for its check": {took, func(s *site) func() { s.prepare = until; return func() {} }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, func(o *Options) { o.Limits.Duration, o.Limits.Pushes = 3*time.Second, 1 })
			undo := c.block(s)
			defer undo()
			a := s.author()
			a.write("a.md", "# A\n")
			a.commit("first")
			a.refused([]string{c.want}, "origin", "main")
			s.settle()
			if s.repo.Tip("main") != "" || len(s.leftovers()) > 0 || strings.Contains(s.log.String(), "level=ERROR") {
				t.Errorf("tip %q, left %v, log:\n%s", s.repo.Tip("main"), s.leftovers(), s.log)
			}
		})
	}
}

// A push that waits or is validated for longer than the idle limit of a transfer is not
// aborted.
func TestLongValidationIsNotAborted(t *testing.T) {
	const idle = time.Second
	s := newSite(t, func(o *Options) { o.Limits.Idle = idle })
	var once sync.Once
	s.prepare = func(ctx context.Context, _ postmortems.ChangeSet) (err error) {
		once.Do(func() {
			select {
			case <-ctx.Done():
				err = errors.New("the author's git seems to have disconnected")
			case <-time.After(2 * idle):
			}
		})
		return err
	}
	a := s.author()
	a.write("a.md", "# A\n")
	a.commit("first")
	a.git("push", "origin", "main")
	if err := s.repo.pushes.take(context.Background(), "t1", 0); err != nil {
		t.Fatal(err)
	}
	if err := s.repo.pushes.take(context.Background(), "t1", 0); err != nil {
		t.Fatal(err)
	}
	answer := a.pushed("origin", "main:idea")
	go func() { // a slot becomes free after the push has waited
		<-time.After(2 * idle)
		s.repo.pushes.release("t1")
	}()
	if out := <-answer; strings.Contains(out, "FAILED") {
		t.Errorf("%s", out)
	}
	s.repo.pushes.release("t1")
	a.git("clone", "-q", s.url, "copy")
}
