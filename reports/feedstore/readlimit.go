package feedstore

import (
	"context"
	"errors"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/feed"
)

const (
	// DefaultRead is how many facts of one kind one reading takes into memory when
	// nothing else is configured: about 100 MB while they are put together, and a
	// second of one core.
	DefaultRead = 25_000
	// sqlFactor is how many times as many facts of slow statements one reading
	// takes: they are a tenth as large, and a counter is read every few minutes.
	sqlFactor = 10
	// factBytes is how many bytes the facts of one reading may have on average, by
	// their stored form. One of an ordinary alert has 600.
	factBytes = 1300
	// mostCounted bounds the things that are counted for the message.
	maxCounted = 1_000_000
	// lookEvery is how many rows are read between two looks at the context.
	checkEvery = 256
)

// fullError ends a reading that has taken all it may.
type fullError struct{}

func (fullError) Error() string { return "as many facts as one reading takes" }

// gauge counts what one reading takes into memory.
type readLimit struct {
	ctx          context.Context
	facts, bytes int
	most         int // facts; 0 is no bound
}

func (l *Store) readLimit(ctx context.Context, kind feed.Kind) *readLimit {
	most := l.opt.MostRead
	if most <= 0 {
		most = DefaultRead
	}
	if kind == feed.SQL {
		most *= sqlFactor
	}
	return &readLimit{ctx: ctx, most: most}
}

// take counts one fact. A nil gauge counts nothing.
func (g *readLimit) take(row []byte) error {
	if g == nil {
		return nil
	}
	g.facts++
	g.bytes += len(row)
	if g.facts > g.most || g.bytes > g.most*factBytes {
		return fullError{}
	}
	if g.facts%checkEvery == 0 {
		return tooSlow(g.ctx)
	}
	return nil
}

// tooSlow returns fault.Timeout when ctx has ended.
func tooSlow(ctx context.Context) error {
	return fault.Wrap(fault.Timeout, "ledger.read", "reading the facts of this time took too long; narrow the range", ctx.Err())
}

// within reads the facts of a kind in [from, to) by fn, which counts by the gauge.
// When they are too many it returns fault.TooWide, with the number of things that
// there are.
func (l *Store) within(ctx context.Context, kind feed.Kind, from, to time.Time, fn func(r kv.Reader, g *readLimit) error) error {
	return l.opt.DB.View(ctx, func(r kv.Reader) error {
		g := l.readLimit(ctx, kind)
		n, err := countEntities(ctx, r, kind, from, to, g.most+1) // each has a fact at least
		if err == nil && n <= g.most {
			err = fn(r, g)
			if !errors.Is(err, fullError{}) {
				return err
			}
			err = nil
		}
		if err == nil {
			n, err = countEntities(ctx, r, kind, from, to, maxCounted)
		}
		if err != nil {
			return err
		}
		return tooWide(kind, n, g.most, from, to)
	})
}

func tooWide(kind feed.Kind, n, most int, from, to time.Time) error {
	count := humanize.Plural(n, nameOf(kind))
	if n == maxCounted {
		count = "over " + count
	}
	return fault.Newf(fault.TooWide, "ledger.read", "from %s to %s there are %s, and at most %s entries are read at once; narrow the range",
		shortTime(from), shortTime(to), count, humanize.Number(most))
}

func shortTime(t time.Time) string {
	switch {
	case t.Year() < 1990:
		return "the beginning"
	case t.Year() > 2100:
		return "now on"
	}
	return t.UTC().Format("2006-01-02 15:04") + " UTC"
}

// nameOf is what people call a thing of a kind.
func nameOf(kind feed.Kind) string {
	switch kind {
	case feed.Alert:
		return "alert episode"
	case feed.SQL:
		return "slow statement"
	}
	return string(kind)
}

// countEntities counts the things of a kind that touch [from, to), up to a bound.
func countEntities(ctx context.Context, r kv.Reader, kind feed.Kind, from, to time.Time, most int) (n int, err error) {
	err = eachEntity(r, kind, from, to, func([]byte) error {
		n++
		if n == most {
			return fullError{}
		}
		if n%checkEvery == 0 {
			return tooSlow(ctx)
		}
		return nil
	})
	if errors.Is(err, fullError{}) {
		err = nil
	}
	return n, err
}
