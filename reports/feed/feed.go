// Package feed owns what feeds say, decoded: the Fact. Each source's decoder
// lives in a folder of its own below; it is pure, turns one raw body into facts
// and never fails on one item because of another.
//
// A Fact is idempotent by (Kind, Source, Entity, Key): said twice it counts
// once; a higher Rev replaces a lower one; the same Rev with another content is
// a conflict. What is known is the fold over the set of facts, so the order in
// which they came does not matter.
package feed

import (
	"slices"
	"time"

	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/change"

	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/sql"
)

// Kind says which of a Fact's bodies is set.
type Kind string

// The kinds of fact.
const (
	SLI      Kind = "sli"
	Incident Kind = "incident"
	Alert    Kind = "alert"
	Change   Kind = "change"
	Drill    Kind = "drill"
	SQL      Kind = "sql"
	Ticket   Kind = "ticket"
)

// Fact is one thing that a source said.
type Fact struct {
	Kind   Kind
	Source string    // name of the source, given with the post
	Entity string    // what it is about: SLO, incident, episode, change, drill, digest
	Key    string    // the source's own idempotency key within the entity
	Rev    int64     // higher wins
	At     time.Time // when it happened, by the source's clock
	Item   int       // index of the item in the body that said it, from 0
	// Loose says that Key alone tells a duplicate: the source says one thing in
	// several wordings (twins of a highly available sender, a retry with a fresh
	// annotation), so another wording is no conflict. The lesser of the stored
	// forms is kept, so that the order does not matter.
	Loose bool

	// Exactly the body of Kind is set.
	Bucket   *slo.Bucket
	Incident *incident.Voice
	Alert    *alert.Signal
	Change   *change.Change
	Drill    *incident.Drill
	SQL      *sql.Observation
	Ticket   *TicketEvent
}

// TicketEvent is a ticket of a tracker that an action item may point to.
type TicketEvent struct {
	ID, URL, Status, Title, Assignee string
}

// Decoded is what a decoder made of one body.
type Decoded struct {
	Facts    []Fact
	Rejected []Rejection // items that cannot be used; they become dead letters; at most MaxRejected
	Unlisted int         // items that cannot be used beyond those
	Ignored  int         // items of types that are known to carry nothing for us
}

// Take adds what became of one item: a fact, nothing (ignored), or the reason why
// it cannot be used, with the item as it came.
func (d *Decoded) Take(f Fact, ignored bool, err error, raw []byte) {
	switch {
	case err != nil:
		d.Reject(Rejection{Index: f.Item, Reason: Reason(err), Raw: raw})
	case ignored:
		d.Ignored++
	default:
		d.Facts = append(d.Facts, f)
	}
}

// Reject adds an item that cannot be used. Two bytes can be an item, so a body of
// 2 MiB may have a million of them: beyond MaxRejected they are only counted.
func (d *Decoded) Reject(r Rejection) {
	if len(d.Rejected) == MaxRejected {
		d.Unlisted++
		return
	}
	d.Rejected = append(d.Rejected, r)
}

// Rejection is one item that could not be used, and why.
type Rejection struct {
	Index  int // of the item in the body, from 0
	Reason string
	Raw    []byte // the item, when it can be cut out of the body
}

// Input is one body as it was received.
type Input struct {
	Body        []byte
	ContentType string
	Header      func(name string) string // of the request; never nil
	Source      string
	// Bound are the only sources that the sender may speak for, Source among them;
	// none: any.
	Bound []string
	// Sender is the token that posted, by its id; "" when there is none, as of what
	// the portal asks for. A sender that is not bound has a budget of its own.
	Sender   string
	Received time.Time
}

// SpeaksFor tells whether the sender may speak for a source.
func (in Input) SpeaksFor(source string) bool {
	return len(in.Bound) == 0 || slices.Contains(in.Bound, source)
}

// Decoder reads the bodies of one format. An error (fault.Invalid) means that
// the body is not the format at all.
type Decoder interface {
	Decode(in Input) (Decoded, error)
}
