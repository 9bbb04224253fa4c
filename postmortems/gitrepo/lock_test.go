package gitrepo

import (
	"context"
	"errors"
	"strings"
	"syscall"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
)

// hold makes the first validation of a branch wait: held is closed when it has begun, and
// it continues when free is closed.
func (s *site) hold(branch string) (held, free chan struct{}) {
	held, free = make(chan struct{}), make(chan struct{})
	first := true
	s.mu.Lock()
	defer s.mu.Unlock()
	s.prepare = func(_ context.Context, cs postmortems.ChangeSet) error {
		s.mu.Lock()
		wait := first && cs.Branch == branch
		first = first && !wait
		s.mu.Unlock()
		if wait {
			close(held)
			<-free
		}
		return nil
	}
	return held, free
}

// pushed starts a push and returns the channel of its output.
func (a *author) pushed(args ...string) chan string {
	done := make(chan string, 1)
	go func() {
		out, err := a.try(append([]string{"push"}, args...)...)
		if err != nil {
			out += "FAILED: " + err.Error()
		}
		done <- out
	}()
	return done
}

// two returns two authors who have the first commit.
func (s *site) two() (slow, quick *author) {
	slow, quick = s.author(), s.author()
	slow.write("a.md", "# A\n")
	slow.commit("first")
	slow.git("push", "origin", "main")
	quick.git("pull", "-q", "origin", "main")
	return slow, quick
}

// validations returns how often the publisher validated a branch.
func (s *site) validations(branch string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, cs := range s.asked {
		if cs.Branch == branch {
			n++
		}
	}
	return n
}

// However long the validation of a draft takes, others publish meanwhile; the draft is
// then validated again.
func TestValidationBlocksNoOtherPush(t *testing.T) {
	s := newSite(t)
	slow, quick := s.two()
	held, free := s.hold("idea")
	slow.write("b.md", "# B\n")
	slow.commit("idea")
	answer := slow.pushed("origin", "HEAD:idea")
	<-held
	for _, name := range []string{"c.md", "d.md"} {
		quick.write(name, "# C\n")
		quick.commit(name)
		quick.git("push", "origin", "main") // returns: it need not wait
	}
	tip := s.repo.Tip("main")
	close(free)
	if out := <-answer; !strings.Contains(out, "publisher: idea published") || !strings.Contains(out, "checking against it") {
		t.Errorf("the slow author read:\n%s", out)
	}
	if s.repo.Tip("main") != tip || s.repo.Tip("idea") == "" {
		t.Errorf("main %s, idea %s", s.repo.Tip("main"), s.repo.Tip("idea"))
	}
	if n := s.validations("idea"); n != 2 {
		t.Errorf("the draft was validated %d times", n)
	}
	s.sound()
}

// A push to main that another push overtook must fetch first, and what the other published
// stays.
func TestOvertakenPushToMainIsRefused(t *testing.T) {
	s := newSite(t)
	slow, quick := s.two()
	held, free := s.hold("main")
	slow.write("b.md", "# B\n")
	slow.commit("slow")
	answer := slow.pushed("origin", "main")
	<-held
	quick.write("c.md", "# C\n")
	tip := quick.commit("quick")
	quick.git("push", "origin", "main")
	close(free)
	if out := <-answer; !strings.Contains(out, "main moved: git pull --rebase") {
		t.Errorf("the slow author read:\n%s", out)
	}
	if s.repo.Tip("main") != tip {
		t.Error("main is not what was published first")
	}
	s.sound()
}

// Printing what was published waits for the search index and the author's connection. It
// blocks no other push.
func TestAnswerBlocksNoOtherPush(t *testing.T) {
	s := newSite(t)
	slow, quick := s.two()
	printing, free := make(chan struct{}), make(chan struct{})
	s.mu.Lock()
	s.printing = func(cs postmortems.ChangeSet) {
		if cs.Branch == "idea" {
			close(printing)
			<-free
		}
	}
	s.mu.Unlock()
	slow.write("b.md", "# B\n")
	slow.commit("idea")
	answer := slow.pushed("origin", "HEAD:idea")
	<-printing
	quick.write("c.md", "# C\n")
	quick.commit("quick")
	quick.git("push", "origin", "main")
	close(free)
	<-answer
	s.sound()
}

// A push whose refs succeed separately is split into packs before it takes the lock.
func TestSeparateRefsBlockNoOtherPush(t *testing.T) {
	s := newSite(t)
	slow, quick := s.two()
	held, free := s.hold("two")
	slow.write("b.md", "# B\n")
	slow.commit("b")
	slow.git("branch", "one")
	slow.write("c.md", "# C\n")
	slow.commit("c")
	answer := slow.pushed("origin", "one", "HEAD:two")
	<-held
	quick.write("d.md", "# D\n")
	quick.commit("quick")
	quick.git("push", "origin", "main")
	close(free)
	if out := <-answer; strings.Contains(out, "FAILED") || s.repo.Tip("one") == "" || s.repo.Tip("two") == "" {
		t.Errorf("the author read:\n%s", out)
	}
	s.sound()
}

// Validation ends with the request: when the author disconnects, and at the latest when the
// time of a push is over.
func TestValidationEndsWithItsAuthor(t *testing.T) {
	s := newSite(t)
	a := s.author()
	a.write("a.md", "# A\n")
	a.commit("first")
	begun, ended := make(chan bool, 1), make(chan error, 1)
	s.mu.Lock()
	s.prepare = func(ctx context.Context, _ postmortems.ChangeSet) error {
		_, bounded := ctx.Deadline()
		begun <- bounded
		<-ctx.Done()
		ended <- ctx.Err()
		return fault.Wrap(fault.Timeout, "test", "cut short", ctx.Err())
	}
	s.mu.Unlock()
	cmd := a.command("push", "origin", "main")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // its transport is a child
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if bounded := <-begun; !bounded {
		t.Error("the validation has no deadline")
	}
	if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the validation ended with %v", err)
	}
	s.settle()
	if s.repo.Tip("main") != "" {
		t.Error("it was published")
	}
	s.sound()
}
