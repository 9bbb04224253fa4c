package incidents

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/web/docparts"
	"github.com/postern/postern/portal/web/incidentparts"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/search"
	"github.com/postern/postern/search/snippet"
)

// incidentTop is the beginning of the page, which answers the first questions of a person
// on call: is it over, what did users notice, what fixed it, or else what fixed similar
// incidents. Fixed is nil if no post-mortem states a fix; Similar is then filled.
// Otherwise Related is.
type incidentTop struct {
	State, Class string    // "Not over", "bad"
	Says         string    // the rest of the sentence
	Until        time.Time // ends the sentence, unless it is zero
	What         string    // what users felt, in its post-mortem's words
	Fixed        *docparts.Match
	FixedBy      string          // "draft", "in review": the state of what says so
	Related      []search.Match  // past incidents like the post-mortem's
	Similar      docparts.Answer // without a fix: what resembles it
}

// reportLink is a post-mortem of the incident, published or being written.
type reportLink struct {
	Title, Link string
	State       string // "in review", "draft"; "" published
}

// similarRead is how many similar documents are searched for. It is more than is shown,
// because documents that are not about causes are dropped from them.
const similarRead = 12

// topNames is how many of the alerts' names similar incidents are sought by.
const topNames = 3

// topOf adds the beginning of the page. The page is shown without similar incidents if
// search does not answer. It must run after surroundings, whose alerts are part of the
// query. Library and Signals failures fail the page.
func (h *Handler) topOf(ctx context.Context, view *incidentView) error {
	in := view.Incident
	// Search has its own time limit, so that a slow index does not delay a page that a
	// person on call needs.
	view.Top = h.stateOf(in, h.Now())
	if err := h.reportsOf(ctx, view); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, docparts.RelatedPatience)
	defer cancel()
	if view.Top.Fixed != nil {
		if like, err := h.deps.Search.Related(ctx, view.Top.Fixed.ID, docparts.RelatedShown); err == nil {
			view.Top.Related = like
		}
		return nil
	}
	found, err := h.deps.Search.Similar(ctx, search.SimilarRequest{Text: asAlert(in, view.Episodes), Limit: similarRead})
	// A faint result resembles the incident by chance.
	if err != nil || found.Faint {
		return nil
	}
	// A daily report names every incident of the day, and helps with none.
	found.Matches = slices.DeleteFunc(found.Matches, func(m search.Match) bool {
		return slices.Contains(in.Postmortems, m.ID) || m.Kind != string(postmortems.Postmortem) && m.Kind != string(postmortems.Runbook)
	})
	// One more than is shown, as the answer takes one of them as its best match.
	view.Top.Similar = h.answers().Of(ctx, found.Matches[:min(len(found.Matches), docparts.RelatedShown+1)])
	return nil
}

// reportsOf adds the incident's post-mortems, and what the first of them states about
// impact and fix. A published one is preferred. A post-mortem that cannot be read keeps a
// link with a general title.
func (h *Handler) reportsOf(ctx context.Context, view *incidentView) error {
	for _, id := range view.Incident.Postmortems {
		report := reportLink{Title: h.Text("incident.postmortem"), Link: h.Link("/p/" + url.PathEscape(id))}
		if found, err := h.deps.Library.ByID(ctx, id); err == nil && found.Record != nil {
			report.Title, report.State = found.Record.Title, writingWord(found.Record.Status)
		}
		view.Reports = append(view.Reports, report)
	}
	// Published ones are read first, then those that are being written. Reading stops at
	// the first with a fix, while a summary of the impact may come from an earlier one.
	for _, written := range []bool{false, true} {
		for i, id := range view.Incident.Postmortems {
			if being := view.Reports[i].State != ""; being != written || view.Top.Fixed != nil {
				continue
			}
			if doc, err := h.deps.Library.Page(ctx, id, ""); err == nil {
				view.Top.What = cmp.Or(view.Top.What, doc.Document.Front.Impact.Summary, doc.Document.Summary)
				view.Top.Fixed, view.Top.FixedBy = h.fixedIn(doc), view.Reports[i].State
			}
		}
	}
	// Drafts are on branches that were pushed, and are not documents yet.
	drafts, err := h.deps.Signals.Drafts(ctx, view.Incident)
	for _, d := range drafts[:min(len(drafts), othersShown)] {
		view.Reports = append(view.Reports, reportLink{Title: cmp.Or(d.Title, d.Branch), Link: h.Link(d.Address), State: "draft"})
	}
	return err
}

// writingWord returns the state of a document that is not final; "" for others.
func writingWord(status postmortems.Status) string {
	switch status {
	case postmortems.StatusDraft:
		return "draft"
	case postmortems.StatusReview:
		return "in review"
	}
	return ""
}

// fixedIn returns what a post-mortem states about the fix, nil if it has none. The
// excerpt is the section that the snippet rules choose; without one, the steps of the
// timeline that led to recovery.
func (h *Handler) fixedIn(doc library.Page) *docparts.Match {
	var sections []snippet.Section
	for _, x := range doc.Document.Body.Sections {
		sections = append(sections, snippet.Section{Heading: x.Heading, Anchor: x.Anchor, Text: x.Text, Code: x.Code})
	}
	// The Match is built as if search had found it, because docparts renders matches.
	v := &docparts.Match{Match: search.Match{Hit: search.Hit{Document: search.Document{ID: doc.ID, Address: doc.Address, Title: doc.Title}},
		Fix: snippet.Fix(sections)}}
	*v = h.answers().Match(v.Match)
	if v.Fix != nil {
		v.HTML, v.More = docparts.Excerpt(docparts.Body(h.Kit, doc), v.Fix.Anchor, docparts.FixShown)
	} else {
		v.Steps, v.Heading, v.FixLink = docparts.RecoverySteps(doc.Document), "Timeline", h.Link(doc.Address)
	}
	if v.HTML == "" && len(v.Steps) == 0 {
		return nil
	}
	return v
}

// asAlert writes an incident in the form of an alert, as a text to search for: the names
// of what fired, the services and the title. Pages of a pager are left out, as their
// titles are no names of rules. At most topNames names and services are used: more would
// make the query match everything a little.
func asAlert(in incident.Incident, episodes []episodeRow) string {
	var names []string
	for _, e := range episodes {
		if e.RuleLink != "" && !slices.Contains(names, e.Name) && len(names) < topNames {
			names = append(names, e.Name)
		}
	}
	lines := make([]string, 0, len(names)+2)
	for _, name := range names {
		lines = append(lines, "alertname: "+name)
	}
	for _, service := range in.Services[:min(len(in.Services), topNames)] {
		lines = append(lines, "service: "+service)
	}
	return strings.Join(append(lines, "summary: "+in.Title), "\n")
}

// stateOf returns whether an incident is over and since when; for an open one, how far it
// has come. It is "not over" while the incident is neither mitigated, recovered nor
// resolved. Maintenance has a state of its own.
func (h *Handler) stateOf(in incident.Incident, now time.Time) incidentTop {
	// length needs an exact start, and an exact end unless the incident is open.
	// Uncertain incidents have none.
	length, _, known := in.Length(now)
	end, ended := in.End()
	open, resolved := h.Text("incident.state_open"), h.Text("incident.state_resolved")
	switch {
	case in.Maintenance:
		return incidentTop{State: h.Text("incident.state_maintenance"), Class: "none", Says: h.Text("incident.maintenance_note")}
	case in.Open && known:
		return incidentTop{State: open, Class: "bad", Says: h.Text("incident.open_since", "Time", humanize.Duration(length), "Progress",
			h.progress(in))}
	case in.Open:
		return incidentTop{State: open, Class: "bad", Says: h.Text("incident.open_unknown", "Progress", h.progress(in))}
	// A day only gives no length and no time of day.
	case ended && end.DayOnly:
		return incidentTop{State: resolved, Class: "ok", Says: h.Text("incident.resolved_day", "Day", page.FormatDay(end.At))}
	case ended && known:
		return incidentTop{State: resolved, Class: "ok", Says: h.Text("incident.resolved_after", "Time", humanize.Duration(length)),
			Until: end.At}
	case ended:
		return incidentTop{State: resolved, Class: "ok", Says: h.Text("incident.resolved_unknown"), Until: end.At}
	}
	return incidentTop{State: resolved, Class: "none", Says: h.Text("incident.resolved_never")}
}

// progress lists the milestones of an open incident that are reached, and those that are
// missing. It covers the steps before mitigation, as an open incident is not mitigated.
// Offsets are from the start of impact, whatever the policy counts from.
func (h *Handler) progress(in incident.Incident) string {
	var parts []string
	for _, m := range []incident.Milestone{incident.Detected, incident.Acknowledged, incident.Diagnosed} {
		_, reached := in.Times[m]
		after := incidentparts.Offset(in, incident.Policy{}, m)
		switch {
		case after != nil:
			parts = append(parts, h.Text("incident.reached_after", "Milestone", string(m), "Time", humanize.Duration(*after)))
		case reached:
			parts = append(parts, string(m))
		default:
			parts = append(parts, h.Text("incident.not_reached", "Milestone", string(m)))
		}
	}
	return strings.Join(parts, ", ")
}
