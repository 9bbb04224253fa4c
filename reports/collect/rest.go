package collect

import (
	"context"
	"slices"
	"time"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/change"
	"github.com/postern/postern/reports/drill"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/sql"
)

func (c *Collector) ledger(ctx context.Context, p period.Period, in *reports.Inputs) error {
	if c.src.Ledger == nil {
		return nil
	}
	changes, err := c.src.Ledger.Changes(ctx, p.Prev().From, in.AsOf)
	if err != nil {
		return err
	}
	in.Changes = change.Newest(changes)
	drills, err := c.src.Ledger.Drills(ctx, p.From, in.AsOf)
	in.Drills = drill.Newest(drills)
	return err
}

// statements follows the slow statements of the period, beside what they did in
// the one before.
func (c *Collector) statements(ctx context.Context, p period.Period, in *reports.Inputs) error {
	if c.src.Ledger == nil {
		return nil
	}
	seen, err := c.src.Ledger.Observations(ctx, p.From.Add(-sqlMemory), in.AsOf)
	if err != nil || len(seen) == 0 {
		return err
	}
	var decisions []sql.Decision
	if c.src.Signals != nil {
		all, err := c.src.Signals.Decisions(ctx)
		if err != nil {
			return err
		}
		// A decision after the period is news for a later report.
		decisions = slices.DeleteFunc(all, func(d sql.Decision) bool { return !d.At.Before(in.AsOf) })
	}
	prev := p.Prev()
	before := map[string]sql.Followed{}
	for _, f := range sql.Follow(seen, decisions, in.Services, sql.Window{From: prev.From, To: prev.To}) {
		before[f.Key()] = f
	}
	for _, f := range sql.Follow(seen, decisions, in.Services, sql.Window{From: p.From, To: in.AsOf}) {
		if f.Count > 0 || f.State == sql.Fixed && p.Contains(f.Since) {
			in.Statements = append(in.Statements, statement(f, before[f.Key()], p))
		}
	}
	return nil
}

// statement is a followed digest in the words of a report. It is new in the
// period in which it was first seen, whatever became of it since.
func statement(f, before sql.Followed, p period.Period) reports.Statement {
	s := reports.Statement{
		Digest: f.Digest, Text: f.Statement, Database: f.Database, Service: f.Owner.Service, Team: f.Owner.Team, FirstSeen: f.FirstSeen,
		Count: f.Count, Seconds: f.Seconds, P95: f.P95, RowsExamined: f.RowsExamined, RowsSent: f.RowsSent, CountBefore: before.Count, SecondsBefore: before.Seconds,
	}
	switch {
	case p.Contains(f.FirstSeen):
		s.State = string(sql.New)
	case f.State != sql.New:
		s.State = string(f.State)
	}
	return s
}

// mostGaps bounds how many searches a report is given: more than it shows.
const mostGaps = 50

func (c *Collector) knowledge(ctx context.Context, p period.Period, in *reports.Inputs) (err error) {
	if c.src.Knowledge == nil {
		return nil
	}
	var ids []string
	for _, i := range in.Incidents {
		ids = append(ids, i.Postmortems...)
	}
	slices.Sort(ids)
	if in.Documents, err = c.src.Knowledge.Documents(ctx, slices.Compact(ids)); err != nil {
		return err
	}
	all, err := c.src.Knowledge.Actions(ctx)
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.Status == "open" || p.Contains(a.DoneAt) || p.Contains(a.Opened) {
			in.Actions = append(in.Actions, a)
		}
	}
	from, to := wholeDays(p, in.AsOf)
	gaps, err := c.src.Knowledge.Gaps(ctx, from, to)
	in.Gaps = gaps[:min(len(gaps), mostGaps)]
	return err
}

func (c *Collector) feeds(ctx context.Context, p period.Period, in *reports.Inputs) (err error) {
	if c.src.Feeds == nil {
		return nil
	}
	from, to := wholeDays(p, in.AsOf)
	in.Feeds, in.Truncated, err = c.src.Feeds.Feeds(ctx, from, to)
	return err
}

// wholeDays are the UTC days of a period that were over when it ended. Counters
// that are kept by UTC day would otherwise go on after a period of another zone
// has ended, and every check would find a difference.
func wholeDays(p period.Period, asOf time.Time) (from, to time.Time) {
	const day = 24 * time.Hour
	return p.From.UTC().Truncate(day), asOf.UTC().Truncate(day)
}
