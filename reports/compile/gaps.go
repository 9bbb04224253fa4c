package compile

import "github.com/postern/postern/reports"

// mostGaps bounds the searches without a result that are shown.
const mostGaps = 10

// gaps lists searches that found nothing: what the next document could be about. The
// most frequent comes first. Searches are stored without personal data, by day; narrow
// has removed those with a count of 0.
func (c *compiler) gaps() reports.Section {
	s := reports.Section{Title: c.Text("report_body.gaps_title"), Note: c.Text("report_body.gaps_note")}
	t := reports.Table{Key: "gaps", Columns: []reports.Column{c.words("query", "report_body.col_search"),
		c.numbers("count", "report_body.col_times")}}
	for _, g := range c.in.Gaps[:min(len(c.in.Gaps), mostGaps)] {
		t.Rows = append(t.Rows, reports.Row{Key: "gap-" + g.Query, Cells: []reports.Value{linked(title(g.Query), searchLink(g.Query)),
			count(g.Count)}})
	}
	t.Left = len(c.in.Gaps) - len(t.Rows)
	if len(t.Rows) == 0 {
		s.Empty = c.Text("report_body.gaps_empty")
		return s
	}
	s.Tables = []reports.Table{t}
	return s
}
