package api

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/postern/postern/reports/incident"
)

type incidentsRequest struct {
	SpanRequest
	Service  string `query:"service" doc:"Only incidents of this service."`
	Severity string `query:"severity" doc:"Only incidents of this severity, SEV1 to SEV5."`
	Open     bool   `query:"open" doc:"Only those that are not over."`
	Doubted  bool   `query:"doubted" doc:"Only those that are kept out of the figures because they cannot be right."`
}

// IncidentsAnswer is the answer of GET /incidents.
type IncidentsAnswer struct {
	Incidents []IncidentItem `json:"incidents" nullable:"false" doc:"Incidents whose impact touches the time asked for, the newest start first."`
	Next      *string        `json:"next" doc:"Give it back as cursor= for the next page; null at the end."`
}

// IncidentItem is an incident as lists tell it.
type IncidentItem struct {
	ID          string             `json:"id" doc:"Its id; every other name of it leads here, too."`
	URL         string             `json:"url" doc:"Where people read it, path-absolute."`
	Title       *string            `json:"title" doc:"The title, of the most trustworthy source."`
	Severity    *string            `json:"severity" doc:"SEV1 to SEV5."`
	Services    []string           `json:"services" nullable:"false" doc:"The services hit."`
	Environment *string            `json:"environment" doc:"Where it happened."`
	DetectedBy  *string            `json:"detected_by" doc:"alert, customer, staff, …"`
	Open        bool               `json:"open" doc:"Nothing says that it is over."`
	Maintenance bool               `json:"maintenance" doc:"Announced work: in no figure."`
	Counted     bool               `json:"counted" doc:"It is in the figures."`
	Doubts      []string           `json:"doubts" nullable:"false" doc:"Why it is in no figure."`
	Times       map[string]*string `json:"times" doc:"started, detected, acknowledged, diagnosed, mitigated, recovered and resolved: an instant, a day when only that is known, null when unknown."`
	Detect      *int64             `json:"detect_seconds" doc:"From the start of impact to detection."`
	Acknowledge *int64             `json:"acknowledge_seconds" doc:"To acknowledgement: from the start of impact, or from detection where targets.counted_from says so."`
	Diagnose    *int64             `json:"diagnose_seconds" doc:"To diagnosis, counted as acknowledge_seconds."`
	Recover     *int64             `json:"recover_seconds" doc:"To mitigated, else recovered, counted as acknowledge_seconds."`
	Length      *int64             `json:"length_seconds" doc:"How long impact lasted; of an open one, so far."`
	Verdicts    IncidentVerdicts   `json:"verdicts" doc:"1-5-10: each met, missed or unknown."`
	Sources     []string           `json:"sources" nullable:"false" doc:"Who told of it, the most trustworthy first."`
	Postmortems []string           `json:"postmortems" nullable:"false" doc:"Ids of its post-mortems."`
}

// IncidentVerdicts is 1-5-10 of one incident.
type IncidentVerdicts struct {
	Detect   string `json:"detect" doc:"met, missed or unknown."`
	Diagnose string `json:"diagnose" doc:"The middle step, whatever targets.middle is: met, missed or unknown."`
	Recover  string `json:"recover" doc:"met, missed or unknown."`
	All      string `json:"all" doc:"met when all three are, missed when one is, else unknown."`
}

type incidentRequest struct {
	ID string `path:"id" doc:"The incident's id or any other name that a source has for it."`
}

// IncidentAnswer is the answer of GET /incidents/{id}.
type IncidentAnswer struct {
	IncidentItem
	Refs       []string            `json:"refs" nullable:"false" doc:"All its names."`
	Milestones []IncidentMilestone `json:"milestones" nullable:"false" doc:"The known milestones in their usual order, with who said so."`
	Said       map[string]string   `json:"said" doc:"Which source each other field was taken from."`
	Alerts     []string            `json:"alerts" nullable:"false" doc:"Names or fingerprints of alerts that its sources tell."`
	Changes    []string            `json:"changes" nullable:"false" doc:"Ids of changes that its sources tell."`
	SLOs       []string            `json:"slos" nullable:"false" doc:"Objectives that its sources tell."`
	Voices     []IncidentVoice     `json:"voices" nullable:"false" doc:"What each source says, the most trustworthy first."`
	Targets    IncidentTargets     `json:"targets" doc:"1-5-10 as this portal names and counts it."`
	Edits      []IncidentEdit      `json:"edits" nullable:"false" doc:"What people put right by hand, the oldest first."`
}

// IncidentMilestone is a milestone with who said so.
type IncidentMilestone struct {
	Name       string  `json:"name" doc:"started, detected, acknowledged, diagnosed, mitigated, recovered or resolved."`
	At         *string `json:"at" doc:"An instant, or a day when only that is known."`
	Source     string  `json:"source" doc:"Who said so."`
	Confidence string  `json:"confidence" doc:"stated by a person, measured by a machine, public on a status page, or inferred from others."`
}

// IncidentVoice is what one source says.
type IncidentVoice struct {
	Source string             `json:"source" doc:"The source's name."`
	Form   string             `json:"form" doc:"What kind of source it is."`
	Ref    string             `json:"ref" doc:"Its name for the incident."`
	By     *string            `json:"by" doc:"The person who entered it in the portal."`
	At     *string            `json:"at" format:"date-time" doc:"When it said so last."`
	Title  *string            `json:"title" doc:"Its title."`
	Status *string            `json:"status" doc:"Its word for the state."`
	Link   *string            `json:"link" doc:"Where it tells more; an address of that source."`
	Times  map[string]*string `json:"times" doc:"Its milestones."`
}

// IncidentEdit is a correction by hand.
type IncidentEdit struct {
	At     *string  `json:"at" format:"date-time" doc:"When."`
	Who    string   `json:"who" doc:"The name of the token."`
	Action string   `json:"action" doc:"merge, split, set, link or unlink."`
	Refs   []string `json:"refs" nullable:"false" doc:"What it is about."`
	Into   *string  `json:"into" doc:"Of a merge: what the others went into; of a split: what the voices left."`
	Field  *string  `json:"field" doc:"Of a set: which field; of a link: what kind of thing."`
	Value  *string  `json:"value" doc:"Of a set: its value, null where nobody knows; of a link: the id."`
	Why    string   `json:"why" doc:"The reason given."`
}

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
		if fits(in.Service, i.Services...) && fits(strings.ToUpper(in.Severity), i.Severity) && (!in.Open || i.Open) && (!in.Doubted || len(i.Doubts) > 0) {
			some = append(some, i)
		}
	}
	page, next, err := pageAfter(some, func(i incident.Incident) string { return i.ID }, in.SpanRequest)
	return IncidentsAnswer{each(page, s.incidentItem), next}, err
}

func (s service) incidentItem(i incident.Incident) IncidentItem {
	policy, now := s.Signals.Policy(), s.now()
	d, v := i.Durations(policy), i.Judge(policy, now)
	item := IncidentItem{
		ID: i.ID, URL: s.incidentURL(i.ID), Title: text(i.Title), Severity: text(i.Severity), Services: list(i.Services), Environment: text(i.Environment),
		DetectedBy: text(i.DetectedBy), Open: i.Open, Maintenance: i.Maintenance, Counted: i.Counted(), Doubts: list(i.Doubts), Times: map[string]*string{},
		Detect: seconds(d.Detect), Acknowledge: seconds(d.Acknowledge), Diagnose: seconds(d.Diagnose), Recover: seconds(d.Recover),
		Verdicts:    IncidentVerdicts{string(v.Detect), string(v.Diagnose), string(v.Recover), string(v.All)},
		Postmortems: list(i.Postmortems), Sources: []string{},
	}
	for _, m := range incident.Milestones() {
		item.Times[string(m)] = momentText(i.Times[m].Moment)
	}
	if length, _, ok := i.Length(now); ok {
		item.Length = seconds(&length)
	}
	for _, voice := range i.Voices {
		if !slices.Contains(item.Sources, voice.Source) {
			item.Sources = append(item.Sources, voice.Source)
		}
	}
	return item
}

// momentText is null for a milestone that nobody told.
func momentText(m incident.Moment) *string {
	if m.DayOnly {
		return day(m.At)
	}
	return instant(m.At)
}

func (s service) incident(ctx context.Context, in *incidentRequest) (IncidentAnswer, error) {
	i, err := s.Signals.Incident(ctx, in.ID)
	if err != nil {
		return IncidentAnswer{}, err
	}
	return s.incidentAnswer(i), nil
}

func (s service) incidentAnswer(i incident.Incident) IncidentAnswer {
	out := IncidentAnswer{
		IncidentItem: s.incidentItem(i), Refs: list(append(slices.Clone(i.Refs), i.Shared...)), Milestones: []IncidentMilestone{}, Said: i.Said, Alerts: list(i.Alerts), Changes: list(i.Changes),
		SLOs: list(i.SLOs), Targets: incidentTargets(s.Signals.Policy()), Voices: each(i.Voices, incidentVoice), Edits: each(i.Edits, incidentEdit),
	}
	for _, m := range incident.Milestones() {
		if stamp, ok := i.Times[m]; ok {
			out.Milestones = append(out.Milestones, IncidentMilestone{string(m), momentText(stamp.Moment), stamp.Source, stamp.Confidence})
		}
	}
	return out
}

func incidentVoice(v incident.Voice) IncidentVoice {
	out := IncidentVoice{Source: v.Source, Form: v.Form, Ref: v.Ref, By: text(v.By), At: instant(v.At.Truncate(time.Second)), Title: text(v.Title), Status: text(v.Status), Link: text(v.URL), Times: map[string]*string{}}
	for m, at := range v.Times {
		out.Times[string(m)] = momentText(at)
	}
	return out
}

func incidentEdit(e incident.Edit) IncidentEdit {
	return IncidentEdit{At: instant(e.At), Who: e.Who, Action: e.Action, Refs: list(e.Refs), Into: text(e.Into), Field: text(e.Field), Value: text(e.Value), Why: e.Why}
}
