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

// What is known of a slow statement depends on all that was ever seen of it, and
// there are millions of observations. They are summed up at the Mondays (UTC) of
// the last weeks, each sum made of the one before: what a page or a report of a
// week reads is that week and a part of another. The sums are derived; one is made
// anew when something was written about a day before it, or it cannot be read.

const (
	week = 7 * 24 * time.Hour
	// keptPasts is how many sums are kept: those that a monthly report and the one
	// before it ask for.
	keptPasts = 14
)

// storedPast is a row of register.past, deflated.
type storedPast struct {
	Seq        uint64     `json:"seq"`       // of the feeds, when it was made
	Decisions  int        `json:"decisions"` // how many there were from before it
	Statements []sql.Past `json:"statements"`
}

// monday is the last midnight between Sunday and Monday, UTC, not after t.
func monday(t time.Time) time.Time {
	const firstMonday = 4 * 24 * time.Hour // 1970-01-05
	since := t.Sub(beginning().Add(firstMonday))
	return t.Add(-(since%week + week) % week).UTC()
}

// past sums up the statements before the week of from; until is where it ends.
func (r *Store) past(ctx context.Context, from time.Time, decisions []sql.Decision) (past []sql.Past, until time.Time, err error) {
	until = monday(from)
	if !until.After(beginning()) || until.After(r.opt.Now()) {
		return nil, beginning(), nil // such a week is not over: its sum would change
	}
	seq, err := r.opt.Feeds.Seq(ctx)
	if err != nil {
		return nil, until, err
	}
	known, at, err := r.newestPast(ctx, until, decisions)
	if err != nil || at.Equal(until) {
		return known, until, err
	}
	then := before(decisions, until)
	if known, err = r.summarize(ctx, known, at, until, then); err != nil {
		return nil, until, err
	}
	// Who only reads is not refused because the disk is full: the sum is made again.
	_ = r.storePast(ctx, until, storedPast{seq, len(then), known})
	return known, until, nil
}

// leastPart is the shortest time that is summed up on its own.
const leastPart = time.Hour

// summarize adds what was seen in [from, until) to a sum, in halves where it is too
// much to be read at once.
func (r *Store) summarize(ctx context.Context, known []sql.Past, from, until time.Time, decisions []sql.Decision) ([]sql.Past, error) {
	seen, err := r.opt.Feeds.Observations(ctx, from, until)
	if err == nil {
		return sql.Summarize(known, seen, before(decisions, until)), nil
	}
	half := until.Sub(from) / 2
	if fault.KindOf(err) != fault.TooWide || half < leastPart {
		return nil, err
	}
	if known, err = r.summarize(ctx, known, from, from.Add(half), decisions); err != nil {
		return nil, err
	}
	return r.summarize(ctx, known, from.Add(half), until, decisions)
}

// before are the decisions from before an instant.
func before(decisions []sql.Decision, t time.Time) []sql.Decision {
	return slices.DeleteFunc(slices.Clone(decisions), func(d sql.Decision) bool { return !d.At.Before(t) })
}

// newestPast is the newest sum at an instant or before that still holds; none is at
// the beginning of time.
func (r *Store) newestPast(ctx context.Context, until time.Time, decisions []sql.Decision) (past []sql.Past, at time.Time, err error) {
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
		s, ok := openPast(row)
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

// openPast reads a stored sum; ok is false for anything else.
func openPast(row []byte) (s storedPast, ok bool) {
	text, err := io.ReadAll(flate.NewReader(bytes.NewReader(row)))
	return s, err == nil && json.Unmarshal(text, &s) == nil
}

// storePast keeps a sum and forgets the oldest ones.
func (r *Store) storePast(ctx context.Context, at time.Time, s storedPast) error {
	const op = "register.storePast"
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
		n := 0
		for item, err := range w.ScanBack(bPast, nil, nil) {
			if err != nil {
				return err
			}
			if n++; n <= keptPasts {
				continue
			}
			if err := w.Delete(bPast, bytes.Clone(item.Key)); err != nil {
				return err
			}
		}
		return nil
	})
}
