package compile

import (
	"slices"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/slo"
)

// seenFrom is the share of a window's budget from which an SLO registered an incident; less
// is the noise of any hour.
const seenFrom = 0.01

// unseen lists the incidents that no SLO of their services registered: either users
// felt nothing, or nothing measures what they felt. Incidents without a known length,
// or of services without a measured SLO, are left out. Incidents of which it is not
// known when impact started are left out as well: a share cannot be computed for them.
// An incident without any spend has the share "none".
func (c *compiler) unseen() reports.Table {
	note := c.Text("report_body.unseen_note", "Share", humanize.Percent(seenFrom, 0))
	t := reports.Table{Key: "undipped", Title: c.Text("report_body.unseen_title"), Note: note, Columns: []reports.Column{
		c.words("incident", "report_body.col_incident"), c.words("severity", "report_body.col_severity"),
		c.words("services", "report_body.col_services"),
		c.numbers("share", "report_body.col_largest_share"), c.words("finding", "report_body.col_finding"),
	}}
	for _, i := range c.facts.own {
		if !c.measuredAll(i) || i.ImpactEnd().IsZero() || i.Reached(incident.Started).IsZero() {
			continue
		}
		most := number(0, reports.Ratio, c.Text("report_body.none"))
		if top, ok := topSpend(i, c.titles); ok {
			if top.Share >= seenFrom {
				continue
			}
			most = withHow(budgetShare(top.Share, top.Estimated), "slo-"+top.SLO)
		}
		row := c.incidentRow(i)
		t.Rows = append(t.Rows, reports.Row{Key: "undipped-" + i.ID, Cells: []reports.Value{
			row.Cells[0], row.Cells[1], row.Cells[2], most, c.state("report_body.finding_unseen", reports.Warn),
		}})
	}
	t.Limit(mostListed)
	return t
}

// measuredAll reports whether every SLO of an incident's services was fully measured in
// the period, and there is at least one. A gap could hide the effect of the incident.
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
