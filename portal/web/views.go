package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/static"
	"github.com/postern/postern/templates"
)

// frame is what the layout needs on every page. Page structs embed it.
type frame struct {
	Title     string // of the browser's tab, without the portal's name
	Portal    string // the portal's name
	Prefix    string // "" or "/kb"
	Canonical string // absolute address of the page, "" for none
	Section   string // the entry of the navigation that is current
	Query     string // in the search box
	Clone     string // address to clone from
	CSS       string
	Highlight string
	Print     string // style sheet for paper
	JS        string
	Icon      string
	LoggedIn  bool // reading needs a token, so every reader can log out
	Kinds     []kindName
	Version   string
	Refresh   bool // the page is live: script may refresh parts of it
	// unreadable is how many stored rows could not be read by now; nil: none.
	unreadable func() int
}

// RowsLost returns how many stored rows could not be read. The layout calls it when
// the page is written, after everything that the page shows was read.
func (f frame) RowsLost() int {
	if f.unreadable == nil {
		return 0
	}
	return f.unreadable()
}

// To is the link to an address of the portal.
func (f frame) To(address string) string { return f.Prefix + address }

// Service is the link to a service's page, whatever its name holds.
func (f frame) Service(name string) string {
	return f.Prefix + (&url.URL{Path: "/services/" + name}).EscapedPath()
}

// unreadable is how many stored rows could not be read.
func (s *Server) unreadable() int {
	if s.deps.Unreadable == nil {
		return 0
	}
	return s.deps.Unreadable()
}

func (s *Server) frame() frame {
	return frame{
		unreadable: s.unreadable,
		Portal:     s.opt.name(), Prefix: s.prefix, Clone: s.absolute("/knowledge.git"),
		CSS: s.link(s.files.Path("app.css")), Highlight: s.link(s.files.Path("highlight.css")), Print: s.link(s.files.Path("print.css")),
		JS: s.link(s.files.Path("app.js")), Icon: s.link(s.files.Path("icon.svg")),
		LoggedIn: !s.opt.OpenReading, Kinds: kindNames(), Version: s.opt.Version,
	}
}

// views are the parsed templates and the buffers that pages are written into.
type views struct {
	pages   map[string]*template.Template
	sum     string // hash of templates, static names, prefix: part of every ETag
	buffers *sync.Pool
	zips    *sync.Pool
	// last is sent when a template fails while it is executed.
	last []byte
}

func newViews(f frame, texts *messages.Printer) (views, error) {
	pages, sum, err := templates.Parse(templateFuncs(texts), texts.Constant)
	if err != nil {
		return views{}, err
	}
	stamp := sha256.Sum256(fmt.Appendf(nil, "%s %s %s %s %s %s %s %s %v", sum, texts.Sum(), f.CSS, f.JS, f.Highlight, f.Print, f.Clone, f.Portal, f.LoggedIn))
	v := views{
		pages: pages, sum: hex.EncodeToString(stamp[:8]),
		buffers: &sync.Pool{New: func() any { return new(bytes.Buffer) }},
		zips: &sync.Pool{New: func() any {
			z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is valid, so there is no error
			return z
		}},
	}
	broken := errorView{
		frame: f, Status: http.StatusInternalServerError,
		Heading: headingOf("internal", ""), Advice: adviceOf("internal", ""),
	}
	broken.Title = broken.Heading
	var b bytes.Buffer
	err = v.execute(&b, "error", broken)
	v.last = b.Bytes()
	return v, err
}

func (v views) execute(b *bytes.Buffer, name string, data any) error {
	t, ok := v.pages[name]
	if !ok {
		return fmt.Errorf("web: there is no template %q", name)
	}
	if err := t.ExecuteTemplate(b, "layout", data); err != nil {
		return fmt.Errorf("web: template %q: %w", name, err)
	}
	return nil
}

// show writes a page that is made for this request.
func (s *Server) show(c echo.Context, status int, name string, data any) error {
	b := s.views.buffers.Get().(*bytes.Buffer)
	defer s.views.buffers.Put(b)
	b.Reset()
	if err := s.views.execute(b, name, data); err != nil {
		visitOf(c).err = err
		status, b = http.StatusInternalServerError, bytes.NewBuffer(s.views.last)
	}
	h := c.Response().Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-cache")
	}
	return s.send(c, status, b.Bytes())
}

// zipFrom is the size in bytes below which compressing saves nothing: one packet.
const zipFrom = 1400

// send writes a finished body, compressed when that helps and the client takes it.
func (s *Server) send(c echo.Context, status int, body []byte) error {
	res := c.Response()
	h := res.Header()
	h.Set("Vary", "Accept-Encoding")
	if len(body) >= zipFrom && static.AcceptsGzip(c.Request()) {
		z := s.views.zips.Get().(*gzip.Writer)
		defer s.views.zips.Put(z)
		b := s.views.buffers.Get().(*bytes.Buffer)
		defer s.views.buffers.Put(b)
		b.Reset()
		z.Reset(b)
		_, _ = z.Write(body) // a Buffer takes everything
		_ = z.Close()
		h.Set("Content-Encoding", "gzip")
		body = b.Bytes()
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	res.WriteHeader(status)
	if c.Request().Method == http.MethodHead {
		return nil
	}
	_, err := res.Write(body)
	return err
}

func itoa(n int) string { return strconv.Itoa(n) }
