package web

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/static"
)

// documentOrHistory answers for a known document in the form asked for.
func (s *Server) documentOrHistory(c echo.Context, id string, f form) error {
	if c.Request().URL.RawQuery != "" && c.QueryParams().Has("history") {
		return s.history(c, id)
	}
	if f == asJSON {
		return s.documentJSON(c, id)
	}
	rev, err := revision(c, "rev")
	if err != nil {
		return err
	}
	state, err := s.state(c.Request().Context())
	if err != nil {
		return err
	}
	page, err := s.deps.Library.Page(c.Request().Context(), id, rev)
	if err != nil {
		return err
	}
	if f == asMarkdown {
		return s.source(c, page.Shown.Blob)
	}
	view, whole := s.documentView(page), true
	if rev == "" {
		view.Related, whole = s.relatedTo(c.Request().Context(), page)
	}
	if words := wordsToMark(c); words != nil {
		view.HTML = markWords(view.HTML, words)
	}
	done, err := s.finish("document", view, pageState{seq: page.Seq, day: state.day, bad: state.bad}, page.ID+" "+string(page.Shown.Commit)+" "+c.Request().URL.RawQuery)
	if err != nil {
		return err
	}
	done.id = page.ID
	if whole && rev == "" && c.Request().URL.RawQuery == "" {
		done.key = c.Request().URL.Path
		s.cache.put(done)
	}
	return s.sendFinished(c, done)
}

// state is what every document page depends on at this moment.
func (s *Server) state(ctx context.Context) (pageState, error) {
	seq, err := s.deps.Library.Seq(ctx)
	return pageState{seq: seq, day: s.day().Unix(), bad: s.unreadable()}, err
}

// cached answers with a page that depends on the library and the day alone: made
// by build for the first reader, kept for the next.
func (s *Server) cached(c echo.Context, name string, build func() (any, error)) error {
	state, err := s.state(c.Request().Context())
	if err != nil {
		return err
	}
	u := c.Request().URL
	key := u.Path + "?" + u.RawQuery
	if f := s.cache.get(key, state); f != nil {
		return s.sendFinished(c, f)
	}
	view, err := build()
	if err != nil {
		return err
	}
	f, err := s.finish(name, view, state, key)
	if err != nil {
		return err
	}
	f.key = key
	s.cache.put(f)
	return s.sendFinished(c, f)
}

// sendCached sends the finished page of a path, if it is there and valid. This
// is the way of nearly every reading.
func (s *Server) sendCached(c echo.Context, path string) (bool, error) {
	state, err := s.state(c.Request().Context())
	if err != nil {
		return false, err
	}
	f := s.cache.get(path, state)
	if f == nil {
		return false, nil
	}
	return true, s.sendFinished(c, f)
}

// finish renders a page once, in both encodings. of tells apart the pages of one
// state.
func (s *Server) finish(name string, view any, state pageState, of string) (*finished, error) {
	var b bytes.Buffer
	if err := s.views.execute(&b, name, view); err != nil {
		return nil, fault.Wrap(fault.Internal, "web.finish", "", err)
	}
	zip, err := static.Gzip(b.Bytes())
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "web.finish", "", err)
	}
	h := fnv.New128a()
	fmt.Fprintf(h, "%s %d %d %s", of, state.seq, state.day, s.views.sum)
	if state.bad > 0 {
		fmt.Fprintf(h, " %d", state.bad)
	}
	return &finished{
		valid: state, plain: b.Bytes(), zip: zip,
		etag:        []string{fmt.Sprintf(`W/"%x"`, h.Sum(nil))},
		plainLength: []string{strconv.Itoa(b.Len())}, zipLength: []string{strconv.Itoa(len(zip))},
	}, nil
}

// Header values of finished pages, shared between answers.
type finishedHeaders struct{ contentType, cacheControl, vary, gzip []string }

func newFinishedHeaders() finishedHeaders {
	return finishedHeaders{
		contentType: []string{"text/html; charset=utf-8"}, cacheControl: []string{"private, no-cache"},
		vary: []string{"Accept-Encoding"}, gzip: []string{"gzip"},
	}
}

func (s *Server) sendFinished(c echo.Context, f *finished) error {
	res, req := c.Response(), c.Request()
	h := res.Header()
	h["Cache-Control"], h["Vary"], h["Etag"] = s.sent.cacheControl, s.sent.vary, f.etag
	if f.id != "" && req.Method == http.MethodGet {
		s.deps.Library.MarkRead(f.id)
	}
	if matches(req.Header.Get("If-None-Match"), f.etag[0]) {
		res.WriteHeader(http.StatusNotModified)
		return nil
	}
	h["Content-Type"] = s.sent.contentType
	body, length := f.plain, f.plainLength
	if static.AcceptsGzip(req) {
		body, length = f.zip, f.zipLength
		h["Content-Encoding"] = s.sent.gzip
	}
	h["Content-Length"] = length
	res.WriteHeader(http.StatusOK)
	if req.Method == http.MethodHead {
		return nil
	}
	_, err := res.Write(body)
	return err
}

// matches compares If-None-Match weakly with a page's tag.
func matches(header, etag string) bool {
	if header == "" {
		return false
	}
	if header == etag || header == "*" {
		return true
	}
	for one := range strings.SplitSeq(header, ",") {
		if strings.TrimPrefix(strings.TrimSpace(one), "W/") == strings.TrimPrefix(etag, "W/") {
			return true
		}
	}
	return false
}

// source sends the file as it was pushed.
func (s *Server) source(c echo.Context, blob postmortems.OID) error {
	return s.blob(c, blob, func(h http.Header) {
		h.Set("Content-Type", "text/markdown; charset=utf-8")
	})
}

// documentJSON is the API's own answer, so that the two can not differ.
func (s *Server) documentJSON(c echo.Context, id string) error {
	q := url.Values{}
	if rev := c.QueryParam("rev"); rev != "" {
		q.Set("rev", rev)
	}
	r := c.Request().Clone(c.Request().Context())
	r.URL = &url.URL{Path: "/api/v1/documents/" + id, RawQuery: q.Encode()}
	r.RequestURI = r.URL.RequestURI()
	return s.callAPI(c, r)
}
