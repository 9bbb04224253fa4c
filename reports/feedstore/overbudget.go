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

// What is over budget is one dead letter a source and hour: the count, and the
// first facts in their stored form, so that they can be taken in later without the
// body that brought them. A letter for each would be the flood that the budget
// keeps out.

const (
	// maxOver is how many facts over budget are kept of one source and hour.
	maxOverFacts = 100
	// maxOverBytes bounds them together, in bytes: about a hundred large alerts. A
	// sender without a binding may name 2,000 sources.
	maxOverBytes = 256 << 10
	// overExcerpt bounds what the letter shows of them, in bytes: there may be one for
	// each source and hour on a page.
	overExcerpt = 1 << 10
	// overFormat is the format of a kept body that holds facts over budget.
	overFormat = "over-budget"
)

// storedOver is one fact over budget, in the body of its letter.
type storedOver struct {
	Kind      feed.Kind       `json:"kind"`
	Source    string          `json:"source"`
	Entity    string          `json:"entity"`
	Key       string          `json:"key,omitempty"`
	Rev       int64           `json:"rev,omitempty"`
	Loose     bool            `json:"loose,omitempty"`
	At        int64           `json:"at,omitempty"` // of a bucket; the other kinds have it in Body
	Statement string          `json:"statement,omitempty"`
	Bucket    *slo.Bucket     `json:"bucket,omitempty"`
	Body      json.RawMessage `json:"body,omitempty"`
}

// storeOver returns the form of a fact that is kept; ok is false when it has none,
// as of a bucket that is not a number.
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

// fact makes the fact again.
func (s storedOver) fact(item int) (f feed.Fact, err error) {
	f = feed.Fact{Kind: s.Kind, Source: s.Source, Entity: s.Entity, Key: s.Key, Rev: s.Rev, Loose: s.Loose, Item: item, At: fromMicros(s.At), Bucket: s.Bucket}
	if f.Kind != feed.SLI {
		if err := readBody(&f, s.Body); err != nil {
			return f, fault.Wrap(fault.Internal, "ledger.over", "a stored fact over budget cannot be read", err)
		}
	}
	if f.SQL != nil {
		f.SQL.Statement = s.Statement
	}
	return f, nil
}

// overID names the letter of a source and hour.
func overID(source string, hour time.Time) (id [bodyIDBytes]byte) {
	sum := sha256.Sum256(kv.Join(source, overFormat, hour.Format(time.RFC3339)))
	copy(id[:], sum[:])
	return id
}

// overLetter takes facts that are over budget into the letter of their source and
// hour.
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

// putOver stores the letter with the words that count it.
func (b *batch) putOver(key []byte, l storedDeadLetter) error {
	hour := time.Unix(l.Hour, 0).UTC()
	l.Reason = fmt.Sprintf("over budget: %s of the hour from %s UTC not taken, of which the first %d are kept here; retry them on another day, or after feeds.budget_new or feeds.budget_open was raised",
		humanize.Plural(l.Times, "new thing"), hour.Format("2006-01-02 15:04"), l.Kept)
	return b.putDeadLetter(key, l)
}

// keepOver adds facts to the kept ones, as far as there is room for them.
func (b *batch) addOver(l *storedDeadLetter, id [bodyIDBytes]byte, hour time.Time, over []*feed.Fact) error {
	if l.Kept >= maxOverFacts || l.Full {
		return nil
	}
	var lines []byte
	row, err := b.w.Get(bBody, id[:])
	if err == nil && len(row) >= 8 {
		if _, lines, err = openRow(row[8:]); err != nil {
			err = kv.Undecodable(b.w, "ledger.over", bBody, id[:], err)
		}
	}
	if kv.Unreadable(err) { // its bytes are kept beside; what comes now is worth more
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

// overAgain brings the letter up to date after its facts were tried again: those
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
	l.Times -= l.Kept - len(over)
	l.Kept, l.Full = 0, false
	if err := b.addOver(&l, id, hour, over); err != nil {
		return err
	}
	return b.putOver(key, l)
}

// decodeOver reads the facts of a letter.
func decodeOver(lines []byte) (d feed.Decoded, err error) {
	item := 0
	for len(lines) > 0 {
		var line []byte
		line, lines, _ = bytes.Cut(lines, []byte{'\n'})
		var s storedOver
		if err := json.Unmarshal(line, &s); err != nil {
			return d, fault.Wrap(fault.Internal, "ledger.over", "a stored fact over budget cannot be read", err)
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

// retryOver takes the kept facts of a letter in, as far as the budget of today
// allows. Who may speak for what was judged when they came.
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
