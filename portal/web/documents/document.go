package documents

import (
	"context"
	"net/http"
	"net/url"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/docparts"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/postmortems"
)

// documentOrHistory answers for a known document in the requested form. f and the
// parameters history, rev and mark decide between page, source, JSON and history. A
// revision that does not exist is fault.NotFound.
func (h *Handler) documentOrHistory(req *page.Request, id string, f form) error {
	if req.URL.RawQuery != "" && req.Query().Has("history") {
		return h.history(req, id)
	}
	if f == asJSON {
		return h.documentJSON(req, id)
	}
	rev, err := revision(req, "rev")
	if err != nil {
		return err
	}
	// The state is read before the document. If a push comes between, the page is cached
	// under the older state and is built again for the next reader.
	state, err := h.state(req.Context())
	if err != nil {
		return err
	}
	doc, err := h.deps.Library.Page(req.Context(), id, rev)
	if err != nil {
		return err
	}
	if f == asMarkdown {
		return h.source(req, doc.Shown.Blob)
	}
	view, whole := h.documentView(doc), true
	if rev == "" {
		view.Related, whole = h.relatedTo(req.Context(), doc)
	}
	// Words are marked for one reader, on a page that is not cached: its address has a
	// query.
	if words := docparts.WordsToMark(req); words != nil {
		view.HTML = docparts.MarkWords(view.HTML, words)
	}
	// The ETag depends on the revision and on everything else that the page shows.
	done, err := h.Finish("document", view, page.State{Seq: doc.Seq, Day: state.Day, Bad: state.Bad},
		doc.ID+" "+string(doc.Shown.Commit)+" "+req.URL.RawQuery)
	if err != nil {
		return err
	}
	// Readings are counted when the page is sent, also from the cache.
	done.Read = func() { h.deps.Library.MarkRead(doc.ID) }
	// Old revisions and pages with parameters are too many to keep, and a page without
	// its related documents would stay so.
	if whole && rev == "" && req.URL.RawQuery == "" {
		h.Keep(req.URL.Path, done)
	}
	return h.SendFinished(req, done)
}

// state returns what every page of documents depends on at this moment. Bad is in it
// because every page states how many rows could not be read; Day, because action items
// become overdue.
func (h *Handler) state(ctx context.Context) (page.State, error) {
	seq, err := h.deps.Library.Seq(ctx)
	return page.State{Seq: seq, Day: h.Day().Unix(), Bad: h.Unreadable()}, err
}

// cached answers with a page that depends on the library and the day alone. It is built
// for the first reader and reused for the next ones. The key is the address with its
// query.
func (h *Handler) cached(req *page.Request, name string, build func() (any, error)) error {
	state, err := h.state(req.Context())
	if err != nil {
		return err
	}
	return h.Cached(req, name, req.URL.Path+"?"+req.URL.RawQuery, state, build)
}

// sendCached sends the finished page of a path if it is there and valid, as for nearly
// every reading; sent is false otherwise.
func (h *Handler) sendCached(req *page.Request, path string) (sent bool, err error) {
	state, err := h.state(req.Context())
	if err != nil {
		return false, err
	}
	return h.SendCached(req, path, state)
}

// source sends the Markdown as it was pushed. Its type is not text/plain, so that
// browsers that know Markdown may render it.
func (h *Handler) source(req *page.Request, blob postmortems.OID) error {
	return h.blob(req, blob, func(h http.Header) {
		h.Set("Content-Type", "text/markdown; charset=utf-8")
	})
}

// documentJSON answers with the API's representation, so that the two cannot differ. Only
// rev= is passed on. The request keeps its headers, and with them the credential and
// If-None-Match.
func (h *Handler) documentJSON(req *page.Request, id string) error {
	q := url.Values{}
	if rev := req.QueryValue("rev"); rev != "" {
		q.Set("rev", rev)
	}
	r := req.Clone(req.Context())
	r.URL = &url.URL{Path: "/api/v1/documents/" + id, RawQuery: q.Encode()}
	r.RequestURI = r.URL.RequestURI()
	if h.deps.API == nil {
		return fault.New(fault.NotFound, "web", "this portal has no API")
	}
	h.deps.API.ServeHTTP(req.Writer, r)
	return nil
}
