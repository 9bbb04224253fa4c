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
// $AS_HOST is the name it asks under, $AUTHORIZATION the header; both may be empty.
func fetchCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: fetch ADDRESS STATUS [WORDS]")
	}
	client := http.Client{Timeout: startPatience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	start := time.Now()
	req, err := http.NewRequest(http.MethodGet, ts.Getenv("URL")+args[0], http.NoBody)
	ts.Check(err)
	req.Host = ts.Getenv("AS_HOST") // "" is that of the address
	if header := ts.Getenv("AUTHORIZATION"); header != "" {
		req.Header.Set("Authorization", header)
	}
	res, err := client.Do(req)
	ts.Check(err)
	answered(ts, args[0], res, args[1:])
	ts.Logf("%s after %v", args[0], time.Since(start).Round(time.Millisecond))
}

// answered requires a status, and words if any are given, of an answer.
func answered(ts *testscript.TestScript, what string, res *http.Response, want []string) {
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	ts.Check(err)
	ts.Logf("%s: %d, location %q", what, res.StatusCode, res.Header.Get("Location"))
	if strconv.Itoa(res.StatusCode) != want[0] {
		ts.Fatalf("%s answers %d:\n%s", what, res.StatusCode, text)
	}
	if len(want) > 1 && !strings.Contains(string(text)+res.Header.Get("Location"), want[1]) {
		ts.Fatalf("%s does not say %q:\n%s", what, want[1], text)
	}
}

// sendCommand asks the API of the running server to change something: send TOKEN
// METHOD ADDRESS BODY STATUS [WORDS [KEY]], where KEY is its Idempotency-Key and a BODY
// such as bytes:100000 is one of that size.
func sendCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 5 || len(args) > 7 {
		ts.Fatalf("usage: send TOKEN METHOD ADDRESS BODY STATUS [WORDS [KEY]]")
	}
	body := args[3]
	if size, ok := strings.CutPrefix(body, "bytes:"); ok {
		n, err := strconv.Atoi(size)
		ts.Check(err)
		body = strings.Repeat("x", n)
	}
	req, err := http.NewRequest(args[1], ts.Getenv("URL")+args[2], strings.NewReader(body))
	ts.Check(err)
	req.Header.Set("Authorization", "Bearer "+args[0])
	req.Header.Set("Content-Type", "application/json")
	if len(args) == 7 {
		req.Header.Set("Idempotency-Key", args[6])
		args = args[:6]
	}
	client := http.Client{Timeout: startPatience}
	res, err := client.Do(req)
	ts.Check(err)
	answered(ts, args[1]+" "+args[2], res, args[4:])
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
