package searching

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/docparts"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/search"
)

// alertView is the page of one alert, the target of links in alert annotations. Documents
// that name the alert are in Answer, others in Like.
type alertView struct {
	page.Frame
	Name   string // as its documents write it
	Known  bool   // some document is for the alert
	Answer docparts.Answer
	Like   []docparts.Match // documents that are not for the alert, but resemble it
	Search string           // address of a search for it
}

// The first bounds the cost of a search, the others the length of the page.
const (
	// maxAlertName bounds an alert's name, in bytes.
	maxAlertName = 256
	// alertIncidents is how many of the last incidents an alert's page lists.
	alertIncidents = 5
	// alertLike is how many other documents it lists.
	alertLike = 4
)

// alert answers /a/ALERTNAME with the runbook and the last incidents. An alert that no
// document names answers 404, with similar documents and a form to request a runbook. The
// address is written in alert annotations, so any name must get an answer. Names that are
// empty or too long are fault.NotFound. The case of the name does not matter.
func (h *Handler) alert(req *page.Request) error {
	name := strings.TrimSpace(req.PathValue("*"))
	if name == "" || len(name) > maxAlertName {
		return fault.New(fault.NotFound, "web.alert", "an alert's page is /a/ and its name")
	}
	found, err := h.deps.Search.Similar(req.Context(), search.SimilarRequest{Alert: name, Limit: search.MaxSimilar})
	if fault.KindOf(err) == fault.Invalid {
		return fault.Wrap(fault.NotFound, "web.alert", "this is not the name of an alert", err)
	}
	if err != nil {
		return err
	}
	var ours, like []search.Match
	for _, m := range found.Matches {
		if m.Named {
			ours = append(ours, m)
		} else {
			like = append(like, m)
		}
	}
	newestFirst(ours)
	view := alertView{Frame: h.Frame(), Name: spelling(name, ours), Known: len(ours) > 0}
	view.Title, view.Section = view.Name, "/similar"
	view.Canonical = h.Absolute((&url.URL{Path: "/a/" + view.Name}).EscapedPath())
	view.Search = h.Link("/search") + "?" + url.Values{"q": {view.Name}}.Encode()
	view.Answer = h.answers().Of(req.Context(), ours)
	// The answer chose its lead from all incidents before the list is cut.
	view.Answer.Incidents = view.Answer.Incidents[:min(len(view.Answer.Incidents), alertIncidents)]
	// Faint documents resemble the name by chance.
	if found.Faint {
		like = nil
	}
	for _, m := range like[:min(len(like), alertLike)] {
		view.Like = append(view.Like, h.answers().Match(m))
	}
	status := http.StatusOK
	if !view.Known {
		status = http.StatusNotFound
	}
	return h.Show(req, status, "alert", view)
}

// newestFirst sorts incidents by date and leaves the runbooks before them. The order of
// the runbooks, by score, is kept.
func newestFirst(matches []search.Match) {
	incident := func(m search.Match) int {
		if m.Kind == string(postmortems.Postmortem) {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(matches, func(a, b search.Match) int {
		if c := cmp.Compare(incident(a), incident(b)); c != 0 || incident(a) == 0 {
			return c
		}
		return b.Date.Compare(a.Date)
	})
}

// spelling returns the alert's name as its documents spell it, in whatever case it was
// requested. The name of the request is returned if no document has it.
func spelling(name string, matches []search.Match) string {
	for _, m := range matches {
		for _, written := range append([]string{m.Title}, m.Alerts...) {
			if strings.EqualFold(written, name) {
				return written
			}
		}
	}
	return name
}
