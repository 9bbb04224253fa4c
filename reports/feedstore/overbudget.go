package feedstore

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/slo"
)

// Facts over budget share one dead letter per source and hour: it has their
// number, and the first facts in their stored form, so that they can be
// stored later without the body that brought them. One dead letter for each
// fact would be the flood that the budget is there to stop.

const (
	// maxOverFacts is the number of facts over budget that are stored per
	// source and hour.
	maxOverFacts = 100
	// maxOverBytes bounds these facts together, in bytes: about a hundred
	// large alerts. An unbound sender may name 2,000 sources.
	maxOverBytes = 256 << 10
	// overExcerpt bounds the excerpt of the facts, in bytes: a page may list
	// one for each source and hour.
	overExcerpt = 1 << 10
	// overFormat is the format of a stored body of facts over budget.
	overFormat = "over-budget"
)

// storedOver is one fact over budget: a line of the body of its dead
// letter.
type storedOver struct {
	Kind      feed.Kind       `json:"kind"`
	Source    string          `json:"source"`
	Entity    string          `json:"entity"`
	Key       string          `json:"key,omitempty"`
	Rev       int64           `json:"rev,omitempty"`
	Loose     bool            `json:"loose,omitempty"`
	At        int64           `json:"at,omitempty"` // of a bucket; other kinds have it in Body
	Statement string          `json:"statement,omitempty"`
	Bucket    *slo.Bucket     `json:"bucket,omitempty"`
	Body      json.RawMessage `json:"body,omitempty"`
}

// storeOver returns the stored form of a fact; ok is false if it has none,
// as a bucket with NaN.
func storeOver(f *feed.Fact) (text []byte, ok bool) {
	s := storedOver{Kind: f.Kind, Source: f.Source, Entity: f.Entity, Key: f.Key, Rev: f.Rev, Loose: f.Loose, Bucket: f.Bucket}
	if f.Kind == feed.SLI {
		s.At = micros(f.At)
	} else {
		body, err := json.Marshal(formOf(f))
		if err != nil {
			return nil, false
		}
		s.Body = body
	}
	if f.SQL != nil {
		s.Statement = f.SQL.Statement
	}
	text, err := json.Marshal(s)
	return text, err == nil
}

// fact is the inverse of storeOver.
func (s storedOver) fact(item int) (f feed.Fact, err error) {
	f = feed.Fact{
		Kind:   s.Kind,
		Source: s.Source,
		Entity: s.Entity,
		Key:    s.Key,
		Rev:    s.Rev,
		Loose:  s.Loose,
		Item:   item,
		At:     fromMicros(s.At),
		Bucket: s.Bucket,
	}
	if f.Kind != feed.SLI {
		if err := readBody(&f, s.Body); err != nil {
			return f, fault.Wrap(fault.Internal, "feedstore.over", "a stored fact over budget cannot be read", err)
		}
	}
	if f.SQL != nil {
		f.SQL.Statement = s.Statement
	}
	return f, nil
}

// overID returns the body id of the dead letter of a source and hour. It is derived, so
// that all bodies of the hour find it.
func overID(source string, hour time.Time) (id [bodyIDBytes]byte) {
	sum := sha256.Sum256(kv.Join(source, overFormat, hour.Format(time.RFC3339)))
	copy(id[:], sum[:])
	return id
}

// overBudgetDeadLetter adds facts over budget to the dead letter of their source and
// hour. It runs for every job: a retry of such facts has another way to go.
func (b *batch) overBudgetDeadLetter(j *job, over []*feed.Fact) error {
	if j.retry && j.format == overFormat {
		return b.retriedOver(j, over)
	}
	if len(over) == 0 {
		return nil
	}
	b.wrote = true
	hour := j.now.UTC().Truncate(time.Hour)
	id := overID(j.source, hour)
	letter := storedDeadLetter{Source: j.source, Format: j.format, Hour: hour.Unix()}
	key := deadLetterKey(hour, id[:], wholeBody)
	if _, err := b.hourlyDeadLetter(key, &letter); err != nil {
		return err
	}
	letter.Times += len(over)
	if err := b.addOver(&letter, id, hour, over); err != nil {
		return err
	}
	return b.putOver(key, letter)
}

// putOver stores the dead letter with a reason that has the current count.
func (b *batch) putOver(key []byte, l storedDeadLetter) error {
	hour := time.Unix(l.Hour, 0).UTC()
	l.Reason = fmt.Sprintf(
		"over budget: %s of the hour from %s UTC not accepted, of which the first %d are stored here; retry them on another day, or after "+
			"raising feeds.budget_new or feeds.budget_open",
		humanize.Plural(l.Times, "new thing"),
		hour.Format("2006-01-02 15:04"),
		l.Kept,
	)
	return b.putDeadLetter(key, l)
}

// addOver adds facts to the stored ones until they are full.
func (b *batch) addOver(l *storedDeadLetter, id [bodyIDBytes]byte, hour time.Time, over []*feed.Fact) error {
	if l.Kept >= maxOverFacts || l.Full {
		return nil
	}
	var lines []byte
	// The row is compressed as a whole, so it is opened, extended and packed again; its
	// size is bounded.
	row, err := b.w.Get(bBody, id[:])
	if err == nil && len(row) >= 8 {
		if _, lines, err = openRow(row[8:]); err != nil {
			err = kv.Undecodable(b.w, "feedstore.over", bBody, id[:], err)
		}
	}
	if kv.Unreadable(err) { // its bytes are retained beside; new facts must not be lost
		lines, l.Kept, err = nil, 0, nil
	}
	if err != nil {
		return err
	}
	for _, f := range over {
		text, ok := storeOver(f)
		if !ok {
			continue
		}
		if l.Kept == maxOverFacts || len(lines)+len(text) >= maxOverBytes {
			l.Full = true
			break
		}
		lines = append(append(lines, text...), '\n')
		l.Kept++
	}
	l.Excerpt = lines[:min(len(lines), overExcerpt)]
	var p packer
	raw := p.row(overFormat, feed.Input{Source: l.Source, Body: lines, Header: func(string) string { return "" }})
	return b.w.Put(bBody, id[:], append(kv.TimeKey(hour), raw...))
}

// retriedOver updates the dead letter after its facts were retried: those
// that are still over budget stay.
func (b *batch) retriedOver(j *job, over []*feed.Fact) error {
	id := j.letters
	row, err := b.w.Get(bBody, id[:])
	if err != nil || len(row) < 8 {
		return err
	}
	hour, _ := kv.TimeOf(row[:8])
	key := deadLetterKey(hour, id[:], wholeBody)
	var l storedDeadLetter
	if there, err := b.hourlyDeadLetter(key, &l); err != nil || !there {
		return err
	}
	b.wrote = true
	if err := b.w.Delete(bBody, id[:]); err != nil {
		return err
	}
	if len(over) == 0 {
		return b.w.Delete(bLetter, key)
	}
	// Facts that did not fit were never stored: only those that were retried are
	// subtracted.
	l.Times -= l.Kept - len(over)
	l.Kept, l.Full = 0, false
	if err := b.addOver(&l, id, hour, over); err != nil {
		return err
	}
	return b.putOver(key, l)
}

// decodeOver returns the facts of a dead letter, in the order in which they were
// received.
func decodeOver(lines []byte) (d feed.Decoded, err error) {
	item := 0
	for len(lines) > 0 {
		var line []byte
		line, lines, _ = bytes.Cut(lines, []byte{'\n'})
		var s storedOver
		if err := json.Unmarshal(line, &s); err != nil {
			return d, fault.Wrap(fault.Internal, "feedstore.over", "a stored fact over budget cannot be read", err)
		}
		f, err := s.fact(item)
		if err != nil {
			return d, err
		}
		d.Facts = append(d.Facts, f)
		item++
	}
	return d, nil
}

// retryOver stores the facts of a dead letter within today's budget. The
// token's binding was checked when they were received.
func (l *Store) retryOver(ctx context.Context, key []byte, head storedRaw, body []byte) (Result, error) {
	decoded, err := decodeOver(body)
	if err != nil {
		return Result{}, err
	}
	now := l.opt.Now().UTC()
	j := &job{format: overFormat, source: head.Source, received: now, now: now, decoded: decoded, retry: true}
	copy(j.letters[:], key[8:])
	if err := l.define(ctx, j); err != nil {
		return Result{}, err
	}
	err = l.commit.do(ctx, j)
	return j.answer, err
}
