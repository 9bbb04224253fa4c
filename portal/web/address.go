package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
)

// form is in what shape a document is asked for.
type form uint8

const (
	asPage     form = iota
	asMarkdown      // suffix .md: the file as it was pushed
	asJSON          // suffix .json: as the API gives it
)

// cutForm takes the suffix off an address.
func cutForm(address string) (string, form) {
	if rest, ok := strings.CutSuffix(address, ".md"); ok {
		return rest, asMarkdown
	}
	if rest, ok := strings.CutSuffix(address, ".json"); ok {
		return rest, asJSON
	}
	return address, asPage
}

func (f form) suffix() string { return [...]string{"", ".md", ".json"}[f] }

// address answers everything that no other route does: documents, files, what
// was there before. A page that is finished and still valid is sent at once.
func (s *Server) address(c echo.Context) error {
	u := c.Request().URL
	if u.RawQuery == "" {
		if sent, err := s.sendCached(c, u.Path); sent || err != nil {
			return err
		}
	}
	found, f, err := s.lookup(c.Request().Context(), (&url.URL{Path: u.Path}).EscapedPath())
	if err != nil {
		return err
	}
	switch {
	case found.Record != nil:
		return s.documentOrHistory(c, found.Record.ID, f)
	case found.Redirect != "":
		return s.redirect(c, found.Redirect+f.suffix())
	case found.File != nil:
		return s.file(c, *found.File)
	case found.Gone != nil:
		return s.gone(c, *found.Gone, f)
	}
	return fault.New(fault.NotFound, "web", "there is nothing at this address")
}

// lookup asks for the address without its suffix first: a file that has such a
// name of its own is found when no document is.
func (s *Server) lookup(ctx context.Context, address string) (library.Found, form, error) {
	if rest, f := cutForm(address); f != asPage {
		found, err := s.deps.Library.Lookup(ctx, rest)
		if err == nil && found.File == nil {
			return found, f, nil
		}
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return found, f, err
		}
	}
	found, err := s.deps.Library.Lookup(ctx, address)
	return found, asPage, err
}

// redirect sends a reader to where a document lies now, for good. The query
// stays: it may pin a revision.
func (s *Server) redirect(c echo.Context, address string) error {
	to := s.link(address)
	if q := c.Request().URL.RawQuery; q != "" {
		to += "?" + q
	}
	c.Response().Header().Set("Cache-Control", "private, no-cache")
	return c.Redirect(http.StatusPermanentRedirect, to)
}

// gone answers for a removed document: its old revisions are still readable.
func (s *Server) gone(c echo.Context, g library.Gone, f form) error {
	if q := c.Request().URL.Query(); q.Has("rev") || q.Has("history") {
		return s.documentOrHistory(c, g.ID, f)
	}
	return s.gonePage(c, g)
}

// permalink answers /p/ID with the same suffixes and queries as an address. An
// id may itself end like a suffix: the whole is tried when the part finds nothing.
func (s *Server) permalink(c echo.Context) error {
	if c.Request().URL.RawQuery == "" {
		if sent, err := s.sendCached(c, c.Request().URL.Path); sent || err != nil {
			return err
		}
	}
	ctx := c.Request().Context()
	id, f := cutForm(c.Param("id"))
	found, err := s.deps.Library.ByID(ctx, id)
	if f != asPage && fault.KindOf(err) == fault.NotFound && err != nil {
		id, f = c.Param("id"), asPage
		found, err = s.deps.Library.ByID(ctx, id)
	}
	switch {
	case err != nil:
		return err
	case found.Gone != nil:
		return s.gone(c, *found.Gone, f)
	case found.Record != nil:
		return s.documentOrHistory(c, found.Record.ID, f)
	}
	return fault.New(fault.NotFound, "web", "there is no document with this id")
}

func (s *Server) permalinkHistory(c echo.Context) error {
	return s.history(c, c.Param("id"))
}

// revision reads ?rev=: "" for the newest.
func revision(c echo.Context, name string) (postmortems.OID, error) {
	rev := strings.ToLower(c.QueryParam(name))
	if rev == "" {
		return "", nil
	}
	const fewest, most = 7, 40 // digits
	if len(rev) < fewest || len(rev) > most || strings.Trim(rev, "0123456789abcdef") != "" {
		return "", fault.Newf(fault.Invalid, "web", "%s= takes %d to %d hexadecimal digits of a commit", name, fewest, most)
	}
	return postmortems.OID(rev), nil
}
