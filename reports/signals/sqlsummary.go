package signals

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/json"
	"io"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/sql"
)

// The state of a slow statement depends on all of its observations, and
// there are millions. They are summarised at the Mondays (UTC) of recent
// weeks, each summary from the one before, so that a page or a report of a
// week reads that week and a part of another. Summaries are derived; one is
// computed again if facts about a day before it were written, or if it
// cannot be read.

const (
	week = 7 * 24 * time.Hour
	// maxSummaries is the number of stored summaries: enough for a monthly
	// report and the one before it.
	maxSummaries = 14
)

// storedSummary is a row of register.past, deflated.
type storedSummary struct {
	Seq        uint64     `json:"seq"`       // of the feeds, when it was computed
	Decisions  int        `json:"decisions"` // number of decisions before it
	Statements []sql.Past `json:"statements"`
}

// monday returns the last Monday 00:00 UTC that is not after t, also for times before
// 1970.
func monday(t time.Time) time.Time {
	const firstMonday = 4 * 24 * time.Hour // 1970-01-05
	since := t.Sub(beginning().Add(firstMonday))
	return t.Add(-(since%week + week) % week).UTC()
}

// past returns the summary of the statements before the week of from, and
// its end.
func (r *Store) past(ctx context.Context, from time.Time, decisions []sql.Decision) (past []sql.Past, until time.Time, err error) {
	until = monday(from)
	if !until.After(beginning()) || until.After(r.opt.Now()) {
		return nil, beginning(), nil // the week has not ended, so its summary would change
	}
	seq, err := r.opt.Feeds.Seq(ctx)
	if err != nil {
		return nil, until, err
	}
	known, at, err := r.newestSummary(ctx, until, decisions)
	if err != nil || at.Equal(until) {
		return known, until, err
	}
	then := before(decisions, until)
	if known, err = r.summarize(ctx, known, at, until, then); err != nil {
		return nil, until, err
	}
	// A read must not fail because the disk is full: the summary is computed
	// again next time.
	_ = r.storeSummary(ctx, until, storedSummary{seq, len(then), known})
	return known, until, nil
}

// minPart is the shortest time that is summarised separately.
const minPart = time.Hour

// summarize adds the observations in [from, until) to a summary, in halves
// if they are too many for one read.
func (r *Store) summarize(ctx context.Context, known []sql.Past, from, until time.Time, decisions []sql.Decision) ([]sql.Past, error) {
	seen, err := r.opt.Feeds.Observations(ctx, from, until)
	if err == nil {
		return sql.Summarize(known, seen, before(decisions, until)), nil
	}
	half := until.Sub(from) / 2
	if fault.KindOf(err) != fault.TooWide || half < minPart {
		return nil, err
	}
	if known, err = r.summarize(ctx, known, from, from.Add(half), decisions); err != nil {
		return nil, err
	}
	return r.summarize(ctx, known, from.Add(half), until, decisions)
}

// before returns the decisions before an instant.
func before(decisions []sql.Decision, t time.Time) []sql.Decision {
	return slices.DeleteFunc(slices.Clone(decisions), func(d sql.Decision) bool { return !d.At.Before(t) })
}

// newestSummary returns the newest summary at or before an instant that is
// up to date; an empty one at the beginning of time if there is none.
func (r *Store) newestSummary(ctx context.Context, until time.Time, decisions []sql.Decision) (past []sql.Past, at time.Time, err error) {
	var rows [][]byte
	var times []time.Time
	err = r.opt.DB.View(ctx, func(rd kv.Reader) error {
		rows, times = nil, nil
		for item, err := range rd.ScanBack(bPast, nil, append(kv.TimeKey(until), 0)) {
			if err != nil {
				return err
			}
			rows, times = append(rows, bytes.Clone(item.Value)), append(times, lineTime(item.Key))
		}
		return nil
	})
	if err != nil {
		return nil, beginning(), err
	}
	for i, row := range rows {
		s, ok := readSummary(row)
		if !ok {
			continue
		}
		days, err := r.opt.Feeds.Days(ctx, "sql", s.Seq)
		if err != nil {
			return nil, beginning(), err
		}
		late := slices.ContainsFunc(days, func(d time.Time) bool { return d.Before(times[i]) })
		if !late && s.Decisions == len(before(decisions, times[i])) {
			return s.Statements, times[i], nil
		}
	}
	return nil, beginning(), nil
}

// readSummary decodes a stored summary; ok is false if it cannot be read. It is then
// computed again and is no damage.
func readSummary(row []byte) (s storedSummary, ok bool) {
	text, err := io.ReadAll(flate.NewReader(bytes.NewReader(row)))
	return s, err == nil && json.Unmarshal(text, &s) == nil
}

// storeSummary stores a summary and deletes the oldest ones.
func (r *Store) storeSummary(ctx context.Context, at time.Time, s storedSummary) error {
	const op = "signals.storePast"
	text, err := json.Marshal(s)
	if err != nil {
		return fault.Wrap(fault.Internal, op, "", err)
	}
	var row bytes.Buffer
	z, err := flate.NewWriter(&row, flate.BestSpeed)
	if err != nil {
		return fault.Wrap(fault.Internal, op, "", err)
	}
	if _, err := z.Write(text); err != nil {
		return fault.Wrap(fault.Internal, op, "", err)
	}
	if err := z.Close(); err != nil {
		return fault.Wrap(fault.Internal, op, "", err)
	}
	return r.opt.DB.Update(ctx, func(w kv.Writer) error {
		if err := w.Put(bPast, kv.TimeKey(at), row.Bytes()); err != nil {
			return err
		}
		// Only the newest maxSummaries stay.
		n := 0
		for item, err := range w.ScanBack(bPast, nil, nil) {
			if err != nil {
				return err
			}
			if n++; n <= maxSummaries {
				continue
			}
			if err := w.Delete(bPast, bytes.Clone(item.Key)); err != nil {
				return err
			}
		}
		return nil
	})
}
