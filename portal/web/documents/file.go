package documents

import (
	"bytes"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
)

// fileType is how a stored file is sent. It depends on the extension alone, never on the
// content and never on tables of the machine.
type fileType struct {
	contentType string
	download    bool // offered as a file: it could run, or we do not know it
}

// typeOfFile returns how a file is sent. HTML is sent as text and never runs. SVG may be
// drawn in an <img>, where its scripts do not run, and is a download elsewhere. What a
// browser could run is a download or plain text. An unknown extension is a download,
// whose bytes the browser must not interpret.
func typeOfFile(name string) fileType {
	const text = "text/plain; charset=utf-8"
	switch strings.ToLower(path.Ext(name)) {
	case ".png":
		return fileType{"image/png", false}
	case ".jpg", ".jpeg":
		return fileType{"image/jpeg", false}
	case ".gif":
		return fileType{"image/gif", false}
	case ".webp":
		return fileType{"image/webp", false}
	case ".avif":
		return fileType{"image/avif", false}
	case ".svg":
		return fileType{"image/svg+xml", true}
	case ".html", ".htm", ".xhtml":
		return fileType{text, true}
	case ".txt", ".log", ".yaml", ".yml", ".toml", ".ini", ".conf", ".sh", ".py", ".go", ".sql", ".js", ".ts",
		".diff", ".patch", ".md", ".markdown", ".xml", ".tf", ".promql", ".dot", ".puml":
		return fileType{text, false}
	case ".json":
		return fileType{"application/json", false}
	case ".csv":
		return fileType{"text/csv; charset=utf-8", true}
	case ".pdf":
		return fileType{"application/pdf", true}
	}
	return fileType{"application/octet-stream", true}
}

// filePolicy is for files of the repository: they may do nothing at all. The sandbox
// gives the file an origin of its own, so that even a script that ran could not use the
// reader's session.
const filePolicy = "default-src 'none'; sandbox"

// file sends a stored file. The browser may display it and nothing else. The name in
// Content-Disposition is encoded by mime, whatever it contains.
func (h *Handler) file(req *page.Request, f library.File) error {
	return h.blob(req, f.Blob, func(h http.Header) {
		t := typeOfFile(f.Path)
		h.Set("Content-Type", t.contentType)
		h.Set("Content-Security-Policy", filePolicy)
		if t.download {
			h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": path.Base(f.Path)}))
		}
	})
}

// blob sends the bytes of a git object, which never change: its name is its ETag. head
// sets the headers of the answer. A missing blob is the error of Content. Ranges are
// served, for large attachments.
func (h *Handler) blob(req *page.Request, id postmortems.OID, head func(http.Header)) error {
	header := req.Writer.Header()
	etag := `"` + string(id) + `"`
	header.Set("ETag", etag)
	// no-cache: the address may be of another object after the next push, and is asked
	// again with its ETag.
	header.Set("Cache-Control", "private, no-cache")
	if page.Matches(req.Header.Get("If-None-Match"), etag) {
		req.Writer.WriteHeader(http.StatusNotModified)
		return nil
	}
	var data []byte
	err := h.deps.Content.Blobs(req.Context(), []postmortems.OID{id}, func(_ int, b []byte) error {
		// Content may reuse its buffer after the call.
		data = bytes.Clone(b)
		return nil
	})
	if err != nil {
		// An error page must not be taken for the object.
		header.Del("ETag")
		return err
	}
	head(header)
	http.ServeContent(req.Writer, req.Request, "", time.Time{}, bytes.NewReader(data))
	return nil
}
