package feedstore

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/feed"
)

// A body that was refused before it was read whole (too large, packed, broken off,
// of no known format, under a name that is not its sender's) leaves one dead letter a
// source, format, kind of refusal and hour. The body is not retained; the letter and
// the counters say that something was sent and is missing.

const (
	// unkeptFormat is the format of the empty body that such a letter has.
	notStoredFormat = "not-kept"
	// unknownFormat is what a format is called that there is none of: what a sender
	// calls it must not make a source of its own each time.
	unknownFormat = "unknown"
	// unkeptLimit is how long a refusal may take to be noted: its answer waits.
	refusalLimit = 5 * time.Second
)

// Unkept is a body that an authenticated sender sent and that is not kept.
type Refusal struct {
	// Source is who the body was sent as; Own is what the sender is called when it may
	// not be that.
	Source, Own string
	Bound       []string // sources that the sender may speak for; none: any
	Format      string
	Kind        fault.Kind // of the refusal
	Reason      string     // a clause: "a body of 3.0 MB, more than …"
	At          time.Time
}

// Missed notes that a body is not kept. It is done also when the sender's connection
// ended. Errors are as for Accept.
func (l *Store) RecordRefusal(ctx context.Context, u Refusal) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refusalLimit)
	defer cancel()
	in := feed.Input{Source: u.Source, Bound: u.Bound, Received: u.At}
	if l.decoders[u.Format] == nil {
		u.Reason = fmt.Sprintf("%s (format %.40q)", u.Reason, u.Format)
		u.Format = unknownFormat
	}
	if CheckSource(in.Source) != nil || !in.SpeaksFor(in.Source) {
		in.Source = u.Own
	}
	if err := l.admit(ctx, u.Format, in); err != nil {
		return err
	}
	j := l.job(u.Format, in)
	j.notStored, j.refusal = true, u.Kind
	j.refused = clip(fmt.Sprintf("source %s sent %s; not kept", in.Source, u.Reason), maxReason)
	return l.commit.do(ctx, j)
}

// unkeptLetter takes a body that is not kept into the letter of its hour.
func (b *batch) refusalDeadLetter(j *job) error {
	b.wrote = true
	hour := j.received.Truncate(time.Hour)
	sum := sha256.Sum256(kv.Join(j.source, j.format, notStoredFormat, j.refusal.String(), hour.Format(time.RFC3339)))
	id := sum[:bodyIDBytes]
	key := deadLetterKey(hour, id, wholeBody)
	letter := storedDeadLetter{Source: j.source, Format: j.format, Whole: true, NotStored: true, First: micros(j.received)}
	if _, err := b.hourlyDeadLetter(key, &letter); err != nil {
		return err
	}
	letter.Times++
	letter.Reason = j.refused // of the newest
	if err := b.putDeadLetter(key, letter); err != nil {
		return err
	}
	var p packer
	raw := p.row(notStoredFormat, feed.Input{Source: j.source, Header: func(string) string { return "" }})
	return b.w.Put(bBody, id, append(kv.TimeKey(hour), raw...))
}

func errNotStored() error {
	return fault.New(fault.Unsupported, "ledger.unkept", "the body of this was not kept, so that it cannot be read again; have its sender send it again, or dismiss it")
}
