package static_test

import (
	"compress/gzip"
	"io"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/postern/postern/postmortems/markdown"
	"github.com/postern/postern/static"
)

func load(t *testing.T) *static.Files {
	t.Helper()
	f, err := static.Load()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestEveryFileIsServedUnderItsHashedName(t *testing.T) {
	f := load(t)
	for name, contentType := range map[string]string{
		"app.css": "text/css", "app.js": "text/javascript", "highlight.css": "text/css", "mermaid.js": "text/javascript",
		"mermaid.min.js": "text/javascript", "icon.svg": "image/svg+xml",
	} {
		hashed, ok := strings.CutPrefix(f.Path(name), "/static/")
		if !ok || hashed == name {
			t.Errorf("%s has the path %q", name, f.Path(name))
			continue
		}
		w := httptest.NewRecorder()
		if !f.ServeFile(w, httptest.NewRequest("GET", "/", nil), hashed) {
			t.Errorf("%s is not served", hashed)
		}
		if h := w.Header(); !strings.HasPrefix(h.Get("Content-Type"), contentType) || !strings.Contains(h.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: headers %v", name, h)
		}
	}
	if f.Path("none.css") != "" {
		t.Error("a name that is not embedded has a path")
	}
	if f.ServeFile(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil), "app.css") {
		t.Error("a name without its hash is served: it would be kept for a year")
	}
}

func TestFilesAreSentCompressed(t *testing.T) {
	f := load(t)
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	f.ServeFile(w, r, strings.TrimPrefix(f.Path("app.css"), "/static/"))
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if want := styleSheet(t); string(got) != want {
		t.Error("the compressed bytes are other bytes")
	}
}

func TestTheStyleSheetIsSmall(t *testing.T) {
	const most = 30 << 10 // bytes: it blocks the first paint
	if b := styleSheet(t); len(b) > most {
		t.Errorf("the style sheet is %d bytes, at most %d", len(b), most)
	}
}

// styleSheet is what is served as app.css: its parts, one after the other.
func styleSheet(t *testing.T) (all string) {
	t.Helper()
	for _, name := range []string{"app.css", "search.css"} {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all += string(b)
	}
	return all
}

// TestHighlightCSS fails when the highlighter changes its classes: then run
// markdown.HighlightCSS("github", "github-dark") again.
func TestHighlightCSS(t *testing.T) {
	want, err := markdown.HighlightCSS("github", "github-dark")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("highlight.css")
	if err != nil || string(got) != want {
		t.Errorf("highlight.css is not what the highlighter makes (%v)", err)
	}
}

func TestAcceptsGzip(t *testing.T) {
	for header, want := range map[string]bool{
		"": false, "gzip": true, "br, gzip": true, "gzip;q=0": false, "gzip; q=0.5": true, "*": true, "identity": false, "x-gzip": false,
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept-Encoding", header)
		if got := static.AcceptsGzip(r); got != want {
			t.Errorf("AcceptsGzip(%q) = %v", header, got)
		}
	}
}
