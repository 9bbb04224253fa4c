package main

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/app"
)

// onSocket answers commands as the portal of a folder would, badly.
func onSocket(t *testing.T, handler http.HandlerFunc) (dir string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "postern-") // short enough for the address of a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	ln, err := net.Listen("unix", filepath.Join(dir, app.SocketName))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(handler)
	_ = server.Listener.Close()
	server.Listener = ln
	server.Start()
	t.Cleanup(server.Close)
	return dir
}

func command(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	term := terminal{in: strings.NewReader("{}"), out: &o, err: &e, env: func(string) (string, bool) { return "", false }, now: testDay}
	code = run(t.Context(), args, term)
	return code, o.String(), e.String()
}

// TestBrokenAnswersAreWorded breaks the portal's answer in every way a connection or a
// server can, for several commands: each fails, names the portal by its folder, and
// leaves no file.
func TestBrokenAnswersAreWorded(t *testing.T) {
	hangUp := func(w http.ResponseWriter, before string) {
		conn, buf, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		_, _ = buf.WriteString(before)
		_ = buf.Flush()
		_ = conn.Close()
	}
	const problem = `{"title":"Insufficient Storage","status":507,"detail":"no backup was made: there is no room left on the disk of the data folder"}`
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"no answer": {func(w http.ResponseWriter, _ *http.Request) { hangUp(w, "") }, "ended its answer early; its log has the reason"},
		"half a head": {func(w http.ResponseWriter, _ *http.Request) { hangUp(w, "HTTP/1.1 200 OK\r\nContent-T") },
			"ended its answer early; its log has the reason"},
		"half a body": {func(w http.ResponseWriter, _ *http.Request) {
			hangUp(w, "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"find")
		}, "ended its answer early; its log has the reason"},
		"a chunk that ends": {func(w http.ResponseWriter, _ *http.Request) {
			hangUp(w, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{\"find")
		}, "ended its answer early; its log has the reason"},
		"a full disk": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusInsufficientStorage)
			_, _ = io.WriteString(w, problem)
		}, "no backup was made: there is no room left on the disk of the data folder"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := onSocket(t, c.handler)
			saved := filepath.Join(t.TempDir(), "saved.tar")
			for _, args := range [][]string{{"check"}, {"token", "list"}, {"backup", saved}, {"backup", "-"}, {"search", "x"}, {"show", "guides/a"},
				{"feed", "import", "ndjson", "-"}, {"report", "show", "weekly", "2026-W20"}} {
				code, _, errs := command(t, append(args, "--data-dir", dir)...)
				if code != exitFailure || !strings.Contains(errs, c.want) || strings.Contains(errs, localHost) || name != "a full disk" &&
					!strings.Contains(errs, "the portal in "+dir) {
					t.Errorf("%v: status %d, says %q", args, code, errs)
				}
			}
			if left, err := os.ReadDir(filepath.Dir(saved)); err != nil || len(left) > 0 {
				t.Errorf("the failed backup left %v (%v)", left, err)
			}
		})
	}
}

// A command that is refused for want of a token says where it takes one from.
func TestARefusedCommandNamesThePlaceOfItsToken(t *testing.T) {
	dir := onSocket(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"title":"Unauthorized","status":401,"detail":"a token is needed here"}`)
	})
	for _, args := range [][]string{{"check"}, {"token", "list"}, {"backup", "-"}, {"report", "list"}} {
		code, _, errs := command(t, append(args, "--data-dir", dir)...)
		if code != exitFailure || !strings.Contains(errs, "a token is needed here (commands take their token from POSTERN_TOKEN)") {
			t.Errorf("%v: status %d, says %q", args, code, errs)
		}
	}
}

// A backup that fails in its middle leaves no file and says why, and one that ends too
// early, or is damaged on the way, is not taken for whole.
func TestAFailedBackupLeavesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"a reason": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Trailer", failureTrailer)
			_, _ = io.WriteString(w, strings.Repeat("backup ", 10_000))
			w.Header().Set(failureTrailer, "the backup's copies cannot be read")
		}, "aborted the backup: the backup's copies cannot be read"},
		"an early end": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, strings.Repeat("\x00", 10_240))
		}, "this is not a whole Postern backup: its member postern-backup is damaged"},
		"nothing": {func(http.ResponseWriter, *http.Request) {}, "its member postern-backup is damaged"},
	} {
		saved := filepath.Join(t.TempDir(), "saved.tar")
		code, _, errs := command(t, "backup", saved, "--data-dir", onSocket(t, c.handler))
		if code != exitFailure || !strings.Contains(errs, c.want) {
			t.Errorf("%s: status %d, says %q", name, code, errs)
		}
		if left, err := os.ReadDir(filepath.Dir(saved)); err != nil || len(left) > 0 {
			t.Errorf("%s: %v is left (%v)", name, left, err)
		}
	}
	if code, _, errs := command(t, "backup", filepath.Join(t.TempDir(), "no", "folder", "saved.tar"), "--data-dir",
		onSocket(t, func(http.ResponseWriter, *http.Request) {})); code != exitFailure || !strings.Contains(errs,
		"cannot be written to its destination") {
		t.Errorf("a folder that is not there: status %d, says %q", code, errs)
	}
}

func TestTokenState(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 10, 0, 0, 0, time.UTC)
	before, after := now.Add(-time.Second), now.Add(time.Second)
	for _, test := range []struct {
		name             string
		revoked, expires *time.Time
		want             string
	}{
		{"no expiry", nil, nil, "valid"},
		{"expires later", nil, &after, "valid"},
		{"expires now", nil, &now, "expired"},
		{"expired", nil, &before, "expired"},
		{"revoked and expired", &before, &before, "revoked"},
	} {
		if got := tokenState(test.revoked, test.expires, now); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}
