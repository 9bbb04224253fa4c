// Package board owns the present: every objective judged now, from the
// definitions and the buckets, fast enough to be looked at all day.
//
// Nothing is stored. What a finished UTC day adds up to is kept in memory by
// series and definition, and forgotten when the ledger says that something was
// written about that day; so one look costs the days that are not finished, and
// the part of a day with which a rolling window begins. A slice of an objective
// that does not fit into a day is added up anew each time.
//
// "Now" is the end of the last bucket that can have arrived: the clock less
// Settle. Looks at the same state within Patience share one answer.
package slostatus

import (
	"context"
	"sync"
	"time"

	"github.com/postern/postern/reports/catalog"

	"github.com/postern/postern/reports/slo"
)

const (
	day   = 24 * time.Hour
	weeks = 8 // of the sparkline
)

// Ledger holds the buckets.
type Ledger interface {
	// Buckets gives those of a series that begin in [from, to), in order of time.
	Buckets(ctx context.Context, series string, from, to time.Time) ([]slo.Bucket, error)
	// Origins tells which sources counted for a series on the UTC days that touch
	// [from, to), the ones that speak for most days first.
	Origins(ctx context.Context, series string, from, to time.Time) ([]slo.Origin, error)
	// Seq changes with every write.
	Seq(ctx context.Context) (uint64, error)
	// TouchedDays are the UTC days about whose buckets something was written after
	// the given Seq.
	TouchedDays(ctx context.Context, after uint64) ([]time.Time, error)
}

// Catalog holds the definitions; catalog.Catalog does.
type Catalog interface {
	Seq(ctx context.Context) (uint64, error)
	SLOs(ctx context.Context) ([]slo.SLO, error)
	SLOAt(ctx context.Context, name string, t time.Time) (slo.SLO, error)
	History(ctx context.Context, name string) ([]catalog.Version, error)
	Services(ctx context.Context) ([]slo.Service, error)
}

// Band is an incident as it lies over a curve.
type Band struct {
	ID, Title, Severity string
	From, To            time.Time // To is now for one that is still open
	Open                bool
}

// Incidents tells which incidents of a service touch a span.
type Incidents interface {
	Bands(ctx context.Context, service string, from, to time.Time) ([]Band, error)
}

// Estimates tells which buckets of a series in [from, to) were not counted but
// estimated, by their starts.
type Estimates interface {
	Estimated(ctx context.Context, series string, from, to time.Time) ([]time.Time, error)
}

// Options are what a Board works with.
type Options struct {
	Catalog   Catalog
	Ledger    Ledger
	Incidents Incidents // nil: no bands are known
	Estimates Estimates // nil: every count is one
	Now       func() time.Time
	// Settle is how long a bucket takes to arrive after its end. 0 is 3 minutes.
	Settle time.Duration
	// Patience is how old an answer may be while writes go on. 0 is 15 s.
	Patience time.Duration
}

// Board answers for every objective. It is safe for many goroutines.
type Board struct {
	opt  Options
	sums *daySums

	work sync.Mutex // held while a look is made
	mu   sync.Mutex
	last *look // replaced, never changed
}

// look is the board at one moment.
type look struct {
	state state
	made  time.Time
	rows  []Row
}

// state is what a look depends on.
type state struct {
	definitions, data uint64
	horizon           time.Time
}

// New makes a Board.
func New(opt Options) *Board {
	if opt.Settle <= 0 {
		opt.Settle = 3 * time.Minute
	}
	if opt.Patience <= 0 {
		opt.Patience = 15 * time.Second
	}
	return &Board{opt: opt, sums: &daySums{byKey: map[sumKey]map[int64]slo.Sum{}}}
}

// horizon is up to when there can be data.
func (b *Board) horizon() time.Time {
	return b.opt.Now().Add(-b.opt.Settle).UTC().Truncate(slo.BaseBucket)
}

// Row is one objective now.
type Row struct {
	SLO         slo.SLO
	Team, Owner string // of its service; "" when nobody is known
	Result      slo.Result
	Burns       []slo.Burn // over slo.BurnWindows
	Rules       []RuleState
	// Lasts is how long the budget lasts at the rate of the last day; nil when
	// nothing burns, or nothing is known. 0 is a budget that is spent.
	Lasts *time.Duration
	Weeks [weeks]Week // oldest first; the last one ends now
}

// RuleState is what one burn-rate rule says now.
type RuleState struct {
	Rule    slo.Rule
	Verdict slo.Verdict
}

// Week is one of the last weeks by itself: how much of a week's budget it spent.
type Week struct {
	From, To time.Time
	State    slo.State
	Spent    *float64
}

// Rows judges every objective, by name. The slice must not be changed. While
// another goroutine makes a new look, the last one is given if it is not older
// than Stale.
func (b *Board) Rows(ctx context.Context) ([]Row, error) {
	s, err := b.state(ctx)
	if err != nil {
		return nil, err
	}
	if l := b.kept(s, b.opt.Patience); l != nil {
		return l.rows, nil
	}
	if !b.work.TryLock() {
		if l := b.kept(s, Stale); l != nil {
			return l.rows, nil
		}
		b.work.Lock()
	}
	defer b.work.Unlock()
	if l := b.kept(s, b.opt.Patience); l != nil { // made while this one waited
		return l.rows, nil
	}
	made := b.opt.Now()
	rows, err := b.rows(ctx, s)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last = &look{state: s, made: made, rows: rows}
	return rows, nil
}

// Stale is how old an answer may be that is given while a new one is made.
const Stale = 2 * time.Minute

// kept is the last look, if it is of this state, or of the same definitions and
// not older than so much.
func (b *Board) kept(s state, old time.Duration) *look {
	b.mu.Lock()
	defer b.mu.Unlock()
	l, now := b.last, b.opt.Now()
	if l == nil || l.state != s && (l.state.definitions != s.definitions || now.Sub(l.made) >= old || now.Before(l.made)) {
		return nil
	}
	return l
}

func (b *Board) state(ctx context.Context) (s state, err error) {
	s.horizon = b.horizon()
	if s.definitions, err = b.opt.Catalog.Seq(ctx); err != nil {
		return s, err
	}
	s.data, err = b.opt.Ledger.Seq(ctx)
	return s, err
}
