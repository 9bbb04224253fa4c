package compile

import "github.com/postern/postern/reports"

// estimatedTable lists the objectives some of whose counts are estimates: they are
// measured, and could be argued about.
func (c *compiler) estimatedTable() reports.Table {
	t := reports.Table{
		Key: "estimated", Title: "Objectives with counts that are estimates",
		Note: "In these buckets a counter's series was reset, came or went, and there were too many samples to be read one by one: the server's increase() stands in, which extrapolates. The page of the objective says which they are.",
		Columns: []reports.Column{
			{Key: "slo", Title: "Objective"}, {Key: "team", Title: "Team"}, {Key: "buckets", Title: "Buckets estimated", Numeric: true}, {Key: "of", Title: "Of buckets", Numeric: true},
		},
	}
	for _, o := range c.in.Objectives {
		if o.Estimated > 0 {
			t.Rows = append(t.Rows, reports.Row{Key: "estimated-" + o.SLO.Name, Cells: []reports.Value{
				{Text: c.titles[o.SLO.Name], Link: sloLink(o.SLO.Name)}, words(c.team(o.SLO.Service)), withHow(count(o.Estimated), rowKey(o)), count(c.now(o).Buckets),
			}})
		}
	}
	t.Limit(2 * mostAtLook)
	return t
}
