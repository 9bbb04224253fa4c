package compile

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/period"
)

// actionCounts are an owner's action items.
type actionCounts struct {
	owner                      string
	opened, closed, open, late int
	oldest                     time.Time // due date of the one longest overdue
	oldestItem                 reports.Action
}

func (c *compiler) overdue(a reports.Action) bool {
	return a.Status == "open" && !a.Due.IsZero() && a.Due.AddDate(0, 0, 1).Before(c.asOf.Add(time.Second))
}

// countActions counts by owner, those with most overdue first.
func (c *compiler) countActions() (all []*actionCounts) {
	by := map[string]*actionCounts{}
	for _, a := range c.in.Actions {
		if a.Opened.After(c.asOf) {
			continue
		}
		n := by[a.Owner]
		if n == nil {
			n = &actionCounts{owner: a.Owner}
			by[a.Owner] = n
			all = append(all, n)
		}
		if c.p.Contains(a.Opened) {
			n.opened++
		}
		if a.Status != "open" && c.p.Contains(a.DoneAt) {
			n.closed++
		}
		if a.Status == "open" {
			n.open++
		}
		if c.overdue(a) {
			n.late++
			if n.oldest.IsZero() || a.Due.Before(n.oldest) {
				n.oldest, n.oldestItem = a.Due, a
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *actionCounts) int {
		return cmp.Or(b.late-a.late, b.open-a.open, cmp.Compare(a.owner, b.owner))
	})
	return all
}

func (c *compiler) actions() reports.Section {
	s := reports.Section{Title: "Action items"}
	by := c.countActions()
	if len(by) == 0 {
		s.Empty = "No action item of a post-mortem is open, and none was closed in this period."
		return s
	}
	var sum actionCounts
	t := reports.Table{Key: "actions", Columns: []reports.Column{
		{Key: "owner", Title: "Owner"}, {Key: "opened", Title: "Opened", Numeric: true}, {Key: "closed", Title: "Closed", Numeric: true}, {Key: "open", Title: "Open", Numeric: true},
		{Key: "late", Title: "Overdue", Numeric: true}, {Key: "oldest", Title: "Longest overdue"},
	}}
	for _, n := range by {
		sum.opened, sum.closed, sum.open, sum.late = sum.opened+n.opened, sum.closed+n.closed, sum.open+n.open, sum.late+n.late
		late, oldest := count(n.late), words("")
		if n.late > 0 {
			late.Tone = reports.Bad
			oldest = reports.Value{Text: fmt.Sprintf("%s, %s", humanize.Clip(n.oldestItem.Text, reports.TitleRunes), c.lateBy(n.oldest)), Link: documentLink(n.oldestItem.Document)}
		}
		owner := reports.Value{Text: cmp.Or(title(n.owner), "nobody"), Link: ownerLink(n.owner)}
		if n.owner == "" {
			owner.Link, owner.Tone = "/actions", reports.Warn
		}
		t.Rows = append(t.Rows, reports.Row{Key: "owner-" + n.owner, Cells: []reports.Value{owner, count(n.opened), count(n.closed), count(n.open), late, oldest}})
	}
	t.Limit(mostAtLook)
	how := c.derive(reports.Derivation{
		Key: "actions-count", Title: "Action items", Formula: "opened and closed in the period; open and overdue when it ended",
		Terms:  []reports.Term{term("opened", count(sum.opened)), term("closed", count(sum.closed)), term("open", count(sum.open)), term("overdue", count(sum.late))},
		Source: "documents", Link: "/actions",
	})
	late := withHow(count(sum.late), how)
	if sum.late > 0 {
		late.Tone = reports.Bad
	}
	s.Figures = []reports.Figure{
		{Key: "opened", Label: "opened", Value: withHow(count(sum.opened), how)}, {Key: "closed", Label: "closed", Value: withHow(count(sum.closed), how)},
		{Key: "open", Label: "open", Value: withHow(count(sum.open), how)}, {Key: "overdue", Label: "overdue", Value: late},
	}
	s.Tables = []reports.Table{t}
	if t := c.ageing(); len(t.Rows) > 0 && c.p.Kind != period.Daily {
		s.Tables = append(s.Tables, t)
	}
	return s
}

func (c *compiler) lateBy(due time.Time) string {
	return humanize.Plural(c.lateDays(due), "day") + " overdue"
}

func (c *compiler) lateDays(due time.Time) int { return int(c.asOf.Sub(due).Hours() / 24) }
