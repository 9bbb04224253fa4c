package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/change"
	"github.com/postern/postern/reports/incident"
)

// changesView is the page about changes and drills.
type changesView struct {
	signalsView
	Facets     []facetView
	Chips      []chip
	Tiles      []tile
	Rows       []changeRow
	Pages      pager
	Drills     []drillRow
	MoreDrills int      // that are not listed
	Uncovered  []string // services without a drill in the span
	Empty      bool
}

// changeRow is one change with its incidents.
type changeRow struct {
	change.Linked
	What      string // "deployed 1.4.2"
	State     string // "failed", "rolled back", "suspected", "outcome unknown", "ok"
	Class     string
	Incidents []incidentLinkRow
	Link      string
}

// incidentLinkRow is an incident of a change.
type incidentLinkRow struct {
	ID, Link  string
	Suspected bool
}

// drillRow is one exercise.
type drillRow struct {
	incident.Drill
	Link, Class string
	Times       string
}

// changeRow words a change; only names the one incident that is asked about, ""
// for all.
func (s *Server) changeRow(l change.Linked, only string) changeRow {
	row := changeRow{Linked: l, State: "ok", Class: "ok", Link: webLink(l.URL)}
	row.What = firstOf(l.Title, strings.TrimSpace(firstOf(kindWords(l.Kind), "changed")+" "+artifactName(l.Artifact)))
	for _, i := range l.Incidents {
		if only == "" || only == i.Incident {
			row.Incidents = append(row.Incidents, incidentLinkRow{i.Incident, s.incidentLink(i.Incident), i.Suspected})
		}
	}
	switch {
	case l.Outcome == "rolledback":
		row.State, row.Class = "rolled back", "bad"
	case l.Failed():
		row.State, row.Class = "failed", "bad"
	case len(l.Incidents) > 0:
		row.State, row.Class = "suspected", "warn"
	case l.Outcome == "":
		row.State, row.Class = "outcome unknown", "none"
	}
	return row
}

// medianOf says of how many a median is.
func medianOf(known int) string {
	if known == 0 {
		return "not known of any"
	}
	return "median of " + itoa(known)
}

// kindWords writes the kind of an event as words.
func kindWords(kind string) string {
	if kind == "rolledback" {
		return "rolled back"
	}
	return kind
}

// artifactName is the name of an artifact as people say it: without the kind of
// package, and with as many digits of the digest as git shows.
func artifactName(name string) string {
	const shown = 12 // digits
	if kind, rest, ok := strings.Cut(name, "/"); ok && strings.HasPrefix(kind, "pkg:") {
		name = rest
	}
	before, digest, ok := strings.Cut(name, "sha256:")
	if !ok || len(digest) <= shown {
		return name
	}
	return before + "sha256:" + digest[:shown]
}

func (s *Server) changes(c echo.Context) error {
	base, err := s.signals(c, "/changes", "Changes and drills", signalDays)
	if err != nil {
		return err
	}
	view, ctx := changesView{signalsView: base}, c.Request().Context()
	all, err := s.deps.Signals.Changes(ctx, view.Since, view.Until)
	if err != nil {
		return err
	}
	view.Empty = len(all) == 0
	all = s.narrowChanges(c, &view, all)
	view.Tiles = changeTiles(change.Count(all))
	from, to, pages, err := s.pageOf(c, "/changes", len(all))
	if err != nil {
		return err
	}
	view.Pages = pages
	for _, l := range all[from:to] {
		view.Rows = append(view.Rows, s.changeRow(l, ""))
	}
	if err := s.addDrills(c, &view); err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "changes", view)
}

func (s *Server) narrowChanges(c echo.Context, view *changesView, all []change.Linked) []change.Linked {
	q := c.QueryParams()
	services, environments, states := map[string]int{}, map[string]int{}, map[string]int{}
	var shown []change.Linked
	for _, l := range all {
		state := s.changeRow(l, "").State
		fits := func(name, value string) bool { return q.Get(name) == "" || q.Get(name) == value }
		if fits("service", l.Service) && fits("environment", l.Environment) && fits("state", state) {
			shown = append(shown, l)
			services[l.Service]++
			environments[l.Environment]++
			states[state]++
		}
	}
	view.Chips, view.Facets = s.filters(c, "/changes",
		counted{"state", "State", states},
		counted{"service", "Service", services},
		counted{"environment", "Environment", environments})
	return shown
}

func changeTiles(n change.Stats) []tile {
	rate := tile{Name: "Change failure rate", Value: percentOf(n.FailureRate), Note: itoa(n.Failed) + " of " + humanize.Plural(n.Deployments, "deployment"),
		How: "distinct production deployments that failed, were rolled back or have a stated incident / all distinct ones; with the suspected " + percentOf(n.WithSuspected)}
	freeze := tile{Name: "Inside a freeze", Value: humanize.Number(n.InFreeze), Note: "production changes", How: "changes that their source marks so"}
	if n.InFreeze > 0 {
		freeze.Class = "warn"
	}
	return []tile{
		{Name: "Deployments", Value: humanize.Number(n.Deployments), Note: "of " + humanize.Plural(n.Changes, "change"), How: "distinct, to production; an environment without a name counts as production"},
		rate,
		{Name: "Suspected", Value: humanize.Number(n.Suspected), Note: "linked by time only", How: "the last successful production deployment of a service in the 24 hours before an incident of it that has no stated change"},
		{Name: "Lead time", Value: tookOf(n.LeadTime), Note: medianOf(n.LeadKnown), How: "from the newest commit to production, where the source tells the commit"},
		{Name: "Time to recover", Value: tookOf(n.Recovery), Note: medianOf(n.RecoveryKnown), How: "from a failed deployment to its rollback or the end of its incident"},
		freeze,
		{Name: "With a rollback plan", Value: percentOf(n.WithRollbackPlan), Note: "of " + humanize.Plural(n.Deployments, "deployment"), How: "deployments whose source says that they have one"},
	}
}

// drillsShown is how many exercises a page lists, the newest.
const drillsShown = 50

// addDrills adds the exercises of the span.
func (s *Server) addDrills(c echo.Context, view *changesView) error {
	ctx := c.Request().Context()
	all, err := s.deps.Signals.Drills(ctx, view.Since, view.Until)
	if err != nil {
		return err
	}
	services, err := s.deps.Signals.Services(ctx)
	if err != nil {
		return err
	}
	var names []string
	for _, svc := range services {
		names = append(names, svc.Name)
	}
	slices.Sort(names)
	view.Uncovered = incident.CountDrills(all, names).Uncovered
	view.MoreDrills = max(0, len(all)-drillsShown)
	for _, d := range all[:len(all)-view.MoreDrills] {
		row := drillRow{Drill: d, Class: "none"}
		switch d.Outcome {
		case "passed":
			row.Class = "ok"
		case "failed":
			row.Class = "bad"
		}
		if d.Document != "" {
			row.Link = s.link("/p/" + url.PathEscape(d.Document))
		}
		row.Times = postmortems.Durations{Detect: d.Detect, Diagnose: d.Diagnose, Recover: d.Recover}.String()
		view.Drills = append(view.Drills, row)
	}
	return nil
}
