package main

import (
	"errors"
	"io"
	"net/http"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// fetchCommand reads an address of the running server as a browser does: fetch
// ADDRESS STATUS [WORDS], where the answer must have the status and hold the words.
func fetchCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: fetch ADDRESS STATUS [WORDS]")
	}
	client := http.Client{Timeout: startPatience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	start := time.Now()
	res, err := client.Get(ts.Getenv("URL") + args[0])
	ts.Check(err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	ts.Check(err)
	ts.Logf("%s: %d after %v, location %q", args[0], res.StatusCode, time.Since(start).Round(time.Millisecond), res.Header.Get("Location"))
	if strconv.Itoa(res.StatusCode) != args[1] {
		ts.Fatalf("%s answers %d", args[0], res.StatusCode)
	}
	if len(args) == 3 && !strings.Contains(string(text)+res.Header.Get("Location"), args[2]) {
		ts.Fatalf("%s does not say %q:\n%s", args[0], args[2], text)
	}
}

// statusCommand runs a command and requires its exit status: status N COMMAND ….
func statusCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N COMMAND ARGS…")
	}
	cmd := exec.Command(lookIn(ts.Getenv("PATH"), args[1]), args[2:]...)
	cmd.Dir, cmd.Env = ts.MkAbs("."), scriptEnv(ts)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		ts.Fatalf("%v", err)
	}
	if got := strconv.Itoa(cmd.ProcessState.ExitCode()); got != args[0] {
		ts.Fatalf("exit status %s, want %s\n%s", got, args[0], out)
	}
}
