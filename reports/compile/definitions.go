package compile

import (
	"fmt"

	"github.com/postern/postern/reports"
)

// definitions is the section about SLOs whose definition changed in the period. Numbers
// from before and after such a change are not comparable; this section is where readers
// find out why a trend ends. It is in the order of time. Texts of changes are not
// translated.
func (c *compiler) definitions() reports.Section {
	s := reports.Section{Title: c.Text("report_body.definitions_title"), Note: c.Text("report_body.definitions_note")}
	t := reports.Table{Key: "definitions", Columns: []reports.Column{
		c.words("slo", "report_body.col_slo"), c.words("at", "report_body.col_when"), c.words("what", "report_body.col_what"),
		c.words("who", "report_body.col_by"),
	}}
	for _, e := range c.in.Edits {
		if _, ours := c.titles[e.SLO]; !ours {
			continue
		}
		t.Rows = append(t.Rows, reports.Row{Key: fmt.Sprintf("edit-%s-%d", e.SLO, e.At.Unix()), Cells: []reports.Value{
			c.sloName(e.SLO), c.when(e.At), sentence(clipText(e.What)), name(title(e.Who)),
		}})
	}
	if len(t.Rows) == 0 {
		s.Empty = c.Text("report_body.definitions_empty")
		return s
	}
	s.Tables = []reports.Table{t}
	return s
}
