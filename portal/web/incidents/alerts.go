package incidents

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/portal/web/incidentparts"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/incident"
)

// alertsView is the page about alerts and how useful they were. Its lists are about
// episodes that began in the range; those that only overlap it are left out by
// narrowAlerts.
type alertsView struct {
	signalsView
	Chips []page.Chip
	Tiles []page.Tile
	// Rules are the first rulesShown in the requested order; Sorts links to the other
	// orders.
	Rules []ruleRow
	Sorts []page.FacetValue
	// Clock has seven days, Monday first, of 24 hours each; Hours are their headings.
	Clock  []clockDay
	Hours  []string
	Zone   string
	Turns  string // how long shifts are, and from when
	Shifts []shiftRow
	// Over and AllShift count all shifts of the range, not only the listed ones.
	Over     int // shifts with more incidents than one can handle
	AllShift int
	Rows     []episodeRow
	Pages    page.Pager
	// Empty means that no episode overlaps the range, whatever the filters: the page then
	// explains how to send alerts.
	Empty  bool
	Origin string // of the portal, for the webhook's address
	Left   int    // alerts that senders left out of their messages
}

// ruleRow is one alerting rule.
type ruleRow struct {
	alert.Rule
	// Link leads to the page of the alert. It is "" for a pager's own page, whose name is
	// a title and not that of a rule.
	Link   string
	Firing string
}

// clockDay is one weekday of the page clock.
type clockDay struct {
	Name  string
	Cells []clockCell
}

// clockCell is one hour: the count, and a shade from 0 (none) to 4.
type clockCell struct{ N, Shade int }

// shiftRow is one shift on call.
type shiftRow struct {
	alert.Shift
	// Over means more incidents than alert.MaxPerShift.
	Over bool
}

// episodeRow is one firing of one alert.
type episodeRow struct {
	alert.Episode
	RuleLink     string
	IncidentLink string
	Lasted       string // "still firing" while it does
	Night        bool
	Worth        string // what came of it, in a word
	Class        string
}

// episodeRow returns the row of a firing: whether it belongs to an incident, was
// acknowledged, or ended without action.
func (h *Handler) episodeRow(e alert.Episode, on alert.OnCall) episodeRow {
	texts := h.Texts()
	row := episodeRow{
		Episode: e, Lasted: texts.Text("alert.still_firing"),
		Night: e.Paging && on.Night(e), Class: "none", Worth: texts.Text("alert.not_linked"),
	}
	if !e.Page { // its name is the title of a page, not a rule
		row.RuleLink = h.ruleLink(e.Name)
	}
	if !e.EndsAt.IsZero() {
		d := e.EndsAt.Sub(e.StartsAt)
		row.Lasted = postmortems.FormatDuration(&d)
	}
	// An incident outranks an acknowledgement, since it is the stronger sign that the
	// page was worth it.
	switch {
	case e.Incident != "":
		row.Worth, row.Class, row.IncidentLink = texts.Text("alert.incident"), "ok", incidentparts.Link(h.Kit, e.Incident)
	case !e.AckedAt.IsZero():
		row.Worth = texts.Text("alert.acknowledged")
	case e.SelfHealed():
		row.Worth, row.Class = texts.Text("alert.resolved_alone"), "warn"
	}
	return row
}

// ruleLink returns the link to the page of an alert; "" without a name.
func (h *Handler) ruleLink(name string) string {
	if name == "" {
		return ""
	}
	return h.Link((&url.URL{Path: "/a/" + name}).EscapedPath())
}

// alerts shows how precise and how loud alerts were in a range of days. A range with too
// many episodes is fault.TooWide.
func (h *Handler) alerts(req *page.Request) error {
	base, err := h.signals(req, "/alerts", h.Texts().Text("layout.alerts"), signalDays)
	if err != nil {
		return err
	}
	view, ctx, now := alertsView{signalsView: base, Origin: h.Absolute("")}, req.Context(), h.Now()
	all, err := h.deps.Signals.Episodes(ctx, view.Since, view.Until)
	if err != nil {
		return err
	}
	incidents, err := h.deps.Signals.Incidents(ctx, view.Since, view.Until)
	if err != nil {
		return err
	}
	on, err := h.deps.Signals.OnCall(ctx)
	if err != nil {
		return err
	}
	// Empty is about the unfiltered list, so it is set before the filters apply.
	view.Empty = len(all) == 0
	all, counted := h.narrowAlerts(req, &view, all, incidents)
	// The figures are of all matching episodes, the rows only of the page of the list.
	quality := alert.Judge(all, counted, on)
	view.Left, view.Tiles = quality.Truncated, qualityTiles(h.Texts(), quality, on)
	view.addRules(h, req, alert.Rules(all, on, now))
	view.addLoad(all, on)
	from, to, pages, err := h.Paginate(req, "/alerts", len(all))
	if err != nil {
		return err
	}
	view.Pages = pages
	for _, e := range all[from:to] {
		view.Rows = append(view.Rows, h.episodeRow(e, on))
	}
	return h.Show(req, http.StatusOK, "alerts", view)
}

// narrowAlerts returns the firings that match the filters, and the incidents that began
// in the range and match as well.
func (h *Handler) narrowAlerts(req *page.Request, view *alertsView, all []alert.Episode, incidents []incident.Incident) ([]alert.Episode,
	[]alert.Incident) {
	q := req.Query()
	service, rule := q.Get("service"), q.Get("rule")
	for _, f := range [][2]string{{"service", service}, {"rule", rule}} {
		if f[1] != "" {
			view.Chips = append(view.Chips, page.Chip{Text: f[0] + ": " + f[1], Link: h.WithQuery("/alerts", page.WithoutPage(q), f[0], "")})
		}
	}
	var episodes []alert.Episode
	for _, e := range all {
		// Episodes overlaps the range at both ends. One that began before it belongs to
		// the range before, and would count in both.
		if (service == "" || e.Service == service) && (rule == "" || e.Name == rule) && !e.StartsAt.Before(view.Since) {
			episodes = append(episodes, e)
		}
	}
	return episodes, countedIncidents(incidents, view.Since, service)
}

// countedIncidents returns the incidents that began since a time and affect a service, ""
// for any, each with when people knew of it. Incidents that are maintenance or uncertain
// are left out, as in all statistics. Told is when the incident was detected, otherwise
// acknowledged; zero if neither is known.
func countedIncidents(incidents []incident.Incident, since time.Time, service string) (counted []alert.Incident) {
	for _, in := range incidents {
		start, ok := in.Times[incident.Started]
		if !in.Counted() || !ok || start.At.Before(since) || service != "" && !slices.Contains(in.Services, service) {
			continue
		}
		known := in.Times[incident.Detected]
		if known.At.IsZero() {
			known = in.Times[incident.Acknowledged]
		}
		counted = append(counted, alert.Incident{ID: in.ID, Told: known.At})
	}
	return counted
}

// qualityTiles returns the figures of alert quality. A figure that cannot be calculated
// is shown as "—", not as 0. Every tile has the text that explains how it is computed.
func qualityTiles(texts *messages.Printer, q alert.Quality, on alert.OnCall) []page.Tile {
	pages := func(s alert.Share) string { return texts.Count("alert.of_pages", s.Of, "Part", s.Part) }
	each := "—"
	if per := q.PerIncident(); per != nil {
		each = humanize.Decimal(*per, 1)
	}
	return []page.Tile{
		{Name: texts.Text("alert.pages"), Value: humanize.Number(q.Paging),
			Note: texts.Count("alert.episode_count", q.Episodes) + ", " + texts.Count("alert.message_count", q.Notifications),
			How:  texts.Text("alert.pages_how")},
		{Name: texts.Text("alert.precision"), Value: page.Percent(q.Precision.Value()), Note: pages(q.Precision),
			How: texts.Text("alert.precision_how")},
		{Name: texts.Text("alert.recall"), Value: page.Percent(q.Recall.Value()),
			Note: texts.Count("alert.of_incidents", q.Recall.Of, "Part", q.Recall.Part), How: texts.Text("alert.recall_how")},
		{Name: texts.Text("alert.actionable"), Value: page.Percent(q.Actionable.Value()), Note: pages(q.Actionable),
			How: texts.Text("alert.actionable_how")},
		{Name: texts.Text("alert.self_healed"), Value: page.Percent(q.SelfHealed.Value()), Note: pages(q.SelfHealed),
			How: texts.Text("alert.self_healed_how")},
		{Name: texts.Text("alert.at_night"), Value: humanize.Number(q.Night), Note: texts.Count("alert.of_all_pages", q.Paging),
			How: texts.Text("alert.at_night_how", "Hours", on.NightText())},
		{Name: texts.Text("alert.flapping_column"), Value: humanize.Number(q.Flapping), Note: texts.Count("alert.of_all_episodes", q.Episodes),
			How: texts.Text("alert.flapping_how")},
		{Name: texts.Text("alert.per_incident"), Value: each, Note: texts.Count("alert.per_incident_note", q.Incidents, "Linked", q.Linked),
			How: texts.Text("alert.per_incident_how")},
	}
}

// rulesShown is how many rules are listed.
const rulesShown = 10

// addRules adds the rules that fired most, by the requested figure. An unknown figure is
// the number of episodes. rules are in that order already; the stable sort keeps it among
// equal values.
func (v *alertsView) addRules(h *Handler, req *page.Request, rules []alert.Rule) {
	by := req.QueryValue("by")
	sorts := map[string]func(alert.Rule) int64{
		"minutes": func(r alert.Rule) int64 { return int64(r.Firing) }, "night": func(r alert.Rule) int64 { return int64(r.Night) },
	}
	if key := sorts[by]; key != nil {
		slices.SortStableFunc(rules, func(a, b alert.Rule) int { return cmp.Compare(key(b), key(a)) })
	} else {
		by = "episodes"
	}
	for _, name := range []string{"episodes", "minutes", "night"} {
		v.Sorts = append(v.Sorts, page.FacetValue{Text: h.Texts().Text(messages.Key("alert.sort.", name)),
			Link: h.WithQuery("/alerts", page.WithoutPage(req.Query()), "by", name), On: name == by})
	}
	for _, r := range rules[:min(len(rules), rulesShown)] {
		row := ruleRow{Rule: r, Firing: postmortems.FormatDuration(&r.Firing)}
		if !r.Page {
			row.Link = h.ruleLink(r.Name)
		}
		v.Rules = append(v.Rules, row)
	}
}

// shiftsShown is how many shifts are listed, the heaviest first.
const shiftsShown = 10

// addLoad adds at which hours people were paged, and the shifts with most incidents. An
// hour is local to the service that paged, a shift to the default zone.
func (v *alertsView) addLoad(all []alert.Episode, on alert.OnCall) {
	v.Zone, v.Turns = on.Of("").String(), on.ShiftText()
	counts, highest := on.Clock(all), 0
	for _, day := range counts {
		highest = max(highest, slices.Max(day[:]))
	}
	// Shade 1 is one page in the hour, 4 the busiest hour of the range.
	for h := range 24 {
		v.Hours = append(v.Hours, strconv.Itoa(h))
	}
	for d, name := range []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"} {
		row := clockDay{Name: name}
		for _, n := range counts[d] {
			cell := clockCell{N: n}
			if n > 0 {
				cell.Shade = 1 + 3*(n-1)/max(highest-1, 1)
			}
			row.Cells = append(row.Cells, cell)
		}
		v.Clock = append(v.Clock, row)
	}
	shifts := on.Shifts(all, on.Of(""), v.Since, v.Until)
	v.AllShift = len(shifts)
	slices.SortStableFunc(shifts, func(a, b alert.Shift) int {
		return cmp.Or(cmp.Compare(b.Incidents, a.Incidents), cmp.Compare(b.Pages, a.Pages), b.From.Compare(a.From))
	})
	for i, shift := range shifts {
		over := shift.Incidents > alert.MaxPerShift
		if over {
			v.Over++
		}
		if i < shiftsShown && shift.Pages > 0 {
			v.Shifts = append(v.Shifts, shiftRow{shift, over})
		}
	}
}
