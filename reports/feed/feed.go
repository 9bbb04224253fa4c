// Package feed has the decoded form of what feeds deliver: the Fact. Each
// format has a decoder in a package below. A decoder is pure: it turns one
// raw body into facts, and one bad item never fails the others.
//
// A Fact is idempotent by (Kind, Source, Entity, Key): equal facts count
// once; a higher Rev replaces a lower one; the same Rev with other content
// is a conflict. The state is the fold over the set of facts, so their
// order does not matter.
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

// Kind is the kind of a Fact; it selects the one body that is set.
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

// Fact is one decoded statement of a source.
type Fact struct {
	Kind   Kind
	Source string // name of the source, as given with the post
	// Entity is what the fact is about: an SLO, incident, episode, change,
	// drill or digest. Of an incident whose id is unique only within an
	// account of the source, it is the account, one byte, and the id
	// (Voice.Account, Voice.Ref).
	Entity string
	Key    string    // the source's own idempotency key within the entity
	Rev    int64     // higher wins
	At     time.Time // when it happened, by the clock of the source
	Item   int       // index of its item in the body, from 0
	// Loose reports whether Key alone identifies a duplicate: the source
	// sends one fact in several versions (the two servers of a highly
	// available sender, a retry with other annotations), so that another
	// version is no conflict. The lesser of the stored forms is retained, so
	// that the order does not matter.
	Loose bool

	// Exactly the body of Kind is set.
	Bucket   *slo.Bucket
	Incident *incident.Record
	Alert    *alert.Signal
	Change   *change.Change
	Drill    *incident.Drill
	SQL      *sql.Observation
	Ticket   *TicketEvent
}

// TicketEvent is the state of a tracker's ticket, which an action item may
// link to.
type TicketEvent struct {
	ID, URL, Status, Title, Assignee string
}

// Decoded is the result of decoding one body.
type Decoded struct {
	Facts    []Fact
	Rejected []Rejection // rejected items, which become dead letters; at most MaxRejected
	Unlisted int         // number of rejected items after those
	Ignored  int         // items of types that Postern knows and does not use
}

// Take adds the result for one item: a fact, nothing (ignored), or the
// error for which it is rejected, with the raw item.
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

// Reject adds a rejected item. Two bytes can be an item, so a body of 2 MiB
// may have a million of them: after MaxRejected they are only counted.
func (d *Decoded) Reject(r Rejection) {
	if len(d.Rejected) == MaxRejected {
		d.Unlisted++
		return
	}
	d.Rejected = append(d.Rejected, r)
}

// Rejection is one rejected item with the reason.
type Rejection struct {
	Index  int // of the item in the body, from 0
	Reason string
	Raw    []byte // the item, if it can be cut out of the body
}

// Input is one body as it was received.
type Input struct {
	Body        []byte
	ContentType string
	Header      func(name string) string // of the request; never nil
	Source      string
	// Bound are the only sources that the sender may post for, including
	// Source; nil: any.
	Bound []string
	// Sender is the id of the token that posted; "" if there is none, as for
	// polled data. A sender that is not bound has a budget of its own.
	Sender   string
	Received time.Time
}

// MayPost reports whether the sender may post for a source.
func (in Input) MayPost(source string) bool {
	return len(in.Bound) == 0 || slices.Contains(in.Bound, source)
}

// Decoder decodes the bodies of one format. An error (fault.Invalid) means
// that the body as a whole is not in the format.
type Decoder interface {
	Decode(in Input) (Decoded, error)
}
