package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/change"
	"github.com/postern/postern/reports/incident"
)

// incidentView is the page of one incident.
type incidentView struct {
	signalsView
	Incident   incident.Incident
	Top        incidentTop
	Row        incidentRow
	Strip      *strip
	Rule       string // 1-5-10 as it is judged here
	Fields     []fieldRow
	Milestones []milestoneRow
	Voices     []voiceRow
	Episodes   []episodeRow
	MoreAlerts int
	// Why its alerts or changes are not known: their time holds too many.
	AlertsWide, ChangesWide string
	Changes                 []changeRow
	More                    moreOf
	Doubts                  []string
	Budgets                 []BudgetSpent
	Reports                 []reportLink
	Edits                   []incident.Edit // the newest corrections by hand, in their order
	Others                  []string        // names besides the id
	Settable                []string
	Linkable                []string // of what can be linked
	Problem                 string   // what was wrong with an edit
}

// moreOf counts what is not listed.
type moreOf struct{ Voices, Changes, Doubts, Names, Edits int }

// fieldRow is one field and who said so.
type fieldRow struct {
	Name, Value string
	Said        saidBy
}

// What an incident's page lists of what any sender may add to it.
const (
	alertsShown  = 30
	changesShown = 30
	voicesShown  = 50
	doubtsShown  = 10
	editsShown   = 30
	othersShown  = 10 // times of one milestone, and names
)

func (s *Server) incident(c echo.Context) error { return s.showIncident(c, http.StatusOK, "") }

func (s *Server) showIncident(c echo.Context, status int, problem string) error {
	base, err := s.signals(c, "/incidents", "Incident", 90)
	if err != nil {
		return err
	}
	ctx, asked := c.Request().Context(), c.Param("id")
	in, err := s.deps.Signals.Incident(ctx, asked)
	if err != nil {
		return err
	}
	if in.ID != asked && problem == "" {
		return c.Redirect(http.StatusFound, s.incidentLink(in.ID))
	}
	view := incidentView{signalsView: base, Incident: in, Problem: problem, Row: s.incidentRow(in, s.deps.Signals.Policy(), s.opt.Now())}
	view.Title, view.Canonical = view.Row.Title, s.absolute("/incidents/"+url.PathEscape(in.ID))
	view.describe(s, in)
	if err := s.surroundings(ctx, &view); err != nil {
		return err
	}
	if err := s.topOf(ctx, &view); err != nil {
		return err
	}
	return s.show(c, status, "incident", view)
}

// describe words what is folded.
func (v *incidentView) describe(s *Server, in incident.Incident) {
	policy, sources := s.policy(), s.sources(in)
	v.Rule = upperFirst(policy.Rule(func(d time.Duration) string { return postmortems.FormatDuration(&d) })) + "."
	if in.Counted() {
		v.Strip = newStrip(in, s.policy(), s.opt.Now())
	}
	for _, f := range [][3]string{
		{"Severity", in.Severity, "severity"}, {"Services", strings.Join(in.Services, ", "), "services"},
		{"Environment", in.Environment, "environment"}, {"Detected by", in.DetectedBy, "detected_by"},
	} {
		if f[1] != "" {
			v.Fields = append(v.Fields, fieldRow{f[0], f[1], whoSaid(sources, in.Said[f[2]])})
		}
	}
	for _, m := range incident.Milestones() {
		v.Milestones = append(v.Milestones, milestoneRowOf(in, m, policy, sources))
		v.Settable = append(v.Settable, string(m))
	}
	v.Settable, v.Linkable = append(v.Settable, incident.EditableFields()...), incident.LinkKinds()
	v.Doubts, v.More.Doubts = in.Doubts, max(0, len(in.Doubts)-doubtsShown)
	v.Doubts = v.Doubts[:len(v.Doubts)-v.More.Doubts]
	v.More.Voices = max(0, len(in.Voices)-voicesShown)
	for _, said := range in.Voices[:len(in.Voices)-v.More.Voices] {
		row := voiceRow{Voice: said, Form: policy.Form(said.Form).Title, Name: said.Source + ":" + said.Ref, Who: whoSaid(sources, said.Source), Link: webLink(said.URL)}
		if said.PostmortemID != "" {
			row.Link = s.link("/p/" + url.PathEscape(said.PostmortemID))
		}
		v.Voices = append(v.Voices, row)
	}
	v.More.Edits = max(0, len(in.Edits)-editsShown)
	v.Edits = in.Edits[v.More.Edits:]
	v.Others = otherNames(in)
	v.More.Names = max(0, len(v.Others)-othersShown)
	v.Others = v.Others[:len(v.Others)-v.More.Names]
}

// incidentOf is an incident of which only the milestones are known.
func incidentOf(t postmortems.Times) incident.Incident {
	in := incident.Incident{Times: map[incident.Milestone]incident.Stamp{}}
	for m, at := range map[incident.Milestone]postmortems.Instant{
		incident.Started: t.Started, incident.Detected: t.Detected, incident.Acknowledged: t.Acknowledged, incident.Diagnosed: t.Diagnosed,
		incident.Mitigated: t.Mitigated, incident.Recovered: t.Recovered, incident.Resolved: t.Resolved,
	} {
		if at.Known() {
			in.Times[m] = incident.Stamp{Moment: incident.Moment{At: at.At, DayOnly: at.Precision == postmortems.Day}, Confidence: incident.Stated}
		}
	}
	return in
}

// policy is how incidents are judged here; without feeds, as everywhere.
func (s *Server) policy() incident.Policy {
	if s.deps.Signals == nil {
		return incident.DefaultPolicy()
	}
	return s.deps.Signals.Policy()
}

// tooWide is why a part of a page cannot be put together: its time holds too much;
// "" for no error, and for any other.
func tooWide(err error) string {
	if err == nil || fault.KindOf(err) != fault.TooWide {
		return ""
	}
	return sentence(fault.Message(err))
}

// surroundings finds what belongs to an incident: alerts, changes, budgets.
func (s *Server) surroundings(ctx context.Context, view *incidentView) error {
	in, now := view.Incident, s.opt.Now()
	impact, ok := in.Impact(now)
	if !ok {
		return nil
	}
	from, to := impact.From.Truncate(time.Hour).Add(-time.Hour), impact.To.Truncate(time.Hour).Add(2*time.Hour)
	episodes, err := s.deps.Signals.Episodes(ctx, from, to)
	if view.AlertsWide = tooWide(err); err != nil && view.AlertsWide == "" {
		return err
	}
	on, err := s.deps.Signals.OnCall(ctx)
	if err != nil {
		return err
	}
	for _, e := range episodes {
		if e.Incident != in.ID {
			continue
		}
		if len(view.Episodes) == alertsShown {
			view.MoreAlerts++
			continue
		}
		view.Episodes = append(view.Episodes, s.episodeRow(e, on))
	}
	changes, err := s.deps.Signals.Changes(ctx, from.Add(-change.SuspectWithin), to)
	if view.ChangesWide = tooWide(err); err != nil && view.ChangesWide == "" {
		return err
	}
	for _, l := range changes {
		if slices.ContainsFunc(l.Incidents, func(link change.Link) bool { return link.Incident == in.ID }) {
			if len(view.Changes) == changesShown {
				view.More.Changes++
				continue
			}
			view.Changes = append(view.Changes, s.changeRow(l, in.ID))
		}
	}
	view.Budgets, err = s.deps.Signals.Spent(ctx, in)
	return err
}
