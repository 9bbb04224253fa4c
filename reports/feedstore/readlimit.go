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

// A page or a report reads the facts of its time into memory. A range with
// too many of them is refused with fault.TooWide before it exhausts the
// memory, with the number of entities, so that the reader can choose a
// narrower range.

const (
	// DefaultRead is the default of Options.MostRead: about 100 MB while a
	// page is built, and a second of one core.
	DefaultRead = 25_000
	// sqlFactor is how many times as many facts of slow statements one read
	// may return: they are a tenth as large, and a counter is read every few
	// minutes.
	sqlFactor = 10
	// factBytes bounds the average stored size of the facts of one read. An
	// ordinary alert has 600 bytes.
	factBytes = 1300
	// maxCounted bounds the entities that are counted for the error message.
	maxCounted = 1_000_000
	// checkEvery is the number of rows between two checks of the context.
	checkEvery = 256
)

// fullError ends a read that has reached its limit.
type fullError struct{}

// Error implements error.
func (fullError) Error() string { return "the read has reached its limit" }

// readLimit counts the facts of one read. Nil counts nothing.
type readLimit struct {
	ctx          context.Context
	facts, bytes int
	most         int // facts; 0 is no bound
}

// readLimit returns the limit of one read of a kind.
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

// take counts one fact. It returns fullError over the limit and
// fault.Timeout if the context has ended.
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

// tooSlow returns fault.Timeout if ctx has ended.
func tooSlow(ctx context.Context) error {
	return fault.Wrap(fault.Timeout, "feedstore.read", "reading the facts of this time took too long; narrow the range", ctx.Err())
}

// within runs fn to read the facts of a kind in [from, to). If they exceed
// the limit it returns fault.TooWide with the number of entities.
func (l *Store) within(ctx context.Context, kind feed.Kind, from, to time.Time, fn func(r kv.Reader, g *readLimit) error) error {
	return l.opt.DB.View(ctx, func(r kv.Reader) error {
		g := l.readLimit(ctx, kind)
		n, err := g.entities(r, kind, from, to, g.most+1) // each has at least one fact
		if err == nil && n <= g.most {
			err = fn(r, g)
			if !errors.Is(err, fullError{}) {
				return err
			}
			err = nil
		}
		if err == nil {
			n, err = g.entities(r, kind, from, to, maxCounted)
		}
		if err != nil {
			return err
		}
		return tooWide(kind, n, g.most, from, to)
	})
}

// tooWide returns the error for a range with n entities.
func tooWide(kind feed.Kind, n, most int, from, to time.Time) error {
	count := humanize.Plural(n, nameOf(kind))
	if n == maxCounted {
		count = "over " + count
	}
	return fault.Newf(fault.TooWide, "feedstore.read", "from %s to %s there are %s, and at most %s entries are read at once; narrow the range",
		shortTime(from), shortTime(to), count, humanize.Number(most))
}

// shortTime formats a bound of a range. The bounds that stand for no bound are words.
func shortTime(t time.Time) string {
	switch {
	case t.Year() < 1990:
		return "the beginning"
	case t.Year() > 2100:
		return "now on"
	}
	return t.UTC().Format("2006-01-02 15:04") + " UTC"
}

// nameOf returns the word for an entity of a kind.
func nameOf(kind feed.Kind) string {
	switch kind {
	case feed.Alert:
		return "alert episode"
	case feed.SQL:
		return "slow statement"
	}
	return string(kind)
}

// entities returns the number of entities of a kind that overlap [from,
// to), at most most.
func (g *readLimit) entities(r kv.Reader, kind feed.Kind, from, to time.Time, most int) (n int, err error) {
	err = eachEntity(r, kind, from, to, func([]byte) error {
		n++
		if n == most {
			return fullError{}
		}
		if n%checkEvery == 0 {
			return tooSlow(g.ctx)
		}
		return nil
	})
	if errors.Is(err, fullError{}) {
		err = nil
	}
	return n, err
}
