package compile

import "github.com/postern/postern/reports"

// mostGaps is how many searches without an answer are shown.
const mostGaps = 10

// knowledge lists searches that found nothing: what the next document could be.
func (c *compiler) knowledge() reports.Section {
	s := reports.Section{Title: "Knowledge gaps", Note: "Searches that found nothing, by how often they were asked."}
	t := reports.Table{Key: "gaps", Columns: []reports.Column{{Key: "query", Title: "Search"}, {Key: "count", Title: "Times", Numeric: true}}}
	for _, g := range c.in.Gaps[:min(len(c.in.Gaps), mostGaps)] {
		t.Rows = append(t.Rows, reports.Row{Key: "gap-" + g.Query, Cells: []reports.Value{{Text: title(g.Query), Link: searchLink(g.Query)}, count(g.Count)}})
	}
	t.Left = len(c.in.Gaps) - len(t.Rows)
	if len(t.Rows) == 0 {
		s.Empty = "Every search of this period found something, or none was counted."
		return s
	}
	s.Tables = []reports.Table{t}
	return s
}
