package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/postern/postern/portal/base/fault"
)

func TestRunStepsEndsAtTheFirstFailure(t *testing.T) {
	t.Parallel()
	var ran []string
	ok := func(name string) step {
		return step{name, func(context.Context) error { ran = append(ran, name); return nil }}
	}
	broken := fault.New(fault.Conflict, "test", "the folder is in use")
	err := runSteps(t.Context(), []step{ok("one"), {"two", func(context.Context) error { return broken }}, ok("three")})
	if want := "two: test: the folder is in use"; err == nil || err.Error() != want {
		t.Errorf("error %q, want %q", err, want)
	}
	if fault.KindOf(err) != fault.Conflict || fault.Message(err) != "the folder is in use" {
		t.Errorf("kind %v, message %q", fault.KindOf(err), fault.Message(err))
	}
	if diff := cmp.Diff([]string{"one"}, ran); diff != "" {
		t.Errorf("steps that ran (-want +got):\n%s", diff)
	}
	if err := runSteps(t.Context(), []step{ok("one"), ok("three")}); err != nil {
		t.Errorf("steps without a failure: %v", err)
	}
}

func TestCleanups(t *testing.T) {
	t.Parallel()
	log := &records{}
	c := cleanups{log: slog.New(log)}
	var ran []string
	add := func(name string, err error) {
		c.add(name, time.Minute, func(context.Context) error { ran = append(ran, name); return err })
	}
	broken, full := errors.New("broken"), errors.New("full")
	add("one", nil)
	add("two", broken)
	add("three", full)
	add("four", nil)
	err := c.run(t.Context())
	if diff := cmp.Diff([]string{"four", "three", "two", "one"}, ran); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	if !errors.Is(err, broken) || !errors.Is(err, full) {
		t.Errorf("the errors are not joined: %v", err)
	}
	for _, name := range []string{"stopping three: full", "stopping two: broken"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%q does not contain %q", err, name)
		}
	}
	if diff := cmp.Diff([]string{"four", "one"}, log.stopped); diff != "" {
		t.Errorf("parts logged as stopped (-want +got):\n%s", diff)
	}
	if err := c.run(t.Context()); err != nil || len(ran) != 4 {
		t.Errorf("a second run: %v, ran %q", err, ran)
	}
}

// A part that does not stop is given up after its limit, and the others are closed.
func TestCleanupIsBounded(t *testing.T) {
	t.Parallel()
	c := cleanups{log: slog.New(slog.DiscardHandler)}
	closed, hung := false, make(chan struct{})
	defer close(hung)
	c.add("one", time.Minute, func(context.Context) error { closed = true; return nil })
	c.add("hangs", time.Millisecond, func(context.Context) error { <-hung; return nil })
	err := c.run(t.Context())
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "stopping hangs") || !closed {
		t.Errorf("error %v, the other is closed: %v", err, closed)
	}
	c.add("two", time.Minute, func(ctx context.Context) error { return ctx.Err() })
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.run(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("a stop whose context ended: %v", err)
	}
}

// Every opening step that fails closes what the steps before it opened, in reverse
// order, so that the folder can be opened again; its error names the step.
func TestFailedOpeningStep(t *testing.T) {
	t.Parallel()
	needGit(t)
	dir := t.TempDir()
	broken := errors.New("broken")
	for i, failing := range newApp(testOptions(t, dir)).openSteps() {
		t.Run(failing.name, func(t *testing.T) {
			opt, log := testOptions(t, dir), &records{}
			opt.Log = slog.New(log)
			a := newApp(opt)
			var opened []string // parts, in the order of opening
			steps := a.openSteps()[:i]
			steps = append(steps, step{failing.name, func(context.Context) error {
				for _, x := range a.undo.list {
					opened = append(opened, x.name)
				}
				return broken
			}})
			err := a.open(t.Context(), steps)
			if !errors.Is(err, broken) || !strings.HasPrefix(err.Error(), failing.name+": ") {
				t.Errorf("error %v", err)
			}
			slices.Reverse(opened)
			if diff := cmp.Diff(opened, log.stopped); diff != "" {
				t.Errorf("parts closed (-want +got):\n%s", diff)
			}
			if i > 2 && !slices.Contains(log.stopped, "database") {
				t.Error("the database was not closed")
			}
		})
	}
	a, err := New(t.Context(), testOptions(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	stop(t, a)
}

// Whatever starting step fails, Stop closes what the steps before it started: the port
// and the socket are free again, and the folder can be opened.
func TestFailedStartingStep(t *testing.T) {
	t.Parallel()
	needGit(t)
	dir := t.TempDir()
	first, err := New(t.Context(), testOptions(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	names := first.startSteps()
	stop(t, first)
	broken := errors.New("broken")
	for i, failing := range names {
		t.Run(failing.name, func(t *testing.T) {
			opt, log := testOptions(t, dir), &records{}
			opt.Log = slog.New(log)
			a, err := New(t.Context(), opt)
			if err != nil {
				t.Fatal(err)
			}
			steps := append(a.startSteps()[:i:i], step{failing.name, func(context.Context) error { return broken }})
			err = runSteps(t.Context(), steps)
			if !errors.Is(err, broken) || !strings.HasPrefix(err.Error(), failing.name+": ") {
				t.Errorf("error %v", err)
			}
			if s := a.Status; i > 1 && s(t.Context()).Ready {
				t.Error("the portal calls itself ready")
			}
			parts := make([]string, 0, len(a.undo.list))
			for _, x := range a.undo.list {
				parts = append(parts, x.name)
			}
			slices.Reverse(parts)
			stop(t, a)
			if diff := cmp.Diff(parts, log.stopped); diff != "" {
				t.Errorf("parts closed (-want +got):\n%s", diff)
			}
			if i > 0 {
				// Not by dialing: another test may have been given the port since.
				if err := a.listener.(*net.TCPListener).SetDeadline(time.Now()); !errors.Is(err, net.ErrClosed) {
					t.Errorf("the port is still open: %v", err)
				}
			}
			if _, err := os.Stat(filepath.Join(dir, SocketName)); err == nil {
				t.Error("the socket is left")
			}
		})
	}
}

func TestStopTwice(t *testing.T) {
	t.Parallel()
	needGit(t)
	a, err := New(t.Context(), testOptions(t, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := status(t, a.Address()+"/readyz"); got != http.StatusOK {
		t.Errorf("/readyz answers %d", got)
	}
	both := make(chan error, 2)
	for range 2 {
		go func() { both <- a.Stop(context.WithoutCancel(t.Context())) }()
	}
	if err := errors.Join(<-both, <-both); err != nil {
		t.Errorf("two stops at the same time: %v", err)
	}
	stop(t, a)
	if a.Status(t.Context()).Ready {
		t.Error("a stopped portal calls itself ready")
	}
	if got := status(t, a.Address()+"/readyz"); got != 0 {
		t.Errorf("a stopped portal answers %d", got)
	}
	select {
	case err := <-a.Failed():
		t.Errorf("a stop is not a failure: %v", err)
	default:
	}
}

// Two portals run in one process, each with its own folder, and do not affect each
// other. A second portal on the same folder is refused.
func TestTwoPortalsInOneProcess(t *testing.T) {
	t.Parallel()
	needGit(t)
	var portals []*App
	for range 2 {
		a, err := New(t.Context(), testOptions(t, t.TempDir()))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { stop(t, a) })
		if err := a.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		portals = append(portals, a)
	}
	secret, err := portals[0].CreateToken(t.Context(), "ana", "reader")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := portals[0].tokens.Token(t.Context(), secret); err != nil {
		t.Errorf("the portal of the token: %v", err)
	}
	if _, err := portals[1].tokens.Token(t.Context(), secret); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("the other portal knows the token: %v", err)
	}
	if a, err := New(t.Context(), portals[1].opt); fault.KindOf(err) != fault.Conflict || a != nil {
		t.Errorf("a second portal on one folder: %v", err)
	}
	stop(t, portals[0])
	if got := status(t, portals[1].Address()+"/readyz"); got != http.StatusOK {
		t.Errorf("after the stop of the other, /readyz answers %d", got)
	}
}

// A portal that cannot listen says where, and how to choose another address.
func TestListenOnAPortInUse(t *testing.T) {
	t.Parallel()
	needGit(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	a, err := New(t.Context(), testOptions(t, t.TempDir(), "listen", ln.Addr().String()))
	if err != nil {
		t.Fatal(err)
	}
	defer stop(t, a)
	err = a.Start(t.Context())
	if fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.Message(err), "cannot listen on "+ln.Addr().String()) {
		t.Errorf("error %v", err)
	}
}

// A folder whose path is too long for a Unix socket works without one.
func TestSocketPathTooLong(t *testing.T) {
	t.Parallel()
	needGit(t)
	dir := filepath.Join(t.TempDir(), strings.Repeat("x", 100))
	opt, log := testOptions(t, dir), &records{}
	opt.Log = slog.New(log)
	a, err := New(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	defer stop(t, a)
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, SocketName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket: %v", err)
	}
	if !slices.ContainsFunc(log.alerts, func(m string) bool { return strings.Contains(m, "too long for a Unix socket") }) {
		t.Errorf("logged %q", log.alerts)
	}
}

func TestNewInAnEmptyFolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "none")
	opt := testOptions(t, dir)
	opt.Create = false
	if a, err := New(t.Context(), opt); fault.KindOf(err) != fault.NotFound || a != nil {
		t.Errorf("error %v", err)
	}
	if found, err := Exists(dir); found || err != nil {
		t.Errorf("Exists: %v, %v", found, err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("something was created: %v", err)
	}
}

func TestRepeatAndPause(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	repeat(ctx, 0, func(context.Context) {
		if n++; n == 3 {
			cancel()
		}
	})
	if n != 3 {
		t.Errorf("%d steps, want 3", n)
	}
	if err := pause(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("a pause after the end: %v", err)
	}
	if err := pause(t.Context(), time.Nanosecond); err != nil {
		t.Errorf("a pause: %v", err)
	}
	if err := wait(ctx, make(chan struct{})); !errors.Is(err, context.Canceled) {
		t.Errorf("wait: %v", err)
	}
}
