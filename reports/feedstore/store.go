package feedstore

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/feed"
)

// Options are what a Ledger works with.
type Options struct {
	DB      kv.DB
	Formats []feed.Format // what Accept takes
	Now     func() time.Time
	Log     *slog.Logger // nil is silence
	// Queue is how many bodies may wait for a commit before senders are told to
	// come later; 0 is 1,024.
	Queue     int
	Retention Retention
	// Room tells whether the disk has room for that many more bytes; its error is
	// the answer to a sender. Nil is always.
	CheckSpace func(bytes int64) error
	// Severity maps a source's word for a severity to SEV1..SEV5; nil knows none.
	// It is asked when voices are read, so a changed table counts for all of them.
	Severity func(word string) (severity string, known bool)
	Budget   Budget
	// MostRead is how many facts of one kind one reading takes into memory, of slow
	// statements 10 times as many; 0 is DefaultRead.
	MostRead int
	// Defined returns whether a definition names an SLO; nil: none is defined.
	Defined func(ctx context.Context) (func(slo string) bool, error)
}

// Store answers for everything that feeds said. It is safe for many goroutines.
// Voices, Signals, Changes, Drills, Tickets and Observations return fault.TooWide when
// there are more than Options.MostRead facts.
type Store struct {
	opt      Options
	decoders map[string]feed.Decoder // by name of the format
	commit   *committer
	pack     packer

	retentionMu   sync.Mutex
	lastRetention time.Time // when KeepHouse last looked
}

// New makes a Ledger over an open database whose schemas include Schema().
func New(opt Options) *Store {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Queue <= 0 {
		opt.Queue = defaultQueue
	}
	decoders := make(map[string]feed.Decoder, len(opt.Formats))
	for _, f := range opt.Formats {
		decoders[f.Name] = f.Decoder
	}
	return &Store{opt: opt, decoders: decoders, commit: newCommitter(opt.DB, opt.Queue, opt.Budget)}
}

// Result says what became of the items of one body.
type Result struct {
	Accepted  int // items that said something new
	Duplicate int // items that were known already, or older than what is known
	Rejected  []Rejected
	Unlisted  int // items that could not be used beyond the feed.MaxRejected that are listed
	// OverBudget counts the rejected items that were new and over the budget of
	// their source.
	OverBudget int
}

// Rejected is one item that could not be used; it lies in the dead letters.
type Rejected struct {
	Index  int // of the item in the body, from 0
	Reason string
}

// redactor is a decoder of bodies that hold what must not be kept, such as the
// literals of SQL statements. Redact gives the body to keep, which must decode to
// the same facts.
type redactor interface {
	Redact(body []byte) []byte
}

// recorded is the format of facts that came as facts: the portal's own pollers
// and forms.
const recorded = "recorded"

// Accept stores one body, decodes it and stores what it says, durably. Errors:
// fault.NotFound for an unknown format; fault.Invalid when the body is not the
// format at all (it is kept, as a dead letter); fault.Unavailable when too many
// wait, to be sent again later; fault.Full without room on the disk.
func (l *Store) Accept(ctx context.Context, format string, in feed.Input) (Result, error) {
	const op = "ledger.Accept"
	decoder := l.decoders[format]
	if decoder == nil {
		return Result{}, fault.Newf(fault.NotFound, op, "there is no feed format %.40q; there are %s", format, strings.Join(slices.Sorted(maps.Keys(l.decoders)), ", "))
	}
	if err := l.admit(ctx, format, in); err != nil {
		return Result{}, err
	}
	j := l.job(format, in)
	refused := j.decode(decoder, l.opt.Log)
	l.keep(j, decoder)
	if err := l.define(ctx, j); err != nil {
		return Result{}, err
	}
	if err := l.commit.do(ctx, j); err != nil {
		return Result{}, err
	}
	return j.answer, refused
}

// Record stores facts that need no decoding, durably: what a poller measured, what
// a person entered. All are of one source each by their Source field. Errors are
// as for Accept.
func (l *Store) Record(ctx context.Context, facts []feed.Fact) (Result, error) {
	for i := range facts {
		if err := checkSource(facts[i].Source); err != nil {
			return Result{}, err
		}
	}
	if len(facts) == 0 {
		return Result{}, nil
	}
	j := &job{format: recorded, source: facts[0].Source, received: l.opt.Now().UTC()}
	j.decoded.Facts = facts
	err := l.commit.do(ctx, j)
	return j.answer, err
}

// decode runs the decoder. A body that is not the format at all, or that breaks
// the decoder, is one rejection without an item; the error says so to the sender.
func (j *job) decode(d feed.Decoder, log *slog.Logger) (refused error) {
	defer func() {
		if p := recover(); p != nil {
			log.Error("a feed decoder failed", "format", j.format, "source", j.source, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			refused = fault.New(fault.Invalid, "ledger.decode", "this body breaks the reader of the format; it is kept as a dead letter, to be tried again by a newer Postern")
			j.refuse(refused)
		}
	}()
	decoded, err := d.Decode(j.input)
	if err != nil {
		j.refuse(err)
		return err
	}
	j.decoded = decoded
	return nil
}

// keep makes the form of the body that is stored.
func (l *Store) keep(j *job, d feed.Decoder) {
	if r, ok := d.(redactor); ok {
		j.input.Body = redact(r, j.input.Body)
	}
	j.raw = l.pack.row(j.format, j.input)
}

// redact leaves nothing of a body that breaks the redactor.
func redact(r redactor, body []byte) (out []byte) {
	defer func() {
		if recover() != nil {
			out = nil
		}
	}()
	return r.Redact(body)
}

// refuse makes the whole body one dead letter.
func (j *job) refuse(err error) {
	j.decoded = feed.Decoded{}
	j.refused = fault.Message(err)
}

// Seq changes with every write; two equal numbers mean equal answers. It costs
// one look-up.
func (l *Store) Seq(ctx context.Context) (n uint64, err error) {
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		n, err = kv.Version(r, bMeta, []byte(seqKey))
		return err
	})
	return n, err
}

// Touch is one UTC day about which something was written.
type TouchedDay struct {
	Kind feed.Kind
	Day  time.Time // midnight UTC
	Seq  uint64    // of the last such write
}

// Touched lists the days that facts written after the given Seq speak of. An
// incident or an episode touches the days on which it begins and ends.
func (l *Store) TouchedDays(ctx context.Context, after uint64) (out []TouchedDay, err error) {
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		for item, err := range r.Scan(bTouched, nil, nil) {
			if err != nil {
				return err
			}
			n := len(item.Key) - dayBytes - 1
			if seq, ok := kv.NumberOf(item.Value); ok && n > 0 && seq > after {
				out = append(out, TouchedDay{feed.Kind(item.Key[:n]), dayOf(item.Key[n+1:]), seq})
			}
		}
		return nil
	})
	return out, err
}
