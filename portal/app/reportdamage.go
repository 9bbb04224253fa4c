package app

import (
	"context"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/catalog"
	"github.com/postern/postern/reports/feedstore"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/signals"
)

// Collect implements schedule.Collector. Rows of the database that could not be read
// are left out of every list, and the report states that its figures may lack them.
func (d reportData) Collect(ctx context.Context, def reports.Definition, p period.Period, asOf time.Time) (reports.Inputs, error) {
	in, err := d.Collector.Collect(ctx, def, p, asOf)
	if err != nil {
		return in, err
	}
	if u, any := unreadRows(d.a.db.Damage()); any {
		in.Unread = append(in.Unread, u)
	}
	return in, nil
}

// unreadRows returns what a report states about rows that could not be read; any is
// false when none of them holds data of reports. Damage names a bounded number of rows:
// the rows beyond count as data of reports, since they may be.
func unreadRows(d kv.Damage) (u reports.Unread, any bool) {
	var buckets []string
	for _, s := range []kv.Schema{feedstore.Schema(), signals.Schema(), catalog.Schema(), library.Schema()} {
		buckets = append(buckets, s.Buckets...)
	}
	// Rows that are counted and not named; they may be of any bucket.
	n := d.Rows - len(d.First)
	for _, row := range d.First {
		if slices.Contains(buckets, row.Bucket) {
			n++
		}
	}
	return reports.NewUnread(unreadableRows(n, d.More)+" of the database",
		"their contents are missing from the figures; `postern check` names them", true, reports.Quality), n > 0
}

// unreadableRows returns a number of rows in words. Beyond a bound the database does not
// count them, and more is true.
func unreadableRows(n int, more bool) string {
	if more {
		return "at least " + humanize.Plural(n, "row")
	}
	return humanize.Plural(n, "row")
}
