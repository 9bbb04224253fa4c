// Package oncall decodes the outgoing webhooks of Grafana OnCall, sent with
// "Forward all".
//
// One webhook is one event of an alert group, and a part of the group's
// incident report. The entity is the group's id, the key "event.type
// event.time".
//
// created_at is detected, acknowledged_at and resolved_at are the
// milestones of these names. The severity, the service, the environment and
// the name of the alert are taken from the labels of the group or of the
// alert in it, if OnCall got it from Alertmanager.
//
// The format:
// https://grafana.com/docs/oncall/latest/configure/outgoing-webhooks/
package oncall

import (
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/incident"
)

// Name is the name of the format, in addresses and stored facts.
const Name = "grafana-oncall"

// Format returns the format with all that the portal knows of it.
func Format() feed.Format {
	return feed.Format{
		Name: Name, Title: "Grafana OnCall",
		Sends:     "Grafana OnCall: an outgoing webhook with “Forward all”",
		Decoder:   Decoder{},
		Incidents: incident.Form{Name: Name, Trust: 40, LocalNames: true},
	}
}

// Decoder implements feed.Decoder.
type Decoder struct{}

// message is the body of a webhook.
type message struct {
	Event struct {
		Type string `json:"type"`
		Time string `json:"time"`
	} `json:"event"`
	Group       *group  `json:"alert_group"`
	Payload     payload `json:"alert_payload"`
	Integration struct {
		Name string `json:"name"`
		Team string `json:"team"`
	} `json:"integration"`
}

// group is an alert group.
type group struct {
	ID             string `json:"id"`
	State          string `json:"state"`
	CreatedAt      string `json:"created_at"`
	AcknowledgedAt string `json:"acknowledged_at"`
	ResolvedAt     string `json:"resolved_at"`
	Title          string `json:"title"`
	Permalinks     struct {
		Web string `json:"web"`
	} `json:"permalinks"`
	Labels map[string]any `json:"labels"`
}

// payload is what the source of the alert sent to OnCall, if that was
// Alertmanager.
type payload struct {
	Labels       map[string]any `json:"labels"`
	CommonLabels map[string]any `json:"commonLabels"`
}

// label returns a label from any of the places where OnCall may have it.
func (m message) label(name string) string {
	for _, labels := range []map[string]any{m.Group.Labels, m.Payload.CommonLabels, m.Payload.Labels} {
		if s, ok := labels[name].(string); ok && s != "" {
			return feed.Text(s)
		}
	}
	return ""
}

// Decode implements feed.Decoder.
func (Decoder) Decode(in feed.Input) (d feed.Decoded, err error) {
	var m message
	if err := feed.ReadJSON(in.Body, &m); err != nil {
		return d, err
	}
	if m.Group == nil || m.Event.Type == "" {
		return d, fault.New(
			fault.Invalid,
			"oncall.Decode",
			`this webhook has no event or no alert_group; switch on "Forward all" for it in Grafana OnCall`,
		)
	}
	f, err := m.fact(in)
	d.Take(f, false, err, in.Body)
	return d, nil
}

// fact returns the event as a part of the group's report.
func (m message) fact(in feed.Input) (f feed.Fact, err error) {
	times, err := m.times()
	if err != nil {
		return f, err
	}
	at, err := feed.ReadTime(m.Event.Time)
	if err != nil {
		return f, err
	}
	if at.IsZero() {
		at = in.Received.UTC()
	}
	if m.Group.ID == "" {
		return f, fault.New(fault.Invalid, "oncall.fact", "the alert group has no id")
	}
	v := &incident.Record{
		Source: in.Source, Form: Name, Ref: feed.Text(m.Group.ID), Aliases: feed.Texts(m.Group.Permalinks.Web), At: at,
		Title: feed.Text(m.Group.Title), RawSeverity: m.label("severity"), Services: feed.Texts(m.label("service")),
		Environment: m.label("environment"), Status: feed.Text(m.Group.State), URL: feed.Text(m.Group.Permalinks.Web),
		DetectedBy: "alert", Times: times, Alerts: feed.Texts(m.label("alertname")),
	}
	return feed.Fact{
		Kind: feed.Incident, Source: in.Source, Entity: v.Ref, Key: feed.Text(m.Event.Type + " " + at.Format(time.RFC3339Nano)),
		At: at, Loose: true, Incident: v,
	}, nil
}

// times returns the milestones of the group. An event that undoes one
// states the zero time for it.
func (m message) times() (map[incident.Milestone]incident.Moment, error) {
	times := map[incident.Milestone]incident.Moment{}
	for _, x := range []struct {
		milestone incident.Milestone
		text      string
	}{
		{incident.Detected, m.Group.CreatedAt}, {incident.Acknowledged, m.Group.AcknowledgedAt}, {incident.Resolved, m.Group.ResolvedAt},
	} {
		at, err := feed.ReadTime(x.text)
		if err != nil {
			return nil, err
		}
		if !at.IsZero() {
			times[x.milestone] = incident.Moment{At: at}
		}
	}
	switch strings.ToLower(m.Event.Type) {
	case "unacknowledge":
		times[incident.Acknowledged] = incident.Moment{}
	case "unresolve":
		times[incident.Resolved] = incident.Moment{}
	}
	return times, nil
}
