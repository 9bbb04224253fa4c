package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the test binary play postern itself, so that scripts run the
// real program: `postern serve` in a script is another process.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"postern": playTested})
}

// TestScripts plays authors, operators and attackers with the real git against
// the real program. Each file of testdata/script is one story.
func TestScripts(t *testing.T) {
	needGit(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               setup,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve":    serveCommand,
			"shutdown": stopCommand,
			"powercut": killCommand,
			"author":   authorCommand,
			"mcp":      mcpCommand,
			"fetch":    fetchCommand,
			"send":     sendCommand,
			"status":   statusCommand,
			"clock":    clockCommand,
			"longline": longLineCommand,
		},
	})
}

// needGit skips by name without git, or fails where every test must run.
func needGit(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("git"); err == nil {
		return
	}
	if os.Getenv("POSTERN_REQUIRE") != "" {
		t.Fatal("git is not installed")
	}
	t.Skip("git is not installed")
}

// setup gives each script a home of its own and a git that knows nothing of the
// machine's configuration.
func setup(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, "home")
	if err := os.MkdirAll(home, 0o700); err != nil {
		return err
	}
	for k, v := range map[string]string{
		"HOME": home, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": filepath.Join(home, "gitconfig"),
		"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "TZ": "UTC", "POSTERN_DATA_DIR": filepath.Join(env.WorkDir, "data"),
		"GIT_AUTHOR_NAME": "Ana", "GIT_AUTHOR_EMAIL": "ana@example.org", "GIT_COMMITTER_NAME": "Ana",
		"GIT_COMMITTER_EMAIL": "ana@example.org", "GIT_AUTHOR_DATE": "2026-10-05T09:00:00Z",
		"GIT_COMMITTER_DATE": "2026-10-05T09:00:00Z",
	} {
		env.Setenv(k, v)
	}
	env.Setenv(clockEnv, clockText(testDay(), 1)) // the command clock sets another day
	gitconfig := "[init]\n\tdefaultBranch = main\n[advice]\n\tpushUpdateRejected = false\n[gc]\n\tauto = 0\n"
	return os.WriteFile(filepath.Join(home, "gitconfig"), []byte(gitconfig), 0o600)
}

// running is the server of one script.
type running struct {
	cmd  *exec.Cmd
	done chan error
}

const (
	startPatience = 60 * time.Second // a loaded test machine
	stopPatience  = 60 * time.Second
)

// serveCommand starts `postern serve` with the given arguments, waits for the
// ready line and sets $URL and $TOKEN (the first administrator's, once).
func serveCommand(ts *testscript.TestScript, neg bool, args []string) {
	cmd := exec.Command("postern", append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = scriptEnv(ts)
	cmd.Path = lookIn(ts.Getenv("PATH"), "postern")
	stdout, err := cmd.StdoutPipe()
	ts.Check(err)
	logFile, err := os.OpenFile(ts.MkAbs("server.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	ts.Check(err)
	cmd.Stderr = logFile
	ts.Check(cmd.Start())
	r := &running{cmd: cmd, done: make(chan error, 1)}
	line := make(chan string, 1)
	go func() {
		scanner := bufio.NewScanner(stdout)
		if scanner.Scan() {
			line <- scanner.Text()
		}
		for scanner.Scan() {
			continue
		}
		r.done <- cmd.Wait()
	}()
	ts.Defer(func() { _ = cmd.Process.Kill(); _ = logFile.Close() })
	select {
	case text := <-line:
		if neg {
			ts.Fatalf("the server started: %s", text)
		}
		url, ok := strings.CutPrefix(text, "postern: listening on ")
		if !ok {
			ts.Fatalf("the ready line is %q", text)
		}
		ts.Setenv("URL", url)
		ts.Setenv("HOSTPORT", strings.TrimPrefix(url, "http://"))
	case err := <-r.done:
		if !neg {
			ts.Fatalf("the server ended: %v\n%s", err, readAll(ts, "server.log"))
		}
		return
	case <-time.After(startPatience):
		ts.Fatalf("no ready line\n%s", readAll(ts, "server.log"))
	}
	if token := firstToken(readAll(ts, "server.log")); token != "" {
		ts.Setenv("TOKEN", token)
	}
	servers.put(ts, r)
}

func firstToken(log string) string {
	_, rest, ok := strings.Cut(log, "login token (admin, shown once): ")
	if !ok {
		return ""
	}
	token, _, _ := strings.Cut(rest, "\n")
	return token
}

// stopCommand ends the server as an operator does and requires a clean exit.
func stopCommand(ts *testscript.TestScript, _ bool, _ []string) {
	r := servers.take(ts)
	ts.Check(r.cmd.Process.Signal(os.Interrupt))
	select {
	case err := <-r.done:
		if err != nil {
			ts.Fatalf("the server ended with %v\n%s", err, readAll(ts, "server.log"))
		}
	case <-time.After(stopPatience):
		ts.Fatalf("the server does not stop\n%s", readAll(ts, "server.log"))
	}
}

// killCommand ends the server as a power cut does.
func killCommand(ts *testscript.TestScript, _ bool, _ []string) {
	r := servers.take(ts)
	ts.Check(r.cmd.Process.Kill())
	<-r.done
}

// authorCommand makes a token: author NAME ROLE [SOURCE…] sets $NAME and $REMOTE_NAME, the
// address to push to.
func authorCommand(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: author NAME ROLE [SOURCE…]")
	}
	create := []string{"token", "create", "--role", args[1], "--name", args[0]}
	for _, source := range args[2:] {
		create = append(create, "--source", source)
	}
	ctx, cancel := context.WithTimeout(context.Background(), startPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, lookIn(ts.Getenv("PATH"), "postern"), create...)
	cmd.Env = scriptEnv(ts)
	cmd.Dir = ts.MkAbs(".")
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			ts.Fatalf("token create: %s", exit.Stderr)
		}
		ts.Fatalf("token create: %v", err)
	}
	secret := strings.TrimSpace(string(out))
	ts.Setenv(args[0], secret)
	ts.Setenv("REMOTE_"+args[0], fmt.Sprintf("http://%s:%s@%s/knowledge.git", args[0], secret, ts.Getenv("HOSTPORT")))
}

func scriptEnv(ts *testscript.TestScript) []string {
	var env []string
	for _, k := range []string{"PATH", "HOME", "TMPDIR", "POSTERN_DATA_DIR", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_GLOBAL", "LC_ALL", "TZ",
		clockEnv} {
		if v := ts.Getenv(k); v != "" {
			env = append(env, k+"="+v)
		}
	}
	return env
}

func lookIn(path, name string) string {
	for _, dir := range filepath.SplitList(path) {
		if p := filepath.Join(dir, name); isFile(p) {
			return p
		}
	}
	return name
}

func isFile(p string) bool {
	info, err := os.Stat(p)
	return err == nil && !info.IsDir()
}

func readAll(ts *testscript.TestScript, name string) string {
	b, err := os.ReadFile(ts.MkAbs(name))
	if err != nil {
		return ""
	}
	return string(b)
}
