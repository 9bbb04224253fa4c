package compile

import (
	"fmt"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
)

func (c *compiler) definitions() reports.Section {
	s := reports.Section{Title: "Definition changes", Note: "Numbers of earlier periods stay as they were reported; no arrow is drawn across a change."}
	t := reports.Table{Key: "definitions", Columns: []reports.Column{{Key: "slo", Title: "Objective"}, {Key: "at", Title: "When"}, {Key: "what", Title: "What"}, {Key: "who", Title: "By"}}}
	for _, e := range c.in.Edits {
		name, ours := c.titles[e.SLO]
		if !ours {
			continue
		}
		t.Rows = append(t.Rows, reports.Row{Key: fmt.Sprintf("edit-%s-%d", e.SLO, e.At.Unix()), Cells: []reports.Value{
			{Text: name, Link: sloLink(e.SLO)}, c.when(e.At), words(humanize.Clip(e.What, reports.TextRunes)), words(title(e.Who)),
		}})
	}
	if len(t.Rows) == 0 {
		s.Empty = "No objective was redefined in this period."
		return s
	}
	s.Tables = []reports.Table{t}
	return s
}
