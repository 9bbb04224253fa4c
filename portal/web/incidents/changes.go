package incidents

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/web/incidentparts"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/change"
	"github.com/postern/postern/reports/incident"
)

// changesView is the page about changes and drills.
type changesView struct {
	signalsView
	Facets     []page.Facet
	Chips      []page.Chip
	Tiles      []page.Tile
	Rows       []changeRow
	Pages      page.Pager
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

// changeRow returns the row of a change. If only is not "", other incidents than that
// one are left out.
func (h *Handler) changeRow(l change.Linked, only string) changeRow {
	row := changeRow{Linked: l, State: "ok", Class: "ok", Link: page.WebLink(l.URL)}
	row.What = cmp.Or(l.Title, strings.TrimSpace(cmp.Or(kindWords(l.Kind), "changed")+" "+artifactName(l.Artifact)))
	for _, i := range l.Incidents {
		if only == "" || only == i.Incident {
			row.Incidents = append(row.Incidents, incidentLinkRow{i.Incident, incidentparts.Link(h.Kit, i.Incident), i.Suspected})
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

// medianOf writes how many values a median is of.
func medianOf(known int) string {
	if known == 0 {
		return "no data"
	}
	return "median of " + strconv.Itoa(known)
}

// kindWords writes the kind of an event in words.
func kindWords(kind string) string {
	if kind == "rolledback" {
		return "rolled back"
	}
	return kind
}

// artifactName returns a readable name of an artifact: without the package type, and
// with a short digest.
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

// changes lists the changes of a range of days, and the drills.
func (h *Handler) changes(req *page.Request) error {
	base, err := h.signals(req, "/changes", h.Text("change.title"), signalDays)
	if err != nil {
		return err
	}
	view, ctx := changesView{signalsView: base}, req.Context()
	all, err := h.deps.Signals.Changes(ctx, view.Since, view.Until)
	if err != nil {
		return err
	}
	view.Empty = len(all) == 0
	all = h.narrowChanges(req, &view, all)
	view.Tiles = changeTiles(change.Count(all))
	from, to, pages, err := h.Paginate(req, "/changes", len(all))
	if err != nil {
		return err
	}
	view.Pages = pages
	for _, l := range all[from:to] {
		view.Rows = append(view.Rows, h.changeRow(l, ""))
	}
	if err := h.addDrills(req, &view); err != nil {
		return err
	}
	return h.Show(req, http.StatusOK, "changes", view)
}

// narrowChanges returns the changes that match the filters, and adds the filters to the
// page.
func (h *Handler) narrowChanges(req *page.Request, view *changesView, all []change.Linked) []change.Linked {
	q := req.Query()
	services, environments, states := map[string]int{}, map[string]int{}, map[string]int{}
	var shown []change.Linked
	for _, l := range all {
		state := h.changeRow(l, "").State
		fits := func(name, value string) bool { return q.Get(name) == "" || q.Get(name) == value }
		if fits("service", l.Service) && fits("environment", l.Environment) && fits("state", state) {
			shown = append(shown, l)
			services[l.Service]++
			environments[l.Environment]++
			states[state]++
		}
	}
	view.Chips, view.Facets = h.Filters(req, "/changes",
		page.Counted{Name: "state", Label: "State", Counts: states},
		page.Counted{Name: "service", Label: "Service", Counts: services},
		page.Counted{Name: "environment", Label: "Environment", Counts: environments})
	return shown
}

// changeTiles returns the figures of changes.
func changeTiles(n change.Stats) []page.Tile {
	rate := page.Tile{Name: "Change failure rate", Value: page.Percent(n.FailureRate),
		Note: strconv.Itoa(n.Failed) + " of " + humanize.Plural(n.Deployments, "deployment"),
		How: "distinct production deployments that failed, were rolled back or have a stated incident / all distinct ones; with the " +
			"suspected " + page.Percent(n.WithSuspected)}
	freeze := page.Tile{Name: "Inside a freeze", Value: humanize.Number(n.InFreeze), Note: "production changes",
		How: "changes that their source marks so"}
	if n.InFreeze > 0 {
		freeze.Class = "warn"
	}
	return []page.Tile{
		{Name: "Deployments", Value: humanize.Number(n.Deployments), Note: "of " + humanize.Plural(n.Changes, "change"),
			How: "distinct, to production; an environment without a name counts as production"},
		rate,
		{Name: "Suspected", Value: humanize.Number(n.Suspected), Note: "linked by time only",
			How: "the last successful production deployment of a service in the 24 hours before an incident of it that has no stated change"},
		{Name: "Lead time", Value: tookOf(n.LeadTime), Note: medianOf(n.LeadKnown),
			How: "from the newest commit to production, where the source tells the commit"},
		{Name: "Time to recover", Value: tookOf(n.Recovery), Note: medianOf(n.RecoveryKnown),
			How: "from a failed deployment to its rollback or the end of its incident"},
		freeze,
		{Name: "With a rollback plan", Value: page.Percent(n.WithRollbackPlan), Note: "of " + humanize.Plural(n.Deployments, "deployment"),
			How: "deployments whose source says that they have one"},
	}
}

// drillsShown is how many exercises a page lists, the newest.
const drillsShown = 50

// addDrills adds the drills of the range, and the services without one.
func (h *Handler) addDrills(req *page.Request, view *changesView) error {
	ctx := req.Context()
	all, err := h.deps.Signals.Drills(ctx, view.Since, view.Until)
	if err != nil {
		return err
	}
	services, err := h.deps.Signals.Services(ctx)
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
			row.Link = h.Link("/p/" + url.PathEscape(d.Document))
		}
		row.Times = postmortems.Durations{Detect: d.Detect, Diagnose: d.Diagnose, Recover: d.Recover}.String()
		view.Drills = append(view.Drills, row)
	}
	return nil
}
