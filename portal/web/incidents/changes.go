package incidents

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/portal/web/incidentparts"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/change"
	"github.com/postern/postern/reports/incident"
)

// changesView is the page about changes and drills. Tiles and facets count the changes
// that match the filters; drills are not filtered.
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
	// Empty means that the range has no change, whatever the filters.
	Empty bool
}

// changeRow is one change with its incidents. State is also the value of the filter in
// addresses.
type changeRow struct {
	change.Linked
	What  string // "deployed 1.4.2"
	State string // "failed", "rolled back", "suspected", "outcome unknown", "ok"
	// Class is the tone of State: "ok", "warn", "bad" or "none".
	Class     string
	Incidents []incidentLinkRow
	// Link leads to the tool that reported the change; "" if that is no web address.
	Link string
}

// incidentLinkRow is an incident of a change. Suspected means that only time and service
// connect them; no source names the change.
type incidentLinkRow struct {
	ID, Link  string
	Suspected bool
}

// drillRow is one exercise. Link leads to the drill's document, "" without one. Class is
// the tone of the outcome, "none" if that is unknown.
type drillRow struct {
	incident.Drill
	Link, Class string
	// Times are how long detection, diagnosis and recovery took, those that are known.
	Times string
}

// changeRow returns the row of a change. If only is not "", other incidents than that one
// are left out. The state is derived from all incidents of the change, even if only one
// of them is listed.
func (h *Handler) changeRow(l change.Linked, only string) changeRow {
	row := changeRow{Linked: l, State: "ok", Class: "ok", Link: page.WebLink(l.URL)}
	// The title of the source wins; otherwise the kind and the artifact describe the
	// change.
	row.What = cmp.Or(l.Title, strings.TrimSpace(cmp.Or(kindWords(l.Kind), "changed")+" "+artifactName(l.Artifact)))
	for _, i := range l.Incidents {
		if only == "" || only == i.Incident {
			row.Incidents = append(row.Incidents, incidentLinkRow{i.Incident, incidentparts.Link(h.Kit, i.Incident), i.Suspected})
		}
	}
	// The order is that of certainty: a rollback is stated, a failure is stated or
	// follows from a stated incident, a suspicion is the portal's.
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
func medianOf(texts *messages.Printer, known int) string {
	if known == 0 {
		return texts.Text("change.no_data")
	}
	return texts.Text("change.median_of", "N", known)
}

// kindWords writes the kind of an event in words.
func kindWords(kind string) string {
	if kind == "rolledback" {
		return "rolled back"
	}
	return kind
}

// artifactName returns a readable name of an artifact: without the package type, and with
// a short digest. Artifacts are package URLs such as pkg:oci/api@sha256:… in CDEvents. A
// name without a package type is returned with only its digest cut.
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

// changes lists the changes of a range of days, and the drills. A range with too many
// changes is fault.TooWide.
func (h *Handler) changes(req *page.Request) error {
	base, err := h.signals(req, "/changes", h.Texts().Text("change.title"), signalDays)
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
	view.Tiles = changeTiles(h.Texts(), change.Count(all))
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
// page. The counts of the facets are of the matching changes, so that a link never leads
// to an empty list.
func (h *Handler) narrowChanges(req *page.Request, view *changesView, all []change.Linked) []change.Linked {
	q := req.Query()
	services, environments, states := map[string]int{}, map[string]int{}, map[string]int{}
	var shown []change.Linked
	for _, l := range all {
		state := h.changeRow(l, "").State
		// An absent filter matches everything.
		fits := func(name, value string) bool { return q.Get(name) == "" || q.Get(name) == value }
		if fits("service", l.Service) && fits("environment", l.Environment) && fits("state", state) {
			shown = append(shown, l)
			services[l.Service]++
			environments[l.Environment]++
			states[state]++
		}
	}
	view.Chips, view.Facets = h.Filters(req, "/changes",
		page.Counted{Name: "state", Label: h.FilterLabel("state"), Counts: states},
		page.Counted{Name: "service", Label: h.FilterLabel("service"), Counts: services},
		page.Counted{Name: "environment", Label: h.FilterLabel("environment"), Counts: environments})
	return shown
}

// changeTiles returns the figures of changes. Shares and medians that cannot be
// calculated are shown as "—" or as no data.
func changeTiles(texts *messages.Printer, n change.Stats) []page.Tile {
	rate := page.Tile{Name: texts.Text("change.failure_rate"), Value: page.Percent(n.FailureRate),
		Note: texts.Count("change.of_deployments", n.Deployments, "Part", n.Failed),
		How:  texts.Text("change.failure_rate_how", "Percent", page.Percent(n.WithSuspected))}
	freeze := page.Tile{Name: texts.Text("change.freeze"), Value: humanize.Number(n.InFreeze), Note: texts.Text("change.freeze_note"),
		How: texts.Text("change.freeze_how")}
	if n.InFreeze > 0 {
		freeze.Class = "warn"
	}
	return []page.Tile{
		{Name: texts.Text("change.deployments"), Value: humanize.Number(n.Deployments), Note: texts.Count("change.of_changes", n.Changes),
			How: texts.Text("change.deployments_how")},
		rate,
		{Name: texts.Text("change.suspected_tile"), Value: humanize.Number(n.Suspected), Note: texts.Text("change.suspected_note"),
			How: texts.Text("change.suspected_how")},
		{Name: texts.Text("change.lead_time"), Value: tookOf(n.LeadTime), Note: medianOf(texts, n.LeadKnown),
			How: texts.Text("change.lead_time_how")},
		{Name: texts.Text("change.recovery"), Value: tookOf(n.Recovery), Note: medianOf(texts, n.RecoveryKnown),
			How: texts.Text("change.recovery_how")},
		freeze,
		{Name: texts.Text("change.rollback_plan"), Value: page.Percent(n.WithRollbackPlan),
			Note: texts.Count("change.of_all_deployments", n.Deployments),
			How:  texts.Text("change.rollback_plan_how")},
	}
}

// drillsShown is how many exercises a page lists, the newest.
const drillsShown = 50

// addDrills adds the drills of the range, and the services without one. A service without
// a drill is one that main defines and that no drill of the range names.
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
	// The newest are first, so the oldest are left out.
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
