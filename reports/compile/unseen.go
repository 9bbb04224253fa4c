package compile

import (
	"slices"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/slo"
)

// seenFrom is the share of a window's budget from which an objective is taken to
// have seen an incident; less is the noise of any hour.
const seenFrom = 0.01

// undipped lists the incidents that no objective of their services saw: either
// users felt nothing, or nothing measures what they felt. Incidents without a
// known length, or of services without a measured objective, cannot be told.
func (c *compiler) undipped() reports.Table {
	t := reports.Table{Key: "undipped", Title: "Incidents without a dip", Note: "Each took less than " + percentText(seenFrom, 0) + " of every budget of its services, all of which were measured.", Columns: []reports.Column{
		{Key: "incident", Title: "Incident"}, {Key: "severity", Title: "Severity"}, {Key: "services", Title: "Services"}, {Key: "share", Title: "Most of a budget", Numeric: true}, {Key: "finding", Title: "Finding"},
	}}
	for _, i := range c.facts.own {
		if !c.measuredAll(i) || i.ImpactEnd().IsZero() || i.Reached(incident.Started).IsZero() {
			continue
		}
		most := reports.Value{Text: "none", Number: reports.Number(0), Unit: reports.Ratio}
		if top, ok := topSpend(i, c.titles); ok {
			if top.Share >= seenFrom {
				continue
			}
			most = withHow(budgetShare(top.Share, top.Estimated), "slo-"+top.SLO)
		}
		row := c.incidentRow(i)
		t.Rows = append(t.Rows, reports.Row{Key: "undipped-" + i.ID, Cells: []reports.Value{row.Cells[0], row.Cells[1], row.Cells[2], most, {Text: "do these objectives measure what users felt?", Tone: reports.Warn}}})
	}
	t.Limit(mostAtLook)
	return t
}

// measuredAll tells whether every objective of an incident's services was fully
// measured in the period, and whether there is any.
func (c *compiler) measuredAll(i reports.Incident) bool {
	n := 0
	for _, o := range c.in.Objectives {
		if !slices.Contains(i.Services, o.SLO.Service) {
			continue
		}
		if c.now(o).State != slo.OK {
			return false
		}
		n++
	}
	return n > 0
}
