package compile

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/slo"
)

// review lists objectives whose definition deserves a second look, and what the
// error budget policy asks for.
func (c *compiler) review() reports.Section {
	s := reports.Section{Title: "Objectives to review", Note: "Never missed and hardly spent over all periods shown: tighten it, or ask whether it measures what users feel. Never measured: mend it or remove it."}
	t := reports.Table{Key: "review", Columns: []reports.Column{{Key: "slo", Title: "Objective"}, {Key: "team", Title: "Team"}, {Key: "finding", Title: "Finding"}}}
	for _, o := range c.in.Objectives {
		if finding, tone := c.reviewOf(o); finding != "" {
			t.Rows = append(t.Rows, reports.Row{Key: "review-" + o.SLO.Name, Cells: []reports.Value{
				{Text: c.titles[o.SLO.Name], Link: sloLink(o.SLO.Name)}, words(c.team(o.SLO.Service)), {Text: finding, Tone: tone, How: rowKey(o)},
			}})
		}
	}
	slices.SortStableFunc(t.Rows, func(a, b reports.Row) int { return cmp.Compare(rank(b.Cells[2].Tone), rank(a.Cells[2].Tone)) })
	t.Limit(mostAtLook)
	for _, t := range []reports.Table{t, c.undipped()} {
		if len(t.Rows) > 0 {
			s.Tables = append(s.Tables, t)
		}
	}
	if len(s.Tables) == 0 {
		s.Empty = "No objective stands out."
	}
	return s
}

// reviewOf looks at one objective over all periods of the report.
func (c *compiler) reviewOf(o reports.Objective) (finding string, tone reports.Tone) {
	if o.Exhausted() {
		return "budget of the " + windowText(o.SLO.Window) + " window exhausted: the policy asks for a freeze of risky changes", reports.Bad
	}
	measured, missed, most := 0, 0, 0.0
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
	const enough = 3 // periods
	r := c.now(o)
	dip := r.Met != nil && !*r.Met
	hit := c.without(reports.UnreadIncidents) != "" || slices.ContainsFunc(c.spends(), func(s bySpend) bool { return s.SLO == o.SLO.Name })
	switch {
	case measured == 0 && len(o.Results) >= enough && r.State != slo.NotYet:
		return "never measured in the periods shown", reports.Warn
	case dip && !hit:
		return "missed without a known incident: what did users see?", reports.Warn
	case measured >= enough && missed == 0 && most < 0.1:
		return fmt.Sprintf("never missed, at most %s spent in any of %d periods", percentText(most, 1), measured), reports.Plain
	}
	return "", reports.Plain
}

// rank orders tones by how much they ask for a look.
func rank(t reports.Tone) int {
	return map[reports.Tone]int{reports.Bad: 4, reports.Warn: 3, reports.Gap: 2, reports.Plain: 1, reports.Good: 0}[t]
}
