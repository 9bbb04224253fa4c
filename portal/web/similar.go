package web

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/tally"
	"github.com/postern/postern/search"
	"github.com/postern/postern/search/paste"
)

// similarView is the answer to a pasted text, or the form for one.
type similarView struct {
	frame
	Text     string // as it was pasted
	Headline string // what it is about
	ReadAs   string // "alert", "stack trace", …
	Answer   answerView
	Notes    []string
	AlertURL string // pattern of the pages of alerts
}

// answerView is what fixed it last time, then the rest.
type answerView struct {
	Lead      *matchView // the runbook to follow, or else the incident most alike
	Incidents []matchView
	Others    []matchView
	Recover   string // "3 similar incidents, median 27 min to recover"
}

// matchView is one document of an answer.
type matchView struct {
	search.Match
	Heading string        // above the fix
	FixLink string        // to it
	HTML    template.HTML // the fix as the document shows it
	More    bool          // the document goes on where HTML ends
	Steps   []string      // else the end of its timeline
	Open    []actionRow   // action items that still wait
	Leads   bool          // its fix is shown above already
}

const (
	// fixShown is how many bytes of a fix's HTML a page quotes: about a screen. It
	// ends with a block.
	fixShown = 6000
	// incidentsRead is how many incidents of an answer are read for what fixed them
	// and the actions that are open.
	incidentsRead = 5
	// leads is the share of the best score from which a match without the alert's
	// name may lead the answer.
	leads = 0.6
	// closeEnough is the share of the best score below which a match is not shown: beside
	// the best it is like the text by accident.
	closeEnough = 0.2
	// titleShown is how many characters of a headline the browser's tab has room for.
	titleShown = 60
	// similarListed is how many documents an answer lists.
	similarListed = 12
)

// similar answers /similar: with a text (a form's, or the address's) what
// resembles it, without one the form. Nothing of the text is logged or kept.
func (s *Server) similar(c echo.Context) error {
	text, err := pastedText(c)
	if err != nil {
		return err
	}
	view := similarView{frame: s.frame(), Text: text}
	view.Title, view.Section, view.AlertURL = "Paste an alert", "/similar", s.absolute("/a/ALERTNAME")
	c.Response().Header().Set("Cache-Control", "no-store")
	if strings.TrimSpace(text) == "" {
		return s.show(c, http.StatusOK, "similar", view)
	}
	found, err := s.deps.Search.Similar(c.Request().Context(), search.SimilarRequest{Text: text, Limit: similarListed, Fragments: true})
	if fault.KindOf(err) == fault.Invalid {
		view.Notes = []string{sentence(fault.Message(err))}
		return s.show(c, http.StatusBadRequest, "similar", view)
	}
	if err != nil {
		return err
	}
	view.Headline, view.ReadAs, view.Notes = found.Reading.Headline(), string(found.Reading.Kind), found.Notes
	if view.Headline != "" {
		view.Title = "Similar to " + shortened(view.Headline, titleShown)
	}
	view.Answer = s.answerOf(c.Request().Context(), found.Matches)
	return s.show(c, http.StatusOK, "similar", view)
}

// pastedText is the text of the form or of the address.
func pastedText(c echo.Context) (string, error) {
	r := c.Request()
	text := c.QueryParam("text")
	if r.Method == http.MethodPost {
		if err := r.ParseForm(); err != nil {
			return "", fault.Newf(fault.TooLarge, "web.similar", "the text could not be read; at most %d KB are taken: paste the part that tells the problem", pasteBody>>10)
		}
		text = r.PostForm.Get("text")
	}
	return strings.ToValidUTF8(text, "\uFFFD"), nil
}

// toSimilar sends a search that was pasted, and not typed, to where it is read by
// its structure.
func (s *Server) toSimilar(c echo.Context) (sent bool, err error) {
	text := c.QueryParam("q")
	if c.QueryParam("typing") != "" || !paste.LooksPasted(text) { // Enter asks again
		return false, nil
	}
	return true, c.Redirect(http.StatusSeeOther, s.link("/similar")+"?"+url.Values{"text": {text}}.Encode())
}

// answerOf sorts matches into what to do, what happened, and the rest.
func (s *Server) answerOf(ctx context.Context, matches []search.Match) answerView {
	var out answerView
	var took []int64
	top := 0.0
	for _, m := range matches {
		top = max(top, m.Score)
	}
	for _, m := range matches {
		if !m.Named && m.Score < closeEnough*top {
			continue
		}
		v := s.matchOf(m)
		switch {
		case out.Lead == nil && m.Kind == string(postmortems.Runbook) && m.Named:
			s.read(ctx, &v)
			out.Lead = &v
		case m.Kind == string(postmortems.Postmortem):
			if len(out.Incidents) < incidentsRead {
				s.read(ctx, &v)
			}
			if m.Recover != nil {
				took = append(took, *m.Recover)
			}
			out.Incidents = append(out.Incidents, v)
		default:
			out.Others = append(out.Others, v)
		}
	}
	if out.Lead == nil {
		out.Lead = s.firstWithFix(ctx, out)
	}
	if out.Lead == nil && len(out.Incidents) == 0 { // then the others are shown in full
		for i := range out.Others[:min(len(out.Others), incidentsRead)] {
			s.read(ctx, &out.Others[i])
		}
	}
	out.Recover = recoverWords(len(out.Incidents), took)
	return out
}

// firstWithFix is the match that tells most when no runbook is for the alert: the
// best of those that say what to do, when it is nearly as close as the closest.
func (s *Server) firstWithFix(ctx context.Context, a answerView) *matchView {
	var best *matchView
	var top float64
	for _, list := range [][]matchView{a.Incidents, a.Others} {
		for i := range list {
			m := &list[i]
			top = max(top, m.Score)
			if (m.Fix != nil || len(m.Steps) > 0) && (best == nil || m.Score > best.Score) {
				best = m
			}
		}
	}
	if best == nil || best.Score < leads*top {
		return nil
	}
	if best.HTML == "" && len(best.Steps) == 0 {
		s.read(ctx, best)
	}
	if best.HTML == "" && len(best.Steps) == 0 { // the document cannot be read
		return nil
	}
	best.Leads = true
	return best
}

// recoverWords counts the incidents and says how long they took, in seconds.
func recoverWords(n int, took []int64) string {
	if n == 0 {
		return ""
	}
	words := humanize.Plural(n, "similar incident")
	if len(took) == 0 {
		return words
	}
	all := make([]time.Duration, len(took))
	for i, seconds := range took {
		all[i] = humanize.FromSeconds(float64(seconds))
	}
	text := postmortems.FormatDuration(tally.Median(all))
	if len(took) == 1 {
		return fmt.Sprintf("%s, %s to recover", words, text)
	}
	return fmt.Sprintf("%s, median %s to recover", words, text)
}

func (s *Server) matchOf(m search.Match) matchView {
	v := matchView{Match: m}
	if m.Fix == nil {
		return v
	}
	v.Heading, v.FixLink = m.Fix.Heading, s.link(m.Address)
	if m.Fix.Anchor != "" {
		v.FixLink += "#" + url.PathEscape(m.Fix.Anchor)
	}
	return v
}

// read adds what only the whole document tells: the fix as it is shown, or the end
// of the timeline when no section says what fixed it, and the actions that still
// wait. It is a courtesy: an answer does without.
func (s *Server) read(ctx context.Context, v *matchView) {
	page, err := s.deps.Library.Page(ctx, v.ID, "")
	if err != nil {
		return
	}
	if v.Fix != nil {
		v.HTML, v.More = excerpt(s.bodyHTML(page), v.Fix.Anchor, fixShown)
	} else {
		v.Steps = recoverySteps(page.Document)
		v.Heading, v.FixLink = "Timeline", s.link(v.Address)
	}
	var open []postmortems.Action
	for _, a := range page.Document.Actions {
		if a.Status != "done" && a.Status != "dropped" {
			open = append(open, a)
		}
	}
	v.Open = actionsOf(open, s.day()).Rows
}

// recoverySteps words the entries of a timeline that ended the impact.
func recoverySteps(d postmortems.Document) []string {
	var out []string
	for _, e := range d.Recovery() {
		step := e.Text
		if start := d.Front.Times.Started; start.Precision == postmortems.Exact {
			step = offsetText(e.At.At.Sub(start.At)) + " · " + step
		}
		out = append(out, step)
	}
	return out
}
