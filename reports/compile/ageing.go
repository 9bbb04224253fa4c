package compile

import (
	"cmp"
	"slices"
	"time"

	"github.com/postern/postern/reports"
)

// ageBucket is one column of the ages of open action items. key is that of the column
// in the table, title the key of its text. A bucket has the ages from the limit of the
// one before up to, but not including, its own.
type ageBucket struct {
	key, title string
	under      int // days; the last has none
}

// ageBuckets returns the buckets, the youngest first. Their keys are stored in reports
// and must not change.
func ageBuckets() []ageBucket {
	return []ageBucket{
		{"d30", "report_body.col_age_30", 30}, {"d90", "report_body.col_age_90", 90}, {"d180", "report_body.col_age_180", 180},
		{"older", "report_body.col_age_older", 0},
	}
}

// aged are the open items of one owner by age. The counts in by and unknown add up to
// open. oldest is the item that was opened first; its Opened is zero when no age is
// known.
type aged struct {
	owner   string
	by      []int // as ageBuckets
	unknown int   // of unknown age
	open    int
	oldest  reports.Action
}

// add counts one open item. x was opened before asOf, or it is not known when.
func (a *aged) add(x reports.Action, asOf time.Time) {
	a.open++
	if x.Opened.IsZero() {
		a.unknown++
		return
	}
	if a.oldest.Opened.IsZero() || x.Opened.Before(a.oldest.Opened) {
		a.oldest = x
	}
	at := slices.IndexFunc(ageBuckets(), func(b ageBucket) bool { return b.under == 0 || ageDays(x.Opened, asOf) < b.under })
	a.by[at]++
}

// ageDays returns the age of an item in whole days.
func ageDays(opened, asOf time.Time) int { return int(asOf.Sub(opened).Hours() / 24) }

// agedByOwner counts the open items of all owners and of each: who has most of the
// oldest comes first. The columns decide from the oldest to the youngest, then the
// number of open items.
func (c *compiler) agedByOwner() (all *aged, owners []*aged) {
	buckets := ageBuckets()
	all = &aged{by: make([]int, len(buckets))}
	by := map[string]*aged{}
	for _, a := range c.in.Actions {
		if a.Status != "open" || a.Opened.After(c.asOf) {
			continue
		}
		o := by[a.Owner]
		if o == nil {
			o = &aged{owner: a.Owner, by: make([]int, len(buckets))}
			by[a.Owner] = o
			owners = append(owners, o)
		}
		o.add(a, c.asOf)
		all.add(a, c.asOf)
	}
	slices.SortFunc(owners, func(a, b *aged) int {
		for i := len(buckets) - 1; i >= 0; i-- {
			if a.by[i] != b.by[i] {
				return b.by[i] - a.by[i]
			}
		}
		return cmp.Or(b.open-a.open, cmp.Compare(a.owner, b.owner))
	})
	return all, owners
}

// ageing is the table of how long open action items have been open: of all owners
// first. It has no rows when nothing is open. The row of all owners is not counted in
// the limit of rows.
func (c *compiler) ageing() reports.Table {
	t := reports.Table{Key: "ageing", Title: c.Text("report_body.ageing_title"), Note: c.Text("report_body.ageing_note"),
		Columns: []reports.Column{
			c.words("owner", "report_body.col_owner"), c.numbers("open", "report_body.col_open"),
		}}
	for _, b := range ageBuckets() {
		t.Columns = append(t.Columns, c.numbers(b.key, b.title))
	}
	t.Columns = append(t.Columns, c.numbers("unknown", "report_body.col_age_unknown"), c.numbers("oldest", "report_body.col_oldest"))
	all, owners := c.agedByOwner()
	if all.open == 0 {
		return t
	}
	how := c.derive(reports.Derivation{
		Key: "ageing", Title: c.Text("report_body.ageing_derivation"), Formula: c.Text("report_body.ageing_formula"),
		Terms:  []reports.Term{term(c.Text("report_body.open"), count(all.open)), term(c.Text("report_body.owners"), count(len(owners)))},
		Source: c.Text("report_body.source_documents"), Link: "/actions",
	})
	t.Rows = append(t.Rows, c.agedRow("aged-all", c.state("report_body.state_all_owners", reports.Plain), all, how))
	for _, o := range owners[:min(len(owners), mostListed)] {
		t.Rows = append(t.Rows, c.agedRow("aged-owner-"+o.owner, c.owner(o.owner), o, how))
	}
	t.Left = max(0, len(owners)-mostListed)
	return t
}

// agedRow returns the row of one owner. The count of the last bucket has the tone Bad
// unless it is 0.
func (c *compiler) agedRow(key string, owner reports.Value, a *aged, how string) reports.Row {
	row := reports.Row{Key: key, Cells: []reports.Value{owner, withHow(count(a.open), how)}}
	for i, n := range a.by {
		v := withHow(count(n), how)
		if i == len(a.by)-1 && n > 0 {
			v.Tone = reports.Bad
		}
		row.Cells = append(row.Cells, v)
	}
	row.Cells = append(row.Cells, withHow(count(a.unknown), how))
	oldest := c.unknown("")
	if !a.oldest.Opened.IsZero() {
		days := ageDays(a.oldest.Opened, c.asOf)
		// The number is in seconds, as of every duration; the text is in days.
		oldest = number(float64(days)*(24*time.Hour).Seconds(), reports.Seconds, c.Count("report_body.days", days))
		oldest.Link, oldest.How = documentLink(a.oldest.Document), how
	}
	row.Cells = append(row.Cells, oldest)
	return row
}
