package incidents

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/portal/web/incidentparts"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/reports/incident"
)

// incidentsView is the list of incidents. Tiles are about the incidents that match the
// filters.
type incidentsView struct {
	signalsView
	Origin string // of the portal, for a webhook's address
	Facets []page.Facet
	Chips  []page.Chip
	Tiles  []page.Tile
	Rows   []incidentparts.Row
	Pages  page.Pager
	Empty  bool // none, whatever the filters
	// Doubts counts the listed incidents that have uncertainties and are therefore not in
	// the figures.
	Doubts int // of the span
}

// incidents lists the incidents of a range of days, open ones first. Within each rank the
// newest start is first. A range with too many incidents is fault.TooWide.
func (h *Handler) incidents(req *page.Request) error {
	base, err := h.signals(req, "/incidents", h.Texts().Text("layout.incidents"), incidentDays)
	if err != nil {
		return err
	}
	view := incidentsView{signalsView: base, Origin: h.Absolute("")}
	all, err := h.deps.Signals.Incidents(req.Context(), view.Since, view.Until)
	if err != nil {
		return err
	}
	now, policy := h.Now(), h.deps.Signals.Policy()
	shown := h.narrow(req, &view, all)
	view.Empty = len(all) == 0
	view.Tiles = incidentTiles(h.Texts(), incident.Sum(shown, policy, incident.Interval{From: view.Since, To: view.Until}, now), policy)
	// The stable sort keeps the order of Incidents within a rank.
	slices.SortStableFunc(shown, func(a, b incident.Incident) int { return cmp.Compare(order(a), order(b)) })
	from, to, pages, err := h.Paginate(req, "/incidents", len(shown))
	if err != nil {
		return err
	}
	view.Pages = pages
	// Only the rows of this page of the list are completed: each may read drafts.
	for _, in := range shown[from:to] {
		row := incidentparts.NewRow(h.Kit, in, policy, now)
		if err := h.writing(req.Context(), in, &row); err != nil {
			return err
		}
		view.Rows = append(view.Rows, row)
	}
	return h.Show(req, http.StatusOK, "incidents", view)
}

// order ranks open incidents first and maintenance last. Maintenance is planned and needs
// no attention.
func order(in incident.Incident) int {
	switch {
	case in.Maintenance:
		return 2
	case in.Open:
		return 0
	}
	return 1
}

// incidentState returns the state that the list is filtered by. An incident has one
// state, so the cases are in order of precedence. They are values in addresses: "doubted"
// has uncertainties.
func incidentState(in incident.Incident) string {
	switch {
	case in.Maintenance:
		return "maintenance"
	case len(in.Uncertainties) > 0:
		return "doubted"
	case in.Open:
		return "open"
	}
	return "ended"
}

// narrow returns the incidents that match the filters, and adds the filters with their
// counts to the page. The counts are of the incidents that match all filters. An incident
// counts once for each of its services.
func (h *Handler) narrow(req *page.Request, view *incidentsView, all []incident.Incident) []incident.Incident {
	q := req.Query()
	states, services, severities, reports := map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	var shown []incident.Incident
	for _, in := range all {
		// The values of this filter: an incident without a post-mortem is "missing", even
		// if it needs none.
		report := "written"
		if len(in.Postmortems) == 0 {
			report = "missing"
		}
		// A filter that the address does not state matches everything.
		fits := func(name string, values ...string) bool {
			return q.Get(name) == "" || slices.Contains(values, q.Get(name))
		}
		if !fits("state", incidentState(in)) || !fits("service", in.Services...) || !fits("severity", in.Severity) ||
			!fits("postmortem", report) {
			continue
		}
		shown = append(shown, in)
		states[incidentState(in)]++
		severities[in.Severity]++
		reports[report]++
		for _, name := range in.Services {
			services[name]++
		}
		if len(in.Uncertainties) > 0 {
			view.Doubts++
		}
	}
	view.Chips, view.Facets = h.Filters(req, "/incidents",
		page.Counted{Name: "state", Label: h.FilterLabel("state"), Counts: states},
		page.Counted{Name: "service", Label: h.FilterLabel("service"), Counts: services},
		page.Counted{Name: "severity", Label: h.FilterLabel("severity"), Counts: severities},
		page.Counted{Name: "postmortem", Label: h.FilterLabel("postmortem"), Counts: reports})
	return shown
}

// incidentTiles returns the figures of incidents: how many, the time to recover, and
// 1-5-10. The second and third target are counted from what the policy states, the first
// from the start of impact.
func incidentTiles(texts *messages.Printer, sum incident.Summary, p incident.Policy) []page.Tile {
	names := p.Names()
	recovery := page.Tile{Name: texts.Text("incident.recovery"), Value: tookOf(sum.Recover.Median),
		Note: texts.Count("incident.recovery_note", sum.Recover.N, "Longest", tookOf(sum.Recover.Max)),
		How:  texts.Text("incident.recovery_how", "From", p.Origin())}
	// The 90th percentile is nil if there are too few incidents for one.
	if sum.Recover.P90 != nil {
		recovery.Note += ", p90 " + tookOf(sum.Recover.P90)
	}
	count := page.Tile{Name: texts.Text("layout.incidents"), Value: humanize.Number(sum.N),
		Note: texts.Text("incident.count_open", "N", sum.Open),
		How:  texts.Text("incident.count_how", "Maintenance", sum.Maintenance, "Invalid", sum.Uncertain)}
	// Any open incident marks the tile.
	if sum.Open > 0 {
		count.Class = "bad"
	}
	return []page.Tile{count, recovery,
		attainmentTile(texts, names[0], sum.OneDetect, p.DetectWithin, texts.Text("incident.start_of_impact")),
		attainmentTile(texts, names[1], sum.FiveDiagnose, p.DiagnoseWithin, p.Origin()),
		attainmentTile(texts, names[2], sum.TenRecover, p.RecoverWithin, p.Origin())}
}

// writing distinguishes a post-mortem that is being written from a published and from a
// missing one. A published one that cannot be read is left as it is: the link still leads
// to its page. A failure to read drafts is returned.
func (h *Handler) writing(ctx context.Context, in incident.Incident, row *incidentparts.Row) error {
	if len(in.Postmortems) > 0 {
		if found, err := h.deps.Library.ByID(ctx, in.Postmortems[0]); err == nil && found.Record != nil {
			row.Writing = writingWord(found.Record.Status)
		}
		return nil
	}
	// Missing is false for incidents that need no post-mortem yet, which are open or not
	// counted.
	if !row.Missing {
		return nil
	}
	drafts, err := h.deps.Signals.Drafts(ctx, in)
	// The first draft stands for all.
	if len(drafts) > 0 {
		row.Postmortem, row.Writing, row.Missing = h.Link(drafts[0].Address), "draft", false
	}
	return err
}
