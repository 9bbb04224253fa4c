package documents

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
)

// form is the representation of a document that an address requests.
type form uint8

const (
	asPage     form = iota
	asMarkdown      // suffix .md: the file as it was pushed
	asJSON          // suffix .json: as the API gives it
)

// cutForm splits the suffix off an address and returns the form that it stands for.
// Suffixes are compared exactly; an address without one is the page itself.
func cutForm(address string) (string, form) {
	if rest, ok := strings.CutSuffix(address, ".md"); ok {
		return rest, asMarkdown
	}
	if rest, ok := strings.CutSuffix(address, ".json"); ok {
		return rest, asJSON
	}
	return address, asPage
}

// suffix returns the ending of an address in this form.
func (f form) suffix() string { return [...]string{"", ".md", ".json"}[f] }

// address answers everything that no other route matches: documents, files, and addresses
// that documents had before. A cached page that is still valid is sent at once. It fails
// with fault.NotFound for anything else. The order is that of a reader's intention: a
// present document outranks a former one at the same address.
func (h *Handler) address(req *page.Request) error {
	u := req.URL
	// Only addresses without parameters are cached under their path.
	if u.RawQuery == "" {
		if sent, err := h.sendCached(req, u.Path); sent || err != nil {
			return err
		}
	}
	found, f, err := h.lookup(req.Context(), (&url.URL{Path: u.Path}).EscapedPath())
	if err != nil {
		return err
	}
	switch {
	case found.Record != nil:
		return h.documentOrHistory(req, found.Record.ID, f)
	case found.Redirect != "":
		return h.redirect(req, found.Redirect+f.suffix())
	case found.File != nil:
		return h.file(req, *found.File)
	case found.Gone != nil:
		return h.gone(req, *found.Gone, f)
	}
	return page.NotFound()
}

// lookup finds the address without its suffix first. A file whose own name has such a
// suffix is found if no document is. The suffix first, because every document has these
// forms and few files are named so. Errors other than fault.NotFound end the search.
func (h *Handler) lookup(ctx context.Context, address string) (library.Found, form, error) {
	if rest, f := cutForm(address); f != asPage {
		found, err := h.deps.Library.Lookup(ctx, rest)
		if err == nil && found.File == nil {
			return found, f, nil
		}
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return found, f, err
		}
	}
	found, err := h.deps.Library.Lookup(ctx, address)
	return found, asPage, err
}

// redirect sends the client permanently to the present address of a document. The query
// stays: it may name a revision. The answer may not be cached without asking, since
// another document can be pushed to the old address.
func (h *Handler) redirect(req *page.Request, address string) error {
	to := h.Link(address)
	if q := req.URL.RawQuery; q != "" {
		to += "?" + q
	}
	req.Writer.Header().Set("Cache-Control", "private, no-cache")
	return req.Redirect(http.StatusPermanentRedirect, to)
}

// gone answers for a removed document, whose old revisions can still be read. Without
// such a parameter it is 410 with links to what was there.
func (h *Handler) gone(req *page.Request, g library.Gone, f form) error {
	if q := req.URL.Query(); q.Has("rev") || q.Has("history") {
		return h.documentOrHistory(req, g.ID, f)
	}
	return h.ShowGone(req, g)
}

// permalink answers /p/ID with the suffixes and parameters of an address. An id may end
// like a suffix: the whole is tried if the part finds nothing.
func (h *Handler) permalink(req *page.Request) error {
	if req.URL.RawQuery == "" {
		if sent, err := h.sendCached(req, req.URL.Path); sent || err != nil {
			return err
		}
	}
	ctx := req.Context()
	id, f := cutForm(req.PathValue("id"))
	found, err := h.deps.Library.ByID(ctx, id)
	if f != asPage && fault.KindOf(err) == fault.NotFound && err != nil {
		id, f = req.PathValue("id"), asPage
		found, err = h.deps.Library.ByID(ctx, id)
	}
	switch {
	case err != nil:
		return err
	case found.Gone != nil:
		return h.gone(req, *found.Gone, f)
	case found.Record != nil:
		return h.documentOrHistory(req, found.Record.ID, f)
	}
	return fault.New(fault.NotFound, "web", "there is no document with this id")
}

// permalinkHistory answers /p/ID/history. Removed documents have a history as well.
func (h *Handler) permalinkHistory(req *page.Request) error {
	return h.history(req, req.PathValue("id"))
}

// revision reads a parameter that names a revision by its commit; "" is the newest. It
// fails with fault.Invalid for what is no abbreviated commit. Fewer than 7 digits would
// be ambiguous in a large repository.
func revision(req *page.Request, name string) (postmortems.OID, error) {
	rev := strings.ToLower(req.QueryValue(name))
	if rev == "" {
		return "", nil
	}
	const fewest, most = 7, 40 // digits
	if len(rev) < fewest || len(rev) > most || strings.Trim(rev, "0123456789abcdef") != "" {
		return "", fault.Newf(fault.Invalid, "web", "%s= takes %d to %d hexadecimal digits of a commit", name, fewest, most)
	}
	return postmortems.OID(rev), nil
}
