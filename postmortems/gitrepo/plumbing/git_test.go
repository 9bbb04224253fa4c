package plumbing

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
)

// testGit returns git for a new, empty bare repository.
func testGit(t *testing.T) *Git {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	dir := t.TempDir()
	g, err := New(t.Context(), "", filepath.Join(dir, "r.git"), dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Run(t.Context(), Call{Args: []string{"init", "-q", "--bare", "--template="}}); err != nil {
		t.Fatal(err)
	}
	return g
}

// store writes a blob and returns its name.
func store(t *testing.T, g *Git, text string) postmortems.OID {
	t.Helper()
	out, err := g.Output(t.Context(), Call{Args: []string{"hash-object", "-w", "--stdin"}, Stdin: strings.NewReader(text)})
	if err != nil {
		t.Fatal(err)
	}
	return postmortems.OID(strings.TrimSpace(string(out)))
}

func TestNewReportsUnusableGit(t *testing.T) {
	script := func(text string) string {
		path := filepath.Join(t.TempDir(), "git")
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, c := range map[string]struct{ binary, want string }{
		"missing":      {filepath.Join(t.TempDir(), "nothing"), "git is missing"},
		"old":          {script("echo git version 2.35.9"), "version 2.35; the portal needs git 2.36"},
		"ancient":      {script("echo git version 1.99.0"), "version 1.99"},
		"not git":      {script("echo hello"), "does not print a version"},
		"cannot start": {script("exit 3"), "cannot be run"},
	} {
		_, err := New(t.Context(), c.binary, t.TempDir(), t.TempDir())
		if fault.KindOf(err) != fault.Unsupported || !strings.Contains(fault.Message(err), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, ok := range []string{"git version 2.36.0", "git version 2.39.5 (Apple Git-154)", "git version 3.0.1"} {
		if _, err := New(t.Context(), script("echo '"+ok+"'"), t.TempDir(), t.TempDir()); err != nil {
			t.Errorf("%s: %v", ok, err)
		}
	}
}

func TestChildHasItsOwnEnvironment(t *testing.T) {
	t.Setenv("LD_PRELOAD_TEST_MARK", "leak")
	dir := t.TempDir()
	path := filepath.Join(dir, "git")
	text := "#!/bin/sh\nif [ \"$1\" = --git-dir=" + dir + " ]; then :; fi\ncase \"$*\" in *env*) env;; *) echo git version 2.50.0;; esac\n"
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	g, err := New(t.Context(), path, dir, dir)
	if err != nil {
		t.Fatal(err)
	}
	out, err := g.Output(t.Context(), Call{Args: []string{"env"}, Env: []string{"GIT_PROTOCOL=version=2"}})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(out), "leak") || !strings.Contains(string(out), "GIT_PROTOCOL=version=2\n") ||
		!strings.Contains(string(out), "HOME="+dir) {
		t.Errorf("environment:\n%s", out)
	}
}

func TestWallLimitKillsTheWholeGroup(t *testing.T) {
	g := testGit(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	defer r.Close()
	err = g.Run(t.Context(), Call{Args: []string{"hash-object", "--stdin"}, Stdin: r, Limits: Limits{Wall: 100 * time.Millisecond}})
	exit, ok := errors.AsType[*ExitError](err)
	if !ok || !strings.Contains(exit.Reason(), "longer than the server allows") { // without the limit it would wait for input
		t.Error(err)
	}
}

func TestAddressSpaceLimit(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("limits of children are set on Linux only")
	}
	g := testGit(t)
	limits := Limits{AddressSpace: 48 << 20}
	err := g.Run(t.Context(), Call{Args: []string{"hash-object", "-w", "--stdin"}, Stdin: bytes.NewReader(make([]byte, 64<<20)),
		Limits: limits})
	if exit, ok := errors.AsType[*ExitError](err); !ok {
		t.Errorf("64 MiB fitted into 48 MiB of address space: %v", err)
	} else if exit.Reason() == "" {
		t.Error("no reason")
	}
}

func TestReasonNamesTheSignal(t *testing.T) {
	for _, c := range []struct {
		e    ExitError
		want string
	}{
		{ExitError{Verb: "index-pack", Signal: syscall.SIGKILL}, "git index-pack was killed on the server (killed)"},
		{ExitError{Verb: "rev-list", Signal: syscall.SIGXCPU}, "processor time"},
		{ExitError{Verb: "index-pack", Signal: syscall.SIGXFSZ}, "larger file"},
		{
			ExitError{Verb: "index-pack", Stderr: "warning: x\nerror: object abc: hasDotgit: contains '.git'\nfatal: fsck error\n"},
			"git index-pack: object abc: hasDotgit: contains '.git'",
		},
		{ExitError{Verb: "index-pack", Code: 128}, "failed with status 128"},
		{ExitError{Verb: "index-pack", Ended: context.DeadlineExceeded, Signal: syscall.SIGKILL}, "longer than"},
		{ExitError{Verb: "index-pack", Stderr: "fatal: write error: No space left on device"}, "disk is full"},
	} {
		if got := c.e.Reason(); !strings.Contains(got, c.want) {
			t.Errorf("%+v: %q", c.e, got)
		}
	}
}
