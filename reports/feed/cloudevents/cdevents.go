package cloudevents

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/change"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/incident"
)

// An event has its times in context.timestamp, its subject in subject.id
// and subject.content, and everything else that a sender wants to state in
// customData. Unknown fields are ignored.

// prefix is the beginning of the types of all CDEvents.
const prefix = "dev.cdevents."

// cdEvent is a CDEvent.
type cdEvent struct {
	Context struct {
		ID        string `json:"id"`
		Source    string `json:"source"`
		Type      string `json:"type"`
		Timestamp string `json:"timestamp"`
	} `json:"context"`
	Subject struct {
		ID      string  `json:"id"`
		Source  string  `json:"source"`
		Content content `json:"content"`
	} `json:"subject"`
	Custom json.RawMessage `json:"customData"`
}

// named is a reference to a service or an environment. CDEvents writes references as
// objects, of which only the id is read.
type named struct {
	ID string `json:"id"`
}

// content has the fields of all subjects that are read.
type content struct {
	Description string   `json:"description"`
	Environment named    `json:"environment"`
	Service     named    `json:"service"`
	Repository  named    `json:"repository"`
	ArtifactID  string   `json:"artifactId"`
	TicketURI   string   `json:"ticketURI"`
	Summary     string   `json:"summary"`
	URI         string   `json:"uri"`
	Assignees   []string `json:"assignees"`
}

// custom is what customData may add.
type custom struct {
	Severity string       `json:"severity"`
	Priority string       `json:"priority"`
	Postern  customFields `json:"postern"`
}

// customFields are the fields of customData.postern.
type customFields struct {
	Title        string   `json:"title"`
	Severity     string   `json:"severity"`
	Outcome      string   `json:"outcome"`
	Author       string   `json:"author"`
	Service      string   `json:"service"`
	Started      string   `json:"started"`
	Detected     string   `json:"detected"`
	Acknowledged string   `json:"acknowledged"`
	Diagnosed    string   `json:"diagnosed"`
	Located      string   `json:"located"` // a synonym of diagnosed
	Mitigated    string   `json:"mitigated"`
	Recovered    string   `json:"recovered"`
	Resolved     string   `json:"resolved"`
	Committed    string   `json:"committed"`
	Incidents    []string `json:"incidents"`
	Changes      []string `json:"changes"`
}

// split returns the subject and the predicate of a type, such as "incident" and
// "detected" of dev.cdevents.incident.detected.0.3.0. The version is ignored. ok is
// false for a type that is not of CDEvents or has no predicate.
func split(typ string) (subject, predicate string, ok bool) {
	rest, ok := strings.CutPrefix(typ, prefix)
	parts := strings.SplitN(rest, ".", 3)
	if !ok || len(parts) < 2 {
		return "", "", false
	}
	return parts[0], parts[1], true
}

// fill decodes an event into f; ignored reports that its type is not used. Types are
// examined before the required fields, so that an event which is not used is never a
// dead letter for what it lacks.
func (e *cdEvent) fill(f *feed.Fact) (ignored bool, err error) {
	const op = "cloudevents.fill"
	subject, predicate, ok := split(e.Context.Type)
	if !ok {
		return false, fault.Newf(
			fault.Invalid,
			op,
			"the type %q is not of the form dev.cdevents.SUBJECT.PREDICATE.VERSION",
			feed.Text(e.Context.Type),
		)
	}
	read := e.reader(subject, predicate)
	if read == nil {
		return true, nil
	}
	if f.At, err = feed.ReadTime(e.Context.Timestamp); err != nil {
		return false, err
	}
	if e.Context.ID == "" || e.Subject.ID == "" || f.At.IsZero() {
		return false, fault.New(fault.Invalid, op, "the event has no context.id, no context.timestamp or no subject.id")
	}
	// The source and the type are in the key because ids are unique within a source
	// only, and some senders use one id for several types.
	f.Key = feed.Text(e.Context.Source) + " " + feed.Text(e.Context.ID) + " " + subject + "." + predicate
	var c custom
	if len(e.Custom) > 0 {
		// An error is no reason to reject the event: all that is lost is optional.
		_ = json.Unmarshal(e.Custom, &c) // customData may be anything
	}
	return false, read(f, c)
}

// reader returns the method that decodes events of a type; nil if the type
// is not used.
func (e *cdEvent) reader(subject, predicate string) func(*feed.Fact, custom) error {
	switch subject + "." + predicate {
	case "incident.detected", "incident.reported", "incident.resolved":
		return func(f *feed.Fact, c custom) error { return e.incident(f, predicate, c) }
	case "service.deployed", "service.upgraded", "service.rolledback", "service.removed", "change.merged":
		return func(f *feed.Fact, c custom) error { return e.change(f, predicate, c) }
	case "ticket.created", "ticket.updated", "ticket.closed":
		return func(f *feed.Fact, _ custom) error { return e.ticket(f, predicate) }
	}
	return nil
}

// about returns the entity: the subject with its producer, because ids of subjects are
// unique within a producer only. A subject without one has that of the event.
func (e *cdEvent) about() string {
	source := e.Subject.Source
	if source == "" {
		source = e.Context.Source
	}
	return feed.Text(source) + " " + feed.Text(e.Subject.ID)
}

// incident decodes an incident event into a part of a report. Its parts are merged by
// their Ref, so each states only what its own event knows. An error of a time in
// customData rejects the event.
func (e *cdEvent) incident(f *feed.Fact, predicate string, c custom) error {
	times, err := c.Postern.times()
	if err != nil {
		return err
	}
	s := e.Subject
	v := &incident.Record{
		Source:  f.Source,
		Form:    incidentForm,
		Ref:     feed.Text(s.ID),
		Aliases: feed.Texts(s.Content.TicketURI),
		At:      f.At,
		Title: feed.Text(
			first(c.Postern.Title, s.Content.Description),
		),
		RawSeverity: feed.Text(first(c.Postern.Severity, c.Severity, c.Priority)),
		Services:    feed.Texts(s.Content.Service.ID),
		Environment: feed.Text(s.Content.Environment.ID),
		Status:      predicate,
		URL:         feed.Text(s.Content.TicketURI),
		Times:       times,
		Changes:     feed.Texts(c.Postern.Changes...),
	}
	at := incident.Moment{At: f.At}
	// A milestone in customData is more precise than the time of the event.
	switch predicate {
	case "detected":
		v.DetectedBy = "alert"
		setDefault(times, incident.Detected, at)
	case "reported":
		v.DetectedBy = "staff"
		setDefault(times, incident.Detected, at)
	case "resolved":
		v.Title = feed.Text(c.Postern.Title) // its description is about the end, not about what happened
		setDefault(times, incident.Resolved, at)
	}
	f.Kind, f.Entity, f.Incident = feed.Incident, e.about(), v
	return nil
}

// setDefault sets a milestone that customData does not state.
func setDefault(times map[incident.Milestone]incident.Moment, m incident.Milestone, at incident.Moment) {
	if _, stated := times[m]; !stated {
		times[m] = at
	}
}

// times returns the milestones in customData.
func (c customFields) times() (map[incident.Milestone]incident.Moment, error) {
	times := map[incident.Milestone]incident.Moment{}
	for _, x := range []struct {
		milestone incident.Milestone
		text      string
	}{
		{incident.Started, c.Started}, {incident.Detected, c.Detected}, {incident.Acknowledged, c.Acknowledged},
		{incident.Diagnosed, first(c.Diagnosed, c.Located)}, {incident.Mitigated, c.Mitigated}, {incident.Recovered, c.Recovered},
		{incident.Resolved, c.Resolved},
	} {
		at, err := feed.ReadTime(x.text)
		if err != nil {
			return nil, err
		}
		if !at.IsZero() {
			times[x.milestone] = incident.Moment{At: at}
		}
	}
	return times, nil
}

// change decodes an event about a service or a change. The entity is the event, not the
// service: every deployment of a service is a change of its own.
func (e *cdEvent) change(f *feed.Fact, predicate string, c custom) (err error) {
	s, p := e.Subject, c.Postern
	x := &change.Change{
		ID: feed.Text(
			e.Context.ID,
		),
		Source:      f.Source,
		Service:     feed.Text(first(p.Service, s.ID)),
		Environment: feed.Text(s.Content.Environment.ID),
		At:          f.At,
		Kind:        predicate,
		Outcome:     feed.Text(p.Outcome),
		Artifact:    feed.Text(s.Content.ArtifactID),
		Title:       feed.Text(p.Title),
		Author:      feed.Text(p.Author),
		Incidents:   feed.Texts(p.Incidents...),
	}
	if x.Committed, err = feed.ReadTime(p.Committed); err != nil {
		return err
	}
	switch predicate {
	case "deployed", "upgraded":
		x.Outcome = first(x.Outcome, "succeeded")
	case "rolledback":
		x.Outcome = first(x.Outcome, "rolledback")
	case "merged":
		// The subject is the change itself, and the event does not name the
		// service.
		x.Service, x.Title = feed.Text(p.Service), feed.Text(first(p.Title, s.Content.Repository.ID+" "+s.ID))
	}
	// The entity is already unique; the fact needs no key within it.
	f.Kind, f.Entity, f.Change = feed.Change, f.Key, x
	f.Key = ""
	return nil
}

// ticket decodes an event about a ticket. The entity is the ticket on one UTC day, so
// that the updates of a ticket are of one entity for each day.
func (e *cdEvent) ticket(f *feed.Fact, predicate string) error {
	s := e.Subject
	t := &feed.TicketEvent{ID: feed.Text(s.ID), URL: feed.Text(s.Content.URI), Status: predicate, Title: feed.Text(s.Content.Summary)}
	if len(s.Content.Assignees) > 0 {
		t.Assignee = feed.Text(strings.Join(s.Content.Assignees, ", "))
	}
	f.Kind, f.Entity, f.Ticket = feed.Ticket, e.about()+" "+f.At.UTC().Format(time.DateOnly), t
	return nil
}

// first returns the first text that is not empty.
func first(s ...string) string {
	for _, x := range s {
		if x != "" {
			return x
		}
	}
	return ""
}
