package compile

import (
	"cmp"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
)

// ageBucket is one column of the ageing of open action items.
type ageBucket struct {
	key, title string
	under      int // days; the last has none
}

func ageBuckets() []ageBucket {
	return []ageBucket{{"d30", "Under 30 days", 30}, {"d90", "30 to 89", 90}, {"d180", "90 to 179", 180}, {"older", "180 and more", 0}}
}

// aged are the open items of one owner by age.
type aged struct {
	owner   string
	by      []int // as ageBuckets
	unknown int   // nobody knows since when
	open    int
	oldest  reports.Action
}

func (a *aged) add(x reports.Action, asOf time.Time) {
	a.open++
	if x.Opened.IsZero() {
		a.unknown++
		return
	}
	if a.oldest.Opened.IsZero() || x.Opened.Before(a.oldest.Opened) {
		a.oldest = x
	}
	buckets := ageBuckets()
	at := slices.IndexFunc(buckets, func(b ageBucket) bool { return b.under == 0 || ageDays(x.Opened, asOf) < b.under })
	a.by[at]++
}

func ageDays(opened, asOf time.Time) int { return int(asOf.Sub(opened).Hours() / 24) }

// ageing is how long open action items have been open, by owner: those of all
// first, then who has most of the old ones.
func (c *compiler) ageing() reports.Table {
	t := reports.Table{Key: "ageing", Title: "Open items by age", Note: "An item is as old as its document. Age is counted to the end of the period.", Columns: []reports.Column{{Key: "owner", Title: "Owner"}, {Key: "open", Title: "Open", Numeric: true}}}
	buckets := ageBuckets()
	for _, b := range buckets {
		t.Columns = append(t.Columns, reports.Column{Key: b.key, Title: b.title, Numeric: true})
	}
	t.Columns = append(t.Columns, reports.Column{Key: "unknown", Title: "Age unknown", Numeric: true}, reports.Column{Key: "oldest", Title: "Oldest", Numeric: true})
	all := &aged{by: make([]int, len(buckets))}
	owners, order := map[string]*aged{}, []*aged{}
	for _, a := range c.in.Actions {
		if a.Status != "open" || a.Opened.After(c.asOf) {
			continue
		}
		o := owners[a.Owner]
		if o == nil {
			o = &aged{owner: a.Owner, by: make([]int, len(buckets))}
			owners[a.Owner] = o
			order = append(order, o)
		}
		o.add(a, c.asOf)
		all.add(a, c.asOf)
	}
	if all.open == 0 {
		return t
	}
	slices.SortFunc(order, func(a, b *aged) int {
		for i := len(buckets) - 1; i >= 0; i-- {
			if a.by[i] != b.by[i] {
				return b.by[i] - a.by[i]
			}
		}
		return cmp.Or(b.open-a.open, cmp.Compare(a.owner, b.owner))
	})
	how := c.derive(reports.Derivation{
		Key: "ageing", Title: "Age of open action items", Formula: "whole days from the date of the item's document to the end of the period, of the items open now",
		Terms: []reports.Term{term("open", count(all.open)), term("owners", count(len(order)))}, Source: "documents", Link: "/actions",
	})
	t.Rows = append(t.Rows, c.agedRow("aged-all", words("all owners"), all, how))
	for _, o := range order[:min(len(order), mostAtLook)] {
		owner := reports.Value{Text: cmp.Or(title(o.owner), "nobody"), Link: ownerLink(o.owner)}
		if o.owner == "" {
			owner.Link, owner.Tone = "/actions", reports.Warn
		}
		t.Rows = append(t.Rows, c.agedRow("aged-owner-"+o.owner, owner, o, how))
	}
	t.Left = max(0, len(order)-mostAtLook)
	return t
}

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
	if a.oldest.Opened.IsZero() {
		return reports.Row{Key: row.Key, Cells: append(row.Cells, unknown())}
	}
	days := ageDays(a.oldest.Opened, c.asOf)
	return reports.Row{Key: row.Key, Cells: append(row.Cells, reports.Value{
		Text: humanize.Plural(days, "day"), Number: reports.Number(float64(days) * (24 * time.Hour).Seconds()), Unit: reports.Seconds, Link: documentLink(a.oldest.Document), How: how,
	})}
}
