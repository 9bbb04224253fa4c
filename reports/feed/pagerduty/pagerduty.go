// Package pagerduty decodes the version 3 webhooks of PagerDuty and checks
// their signatures.
//
// One request has one event. An event about an incident becomes a part of
// its report: the entity is the incident's id, the key the event's id.
// PagerDuty has no milestones other than the times of its events:
// acknowledged and resolved are the times of those events, unacknowledged
// and reopened undo them.
//
// Events that page a person or are a person's answer (triggered, escalated,
// reopened, acknowledged, resolved) also become a signal: the page is an
// episode of its own, with the incident's key as its dedup key, which links
// it to the alert that caused it. A reopened incident is a new episode.
// Urgency low does not page.
//
// Events of other kinds (notes, responders, services) are ignored, not
// refused: PagerDuty disables a subscription after three refusals.
//
// The number of an incident is its alias PD-n, which is unique within one
// PagerDuty account only. The priority is the severity, the service's name
// is the service.
//
// The format: https://developer.pagerduty.com/docs/webhooks-overview and
// https://developer.pagerduty.com/docs/verifying-webhook-signatures
package pagerduty

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/incident"
)

// SignatureHeader is the header with the signatures of the body.
const SignatureHeader = "X-PagerDuty-Signature"

// Signed reports whether one of the signatures in the header,
// "v1=HEX[,v1=HEX]", is the HMAC-SHA256 of the body under the secret.
// Several are sent while a secret is replaced. No signature is valid under
// the empty secret.
func Signed(body []byte, header, secret string) bool {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	want := mac.Sum(nil)
	ok := false
	for part := range strings.SplitSeq(header, ",") {
		text, v1 := strings.CutPrefix(strings.TrimSpace(part), "v1=")
		got, err := hex.DecodeString(text)
		ok = v1 && err == nil && hmac.Equal(got, want) || ok
	}
	return ok && secret != ""
}

// Name is the name of the format, in addresses and stored facts.
const Name = "pagerduty"

// Format returns the format with all that the portal knows of it.
func Format() feed.Format {
	return feed.Format{
		Name: Name, Title: "PagerDuty",
		Sends:     "PagerDuty: a version 3 webhook subscription",
		Decoder:   Decoder{},
		Incidents: incident.Form{Name: Name, Trust: 50, LocalNames: true},
		Signature: &feed.Signature{
			Header: SignatureHeader, Valid: Signed,
			SecretsKey: "feeds.pagerduty_secrets", OnlyKey: "feeds.pagerduty_signed_only",
		},
		AcceptsAll: true,
	}
}

// Decoder implements feed.Decoder.
type Decoder struct{}

// message is the body of a webhook.
type message struct {
	Event *event `json:"event"`
}

// event is an event of a webhook.
type event struct {
	ID         string          `json:"id"`
	Type       string          `json:"event_type"`
	Resource   string          `json:"resource_type"`
	OccurredAt string          `json:"occurred_at"`
	Data       json.RawMessage `json:"data"`
}

// reference is a link to another object.
type reference struct {
	ID      string `json:"id"`
	Summary string `json:"summary"`
}

// data is an incident.
type data struct {
	ID          string     `json:"id"`
	Type        string     `json:"type"`
	HTMLURL     string     `json:"html_url"`
	Number      int64      `json:"number"`
	Status      string     `json:"status"`
	IncidentKey string     `json:"incident_key"`
	CreatedAt   string     `json:"created_at"`
	ReopenedAt  string     `json:"reopened_at"`
	Title       string     `json:"title"`
	Service     *reference `json:"service"`
	Priority    *reference `json:"priority"`
	Urgency     string     `json:"urgency"`
}

// Decode implements feed.Decoder.
func (Decoder) Decode(in feed.Input) (d feed.Decoded, err error) {
	const op = "pagerduty.Decode"
	var m message
	if err := feed.ReadJSON(in.Body, &m); err != nil {
		return d, err
	}
	if m.Event == nil || m.Event.Type == "" {
		return d, fault.New(fault.Invalid, op, "this is no PagerDuty v3 webhook: it has no event with an event_type")
	}
	facts, ignored, err := m.Event.facts(in)
	switch {
	case err != nil:
		d.Rejected = []feed.Rejection{{Reason: feed.Reason(err), Raw: in.Body}}
	case ignored:
		d.Ignored = 1
	default:
		d.Facts = facts
	}
	return d, nil
}

// facts returns the facts of an event about its incident and its page;
// ignored reports that it is about something else.
func (e *event) facts(in feed.Input) (f []feed.Fact, ignored bool, err error) {
	const op = "pagerduty.event"
	if !strings.HasPrefix(e.Type, "incident.") {
		return f, true, nil
	}
	var i data
	if err := json.Unmarshal(e.Data, &i); err != nil {
		return f, false, fault.Wrap(fault.Invalid, op, "the event's data cannot be read: "+feed.Trouble(err), err)
	}
	if i.Type != "incident" {
		return f, true, nil // a note, a responder, a status update
	}
	if err := feed.Number().Check("number", float64(i.Number)); err != nil {
		return f, false, err
	}
	occurred, err := feed.ReadTime(e.OccurredAt)
	if err != nil {
		return f, false, err
	}
	created, err := feed.ReadTime(i.CreatedAt)
	if err != nil {
		return f, false, err
	}
	if i.ID == "" || e.ID == "" || occurred.IsZero() {
		return f, false, fault.New(fault.Invalid, op, "the event has no id, no time (occurred_at) or no incident id")
	}
	v := i.voice(in.Source, created)
	v.At = occurred
	e.milestone(v.Times, occurred)
	f = []feed.Fact{{
		Kind: feed.Incident, Source: in.Source, Entity: feed.Text(i.ID), Key: feed.Text(e.ID), At: occurred, Loose: true, Incident: v,
	}}
	if s := e.signal(i, v, occurred); s != nil {
		f = append(f, feed.Fact{
			Kind:   feed.Alert,
			Source: in.Source,
			Entity: s.Fingerprint + "/" + s.StartsAt.Format(time.RFC3339Nano),
			Key:    feed.Text(e.ID),
			At:     occurred,
			Loose:  true,
			Alert:  s,
		})
	}
	return f, false, nil
}

// signal returns the signal of the page; nil if the event neither pages a
// person nor is an answer.
func (e *event) signal(i data, v *incident.Record, occurred time.Time) *alert.Signal {
	began := v.Times[incident.Detected].At
	if reopened, err := feed.ReadTime(i.ReopenedAt); err == nil && !reopened.IsZero() {
		began = reopened
	}
	s := &alert.Signal{
		Source:      v.Source,
		Fingerprint: v.Ref,
		Name:        v.Title,
		Severity:    v.RawSeverity,
		At:          occurred,
		Page:        true,
		Paging:      i.Urgency != "low",
		Dedup:       feed.Text(i.IncidentKey),
	}
	if len(v.Services) > 0 {
		s.Service = v.Services[0]
	}
	switch strings.TrimPrefix(e.Type, "incident.") {
	case "reopened":
		if i.ReopenedAt == "" {
			began = occurred
		}
		s.Notification = feed.Text(e.ID)
	case "triggered", "escalated":
		s.Notification = feed.Text(e.ID)
	case "acknowledged":
		s.AckedAt = occurred
	case "resolved":
		s.EndsAt = occurred
	default:
		return nil
	}
	if began.IsZero() {
		return nil // it is unknown which page this is about
	}
	s.StartsAt = began.UTC()
	return s
}

// milestone sets what the type of the event implies. The zero time
// withdraws an earlier event.
func (e *event) milestone(times map[incident.Milestone]incident.Moment, occurred time.Time) {
	switch strings.TrimPrefix(e.Type, "incident.") {
	case "acknowledged":
		times[incident.Acknowledged] = incident.Moment{At: occurred}
	case "unacknowledged":
		times[incident.Acknowledged] = incident.Moment{}
	case "resolved":
		times[incident.Resolved] = incident.Moment{At: occurred}
	case "reopened":
		times[incident.Resolved] = incident.Moment{}
	}
}

// voice returns the report of the incident as far as the event has it.
func (i data) voice(source string, created time.Time) *incident.Record {
	v := &incident.Record{
		Source: source, Form: Name, Ref: feed.Text(i.ID), Title: feed.Text(i.Title), Status: feed.Text(i.Status),
		URL: feed.Text(i.HTMLURL), DetectedBy: "alert", Times: map[incident.Milestone]incident.Moment{},
		Aliases: feed.Texts(i.IncidentKey, i.HTMLURL), Alerts: feed.Texts(i.ID), // its page, by the fingerprint of the signal
	}
	if i.Number != 0 {
		v.Aliases = feed.Texts(append(v.Aliases, fmt.Sprintf("PD-%d", i.Number))...)
	}
	if i.Service != nil {
		v.Services = feed.Texts(i.Service.Summary)
	}
	if i.Priority != nil {
		v.RawSeverity = feed.Text(i.Priority.Summary)
	}
	if !created.IsZero() {
		// The incident is created when the first alert arrives, which is its
		// detection.
		v.Times[incident.Detected] = incident.Moment{At: created}
	}
	return v
}
