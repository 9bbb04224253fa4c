package collect

import (
	"context"
	"slices"
	"time"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/sql"
)

// ackReach is how long after the end of an earlier period acknowledgements of its pages
// are read. An acknowledgement is data about a page that has already begun, and may
// come after midnight.
const ackReach = 24 * time.Hour

// pagesBefore returns the pages of the periods before the last two, as much of each as a
// trend counts. They are read period by period, so that a year of alerts is never in memory
// at once.
func (c *Collector) pagesBefore(ctx context.Context, p period.Period) (pages []alert.Episode, err error) {
	spans := lookBack(p)
	for _, span := range spans[:len(spans)-2] {
		all, err := c.src.Register.Episodes(ctx, span.From, span.To.Add(ackReach))
		if err != nil {
			return nil, err
		}
		for _, e := range all {
			if e.Paging && span.Contains(e.StartsAt) {
				// They are most of the memory of an episode, and trends do not count
				// them.
				e.Labels, e.Annotations = nil, nil
				pages = append(pages, e)
			}
		}
	}
	return pages, nil
}

// signals gathers alerts, changes and drills: of the period and, to compare with, of
// the one before; pages also of those that trends cover. Each of the three may be
// missing without the others.
func (c *Collector) signals(ctx context.Context, p period.Period, in *reports.Inputs) error {
	if c.src.Register == nil {
		return nil
	}
	from := p.Prev().From
	if err := unread(in, reports.UnreadAlerts, c.alerts(ctx, p, from, in)); err != nil {
		return err
	}
	changes, err := c.src.Register.Changes(ctx, from, in.AsOf)
	if err := unread(in, reports.UnreadChanges, err); err != nil {
		return err
	}
	in.Changes = changes
	drills, err := c.src.Register.Drills(ctx, p.From, in.AsOf)
	in.Drills = drills
	return unread(in, reports.UnreadDrills, err)
}

// alerts gathers the episodes since an instant, and the pages of earlier periods of trends.
func (c *Collector) alerts(ctx context.Context, p period.Period, from time.Time, in *reports.Inputs) error {
	all, err := c.src.Register.Episodes(ctx, from, in.AsOf)
	if err != nil {
		return err
	}
	earlier, err := c.pagesBefore(ctx, p)
	if err != nil {
		return err
	}
	in.Episodes = earlier
	for _, e := range all {
		if !e.StartsAt.Before(from) { // what still fired from before is a page of before
			in.Episodes = append(in.Episodes, e)
		}
	}
	return nil
}

// statements gathers the slow statements of the period, with their numbers of the one
// before. A statement that did not run is only included when it was fixed in the
// period.
func (c *Collector) statements(ctx context.Context, p period.Period, in *reports.Inputs) error {
	if c.src.Register == nil {
		return nil
	}
	prev := p.Prev()
	earlier, err := c.src.Register.Statements(ctx, prev.From, prev.To)
	if err != nil {
		return unread(in, reports.UnreadStatements, err)
	}
	before := map[string]sql.Followed{}
	for _, f := range earlier {
		before[f.Key()] = f
	}
	now, err := c.src.Register.Statements(ctx, p.From, in.AsOf)
	for _, f := range now {
		if f.Count > 0 || f.Odd > 0 || f.State == sql.Fixed && p.Contains(f.Since) {
			in.Statements = append(in.Statements, statement(f, before[f.Key()], p))
		}
	}
	return unread(in, reports.UnreadStatements, err)
}

// statement returns a followed digest as reports count it. It is new in the period in which
// it was first seen, whatever its state is since.
func statement(f, before sql.Followed, p period.Period) reports.Statement {
	s := reports.Statement{
		Digest: f.Digest, Text: f.Statement, Database: f.Database, Service: f.Owner.Service, Team: f.Owner.Team, FirstSeen: f.FirstSeen,
		Count: f.Count, Seconds: f.Seconds, P95: f.P95, RowsExamined: f.RowsExamined, RowsSent: f.RowsSent, OneIn: f.OneIn, Odd: f.Odd,
		CountBefore: before.Count, SecondsBefore: before.Seconds,
	}
	switch {
	case p.Contains(f.FirstSeen):
		s.State = string(sql.New)
	case f.State != sql.New:
		s.State = string(f.State)
	}
	return s
}

// quarter is how many periods back documents are read: a monthly report counts the factors
// of three months.
const quarter = 3

// mostGaps bounds the searches of the inputs; a report shows fewer.
const mostGaps = 50

// knowledge gathers documents, drafts, action items and searches without a result.
// Documents are those of incidents that are open or ended within the quarter. Action
// items are the open ones and those that were opened or done since the period began.
func (c *Collector) knowledge(ctx context.Context, p period.Period, in *reports.Inputs) (err error) {
	if c.src.Knowledge == nil {
		return nil
	}
	var ids []string
	for _, i := range in.Incidents {
		if end, ended := i.End(); i.Open || !ended || end.At.After(p.Back(quarter-1).From) {
			ids = append(ids, i.Postmortems...)
		}
	}
	slices.Sort(ids)
	if in.Documents, err = c.src.Knowledge.Documents(ctx, slices.Compact(ids)); err != nil {
		return err
	}
	if in.Drafts, err = c.src.Knowledge.Drafts(ctx); err != nil {
		return err
	}
	all, err := c.src.Knowledge.Actions(ctx)
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.Status == "open" || !a.DoneAt.Before(p.From) || p.Contains(a.Opened) {
			in.Actions = append(in.Actions, a)
		}
	}
	from, to := wholeDays(p, in.AsOf)
	gaps, err := c.src.Knowledge.Gaps(ctx, from, to)
	in.Gaps = gaps[:min(len(gaps), mostGaps)]
	return err
}

// feeds gathers what each source sent.
func (c *Collector) feeds(ctx context.Context, p period.Period, in *reports.Inputs) (err error) {
	if c.src.Feeds == nil {
		return nil
	}
	from, to := wholeDays(p, in.AsOf)
	in.Feeds, in.Truncated, err = c.src.Feeds.Feeds(ctx, from, to)
	return err
}

// wholeDays returns the UTC days of a period that were over when it ended. Counters by UTC
// day would otherwise continue after a period of another zone has ended, and every check
// would find a difference.
func wholeDays(p period.Period, asOf time.Time) (from, to time.Time) {
	const day = 24 * time.Hour
	return p.From.UTC().Truncate(day), asOf.UTC().Truncate(day)
}
