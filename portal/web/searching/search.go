package searching

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/search"
	"github.com/postern/postern/search/query"
	"github.com/postern/postern/search/querylog"
)

// search answers /search. The script's search while typing requests the same page and
// takes the results out of it. A pasted query is redirected to /similar. An empty query
// shows the form with the names of qualifiers.
func (h *Handler) search(req *page.Request) error {
	if sent, err := h.toSimilar(req); sent {
		return err
	}
	wanted, err := h.searchRequest(req)
	if err != nil {
		return err
	}
	view := searchView{Frame: h.Frame(), Newest: wanted.Newest, Page: h.pageView(req), Qualify: query.Fields()}
	view.Title, view.Section, view.Query = h.Texts().Text("search.label"), "/search", wanted.Text
	if strings.TrimSpace(wanted.Text) == "" {
		return h.Show(req, http.StatusOK, "search", view)
	}
	view.Title = wanted.Text
	view.Feed = h.Link("/search.atom") + "?" + queryOf(wanted.Text).Encode()
	view.Chips = h.searchChips(wanted)
	results, err := h.deps.Search.Search(req.Context(), wanted)
	if err != nil {
		return h.noSearch(req, view, err)
	}
	// The search is counted whether or not anything is found: searches without results
	// are what the page of gaps lists.
	h.logSearch(req, wanted, view.Page, results.Total)
	view.Results = results
	h.fillSearch(req.Context(), &view, wanted)
	view.Rebuilding = h.rebuilding(req)
	// Help costs further searches, so it is not offered for each key.
	if results.Total == 0 && !wanted.Prefix {
		view.Help = h.helpWith(req, wanted)
	}
	return h.Show(req, http.StatusOK, "search", view)
}

// searchRequest reads the parameters of a search. It parses the query, once for the whole
// request. It fails with fault.Invalid for text that is not UTF-8 or too long, and for an
// offset outside of 0 to maxOffset.
func (h *Handler) searchRequest(req *page.Request) (search.Request, error) {
	r := search.Request{
		Text: req.QueryValue("q"), Limit: hitsPerPage, Facets: true, Fragments: true, Fixes: 1,
		Newest: req.QueryValue("sort") == "newest", Prefix: req.QueryValue("typing") != "",
	}
	if !utf8.ValidString(r.Text) {
		return r, fault.New(fault.Invalid, "web.search", "the query is not valid UTF-8")
	}
	if n := utf8.RuneCountInString(r.Text); n > maxQuery {
		return r, fault.Newf(fault.Invalid, "web.search", "the query has %d characters, at most %d are taken; paste the part that is "+
			"peculiar to the problem", n, maxQuery)
	}
	if v := req.QueryValue("offset"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 || n > maxOffset {
			return r, fault.Newf(fault.Invalid, "web.search", "offset= takes a number up to %d", maxOffset)
		}
		r.Offset = n
	}
	q := h.parseQuery(r.Text)
	r.Query = &q
	return r, nil
}

// noSearch shows the search page with the query and the reason when search cannot answer
// for the moment. Other errors are returned. Programs get the error as it is. The status
// stays that of the error, so that monitoring and caches see it.
func (h *Handler) noSearch(req *page.Request, view searchView, err error) error {
	kind := fault.KindOf(err)
	if kind != fault.Unavailable && kind != fault.Timeout || !page.WantsPage(req.Request) {
		return err
	}
	doc := page.Problem(err)
	// The log names the failure although a page is shown.
	req.Err = err
	header := req.Writer.Header()
	header.Set("Cache-Control", "no-store")
	view.Trouble = page.Sentence(doc.Detail)
	if kind == fault.Timeout {
		return h.Show(req, doc.Status, "search", view) // asking again would take as long
	}
	if header.Get("Retry-After") == "" {
		header.Set("Retry-After", strconv.Itoa(searchRetry))
	}
	view.Retry = header.Get("Retry-After")
	return h.Show(req, doc.Status, "search", view)
}

// rebuilding returns the state of an index that is not up to date, so that readers know
// that results may be missing; "" if it is. The reason is that of the check named
// "index".
func (h *Handler) rebuilding(req *page.Request) string {
	status := h.deps.Status.Status(req.Context())
	for _, check := range status.Checks {
		if check.Name == "index" && !check.OK {
			return cmp.Or(check.Detail, h.Texts().Text("search.not_up_to_date"))
		}
	}
	return ""
}

// pageView returns the name of this view of the page in the log of queries. The script
// sends it back while it searches. It is random and is not stored. A name of another form
// is replaced: it becomes a key of the log.
func (h *Handler) pageView(req *page.Request) string {
	const shortest = 16 // characters: as many as NewID has
	given := req.QueryValue("page")
	if len(given) < shortest || len(given) > maxPageID || strings.ContainsFunc(given, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-' && r != '_'
	}) {
		return h.NewID()
	}
	return given
}

// logSearch counts a reader's search, but no further pages of it and no prefetch. Whether
// a result is opened is known of browsers only. The page and its script search with the
// same name, so that they count as one search.
func (h *Handler) logSearch(req *page.Request, wanted search.Request, view string, found int) {
	r := req.Request
	if r.Method != http.MethodGet || wanted.Offset > 0 || strings.Contains(r.Header.Get("Sec-Purpose"), "prefetch") {
		return
	}
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		view = ""
	}
	h.deps.Queries.Asked(querylog.Search{Page: view, Text: wanted.Text, Found: found, Typing: wanted.Prefix})
}

// opened records that a result was opened. The page sends this beside the click, so that
// every link leads directly to its document. An opened result makes the search a
// successful one. It answers 204.
func (h *Handler) opened(req *page.Request) error {
	r := req.Request
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, "web.opened", "the form could not be read", err)
	}
	view, text := r.PostForm.Get("page"), r.PostForm.Get("q")
	if len(view) > maxPageID || utf8.RuneCountInString(text) > maxQuery {
		return fault.New(fault.Invalid, "web.opened", "page= or q= is too long")
	}
	h.deps.Queries.Opened(view, text)
	return req.NoContent(http.StatusNoContent)
}
