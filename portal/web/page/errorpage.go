package page

import (
	"net/http"
	"net/url"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/portal/web/problem"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/search"
)

// errorView is the page for any failure: what happened, what was not lost, what to do
// next.
type errorView struct {
	Frame
	Status    int
	Heading   string
	Detail    string
	Advice    string
	RequestID string
	Words     string       // words of the path, for the search box of a 404
	Similar   []search.Hit // where the reader may have wanted to go
	Gone      *goneView
	Narrower  []FacetValue // ranges within one that holds too much
}

// goneView is the part of that page that links to the last revision of a removed
// document.
type goneView struct {
	Last    library.Revision
	Link    string // its last revision
	History string
}

// errorPage answers a browser with the page of a failure.
func (k *Kit) errorPage(r *Request, doc *problem.Document) error {
	view := errorView{
		Frame: k.Frame(), Status: doc.Status, Heading: headingOf(k.deps.Texts, doc.Kind, doc.Title), Detail: Sentence(doc.Detail),
		Advice: adviceOf(k.deps.Texts, doc.Kind, r.Path), RequestID: doc.RequestID,
	}
	view.Title = view.Heading
	if doc.Kind == fault.TooWide.String() {
		view.Narrower = k.narrower(r)
	}
	if doc.Status == http.StatusNotFound {
		k.addSimilar(r, &view)
	}
	return k.Show(r, doc.Status, "error", view)
}

// addSimilar searches for the words of the path, since the reader may have meant one of
// the results. The page is shown without them if search does not answer.
func (k *Kit) addSimilar(r *Request, view *errorView) {
	view.Words = pathWords(r.Path)
	if view.Words == "" || !r.Who.May(auth.Read) {
		return
	}
	res, err := k.deps.Search.Search(r.Context(), search.Request{Text: view.Words, Limit: similarShown})
	if err == nil {
		view.Similar = res.Hits
	}
}

// Sentence turns a fault's message, which begins with a small letter as Go's errors do,
// into a sentence.
func Sentence(s string) string {
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

// pathWords returns the last words of an address as a query. Punctuation is dropped, so
// that nothing in it is an operator of the query language.
func pathWords(p string) string {
	p = strings.TrimSuffix(strings.TrimSuffix(p, path.Ext(p)), "/")
	words := strings.FieldsFunc(p, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	const enough = 8 // words: more would find nothing
	if len(words) > enough {
		words = words[len(words)-enough:]
	}
	return strings.ToLower(strings.Join(words, " "))
}

// headingOf returns the heading of the page for a kind of error; title is the default.
func headingOf(texts *messages.Printer, kind, title string) string {
	switch kind {
	case fault.NotFound.String():
		return texts.Text("error.not_found")
	case fault.Gone.String():
		return texts.Text("error.gone")
	case fault.Internal.String():
		return texts.Text("error.internal")
	case fault.Forbidden.String():
		return texts.Text("error.forbidden")
	case fault.Misdirected.String():
		return texts.Text("error.misdirected")
	case fault.TooWide.String():
		return texts.Text("error.too_wide")
	case fault.TooMany.String():
		return texts.Text("error.too_many")
	case fault.Unavailable.String(), fault.Timeout.String():
		return texts.Text("error.unavailable")
	}
	return title
}

// adviceOf returns what the reader can do, and what was not lost; "" for nothing. Only
// documents keep their old address when they are renamed, so the advice depends on the
// section.
func adviceOf(texts *messages.Printer, kind, path string) string {
	switch kind {
	case fault.Internal.String():
		return texts.Text("error.internal_advice")
	case fault.Unavailable.String(), fault.Timeout.String():
		return texts.Text("error.unavailable_advice")
	case fault.TooWide.String():
		return texts.Text("error.too_wide_advice")
	case fault.NotFound.String():
		switch section, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/"); section {
		case "reports":
			return texts.Text("error.no_report_advice")
		case "slos", "services", "incidents", "slow-sql":
			return texts.Text("error.not_listed_advice", "Section", "/"+section)
		}
		return texts.Text("error.not_found_advice")
	}
	return ""
}

// ShowGone answers 410 for a removed document, with links to its last revision and its
// history.
func (k *Kit) ShowGone(r *Request, g library.Gone) error {
	r.Err = fault.Newf(fault.Gone, "web", "%q was removed; its last revision is still readable", g.Last.Title)
	doc := problem.Of(r.Err)
	doc.RequestID = r.ID
	to := k.Link("/p/" + url.PathEscape(g.ID))
	last := to + "?rev=" + string(g.Last.Commit)
	r.Writer.Header().Set("Link", "<"+last+`>; rel="latest-version"`)
	if !WantsPage(r.Request) {
		return doc.Write(r.Writer)
	}
	view := errorView{
		Frame: k.Frame(), Status: doc.Status, Heading: headingOf(k.deps.Texts, doc.Kind, ""),
		Gone: &goneView{Last: g.Last, Link: last, History: to + "/history"},
	}
	view.Title = view.Heading
	return k.Show(r, doc.Status, "error", view)
}

// Pages returns the struct of each template that the kit executes.
func Pages() map[string]any {
	return map[string]any{"error": errorView{}, "login": loginView{}}
}
