package api

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/postern/postern/reports/incident"
)

// incidentsRequest is the query of GET /incidents. Without from it covers 366 days.
type incidentsRequest struct {
	SpanRequest
	Service  string `query:"service" doc:"Only incidents that affect this service."`
	Severity string `query:"severity" doc:"Only incidents with this severity, SEV1 to SEV5."`
	Open     bool   `query:"open" doc:"Only open incidents."`
	Doubted  bool   `query:"doubted" doc:"Only incidents that are excluded from the figures because of data problems."`
}

// IncidentsAnswer is the response of GET /incidents.
type IncidentsAnswer struct {
	Incidents []IncidentItem `json:"incidents" nullable:"false" doc:"Incidents whose impact overlaps the requested time, latest start first."`
	Next      *string        `json:"next" doc:"Cursor of the next page; null on the last page."`
}

// IncidentItem is an incident in a list. Each field is that of the most trusted source
// which states it; IncidentAnswer.Said names the source. Incidents with data problems
// are listed and are excluded from all figures.
type IncidentItem struct {
	ID          string             `json:"id" doc:"The id; its other references redirect here."`
	URL         string             `json:"url" doc:"Path-absolute URL of its page."`
	Title       *string            `json:"title" doc:"The title stated by the most trusted source."`
	Severity    *string            `json:"severity" doc:"SEV1 to SEV5."`
	Services    []string           `json:"services" nullable:"false" doc:"The affected services."`
	Environment *string            `json:"environment" doc:"The environment."`
	DetectedBy  *string            `json:"detected_by" doc:"alert, customer, staff, …"`
	Open        bool               `json:"open" doc:"True if no source states an end."`
	Maintenance bool               `json:"maintenance" doc:"True for planned maintenance, which is excluded from all figures."`
	Counted     bool               `json:"counted" doc:"True if it is included in the figures."`
	Doubts      []string           `json:"doubts" nullable:"false" doc:"Data problems that exclude it from the figures."`
	Times       map[string]*string `json:"times" doc:"Milestones started to resolved: a time, a date if only that is known, null if unknown."`
	Detect      *int64             `json:"detect_seconds" doc:"From the start of impact to detection."`
	Acknowledge *int64             `json:"acknowledge_seconds" doc:"To acknowledgement, from targets.counted_from."`
	Diagnose    *int64             `json:"diagnose_seconds" doc:"To diagnosis, counted like acknowledge_seconds."`
	Recover     *int64             `json:"recover_seconds" doc:"To mitigation, or recovery if unknown, counted like acknowledge_seconds."`
	Length      *int64             `json:"length_seconds" doc:"Duration of impact, up to now for an open incident."`
	Verdicts    IncidentVerdicts   `json:"verdicts" doc:"The 1-5-10 targets: each met, missed or unknown."`
	Sources     []string           `json:"sources" nullable:"false" doc:"Its sources, most trusted first."`
	Postmortems []string           `json:"postmortems" nullable:"false" doc:"Ids of its post-mortems."`
}

// IncidentVerdicts are the results of one incident against the 1-5-10 targets.
type IncidentVerdicts struct {
	Detect   string `json:"detect" doc:"met, missed or unknown."`
	Diagnose string `json:"diagnose" doc:"The middle target (targets.middle): met, missed or unknown."`
	Recover  string `json:"recover" doc:"met, missed or unknown."`
	All      string `json:"all" doc:"met if all three are, missed if one is, otherwise unknown."`
}

// incidentRequest is the request of GET /incidents/{id}. Any reference of the incident
// is accepted, so that a pager's or a ticket's id works, too.
type incidentRequest struct {
	ID string `path:"id" doc:"The incident's id or another reference of it."`
}

// IncidentAnswer is the response of GET /incidents/{id}: the merged incident, and what
// each source states, so that conflicting values can be seen.
type IncidentAnswer struct {
	IncidentItem
	Refs       []string            `json:"refs" nullable:"false" doc:"All its references."`
	Milestones []IncidentMilestone `json:"milestones" nullable:"false" doc:"The known milestones in order, with their source."`
	Said       map[string]string   `json:"said" doc:"The source of each other field."`
	Alerts     []string            `json:"alerts" nullable:"false" doc:"Names or fingerprints of the alerts that its sources state."`
	Changes    []string            `json:"changes" nullable:"false" doc:"Ids of the changes that its sources state."`
	SLOs       []string            `json:"slos" nullable:"false" doc:"SLOs that its sources state."`
	Voices     []IncidentVoice     `json:"voices" nullable:"false" doc:"What each source states, most trusted first."`
	Targets    IncidentTargets     `json:"targets" doc:"The 1-5-10 targets of this portal."`
	Edits      []IncidentEdit      `json:"edits" nullable:"false" doc:"Corrections by people, oldest first."`
}

// IncidentMilestone is a milestone with its source. Confidence orders sources that
// conflict.
type IncidentMilestone struct {
	Name       string  `json:"name" doc:"started, detected, acknowledged, diagnosed, mitigated, recovered or resolved."`
	At         *string `json:"at" doc:"A time, or a date if only that is known."`
	Source     string  `json:"source" doc:"The source."`
	Confidence string  `json:"confidence" doc:"stated (by a person), measured, public (on a status page) or inferred."`
}

// IncidentVoice is what one source states about an incident, before any rule of trust
// is applied. The JSON name is part of the contract.
type IncidentVoice struct {
	Source string             `json:"source" doc:"The source's name."`
	Form   string             `json:"form" doc:"The form of the source: postmortem, hand or a feed format."`
	Ref    string             `json:"ref" doc:"The source's reference of the incident."`
	By     *string            `json:"by" doc:"The person who entered it in the portal."`
	At     *string            `json:"at" format:"date-time" doc:"When the source last changed it."`
	Title  *string            `json:"title" doc:"The source's title."`
	Status *string            `json:"status" doc:"The status in the source's terms."`
	Link   *string            `json:"link" doc:"URL of the incident at the source."`
	Times  map[string]*string `json:"times" doc:"Milestones that the source states."`
}

// IncidentEdit is a correction by a person. Corrections are never deleted; a later one
// replaces an earlier one of the same field.
type IncidentEdit struct {
	At     *string  `json:"at" format:"date-time" doc:"When the correction was made."`
	Who    string   `json:"who" doc:"Name of the token."`
	Action string   `json:"action" doc:"merge, split, set, link or unlink."`
	Refs   []string `json:"refs" nullable:"false" doc:"References that were corrected."`
	Into   *string  `json:"into" doc:"For a merge the resulting incident, for a split the original one."`
	Field  *string  `json:"field" doc:"For set the field, for a link the kind of thing."`
	Value  *string  `json:"value" doc:"For set the value, null for unknown; for a link the id."`
	Why    string   `json:"why" doc:"The reason given."`
}

// incidents lists the incidents that match all filters. Kinds: fault.Invalid for a span
// that is empty or too long, and those of the view.
func (s service) incidents(ctx context.Context, in *incidentsRequest) (IncidentsAnswer, error) {
	from, to, err := s.span(in.SpanRequest, incidentsReach())
	if err != nil {
		return IncidentsAnswer{}, err
	}
	all, err := s.Signals.Incidents(ctx, from, to)
	if err != nil {
		return IncidentsAnswer{}, err
	}
	var some []incident.Incident
	for _, i := range all {
		if fits(in.Service, i.Services...) && fits(strings.ToUpper(in.Severity), i.Severity) && (!in.Open || i.Open) &&
			(!in.Doubted || len(i.Uncertainties) > 0) {
			some = append(some, i)
		}
	}
	page, next, err := pageAfter(some, func(i incident.Incident) string { return i.ID }, in.SpanRequest)
	return IncidentsAnswer{each(page, s.incidentItem), next}, err
}

// incidentItem converts an incident to the form of lists. Durations and verdicts are
// computed with the portal's targets, not stored, so that they follow a changed target.
func (s service) incidentItem(i incident.Incident) IncidentItem {
	policy, now := s.Signals.Policy(), s.now()
	d, v := i.Durations(policy), i.Judge(policy, now)
	item := IncidentItem{
		ID: i.ID, URL: s.incidentURL(i.ID), Title: text(i.Title), Severity: text(i.Severity), Services: list(i.Services),
		Environment: text(i.Environment),
		DetectedBy:  text(i.DetectedBy), Open: i.Open, Maintenance: i.Maintenance, Counted: i.Counted(), Doubts: list(i.Uncertainties),
		Times:  map[string]*string{},
		Detect: seconds(d.Detect), Acknowledge: seconds(d.Acknowledge), Diagnose: seconds(d.Diagnose), Recover: seconds(d.Recover),
		Verdicts:    IncidentVerdicts{string(v.Detect), string(v.Diagnose), string(v.Recover), string(v.All)},
		Postmortems: list(i.Postmortems), Sources: []string{},
	}
	// All milestones are keys, the unknown ones with null: a client need not know the
	// list.
	for _, m := range incident.Milestones() {
		item.Times[string(m)] = momentText(i.Times[m].Moment)
	}
	if length, _, ok := i.Length(now); ok {
		item.Length = seconds(&length)
	}
	for _, voice := range i.Records {
		if !slices.Contains(item.Sources, voice.Source) {
			item.Sources = append(item.Sources, voice.Source)
		}
	}
	return item
}

// momentText returns a milestone as a time, or as a date if only that is known; null if
// unknown.
func momentText(m incident.Moment) *string {
	if m.DayOnly {
		return day(m.At)
	}
	return instant(m.At)
}

// incident reads one incident by any of its references; fault.NotFound if no source has
// it.
func (s service) incident(ctx context.Context, in *incidentRequest) (IncidentAnswer, error) {
	i, err := s.Signals.Incident(ctx, in.ID)
	if err != nil {
		return IncidentAnswer{}, err
	}
	return s.incidentAnswer(i), nil
}

// incidentAnswer converts an incident to its complete JSON form.
func (s service) incidentAnswer(i incident.Incident) IncidentAnswer {
	out := IncidentAnswer{
		// Refs that several incidents have are among the references, too.
		IncidentItem: s.incidentItem(i), Refs: list(append(slices.Clone(i.Refs), i.Shared...)), Milestones: []IncidentMilestone{},
		Said: i.Said, Alerts: list(i.Alerts), Changes: list(i.Changes),
		SLOs: list(i.SLOs), Targets: incidentTargets(s.Signals.Policy()), Voices: each(i.Records, incidentVoice),
		Edits: each(i.Edits, incidentEdit),
	}
	for _, m := range incident.Milestones() {
		if stamp, ok := i.Times[m]; ok {
			out.Milestones = append(out.Milestones, IncidentMilestone{string(m), momentText(stamp.Moment), stamp.Source, stamp.Confidence})
		}
	}
	return out
}

// incidentVoice converts what one source states to its JSON form. Times has only the
// milestones that the source states.
func incidentVoice(v incident.Record) IncidentVoice {
	out := IncidentVoice{Source: v.Source, Form: v.Form, Ref: v.Ref, By: text(v.By), At: instant(v.At.Truncate(time.Second)),
		Title: text(v.Title), Status: text(v.Status), Link: text(v.URL), Times: map[string]*string{}}
	for m, at := range v.Times {
		out.Times[string(m)] = momentText(at)
	}
	return out
}

// incidentEdit converts a correction to its JSON form.
func incidentEdit(e incident.Edit) IncidentEdit {
	return IncidentEdit{At: instant(e.At), Who: e.Who, Action: e.Action, Refs: list(e.Refs), Into: text(e.Into),
		Field: text(e.Field), Value: text(e.Value), Why: e.Why}
}
