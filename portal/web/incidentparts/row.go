package incidentparts

import (
	"cmp"
	"net/url"
	"slices"
	"time"

	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/incident"
)

// Row is one incident in a list.
type Row struct {
	Link, Title, Severity string
	Services, Sources     []string
	// When is the start of impact, or the earliest known time of the incident.
	When              time.Time
	DayOnly           bool
	Open, Maintenance bool
	SoFar             string // how long an open one lasts
	// Doubts are the reasons why the incident is not counted; Ticks is then empty.
	Doubts              []string
	Ticks               []Tick
	Postmortem, Writing string // its address, and the state of one that is not published
	// Missing is true for counted incidents that are not open and have no post-mortem.
	Missing bool // it should have a post-mortem
}

// Link returns the link to an incident's page.
func Link(k *page.Kit, id string) string {
	return k.Link((&url.URL{Path: "/incidents/" + id}).EscapedPath())
}

// NewRow returns the row of an incident as of now. Reading a draft of a post-mortem, and
// with it Writing, is left to the caller.
func NewRow(k *page.Kit, in incident.Incident, p incident.Policy, now time.Time) Row {
	row := Row{
		Link: Link(k, in.ID), Title: cmp.Or(in.Title, in.ID), Severity: in.Severity, Services: in.Services, When: in.When(),
		DayOnly: in.Times[incident.Started].DayOnly, Open: in.Open, Maintenance: in.Maintenance, Doubts: in.Uncertainties,
	}
	// Several records of one form, such as two feeds of one format, are named once.
	for _, v := range in.Records {
		if form := p.Form(v.Form).Title; !slices.Contains(row.Sources, form) {
			row.Sources = append(row.Sources, form)
		}
	}
	// A censored length is that of an open incident: a lower bound.
	if d, censored, ok := in.Length(now); ok && censored {
		row.SoFar = postmortems.FormatDuration(&d)
	}
	if in.Counted() {
		row.Ticks = Ticks(in, p, now)
	}
	if len(in.Postmortems) > 0 {
		row.Postmortem = k.Link("/p/" + url.PathEscape(in.Postmortems[0]))
	} else {
		row.Missing = in.Counted() && !in.Open
	}
	return row
}
