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
	When                  time.Time
	DayOnly               bool
	Open, Maintenance     bool
	SoFar                 string // how long an open one lasts
	Doubts                []string
	Ticks                 []Tick
	Postmortem, Writing   string // its address, and the state of one that is not published
	Missing               bool   // it should have a post-mortem
}

// Link returns the link to an incident's page.
func Link(k *page.Kit, id string) string {
	return k.Link((&url.URL{Path: "/incidents/" + id}).EscapedPath())
}

// NewRow returns the row of an incident as of now.
func NewRow(k *page.Kit, in incident.Incident, p incident.Policy, now time.Time) Row {
	row := Row{
		Link: Link(k, in.ID), Title: cmp.Or(in.Title, in.ID), Severity: in.Severity, Services: in.Services, When: in.When(),
		DayOnly: in.Times[incident.Started].DayOnly, Open: in.Open, Maintenance: in.Maintenance, Doubts: in.Uncertainties,
	}
	for _, v := range in.Records {
		if form := p.Form(v.Form).Title; !slices.Contains(row.Sources, form) {
			row.Sources = append(row.Sources, form)
		}
	}
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
