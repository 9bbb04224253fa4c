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

// Ledger stores the buckets; feedstore does.
type Ledger interface {
	// Buckets returns the buckets of a series that begin in [from, to), in order of time.
	Buckets(ctx context.Context, series string, from, to time.Time) ([]slo.Bucket, error)
	// Origins returns the sources of a series on the UTC days that overlap [from, to),
	// those with the most days first.
	Origins(ctx context.Context, series string, from, to time.Time) ([]slo.Origin, error)
	// Seq changes with every write.
	Seq(ctx context.Context) (uint64, error)
	// TouchedDays returns the UTC days with buckets that were written after the given
	// Seq.
	TouchedDays(ctx context.Context, after uint64) ([]time.Time, error)
}

// Catalog stores the definitions; catalog.Catalog does. Seq changes with every change of
// a definition or a service. SLOAt fails with fault.NotFound and fault.Gone. History is
// the oldest first.
type Catalog interface {
	Seq(ctx context.Context) (uint64, error)
	SLOs(ctx context.Context) ([]slo.SLO, error)
	SLOAt(ctx context.Context, name string, t time.Time) (slo.SLO, error)
	History(ctx context.Context, name string) ([]catalog.Version, error)
	Services(ctx context.Context) ([]slo.Service, error)
}

// Band is an incident that overlaps a curve.
type Band struct {
	ID, Title, Severity string
	From, To            time.Time // To is now for an open one
	Open                bool
}

// Incidents finds the incidents of a service that overlap a span. It may fail with
// fault.TooWide, which is reported in the place of the bands.
type Incidents interface {
	Bands(ctx context.Context, service string, from, to time.Time) ([]Band, error)
}

// Estimates finds the buckets of a series in [from, to) that were estimated instead of
// counted, by their starts.
type Estimates interface {
	Estimated(ctx context.Context, series string, from, to time.Time) ([]time.Time, error)
}

// Options are the dependencies of a Board.
type Options struct {
	Catalog   Catalog
	Ledger    Ledger
	Incidents Incidents // nil: there are no bands
	Estimates Estimates // nil: no bucket is estimated
	Now       func() time.Time
	// Settle is how long a bucket takes to arrive after its end. 0 is 3 minutes.
	Settle time.Duration
	// Patience is the age up to which a result is reused although there is new data. 0
	// is 15 s.
	Patience time.Duration
}

// Board returns the state of every SLO. It is safe for use by several goroutines.
type Board struct {
	opt  Options
	sums *daySums

	// The lock of the evaluation is apart from that of the result, so that readers of the
	// last result do not wait for it.
	work sync.Mutex // held while rows are evaluated
	mu   sync.Mutex
	last *snapshot // replaced, never changed
}

// snapshot is the state of all SLOs at one time.
type snapshot struct {
	state state
	made  time.Time
	rows  []Row
}

// state identifies the data of a snapshot. Two equal states have equal results, because
// nothing else is an input.
type state struct {
	definitions, data uint64
	horizon           time.Time
}

// New returns a Board. It reads nothing; the first request evaluates everything.
func New(opt Options) *Board {
	if opt.Settle <= 0 {
		opt.Settle = 3 * time.Minute
	}
	if opt.Patience <= 0 {
		opt.Patience = 15 * time.Second
	}
	return &Board{opt: opt, sums: &daySums{byKey: map[sumKey]map[int64]slo.Sum{}}}
}

// horizon returns the time up to which there can be data. It is a multiple of the length
// of a bucket, so that requests within one bucket share a result.
func (b *Board) horizon() time.Time {
	return b.opt.Now().Add(-b.opt.Settle).UTC().Truncate(slo.BaseBucket)
}

// Row is the current state of one SLO.
type Row struct {
	SLO         slo.SLO
	Team, Owner string // of its service; "" if unknown
	Result      slo.Result
	Burns       []slo.Burn // over slo.BurnWindows
	Rules       []RuleState
	// Lasts is how long the budget lasts at the rate of the last day; nil if nothing is
	// consumed or the rate is unknown, 0 if the budget is exhausted.
	Lasts *time.Duration
	Weeks [weeks]Week // oldest first; the last one ends now
}

// RuleState is the current verdict of one burn-rate rule.
type RuleState struct {
	Rule    slo.Rule
	Verdict slo.Verdict
}

// Week is one of the last weeks: how much of a week's budget it consumed. Spent is a
// share of one week's budget, more than 1 if it was exceeded; nil if it is unknown.
type Week struct {
	From, To time.Time
	State    slo.State
	Spent    *float64
}

// Rows returns the state of every SLO, by name. The caller must not change the slice.
// While another goroutine evaluates new data, Rows returns the last result if it is not
// older than Stale.
func (b *Board) Rows(ctx context.Context) ([]Row, error) {
	s, err := b.state(ctx)
	if err != nil {
		return nil, err
	}
	if l := b.kept(s, b.opt.Patience); l != nil {
		return l.rows, nil
	}
	// Only one goroutine evaluates. Others take a result that is a little old rather than
	// wait.
	if !b.work.TryLock() {
		if l := b.kept(s, Stale); l != nil {
			return l.rows, nil
		}
		b.work.Lock()
	}
	defer b.work.Unlock()
	if l := b.kept(s, b.opt.Patience); l != nil { // evaluated while this call waited
		return l.rows, nil
	}
	// The time before the evaluation, as the data may be newer than that but not older.
	made := b.opt.Now()
	rows, err := b.rows(ctx, s)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last = &snapshot{state: s, made: made, rows: rows}
	return rows, nil
}

// Stale is the age up to which Rows returns a result while a new one is evaluated.
const Stale = 2 * time.Minute

// kept returns the last snapshot if it has this state, or has the same definitions and is
// younger than old. Otherwise it returns nil. A change of a definition is seen at once,
// data only after a while. A clock that was set back makes a snapshot too old.
func (b *Board) kept(s state, old time.Duration) *snapshot {
	b.mu.Lock()
	defer b.mu.Unlock()
	l, now := b.last, b.opt.Now()
	if l == nil || l.state != s && (l.state.definitions != s.definitions || now.Sub(l.made) >= old || now.Before(l.made)) {
		return nil
	}
	return l
}

// state returns the identity of the current data.
func (b *Board) state(ctx context.Context) (s state, err error) {
	s.horizon = b.horizon()
	if s.definitions, err = b.opt.Catalog.Seq(ctx); err != nil {
		return s, err
	}
	s.data, err = b.opt.Ledger.Seq(ctx)
	return s, err
}
