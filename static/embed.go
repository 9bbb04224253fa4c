// Package static owns the files that browsers load: one style sheet, the styles
// of highlighted code, one script, and Mermaid for diagrams.
//
// Data layout: the files are embedded. The script and the style sheet are written
// in parts, each with one subject, and sent as one file (see parts). Each is served under a name that holds a
// hash of its bytes ("/static/app.3f2a1b0c9d8e.css"), so it may be kept for a
// year; another build has other names. Files that end in .gz are stored
// compressed and served under the name without it.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed *.css *.js icon.svg vendor/mermaid.min.js.gz
var files embed.FS

// hashDigits is how many hexadecimal digits of SHA-256 a name carries: 48 bits,
// enough to tell the builds of one file apart.
const hashDigits = 12

// maxAge is how long a browser keeps a file under its hashed name: a year, in
// seconds, the longest that caches honour.
const maxAge = "public, max-age=31536000, immutable"

// asset is one file in both encodings.
type asset struct {
	contentType string
	plain       []byte                 // nil when only the compressed form is embedded
	gzip        func() ([]byte, error) // compressed when first asked for: a start does not wait for it
	shared      bool                   // a sandboxed page of no origin may load it
}

// Files are the embedded files with their hashed names. The zero value is not
// useful; make one with Load.
type Files struct {
	names  map[string]string // "app.css" -> "/static/app.HASH.css"
	assets map[string]asset  // by hashed name without the folder
	sum    string
}

// parts are the files that are sent together under the name of the first.
func parts() [][]string {
	return [][]string{
		{"app.css", "search.css"}, {"app.js", "search.js", "suggest.js"},
		{"signals.css"}, {"highlight.css"}, {"print.css"}, {"mermaid.js"}, {"icon.svg"}, {"vendor/mermaid.min.js.gz"},
	}
}

// Load hashes the embedded files.
func Load() (*Files, error) {
	f := &Files{names: map[string]string{}, assets: map[string]asset{}}
	all := sha256.New()
	for _, names := range parts() {
		var b []byte
		for _, name := range names {
			part, err := files.ReadFile(name)
			if err != nil {
				return nil, fmt.Errorf("static: %w", err)
			}
			if len(b) > 0 && path.Ext(name) == ".js" {
				b = append(b, ";\n"...) // else a part would be read as an argument of the one before
			}
			b = append(b, part...)
		}
		sum := sha256.Sum256(b)
		all.Write(sum[:])
		f.add(path.Base(names[0]), b, hex.EncodeToString(sum[:])[:hashDigits])
	}
	f.sum = hex.EncodeToString(all.Sum(nil))[:hashDigits]
	return f, nil
}

func (f *Files) add(name string, b []byte, hash string) {
	a := asset{plain: b}
	if stored, ok := strings.CutSuffix(name, ".gz"); ok {
		name, a.plain, a.gzip = stored, nil, func() ([]byte, error) { return b, nil }
	} else {
		a.gzip = sync.OnceValues(func() ([]byte, error) { return Gzip(b) })
	}
	ext := path.Ext(name)
	a.contentType = contentType(ext)
	a.shared = strings.HasPrefix(name, "mermaid")
	hashed := strings.TrimSuffix(name, ext) + "." + hash + ext
	f.names[name] = "/static/" + hashed
	f.assets[hashed] = a
}

func contentType(ext string) string {
	switch ext {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(ext)
}

// Path gives the address of a file by its plain name ("app.css"), path-absolute
// and without the portal's prefix; "" for a name that is not embedded.
func (f *Files) Path(name string) string { return f.names[name] }

// Bytes gives a file by its plain name, for a page that must carry it within;
// nil for a name that is not embedded.
func (f *Files) Bytes(name string) []byte {
	return f.assets[strings.TrimPrefix(f.names[name], "/static/")].plain
}

// Sum is one hash over all files: it changes when any of them does.
func (f *Files) Sum() string { return f.sum }

// ServeFile answers GET and HEAD for a hashed name ("app.HASH.css"). It reports
// false, having written nothing, when there is no such file.
func (f *Files) ServeFile(w http.ResponseWriter, r *http.Request, hashed string) bool {
	a, ok := f.assets[hashed]
	if !ok {
		return false
	}
	h := w.Header()
	h.Set("Cache-Control", maxAge)
	h.Set("Vary", "Accept-Encoding")
	if a.shared {
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	}
	body := a.plain
	if body == nil || AcceptsGzip(r) {
		zip, err := a.gzip()
		if err != nil {
			return false
		}
		body = zip
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	h.Set("Content-Type", a.contentType)
	h.Set("ETag", `W/"`+hashed+`"`)
	http.ServeContent(w, r, hashed, time.Time{}, bytes.NewReader(body))
	return true
}

// AcceptsGzip reports whether the client accepts gzip. A quality of 0 refuses it.
func AcceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name == "gzip" || name == "*" {
			return !strings.HasPrefix(strings.ReplaceAll(params, " ", ""), "q=0") || strings.Contains(params, "0.")
		}
	}
	return false
}

// Gzip compresses b once, for bytes that are sent many times.
func Gzip(b []byte) ([]byte, error) {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		return nil, fmt.Errorf("static: gzip: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("static: gzip: %w", err)
	}
	return out.Bytes(), nil
}
