package web

import (
	"net/http"
	"net/url"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/problem"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/search"
)

// errorView is the page of any failure: what happened, what was not lost, what
// to do next.
type errorView struct {
	frame
	Status    int
	Heading   string
	Detail    string
	Advice    string
	RequestID string
	Words     string       // words of the path, for the search box of a 404
	Similar   []search.Hit // where the reader may have wanted to go
	Gone      *goneView
	Narrower  []facetValue // ranges within one that holds too much
}

// goneView tells of a removed document.
type goneView struct {
	Last    library.Revision
	Link    string // its last revision
	History string
}

func (s *Server) errorPage(c echo.Context, v *visit, doc *problem.Document) error {
	view := errorView{
		frame: s.frame(), Status: doc.Status, Heading: headingOf(doc.Kind, doc.Title), Detail: sentence(doc.Detail),
		Advice: adviceOf(doc.Kind, v.path), RequestID: doc.RequestID,
	}
	view.Title = view.Heading
	if doc.Kind == fault.TooWide.String() {
		view.Narrower = s.narrower(c, v.path)
	}
	if doc.Status == http.StatusNotFound {
		s.addSimilar(c, v, &view)
	}
	return s.show(c, doc.Status, "error", view)
}

// addSimilar looks for what the path's words may have meant. It is a courtesy:
// when search does not answer, the page goes without.
func (s *Server) addSimilar(c echo.Context, v *visit, view *errorView) {
	view.Words = pathWords(v.path)
	if view.Words == "" || !v.who.May(auth.Read) {
		return
	}
	res, err := s.deps.Search.Search(c.Request().Context(), search.Request{Text: view.Words, Limit: similarShown})
	if err == nil {
		view.Similar = res.Hits
	}
}

// sentence makes a fault's message, which begins small as Go's errors do, one of
// the page's sentences.
func sentence(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if s == "" || first == utf8.RuneError {
		return s
	}
	s = string(unicode.ToUpper(first)) + s[size:]
	if last := s[len(s)-1]; last != '.' && last != '?' && last != '!' {
		s += "."
	}
	return s
}

// pathWords are the words of an address as a query: nothing in it has a meaning
// to the query language.
func pathWords(p string) string {
	p = strings.TrimSuffix(strings.TrimSuffix(p, path.Ext(p)), "/")
	words := strings.FieldsFunc(p, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	const enough = 8 // words: more would find nothing
	if len(words) > enough {
		words = words[len(words)-enough:]
	}
	return strings.ToLower(strings.Join(words, " "))
}

func headingOf(kind, title string) string {
	switch kind {
	case fault.NotFound.String():
		return "Nothing lies at this address"
	case fault.Gone.String():
		return "This document was removed"
	case fault.Internal.String():
		return "Something broke on our side"
	case fault.Forbidden.String():
		return "Not allowed"
	case fault.Misdirected.String():
		return "Not the name of this portal"
	case fault.TooWide.String():
		return "Too much for one page"
	case fault.TooMany.String():
		return "A little slower, please"
	case fault.Unavailable.String(), fault.Timeout.String():
		return "Not available just now"
	}
	return title
}

// adviceOf says what was not lost, and what to do. Only documents keep an address
// when they are renamed.
func adviceOf(kind, path string) string {
	switch kind {
	case fault.Internal.String():
		return "Nothing that was published is lost. Try again; if it stays, tell whoever runs this portal the request id below."
	case fault.Unavailable.String(), fault.Timeout.String():
		return "Nothing that was published is lost. Try again in a few seconds."
	case fault.TooWide.String():
		return "Nothing is lost: each of them is stored. /feeds says which source brought how many."
	case fault.NotFound.String():
		switch section, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/"); section {
		case "reports":
			return "A report exists from the end of its period on. /reports lists all there are; postern report run NAME PERIOD --preview makes one at once."
		case "slos", "services", "incidents", "slow-sql":
			return "It may be mistyped, not pushed or sent yet, or known by another name: /" + section + " lists all there are."
		}
		return "A document that is renamed keeps its old address, so a link to it would have worked: this one may be mistyped, or not pushed yet."
	}
	return ""
}

// gonePage answers 410 with the way to the last revision.
func (s *Server) gonePage(c echo.Context, g library.Gone) error {
	v := visitOf(c)
	v.err = fault.Newf(fault.Gone, "web", "%q was removed; its last revision is still readable", g.Last.Title)
	doc := problem.Of(v.err)
	doc.RequestID = v.id
	to := s.link("/p/" + url.PathEscape(g.ID))
	last := to + "?rev=" + string(g.Last.Commit)
	c.Response().Header().Set("Link", "<"+last+`>; rel="latest-version"`)
	if !wantsPage(c.Request()) {
		return doc.Write(c.Response())
	}
	view := errorView{
		frame: s.frame(), Status: doc.Status, Heading: headingOf(doc.Kind, ""),
		Gone: &goneView{Last: g.Last, Link: last, History: to + "/history"},
	}
	view.Title = view.Heading
	return s.show(c, doc.Status, "error", view)
}
