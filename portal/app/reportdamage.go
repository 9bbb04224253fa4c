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

// Collect implements press.Collector. Rows of the database that could not be read are
// left out of every list, so the report says that its figures may lack them.
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

// unreadRows returns what a report says of the rows that could not be read; any is
// false when none of them belongs to what reports are made of. Damage names a bounded
// number of rows: those beyond are taken for such rows, since they may be.
func unreadRows(d kv.Damage) (u reports.Unread, any bool) {
	var buckets []string
	for _, s := range []kv.Schema{feedstore.Schema(), signals.Schema(), catalog.Schema(), library.Schema()} {
		buckets = append(buckets, s.Buckets...)
	}
	n := d.Rows - len(d.First)
	for _, row := range d.First {
		if slices.Contains(buckets, row.Bucket) {
			n++
		}
	}
	return reports.Unread{
		What: humanize.Plural(n, "row") + " of the database", Damaged: true, Sections: []string{reports.Quality},
		Why: "what they held is in none of the figures; `postern check` names them",
	}, n > 0
}
