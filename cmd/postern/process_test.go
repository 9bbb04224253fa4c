package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// process is one `postern serve` that a test starts, kills and starts again.
type process struct {
	url   string
	cmd   *exec.Cmd
	ready chan string // its address, once
	ended chan error
	log   *lockedBuffer
}

// authorEnv returns the environment of an author and a server that share a folder and
// nothing else with this machine, not even its clock: theirs starts at testDay.
func authorEnv(dir string) []string {
	return append(plainEnv(os.Environ()), "HOME="+dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull,
		"GIT_TERMINAL_PROMPT=0", "LC_ALL=C", "TZ=UTC", "POSTERN_DATA_DIR="+filepath.Join(dir, "data"),
		"GIT_AUTHOR_NAME=Ana", "GIT_AUTHOR_EMAIL=ana@example.org", "GIT_COMMITTER_NAME=Ana", "GIT_COMMITTER_EMAIL=ana@example.org",
		clockFrom(testDay()))
}

// plainEnv returns an environment without what this shell says about a portal or a
// repository of its own, such as the POSTERN_TOKEN that `make run` suggests.
func plainEnv(env []string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(v string) bool {
		for _, of := range []string{"POSTERN_", "GIT_", "XDG_", "STATE_DIRECTORY="} {
			if strings.HasPrefix(v, of) && !strings.HasPrefix(v, "POSTERN_TEST_") {
				return true
			}
		}
		return false
	})
}

func TestPlainEnv(t *testing.T) {
	got := plainEnv([]string{"PATH=/bin", "POSTERN_TOKEN=x", "POSTERN_URL=http://127.0.0.1:1", "GIT_DIR=/x", "XDG_DATA_HOME=/x",
		"STATE_DIRECTORY=/x", "POSTERN_TEST_CLOCK=x", "LANG=C"})
	if want := []string{"PATH=/bin", "POSTERN_TEST_CLOCK=x", "LANG=C"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// startProcess runs a command line that ends in `postern serve …` and waits for
// its ready line.
func startProcess(t testing.TB, env []string, line ...string) *process {
	t.Helper()
	p := launch(t, env, line...)
	select {
	case p.url = <-p.ready:
	case err := <-p.ended:
		t.Fatalf("the portal ended: %v\n%s", err, p.log)
	case <-time.After(startPatience):
		t.Fatalf("no ready line\n%s", p.log)
	}
	return p
}

// launch starts a command line that ends in `postern serve …` and waits for nothing.
func launch(t testing.TB, env []string, line ...string) *process {
	t.Helper()
	said := &readyLine{ready: make(chan string, 1)}
	p := &process{cmd: exec.Command(line[0], line[1:]...), ready: said.ready, ended: make(chan error, 1), log: &lockedBuffer{}}
	p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = env, said, p.log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.ended <- p.cmd.Wait() }()
	t.Cleanup(func() { _ = p.cmd.Process.Kill() }) // for a test that failed half-way
	return p
}

// serve starts the portal of an environment on a free port.
func serveProcess(t testing.TB, env []string) *process {
	t.Helper()
	return startProcess(t, env, "postern", "serve", "--listen", "127.0.0.1:0")
}

// kill ends the process as kill -9 does and waits for its end.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.ended
}

// stop ends the process as an operator does and requires a clean end.
func (p *process) stop(t testing.TB) {
	t.Helper()
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-p.ended:
		if err != nil {
			t.Fatalf("the portal ended with %v\n%s", err, p.log)
		}
	case <-time.After(stopPatience):
		t.Fatalf("the portal does not stop\n%s", p.log)
	}
}

// remote is the address that a token pushes to.
func (p *process) remote(token string) string {
	return strings.Replace(p.url, "://", "://ana:"+token+"@", 1) + "/knowledge.git"
}

// tryCommand runs a command and gives all it printed.
func tryCommand(ctx context.Context, env []string, dir string, line ...string) (string, error) {
	return runWithin(ctx, startPatience, env, dir, line...)
}

// runWithin is tryCommand with another patience.
func runWithin(ctx context.Context, patience time.Duration, env []string, dir string, line ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, line[0], line[1:]...)
	cmd.Dir, cmd.Env = dir, env
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	err := cmd.Run()
	return said.String(), err
}

// mustRun runs a command that must succeed.
func mustRun(t testing.TB, env []string, dir string, line ...string) string {
	t.Helper()
	out, err := tryCommand(t.Context(), env, dir, line...)
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(line, " "), err, out)
	}
	return strings.TrimSpace(out)
}

// putFile writes a file of a working tree.
func putFile(t testing.TB, dir, name, text string) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
