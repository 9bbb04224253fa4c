package incidents

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/postern/postern/portal/web/incidentparts"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/change"
	"github.com/postern/postern/reports/incident"
)

// incidentView is the page of one incident. It is shown again, with Problem, after a
// correction that was refused.
type incidentView struct {
	signalsView
	Incident incident.Incident
	Top      incidentTop
	Row      incidentparts.Row
	// Strip is nil for incidents that are not counted, and when no milestone is known.
	Strip  *incidentparts.Strip
	Rule   string // 1-5-10 as it is judged here
	Fields []fieldRow
	// Milestones has a row for each milestone, reached or not, in their order.
	Milestones []milestoneRow
	Voices     []voiceRow
	Episodes   []episodeRow
	MoreAlerts int
	// Why its alerts or changes are not known: their time holds too many. Each has the
	// reason as a sentence; "" if the list is complete. The page must not show "none" for
	// what is unknown.
	AlertsWide, ChangesWide string
	Changes                 []changeRow
	More                    moreOf
	Doubts                  []string
	Budgets                 []incidentparts.BudgetSpent
	Reports                 []reportLink
	Edits                   []incident.Edit // the newest corrections by hand, in their order
	Others                  []string        // names besides the id
	Settable                []string
	Linkable                []string // of what can be linked
	Problem                 string   // what was wrong with an edit
}

// moreOf counts what is not listed. Each is 0 if the whole list is shown.
type moreOf struct{ Voices, Changes, Doubts, Names, Edits int }

// fieldRow is one field and its source. Fields without a value have no row.
type fieldRow struct {
	Name, Value string
	Said        saidBy
}

// What an incident's page lists of what any sender may add to it. The bounds hold the
// size of the page: a feed may send any number of records, aliases or links for one
// incident.
const (
	alertsShown  = 30
	changesShown = 30
	voicesShown  = 50
	doubtsShown  = 10
	editsShown   = 30
	othersShown  = 10 // times of one milestone, and names
)

// incident shows one incident; another of its names redirects to its id. The redirect
// keeps one address for an incident that several sources name. Anything unknown is
// fault.NotFound.
func (h *Handler) incident(req *page.Request) error { return h.showIncident(req, http.StatusOK, "") }

// showIncident shows an incident. problem is what is wrong with an edit that was just
// sent, "" for nothing. After a refused edit the incident is shown at the address that
// was used, because a redirect would lose the problem.
func (h *Handler) showIncident(req *page.Request, status int, problem string) error {
	base, err := h.signals(req, "/incidents", h.Text("incident.title_one"), incidentDays)
	if err != nil {
		return err
	}
	ctx, asked := req.Context(), req.PathValue("id")
	in, err := h.deps.Signals.Incident(ctx, asked)
	if err != nil {
		return err
	}
	if in.ID != asked && problem == "" {
		return req.Redirect(http.StatusFound, incidentparts.Link(h.Kit, in.ID))
	}
	view := incidentView{signalsView: base, Incident: in, Problem: problem,
		Row: incidentparts.NewRow(h.Kit, in, h.deps.Signals.Policy(), h.Now())}
	view.Title, view.Canonical = view.Row.Title, h.Absolute("/incidents/"+url.PathEscape(in.ID))
	// describe comes first: topOf reads the reports, and the alerts that surroundings
	// adds.
	view.describe(h, in)
	if err := h.surroundings(ctx, &view); err != nil {
		return err
	}
	if err := h.topOf(ctx, &view); err != nil {
		return err
	}
	return h.Show(req, status, "incident", view)
}

// describe adds what is known of the incident itself: fields, milestones, sources and
// corrections.
func (v *incidentView) describe(h *Handler, in incident.Incident) {
	policy, sources, texts := h.deps.Signals.Policy(), h.sources(in), h.Texts()
	// The rule states the targets, names and origin of the policy in words.
	v.Rule = upperFirst(policy.Rule(func(d time.Duration) string { return postmortems.FormatDuration(&d) })) + "."
	if in.Counted() {
		v.Strip = incidentparts.NewStrip(in, h.deps.Signals.Policy(), h.Now())
	}
	// Label, value, and the key of Said, which has the source of the field.
	for _, f := range [][3]string{
		{texts.Text("incident.severity"), in.Severity, "severity"}, {texts.Text("word.services"), strings.Join(in.Services, ", "), "services"},
		{texts.Text("incident.environment"), in.Environment, "environment"}, {texts.Text("incident.detected_by"), in.DetectedBy, "detected_by"},
	} {
		if f[1] != "" {
			v.Fields = append(v.Fields, fieldRow{f[0], f[1], whoSaid(sources, in.Said[f[2]])})
		}
	}
	for _, m := range incident.Milestones() {
		v.Milestones = append(v.Milestones, h.milestoneRowOf(in, m, policy, sources))
		v.Settable = append(v.Settable, string(m))
	}
	// Milestones are settable as well as fields.
	v.Settable, v.Linkable = append(v.Settable, incident.EditableFields()...), incident.LinkKinds()
	// Records are the most trusted first, corrections the oldest first: the lists drop
	// the least trusted and the oldest.
	v.Doubts, v.More.Doubts = in.Uncertainties, max(0, len(in.Uncertainties)-doubtsShown)
	v.Doubts = v.Doubts[:len(v.Doubts)-v.More.Doubts]
	v.More.Voices = max(0, len(in.Records)-voicesShown)
	for _, said := range in.Records[:len(in.Records)-v.More.Voices] {
		row := voiceRow{Record: said, Form: policy.Form(said.Form).Title, Name: said.Source + ":" + said.Ref,
			Who: whoSaid(sources, said.Source), Link: page.WebLink(said.URL)}
		// The page of a post-mortem is better to read than the file that its record
		// names.
		if said.PostmortemID != "" {
			row.Link = h.Link("/p/" + url.PathEscape(said.PostmortemID))
		}
		v.Voices = append(v.Voices, row)
	}
	v.More.Edits = max(0, len(in.Edits)-editsShown)
	v.Edits = in.Edits[v.More.Edits:]
	v.Others = otherNames(in)
	v.More.Names = max(0, len(v.Others)-othersShown)
	v.Others = v.Others[:len(v.Others)-v.More.Names]
}

// surroundings adds what belongs to an incident: alerts, changes and consumed error
// budgets. It adds nothing if the incident has no impact with a beginning and an end,
// since the span to search is then unknown. A part that holds too much has the reason
// instead of a list; any other failure fails the page.
func (h *Handler) surroundings(ctx context.Context, view *incidentView) error {
	in, now := view.Incident, h.Now()
	impact, ok := in.Impact(now)
	if !ok {
		return nil
	}
	// Whole hours keep the span of an open incident the same for an hour, so that the
	// folded views of it are found in the cache. The margins admit alerts shortly before
	// the start and after the end.
	from, to := impact.From.Truncate(time.Hour).Add(-time.Hour), impact.To.Truncate(time.Hour).Add(2*time.Hour)
	episodes, err := h.deps.Signals.Episodes(ctx, from, to)
	if view.AlertsWide = page.TooWide(err); err != nil && view.AlertsWide == "" {
		return err
	}
	on, err := h.deps.Signals.OnCall(ctx)
	if err != nil {
		return err
	}
	// Episodes were linked to incidents when they were folded; only those of this one
	// count.
	for _, e := range episodes {
		if e.Incident != in.ID {
			continue
		}
		if len(view.Episodes) == alertsShown {
			view.MoreAlerts++
			continue
		}
		view.Episodes = append(view.Episodes, h.episodeRow(e, on))
	}
	// A change up to SuspectWithin before the start may be suspected.
	changes, err := h.deps.Signals.Changes(ctx, from.Add(-change.SuspectWithin), to)
	if view.ChangesWide = page.TooWide(err); err != nil && view.ChangesWide == "" {
		return err
	}
	for _, l := range changes {
		if slices.ContainsFunc(l.Incidents, func(link change.Link) bool { return link.Incident == in.ID }) {
			if len(view.Changes) == changesShown {
				view.More.Changes++
				continue
			}
			view.Changes = append(view.Changes, h.changeRow(l, in.ID))
		}
	}
	view.Budgets, err = h.deps.Signals.Spent(ctx, in)
	return err
}
