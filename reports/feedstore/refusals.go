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

// A body that is refused before it was read whole (too large, compressed,
// cut off, of an unknown format, under a name that its sender may not use)
// is counted in one dead letter per source, format, kind of refusal and
// hour. The body is not stored; the dead letter and the counters show that
// data was sent and is missing.

const (
	// notStoredFormat is the format of the empty body that such a dead letter
	// has.
	notStoredFormat = "not-kept"
	// unknownFormat replaces the name of an unknown format: made-up names
	// must not make new sources.
	unknownFormat = "unknown"
	// refusalLimit bounds the time to record a refusal, because its answer
	// waits.
	refusalLimit = 5 * time.Second
)

// Refusal is a body of an authenticated sender that was refused before it
// was stored.
type Refusal struct {
	// Source is the name that the body was sent under. Own is the sender's
	// own name, which is used if the sender may not use Source.
	Source, Own string
	Bound       []string // sources that the token is bound to; none: any
	Format      string
	Kind        fault.Kind // of the refusal
	Reason      string     // a clause: "a body of 3.0 MB, more than …"
	At          time.Time
}

// RecordRefusal counts a refused body, even if the sender has disconnected.
// Errors are as for Accept.
func (l *Store) RecordRefusal(ctx context.Context, u Refusal) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refusalLimit)
	defer cancel()
	in := feed.Input{Source: u.Source, Bound: u.Bound, Received: u.At}
	if l.decoders[u.Format] == nil {
		u.Reason = fmt.Sprintf("%s (format %.40q)", u.Reason, u.Format)
		u.Format = unknownFormat
	}
	if CheckSource(in.Source) != nil || !in.MayPost(in.Source) {
		in.Source = u.Own
	}
	if err := l.admit(ctx, u.Format, in); err != nil {
		return err
	}
	j := l.job(u.Format, in)
	j.notStored, j.refusal = true, u.Kind
	j.refused = clip(fmt.Sprintf("source %s sent %s; not stored", in.Source, u.Reason), maxReason)
	return l.commit.do(ctx, j)
}

// refusalDeadLetter adds a refused body to the dead letter of its hour. The stored body
// is empty and marks the dead letter as one that cannot be retried.
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

// errNotStored returns the error for a retry of a refused body.
func errNotStored() error {
	return fault.New(
		fault.Unsupported,
		"feedstore.unkept",
		"the body was not stored, so it cannot be retried; have its sender send it again, or dismiss the dead letter",
	)
}
