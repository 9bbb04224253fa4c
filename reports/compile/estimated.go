package compile

import "github.com/postern/postern/reports"

// estimatedTable lists the SLOs some of whose counts are estimates: they are measured,
// and the numbers are not exact. A bucket is estimated where a counter had too many
// samples to be read one by one, so that increase() was used, which extrapolates. The
// columns have the estimated buckets of the period and all of them.
func (c *compiler) estimatedTable() reports.Table {
	t := reports.Table{Key: "estimated", Title: c.Text("report_body.estimated_title"), Note: c.Text("report_body.estimated_note"),
		Columns: []reports.Column{
			c.words("slo", "report_body.col_slo"), c.words("team", "report_body.col_team"),
			c.numbers("buckets", "report_body.col_estimated_buckets"),
			c.numbers("of", "report_body.col_of_buckets"),
		}}
	for _, o := range c.in.Objectives {
		if o.Estimated > 0 {
			t.Rows = append(t.Rows, reports.Row{Key: "estimated-" + o.SLO.Name, Cells: []reports.Value{
				c.sloName(o.SLO.Name), name(c.team(o.SLO.Service)), withHow(count(o.Estimated), rowKey(o)), count(c.now(o).Buckets),
			}})
		}
	}
	t.Limit(2 * mostListed)
	return t
}
