package compile

import (
	"cmp"
	"slices"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/slo"
)

// review is the section about SLOs whose definition deserves a second look, and
// incidents that no SLO registered. It is a list of questions to the owners and not of
// faults. The worst come first.
func (c *compiler) review() reports.Section {
	s := reports.Section{Title: c.Text("report_body.review_title"), Note: c.Text("report_body.review_note")}
	t := reports.Table{Key: "review", Columns: []reports.Column{
		c.words("slo", "report_body.col_slo"), c.words("team", "report_body.col_team"), c.words("finding", "report_body.col_finding"),
	}}
	for _, o := range c.in.Objectives {
		if finding := c.reviewOf(o); finding.Text != "" {
			t.Rows = append(t.Rows, reports.Row{Key: "review-" + o.SLO.Name, Cells: []reports.Value{
				c.sloName(o.SLO.Name), name(c.team(o.SLO.Service)), withHow(finding, rowKey(o)),
			}})
		}
	}
	slices.SortStableFunc(t.Rows, func(a, b reports.Row) int { return cmp.Compare(urgency(b.Cells[2].Tone), urgency(a.Cells[2].Tone)) })
	t.Limit(mostListed)
	for _, t := range []reports.Table{t, c.unseen()} {
		if len(t.Rows) > 0 {
			s.Tables = append(s.Tables, t)
		}
	}
	if len(s.Tables) == 0 {
		s.Empty = c.Text("report_body.review_empty")
	}
	return s
}

// reviewOf returns the finding about one SLO over all periods of the report; an empty
// value when there is none. The first that applies is: an exhausted budget, an SLO that
// was never measured, one that was missed while no incident is known, and one that was
// never missed and consumed less than a tenth of its budget in any period, whose target
// may be too low to state anything.
func (c *compiler) reviewOf(o reports.Objective) reports.Value {
	if o.Exhausted() {
		return reports.Value{
			Text: c.Text("report_body.finding_exhausted", "Window", c.windowText(o.SLO.Window)), Key: "finding_exhausted", Tone: reports.Bad,
		}
	}
	measured, missed, most := record(o)
	const enough = 3 // periods
	r := c.now(o)
	dip := r.Met != nil && !*r.Met
	// Without the incidents it is not known whether there was one, so there is no
	// finding.
	hit := c.without(reports.UnreadIncidents) != "" || slices.ContainsFunc(c.spends(), func(s bySpend) bool { return s.SLO == o.SLO.Name })
	switch {
	case measured == 0 && len(o.Results) >= enough && r.State != slo.NotYet:
		return c.state("report_body.finding_never_measured", reports.Warn)
	case dip && !hit:
		return c.state("report_body.finding_no_incident", reports.Warn)
	case measured >= enough && missed == 0 && most < 0.1:
		share := humanize.Percent(most, 1)
		return reports.Value{Text: c.Count("report_body.finding_never_missed", measured, "Share", share), Key: "finding_never_missed"}
	}
	return reports.Value{}
}

// record returns over how many periods an SLO was measured, in how many of them it was
// missed, and the largest share of its budget that one of them consumed.
func record(o reports.Objective) (measured, missed int, most float64) {
	for _, r := range o.Results {
		if r.Met == nil || r.Spent == nil {
			continue
		}
		measured++
		if !*r.Met {
			missed++
		}
		most = max(most, *r.Spent)
	}
	return measured, missed, most
}
