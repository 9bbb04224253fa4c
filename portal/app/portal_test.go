package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/postern/postern/portal/config"
	"github.com/postern/postern/postmortems/markdown"
	"github.com/postern/postern/postmortems/markdown/sandbox"
)

// renderWorker is the argument with which the test binary is a render process.
const renderWorker = "render-worker"

// TestMain makes the test binary its own render process, as the postern binary is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == renderWorker {
		if err := sandbox.Serve(os.Stdin, os.Stdout, markdown.New(markdown.Options{})); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// needGit skips a test on a machine without git, and fails it where POSTERN_REQUIRE is
// set.
func needGit(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		if os.Getenv("POSTERN_REQUIRE") != "" {
			t.Fatal("git is not installed")
		}
		t.Skip("git is not installed")
	}
}

// now is the time of every portal of these tests.
func now() time.Time { return time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC) }

// testOptions returns the options of a portal in dir that listens on a free port.
// flags are further settings: key, value.
func testOptions(t *testing.T, dir string, flags ...string) Options {
	t.Helper()
	set := map[string]string{"data_dir": dir, "listen": "127.0.0.1:0"}
	for pair := range slices.Chunk(flags, 2) {
		set[pair[0]] = pair[1]
	}
	conf, problems := config.Load(config.Sources{
		Env: func(string) (string, bool) { return "", false }, ReadFile: os.ReadFile, Flags: set,
	})
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return Options{
		Config: conf, Version: "test", Log: slog.New(slog.DiscardHandler), Now: now, Random: rand.Reader,
		Create: true, RenderCommand: []string{os.Args[0], renderWorker},
	}
}

// stop stops a portal and fails the test when that fails.
func stop(t *testing.T, a *App) {
	t.Helper()
	if err := a.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Errorf("stop: %v", err)
	}
}

// records is a log handler that records the parts that were stopped, in order, and the
// messages of warnings and errors.
type records struct {
	mu      sync.Mutex
	stopped []string
	alerts  []string
}

func (r *records) Enabled(context.Context, slog.Level) bool { return true }
func (r *records) WithAttrs([]slog.Attr) slog.Handler       { return r }
func (r *records) WithGroup(string) slog.Handler            { return r }

func (r *records) Handle(_ context.Context, x slog.Record) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if x.Message == "stopped" {
		x.Attrs(func(a slog.Attr) bool { r.stopped = append(r.stopped, a.Value.String()); return true })
	}
	if x.Level >= slog.LevelWarn {
		r.alerts = append(r.alerts, x.Message)
	}
	return nil
}

// gitIn runs git in a repository and returns its output without the line end.
func gitIn(t *testing.T, repo string, input string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", append([]string{"-C", repo}, args...)...)
	cmd.Stdin = strings.NewReader(input)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=Ana", "GIT_AUTHOR_EMAIL=ana@example.org", "GIT_AUTHOR_DATE=2026-11-20T10:00:00Z",
		"GIT_COMMITTER_NAME=Ana", "GIT_COMMITTER_EMAIL=ana@example.org", "GIT_COMMITTER_DATE=2026-11-20T10:00:00Z")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// commitFiles makes the files the whole content of a branch of a repository, on top of
// its tip, without a push, and returns the commit. The portal must not run.
func commitFiles(t *testing.T, dir, branch string, files map[string]string) string {
	t.Helper()
	repo := filepath.Join(dir, repoName)
	var tree strings.Builder
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range files {
			if !yield(name) {
				return
			}
		}
	}) {
		blob := gitIn(t, repo, files[name], "hash-object", "-w", "--stdin")
		fmt.Fprintf(&tree, "100644 blob %s\t%s\n", blob, name)
	}
	args := []string{"commit-tree", "-m", "change", gitIn(t, repo, tree.String(), "mktree")}
	if old, err := exec.CommandContext(t.Context(), "git", "-C", repo, "rev-parse", "-q", "--verify",
		"refs/heads/"+branch).Output(); err == nil {
		args = append(args, "-p", strings.TrimSpace(string(old)))
	}
	commit := gitIn(t, repo, "", args...)
	gitIn(t, repo, "", "update-ref", "refs/heads/"+branch, commit)
	return commit
}

// status returns the status of a GET from a portal that runs.
func status(t *testing.T, address string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return 0
	}
	_ = res.Body.Close()
	return res.StatusCode
}
