package feedstore

import (
	"encoding/json"
	"strings"

	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/change"

	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/sql"
)

// readBody decodes the stored body of a fact into f.
func readBody(f *feed.Fact, body []byte) error {
	switch f.Kind {
	case feed.Incident:
		return readVoice(f, body)
	case feed.Alert:
		return readSignal(f, body)
	case feed.Change:
		return readChange(f, body)
	case feed.Drill:
		return readDrill(f, body)
	case feed.SQL:
		return readObservation(f, body)
	case feed.Ticket:
		return readTicket(f, body)
	}
	return nil
}

// readVoice decodes an incident report. Source, account and entity are in the key.
func readVoice(f *feed.Fact, body []byte) error {
	var s storedVoice
	if err := json.Unmarshal(body, &s); err != nil {
		return err
	}
	f.At = fromMicros(s.At)
	f.Incident = &incident.Record{
		Source: f.Source, Account: accountOf(f.Entity, s.Ref), Form: s.Form, Ref: s.Ref, Aliases: s.Aliases, Rev: s.Rev, At: fromMicros(s.SaidAt),
		Title: s.Title, Severity: s.Severity, RawSeverity: s.RawSeverity, Services: s.Services,
		Environment: s.Environment, Status: s.Status, URL: s.URL, DetectedBy: s.DetectedBy,
		Maintenance: s.Maintenance, Deleted: s.Deleted, DuplicateOf: s.DuplicateOf, PostmortemID: s.Postmortem,
		Alerts: s.Alerts, Changes: s.Changes, SLOs: s.SLOs,
	}
	if len(s.Times) > 0 {
		f.Incident.Times = make(map[incident.Milestone]incident.Moment, len(s.Times))
	}
	for m, at := range s.Times {
		f.Incident.Times[incident.Milestone(m)] = incident.Moment{At: fromMicros(at.At), DayOnly: at.Day}
	}
	return nil
}

// accountOf returns the part of a source in which an incident's ref is
// unique: what the decoder put before the ref, and one byte between, to
// make the entity; "" if the entity is the ref. It is derived, so it is not
// stored.
func accountOf(entity, ref string) string {
	account, found := strings.CutSuffix(entity, ref)
	if !found || account == "" {
		return ""
	}
	return account[:len(account)-1]
}

// readSignal decodes an alert signal.
func readSignal(f *feed.Fact, body []byte) error {
	var s storedSignal
	if err := json.Unmarshal(body, &s); err != nil {
		return err
	}
	f.At = fromMicros(s.At)
	f.Alert = &alert.Signal{
		Source: f.Source, Fingerprint: s.Fingerprint, StartsAt: fromMicros(s.StartsAt), EndsAt: fromMicros(s.EndsAt),
		Name: s.Name, Labels: s.Labels, Annotations: s.Annotations, Severity: s.Severity, Service: s.Service,
		Paging: s.Paging, AckedAt: fromMicros(s.AckedAt), AckedBy: s.AckedBy, Notification: s.Notification,
		Truncated: s.Truncated, At: f.At, Dedup: s.Dedup, Page: s.Page,
	}
	return nil
}

// readChange decodes a change.
func readChange(f *feed.Fact, body []byte) error {
	var s storedChange
	if err := json.Unmarshal(body, &s); err != nil {
		return err
	}
	f.At = fromMicros(s.At)
	f.Change = &change.Change{
		ID: s.ID, Source: f.Source, Service: s.Service, Environment: s.Environment, At: f.At, Kind: s.Kind,
		Outcome: s.Outcome, Artifact: s.Artifact, Title: s.Title, URL: s.URL, Author: s.Author,
		Committed: fromMicros(s.Committed), Rev: f.Rev, Incidents: s.Incidents, Freeze: s.Freeze, Rollback: s.Rollback,
	}
	return nil
}

// readDrill decodes a drill.
func readDrill(f *feed.Fact, body []byte) error {
	var s storedDrill
	if err := json.Unmarshal(body, &s); err != nil {
		return err
	}
	f.At = fromMicros(s.At)
	f.Drill = &incident.Drill{
		ID: s.ID, Source: f.Source, Title: s.Title, Services: s.Services, At: f.At, Outcome: s.Outcome,
		Detect: durationOf(s.Detect), Diagnose: durationOf(s.Diagnose), Recover: durationOf(s.Recover),
		Document: s.Document, Rev: f.Rev,
	}
	return nil
}

// readObservation decodes an observation. Its statement stays empty: it is
// in ledger.statement, by its digest.
func readObservation(f *feed.Fact, body []byte) error {
	var s storedObservation
	if err := json.Unmarshal(body, &s); err != nil {
		return err
	}
	f.At = fromMicros(s.At)
	f.SQL = &sql.Observation{
		Source: f.Source, Key: f.Key, Instance: s.Instance, Database: s.Database, User: s.User, Digest: s.Digest,
		Tag: s.Tag, At: f.At, Count: s.Count, Seconds: s.Seconds, Times: s.Times, RowsExamined: s.Examined,
		RowsSent: s.Sent, Cumulative: s.Cumulative, Since: fromMicros(s.Since), OneIn: s.OneIn,
	}
	if o := f.SQL; !o.Credible() { // stored before there were bounds
		o.Odd, o.Count, o.Seconds, o.Times, o.RowsExamined, o.RowsSent = true, 0, 0, nil, 0, 0
	}
	return nil
}

// readTicket decodes a ticket event.
func readTicket(f *feed.Fact, body []byte) error {
	var s storedTicket
	if err := json.Unmarshal(body, &s); err != nil {
		return err
	}
	f.At = fromMicros(s.At)
	f.Ticket = &feed.TicketEvent{ID: s.ID, URL: s.URL, Status: s.Status, Title: s.Title, Assignee: s.Assignee}
	return nil
}
