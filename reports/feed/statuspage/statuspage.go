// Package statuspage decodes the public JSON of Statuspage pages
// (summary.json, incidents.json, scheduled-maintenances.json) and the
// webhooks that Statuspage sends about an incident.
//
// Every incident and maintenance becomes a complete report; the entity is
// "page/incident", the revision its updated_at. Times on a status page are
// times of posts, not of impact, which is why the form has the confidence
// Public. started is started_at (created_at on older pages), diagnosed the
// first update "identified", mitigated monitoring_at. Maintenance is
// marked: it counts only in its own list.
//
// The impact is the severity, the affected components are the services.
// Component updates carry no incident and are ignored.
//
// The formats: https://developer.statuspage.io and
// https://support.atlassian.com/statuspage/docs/enable-webhook-notifications/
package statuspage

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/incident"
)

// Name is the name of the format, in addresses and stored facts.
const Name = "statuspage"

// Format returns the format with all that the portal knows of it.
func Format() feed.Format {
	return feed.Format{
		Name: Name, Title: "status page",
		Sends:     "Statuspage: incidents.json or its webhook; feeds.statuspages polls a page",
		Decoder:   Decoder{},
		Incidents: incident.Form{Name: Name, Trust: 10, Confidence: incident.Public, LocalNames: true},
	}
}

// Decoder implements feed.Decoder.
type Decoder struct{}

// message is a page or the body of a webhook. nil and an empty list differ: an empty
// list of incidents is a valid page.
type message struct {
	Page struct {
		ID string `json:"id"`
	} `json:"page"`
	Incidents   []json.RawMessage `json:"incidents"`
	Maintenance []json.RawMessage `json:"scheduled_maintenances"`
	Components  []json.RawMessage `json:"components"`
	Incident    json.RawMessage   `json:"incident"`         // of a webhook
	Component   json.RawMessage   `json:"component_update"` // of a webhook
}

// post is an incident or a maintenance. Times are texts, read by times, because pages
// write null or "" for what has not happened.
type post struct {
	ID           string      `json:"id"`
	Name         string      `json:"name"`
	Status       string      `json:"status"`
	Impact       string      `json:"impact"`
	Shortlink    string      `json:"shortlink"`
	PageID       string      `json:"page_id"`
	StartedAt    string      `json:"started_at"`
	CreatedAt    string      `json:"created_at"`
	UpdatedAt    string      `json:"updated_at"`
	MonitoringAt string      `json:"monitoring_at"`
	ResolvedAt   string      `json:"resolved_at"`
	ScheduledFor string      `json:"scheduled_for"`
	Components   []component `json:"components"`
	Updates      []update    `json:"incident_updates"`
}

// component is a component that a post affects.
type component struct {
	Name string `json:"name"`
}

// update is an update of a post.
type update struct {
	Status    string      `json:"status"`
	DisplayAt string      `json:"display_at"`
	CreatedAt string      `json:"created_at"`
	Affected  []component `json:"affected_components"`
}

// Decode implements feed.Decoder. Items are numbered across incidents, maintenances and
// the incident of a webhook, in this order.
func (Decoder) Decode(in feed.Input) (d feed.Decoded, err error) {
	var m message
	if err := feed.ReadJSON(in.Body, &m); err != nil {
		return d, err
	}
	posts := append(append([]json.RawMessage{}, m.Incidents...), m.Maintenance...)
	switch {
	case len(m.Incident) > 0:
		posts = append(posts, m.Incident)
	case m.Incidents == nil && m.Maintenance == nil && m.Components == nil && len(m.Component) == 0:
		return d, fault.New(
			fault.Invalid,
			"statuspage.Decode",
			"this is no Statuspage JSON: it has no incidents, scheduled_maintenances or incident",
		)
	}
	for i, raw := range posts {
		f, err := fact(in.Source, m.Page.ID, raw)
		f.Item = i
		d.Take(f, false, err, raw)
	}
	if len(posts) == 0 {
		d.Ignored = 1 // components, or a page without incidents
	}
	return d, nil
}

// fact returns the report of one post. page is the id in the envelope; the post's own
// page_id wins. It returns fault.Invalid if the post has no id or no time.
func fact(source, page string, raw []byte) (f feed.Fact, err error) {
	var p post
	if err := json.Unmarshal(raw, &p); err != nil {
		return f, fault.Wrap(fault.Invalid, "statuspage.fact", "the incident cannot be read: "+feed.Trouble(err), err)
	}
	if p.ID == "" {
		return f, fault.New(fault.Invalid, "statuspage.fact", "the incident has no id")
	}
	t, err := p.times()
	if err != nil {
		return f, err
	}
	if t.updated.IsZero() {
		return f, fault.New(fault.Invalid, "statuspage.fact", "the incident says neither when it was updated nor when it was made")
	}
	if p.PageID == "" {
		p.PageID = page
	}
	v := &incident.Record{
		Source: source, Form: Name, Ref: feed.Text(p.ID), Aliases: feed.Texts(p.Shortlink), Rev: t.updated.UnixMicro(),
		At: t.created, Title: feed.Text(p.Name), RawSeverity: feed.Text(p.Impact), Services: p.services(), Status: feed.Text(p.Status),
		URL: feed.Text(p.Shortlink), Times: t.milestones, Maintenance: p.maintenance(),
	}
	return feed.Fact{
		Kind: feed.Incident, Source: source, Entity: feed.Text(p.PageID) + "/" + v.Ref, Rev: v.Rev, At: t.updated, Loose: true, Incident: v,
	}, nil
}

// maintenance reports whether the post is about planned work.
func (p post) maintenance() bool {
	switch p.Status {
	case "scheduled", "in_progress", "verifying", "completed":
		return true
	}
	return p.Impact == "maintenance" || p.ScheduledFor != ""
}

// services returns the components that the post or an update names. Pages
// write "No components were affected by this update." instead of a name.
func (p post) services() []string {
	var names []string
	for _, c := range p.Components {
		names = append(names, c.Name)
	}
	for _, u := range p.Updates {
		for _, c := range u.Affected {
			if !strings.HasPrefix(c.Name, "No components") {
				names = append(names, c.Name)
			}
		}
	}
	return feed.Texts(names...)
}

// postTimes are the times of a post.
type postTimes struct {
	created, updated time.Time
	milestones       map[incident.Milestone]incident.Moment
}

// times returns the times of the post. It returns fault.Invalid if one cannot be read:
// a report without it would replace one that has it.
func (p post) times() (t postTimes, err error) {
	var started, monitoring, resolved time.Time
	for _, x := range []struct {
		to   *time.Time
		text string
	}{
		{&t.created, p.CreatedAt}, {&t.updated, p.UpdatedAt}, {&started, p.StartedAt}, {&monitoring, p.MonitoringAt}, {&resolved, p.ResolvedAt},
	} {
		if *x.to, err = feed.ReadTime(x.text); err != nil {
			return t, err
		}
	}
	if t.created.IsZero() {
		t.created = started
	}
	if started.IsZero() {
		started = t.created
	}
	if t.updated.IsZero() {
		t.updated = t.created
	}
	identified, err := p.identified()
	if err != nil {
		return t, err
	}
	t.milestones = map[incident.Milestone]incident.Moment{}
	for m, at := range map[incident.Milestone]time.Time{
		incident.Started: started, incident.Diagnosed: identified, incident.Mitigated: monitoring, incident.Resolved: resolved,
	} {
		if !at.IsZero() {
			t.milestones[m] = incident.Moment{At: at}
		}
	}
	return t, nil
}

// identified returns the time of the first update whose status says that the cause is
// known; the zero time if there is none. All are compared, in whatever order the page
// lists them.
func (p post) identified() (first time.Time, err error) {
	for _, u := range p.Updates {
		if u.Status != "identified" {
			continue
		}
		at, err := feed.ReadTime(u.DisplayAt)
		if err == nil && at.IsZero() {
			at, err = feed.ReadTime(u.CreatedAt)
		}
		if err != nil {
			return first, err
		}
		if first.IsZero() || !at.IsZero() && at.Before(first) {
			first = at
		}
	}
	return first, nil
}
