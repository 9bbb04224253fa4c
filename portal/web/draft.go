package web

import (
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
)

// draftsView lists the pushed branches; with Branch, the documents of one.
type draftsView struct {
	frame
	Drafts []draftRow
	Branch string
}

// draftRow is one draft with its previews.
type draftRow struct {
	library.Draft
	Link    string
	Changed []draftChange
}

type draftChange struct {
	postmortems.DocumentChange
	Link string // the preview; "" for a removed document
}

func (s *Server) drafts(c echo.Context) error {
	all, err := s.deps.Library.Drafts(c.Request().Context())
	if err != nil {
		return err
	}
	view := draftsView{frame: s.frame()}
	view.Title, view.Section = "Drafts", "/drafts"
	for _, d := range all[:min(len(all), draftsShown)] {
		view.Drafts = append(view.Drafts, s.draftRow(d))
	}
	return s.show(c, 200, "drafts", view)
}

func (s *Server) draftRow(d library.Draft) draftRow {
	row := draftRow{Draft: d, Link: s.link(draftAddress(d.Branch, ""))}
	for _, ch := range d.Changed {
		one := draftChange{DocumentChange: ch}
		if ch.Status != postmortems.Deleted {
			one.Link = s.link(draftAddress(d.Branch, postmortems.Address(ch.Path)))
		}
		row.Changed = append(row.Changed, one)
	}
	return row
}

// draftAddress is where a document of a branch is previewed.
func draftAddress(branch, address string) string {
	return (&url.URL{Path: "/drafts/" + branch}).EscapedPath() + address
}

// draft answers /drafts/BRANCH and /drafts/BRANCH/PATH. BRANCH is the longest
// name of a branch that the rest begins with, since both may hold slashes.
func (s *Server) draft(c echo.Context) error {
	ctx := c.Request().Context()
	rest := strings.TrimPrefix(c.Request().URL.Path, "/drafts/")
	all, err := s.deps.Library.Drafts(ctx)
	if err != nil {
		return err
	}
	d, address, ok := longestBranch(all, rest)
	if !ok {
		return fault.New(fault.NotFound, "web", "there is no such draft; it may have been deleted with its branch")
	}
	c.Response().Header().Set("Cache-Control", "private, no-store")
	if address == "" {
		view := draftsView{frame: s.frame(), Drafts: []draftRow{s.draftRow(d)}, Branch: d.Branch}
		view.Title, view.Section = "Draft "+d.Branch, "/drafts"
		return s.show(c, 200, "drafts", view)
	}
	return s.draftDocument(c, d, (&url.URL{Path: address}).EscapedPath())
}

func longestBranch(all []library.Draft, rest string) (best library.Draft, address string, ok bool) {
	for _, d := range all {
		tail, fits := strings.CutPrefix(rest, d.Branch)
		if fits && (tail == "" || tail[0] == '/') && len(d.Branch) >= len(best.Branch) {
			best, address, ok = d, tail, true
		}
	}
	return best, address, ok
}

func (s *Server) draftDocument(c echo.Context, d library.Draft, address string) error {
	ctx := c.Request().Context()
	plain, f := cutForm(address)
	if f == asJSON {
		plain, f = address, asPage // drafts have no place in the API: this may be a file
	}
	page, err := s.deps.Library.DraftPage(ctx, d.Branch, plain)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return s.draftFile(c, d, address, err)
	}
	if err != nil {
		return err
	}
	if f == asMarkdown {
		return s.source(c, page.Shown.Blob)
	}
	view := s.documentView(page)
	view.Draft, view.Canonical = true, ""
	view.Raw, view.JSON, view.History = s.link(draftAddress(d.Branch, plain)+".md"), "", ""
	view.Banner = &banner{
		Class: "draft", Text: "Preview of the draft " + d.Branch + ", pushed by " + firstOf(d.Pusher.Name, "the portal") + ". Not published, not in search.",
		Link: s.link(draftAddress(d.Branch, "")), LinkText: "All changes of this draft",
	}
	return s.show(c, 200, "document", view)
}

// draftFile tries the address as a stored file, then as a published document
// that the draft leaves alone.
func (s *Server) draftFile(c echo.Context, d library.Draft, address string, cause error) error {
	ctx := c.Request().Context()
	if path, ok := postmortems.FilePath(address); ok {
		f, err := s.deps.Library.DraftFile(ctx, d.Branch, path)
		if err == nil {
			return s.file(c, f)
		}
		if fault.KindOf(err) != fault.NotFound {
			return err
		}
	}
	if found, err := s.deps.Library.Lookup(ctx, address); err == nil && (found.Record != nil || found.File != nil) {
		return c.Redirect(302, s.link(address))
	}
	return cause
}
