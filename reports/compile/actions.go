package compile

import (
	"cmp"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/period"
)

// actionCounts are the action items of an owner. opened and closed are counts of the
// period, open and late of its end. One item may be in several of them.
type actionCounts struct {
	owner                      string
	opened, closed, open, late int
	oldest                     time.Time // due date of the one that is longest overdue
	oldestItem                 reports.Action
}

// add counts one item as it is at the end of the period. An item whose day of closing
// is not known is not counted as closed in any period.
func (n *actionCounts) add(c *compiler, a reports.Action) {
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
		// Of items due on one day the first in order of key counts, since narrow sorts
		// them.
		if n.oldest.IsZero() || a.Due.Before(n.oldest) {
			n.oldest, n.oldestItem = a.Due, a
		}
	}
}

// overdue reports whether an item is open after its due day. The whole due day belongs
// to the owner, so an item is overdue from the end of that day. The second is added
// because a period ends exactly then: an item due on the last day of the period is
// overdue in its report.
func (c *compiler) overdue(a reports.Action) bool {
	return a.Status == "open" && !a.Due.IsZero() && a.Due.AddDate(0, 0, 1).Before(c.asOf.Add(time.Second))
}

// lateDays returns how many whole days ago an item was due. due must not be zero.
func (c *compiler) lateDays(due time.Time) int { return int(c.asOf.Sub(due).Hours() / 24) }

// countActions counts the action items by owner, those with most overdue first. Items
// without an owner are one group, with the owner "". An item that was opened after the
// end of the data is left out: a report that is compiled again later must not count it.
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
		n.add(c, a)
	}
	slices.SortStableFunc(all, func(a, b *actionCounts) int {
		return cmp.Or(b.late-a.late, b.open-a.open, cmp.Compare(a.owner, b.owner))
	})
	return all
}

// actions is the section about the action items of post-mortems, by owner. The figures
// are of all owners, also of those that the table does not list. Daily reports have no
// table of ages.
func (c *compiler) actions() reports.Section {
	s := reports.Section{Title: c.Text("report_body.actions_title")}
	by := c.countActions()
	if len(by) == 0 {
		s.Empty = c.Text("report_body.actions_empty")
		return s
	}
	var sum actionCounts
	t := reports.Table{Key: "actions", Columns: []reports.Column{
		c.words("owner", "report_body.col_owner"), c.numbers("opened", "report_body.col_opened"), c.numbers("closed", "report_body.col_closed"),
		c.numbers("open", "report_body.col_open"), c.numbers("late", "report_body.col_overdue"),
		c.words("oldest", "report_body.col_longest_overdue"),
	}}
	for _, n := range by {
		sum.opened, sum.closed, sum.open, sum.late = sum.opened+n.opened, sum.closed+n.closed, sum.open+n.open, sum.late+n.late
		t.Rows = append(t.Rows, c.actionRow(n))
	}
	t.Limit(mostListed)
	how := c.derive(reports.Derivation{
		Key: "actions-count", Title: c.Text("report_body.actions_title"), Formula: c.Text("report_body.actions_formula"),
		Terms: []reports.Term{
			term(c.Text("report_body.opened"), count(sum.opened)), term(c.Text("report_body.closed"), count(sum.closed)),
			term(c.Text("report_body.open"), count(sum.open)), term(c.Text("report_body.overdue"), count(sum.late)),
		},
		Source: c.Text("report_body.source_documents"), Link: "/actions",
	})
	late := withHow(count(sum.late), how)
	if sum.late > 0 {
		late.Tone = reports.Bad
	}
	s.Figures = []reports.Figure{
		{Key: "opened", Label: c.Text("report_body.opened"), Value: withHow(count(sum.opened), how)},
		{Key: "closed", Label: c.Text("report_body.closed"), Value: withHow(count(sum.closed), how)},
		{Key: "open", Label: c.Text("report_body.open"), Value: withHow(count(sum.open), how)},
		{Key: "overdue", Label: c.Text("report_body.overdue"), Value: late},
	}
	s.Tables = []reports.Table{t}
	if t := c.ageing(); len(t.Rows) > 0 && c.p.Kind != period.Daily {
		s.Tables = append(s.Tables, t)
	}
	return s
}

// actionRow returns the row of one owner. The last cell has the item that is longest
// overdue; it has no key, because it follows from the item's due day and the end of the
// period, and would make every report differ.
func (c *compiler) actionRow(n *actionCounts) reports.Row {
	late, oldest := count(n.late), sentence("")
	if n.late > 0 {
		late.Tone = reports.Bad
		item := humanize.Clip(n.oldestItem.Text, reports.TitleRunes)
		oldest = linked(item, documentLink(n.oldestItem.Document))
		oldest.Text = c.Count("report_body.action_overdue", c.lateDays(n.oldest), "Item", item)
	}
	return reports.Row{Key: "owner-" + n.owner, Cells: []reports.Value{
		c.owner(n.owner), count(n.opened), count(n.closed), count(n.open), late, oldest,
	}}
}

// owner returns who is responsible, with a link to the owner's action items. Without an
// owner the link leads to all action items, because there is no address of those.
func (c *compiler) owner(owner string) reports.Value {
	if t := title(owner); t != "" {
		return linked(t, ownerLink(owner))
	}
	v := c.state("report_body.state_no_owner", reports.Warn)
	v.Link = "/actions"
	return v
}
