package page

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"strconv"
	"sync"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/static"
	"github.com/postern/postern/templates"
)

// views are the parsed templates and the buffers that pages are written into.
type views struct {
	pages   map[string]*template.Template
	sum     string // hash of templates, static names and prefix: part of every ETag
	buffers *sync.Pool
	zips    *sync.Pool
	// last is sent when a template fails while it is executed.
	last []byte
}

// Templates are the parsed templates of all pages. They may be used by several kits.
type Templates struct {
	pages map[string]*template.Template
	sum   string // hash of the files and the texts
}

// ParseTemplates parses the templates of all pages with the texts of one language.
func ParseTemplates(texts *messages.Printer) (Templates, error) {
	pages, sum, err := templates.Parse(Funcs(texts), texts.Constant)
	return Templates{pages: pages, sum: sum + " " + texts.Sum()}, err
}

// newViews renders the page that is sent when a template fails, which also shows that
// the layout works.
func newViews(f Frame, t Templates, texts *messages.Printer) (views, error) {
	pages, sum := t.pages, t.sum
	stamp := sha256.Sum256(fmt.Appendf(nil, "%s %s %s %s %s %s %s %v", sum, f.CSS, f.JS, f.Highlight, f.Print, f.Clone, f.Portal, f.LoggedIn))
	v := views{
		pages: pages, sum: hex.EncodeToString(stamp[:8]),
		buffers: &sync.Pool{New: func() any { return new(bytes.Buffer) }},
		zips: &sync.Pool{New: func() any {
			z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is valid, so there is no error
			return z
		}},
	}
	broken := errorView{
		Frame: f, Status: http.StatusInternalServerError,
		Heading: headingOf(texts, "internal", ""), Advice: adviceOf(texts, "internal", ""),
	}
	broken.Title = broken.Heading
	var b bytes.Buffer
	err := v.execute(&b, "error", "layout", broken)
	v.last = b.Bytes()
	return v, err
}

// execute writes one template of the set of a page.
func (v views) execute(w io.Writer, page, name string, data any) error {
	t, ok := v.pages[page]
	if !ok {
		return fmt.Errorf("web: there is no template %q", page)
	}
	if err := t.ExecuteTemplate(w, name, data); err != nil {
		return fmt.Errorf("web: template %q: %w", page, err)
	}
	return nil
}

// Execute writes one template of the set of a page, without the layout around it.
// Errors are fault.Internal.
func (k *Kit) Execute(w io.Writer, page, name string, data any) error {
	return fault.Wrap(fault.Internal, "web.Execute", "", k.views.execute(w, page, name, data))
}

// Show answers with a page that is made for this request. name is that of its
// template, data the struct that the template prints.
func (k *Kit) Show(r *Request, status int, name string, data any) error {
	b := k.views.buffers.Get().(*bytes.Buffer)
	defer k.views.buffers.Put(b)
	b.Reset()
	if err := k.views.execute(b, name, "layout", data); err != nil {
		r.Err = err
		status, b = http.StatusInternalServerError, bytes.NewBuffer(k.views.last)
	}
	h := r.Writer.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-cache")
	}
	return k.Send(r, status, b.Bytes())
}

// zipFrom is the size in bytes below which compressing saves nothing: one packet.
const zipFrom = 1400

// Send writes a finished body, compressed when that helps and the client accepts it.
func (k *Kit) Send(r *Request, status int, body []byte) error {
	h := r.Writer.Header()
	h.Set("Vary", "Accept-Encoding")
	if len(body) >= zipFrom && static.AcceptsGzip(r.Request) {
		z := k.views.zips.Get().(*gzip.Writer)
		defer k.views.zips.Put(z)
		b := k.views.buffers.Get().(*bytes.Buffer)
		defer k.views.buffers.Put(b)
		b.Reset()
		z.Reset(b)
		_, _ = z.Write(body) // a Buffer takes everything
		_ = z.Close()
		h.Set("Content-Encoding", "gzip")
		body = b.Bytes()
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	r.Writer.WriteHeader(status)
	if r.Method == http.MethodHead {
		return nil
	}
	_, err := r.Writer.Write(body)
	return err
}
