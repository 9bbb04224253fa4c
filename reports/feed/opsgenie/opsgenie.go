// Package opsgenie decodes the alert webhooks of Opsgenie and Jira Service
// Management, and incidents in the form of its REST interface.
//
// An alert webhook becomes a signal; the entity is the episode,
// "alertId/createdAt", the key "action updatedAt". An incident becomes a
// complete report at the revision of its updatedAt; Opsgenie is one of the
// few sources that state when impact started and ended. Times are in
// milliseconds and nanoseconds within one object; the magnitude decides.
//
// Of an alert, Create starts the episode, Acknowledge sets who acknowledged
// it, Close ends it. The priority is the severity. The number of an
// incident is its alias OG-n, which is unique within one Opsgenie account
// only.
//
// The formats:
// https://support.atlassian.com/opsgenie/docs/opsgenie-edge-connector-alert-action-data/
// and https://docs.opsgenie.com/docs/incident-api
package opsgenie

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/incident"
)

// Name is the name of the format, in addresses and stored facts.
const Name = "opsgenie"

// Format returns the format with all that the portal knows of it.
func Format() feed.Format {
	return feed.Format{
		Name: Name, Title: "Opsgenie",
		Sends:     "Opsgenie and Jira Service Management: a webhook integration",
		Decoder:   Decoder{},
		Incidents: incident.Form{Name: Name, Trust: 60, LocalNames: true},
	}
}

// Decoder implements feed.Decoder.
type Decoder struct{}

// message is the body of a webhook, an incident, or a page of the REST interface. Which
// one is decided by the fields that are there. Impact and TinyID are read only to
// recognise a bare incident.
type message struct {
	Action   string            `json:"action"`
	Alert    *alertData        `json:"alert"`
	Incident json.RawMessage   `json:"incident"`
	Data     []json.RawMessage `json:"data"` // a page of the REST interface
	Impact   *string           `json:"impactStartDate"`
	TinyID   json.RawMessage   `json:"tinyId"`
}

// alertData is an alert in a webhook.
type alertData struct {
	ID        string            `json:"alertId"`
	Alias     string            `json:"alias"`
	Message   string            `json:"message"`
	Entity    string            `json:"entity"`
	Tags      []string          `json:"tags"`
	Username  string            `json:"username"`
	Priority  string            `json:"priority"`
	Details   map[string]string `json:"details"`
	CreatedAt timestamp         `json:"createdAt"`
	UpdatedAt timestamp         `json:"updatedAt"`
}

// incidentData is an incident of the REST interface.
type incidentData struct {
	ID          string    `json:"id"`
	TinyID      any       `json:"tinyId"`
	Message     string    `json:"message"`
	Status      string    `json:"status"`
	Priority    string    `json:"priority"`
	CreatedAt   timestamp `json:"createdAt"`
	UpdatedAt   timestamp `json:"updatedAt"`
	ImpactStart timestamp `json:"impactStartDate"`
	ImpactEnd   timestamp `json:"impactEndDate"`
	Services    []string  `json:"impactedServices"`
	Links       struct {
		Web string `json:"web"`
	} `json:"links"`
}

// timestamp is a time as a number in any unit, as a string with one, or in RFC 3339.
// Numbers with an exponent or a fraction are read, too, and lose the fraction.
type timestamp struct{ time.Time }

// UnmarshalJSON implements json.Unmarshaler.
func (s *timestamp) UnmarshalJSON(b []byte) (err error) {
	text := strings.Trim(string(b), `"`)
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		s.Time = feed.Epoch(n)
		return nil
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil && f > 0 && f < 9e18 {
		s.Time = feed.Epoch(int64(f))
		return nil
	}
	s.Time, err = feed.ReadTime(text)
	return err
}

// Decode implements feed.Decoder. The fields that are there decide what the body is;
// they are examined in this order.
func (Decoder) Decode(in feed.Input) (d feed.Decoded, err error) {
	var m message
	if err := feed.ReadJSON(in.Body, &m); err != nil {
		return d, err
	}
	switch {
	case m.Alert != nil:
		f, ignored, err := alertFact(in, m.Action, *m.Alert)
		d.Take(f, ignored, err, in.Body)
	case len(m.Incident) > 0:
		f, err := incidentFact(in, m.Incident, 0)
		d.Take(f, false, err, m.Incident)
	case m.Data != nil:
		for i, raw := range m.Data {
			f, err := incidentFact(in, raw, i)
			d.Take(f, false, err, raw)
		}
	case m.Impact != nil || len(m.TinyID) > 0:
		f, err := incidentFact(in, in.Body, 0)
		d.Take(f, false, err, in.Body)
	default:
		return d, fault.New(fault.Invalid, "opsgenie.Decode", "this is neither an alert webhook of Opsgenie (it has no alert) nor an incident")
	}
	return d, nil
}

// alertFact returns the signal of an action on an alert. Actions that
// change neither its state nor its assignee are ignored.
func alertFact(in feed.Input, action string, a alertData) (f feed.Fact, ignored bool, err error) {
	if a.ID == "" || a.CreatedAt.IsZero() {
		return f, false, fault.New(fault.Invalid, "opsgenie.alert", "the alert has no alertId or no createdAt")
	}
	// Notification needs a time that differs between two updates; a webhook without one
	// has that of its receipt.
	at := a.UpdatedAt.Time
	if at.IsZero() {
		at = in.Received
	}
	s := &alert.Signal{
		Source: in.Source, Fingerprint: feed.Text(a.ID), StartsAt: a.CreatedAt.Time, Name: feed.Text(a.Message),
		Severity: feed.Text(a.Priority), Service: feed.Text(a.Details["service"]), Paging: true,
		Notification: feed.Text(action) + " " + at.Format(time.RFC3339Nano), At: at,
		Labels: map[string]string{"alias": feed.Text(a.Alias), "entity": feed.Text(a.Entity), "tags": feed.Text(strings.Join(a.Tags, ","))},
	}
	switch action {
	case "Create":
	case "Acknowledge":
		s.AckedAt, s.AckedBy = at, feed.Text(a.Username)
	case "Close", "Delete":
		s.EndsAt = at
	default:
		return f, true, nil
	}
	return feed.Fact{
		Kind: feed.Alert, Source: in.Source, Entity: s.Fingerprint + "/" + s.StartsAt.Format(time.RFC3339Nano), Key: s.Notification,
		At: at, Loose: true, Alert: s,
	}, false, nil
}

// incidentFact returns one incident as a complete report.
func incidentFact(in feed.Input, raw []byte, index int) (feed.Fact, error) {
	var i incidentData
	f := feed.Fact{Kind: feed.Incident, Source: in.Source, Item: index, Loose: true}
	if err := json.Unmarshal(raw, &i); err != nil {
		return f, fault.Wrap(fault.Invalid, "opsgenie.incident", "the incident cannot be read: "+feed.Trouble(err), err)
	}
	if i.ID == "" || i.CreatedAt.IsZero() {
		return f, fault.New(fault.Invalid, "opsgenie.incident", "the incident has no id or no createdAt")
	}
	// As a float64 an id is exact only within the bound of Number.
	if n, ok := i.TinyID.(float64); ok {
		if err := feed.Number().Check("tinyId", n); err != nil {
			return f, err
		}
	}
	updated := i.UpdatedAt.Time
	if updated.IsZero() {
		updated = i.CreatedAt.Time
	}
	f.Entity, f.At, f.Rev = feed.Text(i.ID), updated, updated.UnixMicro()
	f.Incident = &incident.Record{
		Source: in.Source, Form: Name, Ref: f.Entity, Aliases: feed.Texts(i.tiny(), i.Links.Web), Rev: f.Rev, At: i.CreatedAt.Time,
		Title: feed.Text(i.Message), RawSeverity: feed.Text(i.Priority), Services: feed.Texts(i.Services...),
		Status: feed.Text(i.Status), URL: feed.Text(i.Links.Web), Times: i.times(updated),
	}
	return f, nil
}

// tiny returns the short number that people use, as an alias; "" if there is none.
func (i incidentData) tiny() string {
	switch n := i.TinyID.(type) {
	case string:
		return "OG-" + n
	case float64:
		return "OG-" + strconv.FormatFloat(n, 'f', -1, 64)
	}
	return ""
}

// times returns the milestones of an incident.
func (i incidentData) times(updated time.Time) map[incident.Milestone]incident.Moment {
	times := map[incident.Milestone]incident.Moment{incident.Detected: {At: i.CreatedAt.Time}}
	if !i.ImpactStart.IsZero() {
		times[incident.Started] = incident.Moment{At: i.ImpactStart.Time}
	}
	if !i.ImpactEnd.IsZero() {
		times[incident.Mitigated] = incident.Moment{At: i.ImpactEnd.Time}
	}
	if s := strings.ToLower(i.Status); s == "resolved" || s == "closed" {
		times[incident.Resolved] = incident.Moment{At: updated}
	}
	return times
}
