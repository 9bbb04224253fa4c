package gitrepo

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"testing"
)

// backend serves a bare repository with git's own http-backend. It buffers chunked
// bodies, which CGI does not support.
func backend(b *testing.B) (url string) {
	b.Helper()
	git, err := exec.LookPath("git")
	if err != nil {
		b.Skip("git is not installed")
	}
	dir := filepath.Join(b.TempDir(), "r.git")
	for _, args := range [][]string{
		{"init", "-q", "--bare", "-b", "main", dir},
		{"-C", dir, "config", "http.receivepack", "true"},
		{"-C", dir, "config", "core.fsync", "objects,derived-metadata,reference"},
		{"-C", dir, "config", "receive.fsckObjects", "true"},
	} {
		if out, err := exec.Command(git, args...).CombinedOutput(); err != nil {
			b.Fatalf("%v %s", err, out)
		}
	}
	h := &cgi.Handler{
		Path: git, Args: []string{"http-backend"}, Root: "/r.git", Stderr: io.Discard,
		Env: []string{"GIT_PROJECT_ROOT=" + dir, "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=x"},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength < 0 {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			r.Body, r.ContentLength, r.TransferEncoding = io.NopCloser(bytes.NewReader(body)), int64(len(body)), nil
		}
		h.ServeHTTP(w, r)
	}))
	b.Cleanup(server.Close)
	return server.URL + "/r.git"
}

// BenchmarkPushOneFile compares a push of one changed file among a thousand with the
// same push to git's own server. The author's git takes most of the time of both.
func BenchmarkPushOneFile(b *testing.B) {
	for _, c := range []struct {
		name string
		url  func(*testing.B) string
	}{
		{"postern", func(b *testing.B) string { return newSite(b).url }},
		{"http-backend", backend},
	} {
		b.Run(c.name, func(b *testing.B) {
			a := (&site{t: b, url: c.url(b)}).author()
			for i := range 1000 {
				a.write(fmt.Sprintf("guides/%d/%d.md", i%20, i), fmt.Sprintf("# Guide %d\n", i))
			}
			a.commit("first")
			a.git("push", "origin", "main")
			n := 0
			for b.Loop() {
				b.StopTimer()
				n++
				a.write("guides/1/1.md", fmt.Sprintf("# Guide, version %d\n", n))
				a.commit("next")
				b.StartTimer()
				a.git("push", "-q", "origin", "main")
			}
		})
	}
}
