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

// Options are the dependencies and limits of a Store.
type Options struct {
	DB      kv.DB
	Formats []feed.Format // accepted by Accept
	Now     func() time.Time
	Log     *slog.Logger // nil discards
	// Queue is the number of bodies that may wait for a commit before Accept
	// returns fault.Unavailable; 0 is 1,024.
	Queue     int
	Retention Retention
	// CheckSpace returns an error, which becomes the sender's answer, if the
	// disk cannot hold that many more bytes. Nil: it is not checked.
	CheckSpace func(bytes int64) error
	// Severity maps a source's word for a severity to SEV1..SEV5; nil maps
	// none. It is applied when incidents are read, so that a changed mapping
	// holds for stored incidents too.
	Severity func(word string) (severity string, known bool)
	Budget   Budget
	// MostRead is the largest number of facts of one kind that one read
	// returns; 10 times as many for slow statements. 0 is DefaultRead.
	MostRead int
	// Defined returns a function that reports whether a definition names an
	// SLO. Nil: no SLO is defined.
	Defined func(ctx context.Context) (func(slo string) bool, error)
}

// Store stores facts and answers queries about them. Voices, Signals,
// Changes, Drills, Tickets and Observations return fault.TooWide if the
// range holds more than Options.MostRead facts.
type Store struct {
	opt      Options
	decoders map[string]feed.Decoder // by name of the format
	commit   *committer
	pack     packer

	retentionMu   sync.Mutex
	lastRetention time.Time // of the last ApplyRetention
}

// New returns a Store over an open database whose schemas include Schema().
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

// Result counts what became of the items of one body.
type Result struct {
	Accepted  int // items with a new fact, or a higher revision
	Duplicate int // items that are stored already, or have a lower revision
	Rejected  []Rejected
	Unlisted  int // rejected items that are not listed: those after the first feed.MaxRejected
	// OverBudget counts the rejected items that were new and over the budget
	// of their source.
	OverBudget int
}

// Rejected is one item that was rejected. It is a dead letter.
type Rejected struct {
	Index  int // of the item in the body, from 0
	Reason string
}

// redactor is a decoder whose bodies hold data that must not be stored,
// such as literals of SQL statements. Redact returns the body to store,
// which must decode to the same facts.
type redactor interface {
	Redact(body []byte) []byte
}

// recorded is the format of facts that need no decoding: those of the
// portal's own pollers and forms.
const recorded = "recorded"

// Accept stores and decodes one body, durably. It returns fault.NotFound if
// the format is unknown; fault.Invalid if the body is not in the format
// (the body is stored as a dead letter); fault.Unavailable if too many
// bodies are waiting, so that the sender must retry later; fault.Full if
// the disk is full.
func (l *Store) Accept(ctx context.Context, format string, in feed.Input) (Result, error) {
	const op = "feedstore.Accept"
	decoder := l.decoders[format]
	if decoder == nil {
		return Result{}, fault.Newf(
			fault.NotFound,
			op,
			"there is no feed format %.40q; there are %s",
			format,
			strings.Join(slices.Sorted(maps.Keys(l.decoders)), ", "),
		)
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

// Record stores facts that need no decoding, durably: measurements of a
// poller, entries of a person. Source of the first fact is the source of
// the whole. Errors are as for Accept.
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

// decode runs the decoder. A body that is not in the format, or on which
// the decoder panics, becomes one rejection without an item; the error has
// the message for the sender.
func (j *job) decode(d feed.Decoder, log *slog.Logger) (refused error) {
	defer func() {
		if p := recover(); p != nil {
			log.Error("a feed decoder failed", "format", j.format, "source", j.source, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			refused = fault.New(
				fault.Invalid,
				"feedstore.decode",
				"the decoder of the format failed on this body; it is stored as a dead letter, which a newer Postern can retry",
			)
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

// keep makes the stored form of the body, redacted if the decoder redacts.
func (l *Store) keep(j *job, d feed.Decoder) {
	if r, ok := d.(redactor); ok {
		j.input.Body = redact(r, j.input.Body)
	}
	j.raw = l.pack.row(j.format, j.input)
}

// redact returns the body without what must not be stored. It returns nil if the
// redactor panics: nothing unredacted may be stored.
func redact(r redactor, body []byte) (out []byte) {
	defer func() {
		if recover() != nil {
			out = nil
		}
	}()
	return r.Redact(body)
}

// refuse rejects the whole body as one dead letter. Facts that were decoded are
// dropped.
func (j *job) refuse(err error) {
	j.decoded = feed.Decoded{}
	j.refused = fault.Message(err)
}

// Seq returns a number that changes with every write: while it stays the
// same, so do all answers. It costs one look-up.
func (l *Store) Seq(ctx context.Context) (n uint64, err error) {
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		n, err = kv.Version(r, bMeta, []byte(seqKey))
		return err
	})
	return n, err
}

// TouchedDay is a UTC day whose data has changed.
type TouchedDay struct {
	Kind feed.Kind
	Day  time.Time // midnight UTC
	Seq  uint64    // of the last write about the day
}

// TouchedDays returns the days whose facts were written after the given
// Seq. An incident or an episode touches the days of its start and end.
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
