package querylog

import (
	"context"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/postern/postern/portal/base/kv"
)

const (
	// foldWithin is the maximum pause after which a search that extends or shortens the
	// one before it on the same page view counts as the same search, still being typed.
	foldWithin = 5 * time.Second
	// forgetAfter is how long a page view is remembered after its last search. Until
	// then, repeating that search does not count again, and opened results count.
	forgetAfter = 6 * time.Hour
	// maxOpen is the maximum number of page views in memory. When there are more, all
	// are settled, which counts some keystrokes as searches.
	maxOpen = 4096
	// maxPending is the maximum number of different searches between two writes.
	maxPending = 10_000
)

// Options are the dependencies of a Log.
type Options struct {
	DB  kv.DB
	Now func() time.Time
	// Of the ids of notes.
	Random io.Reader
}

// Log counts searches. It is safe for concurrent use.
type Log struct {
	opt   Options
	clean *Cleaner

	// One Flush at a time.
	flushing sync.Mutex

	mu sync.Mutex
	// By the id of the page view.
	open map[string]*view
	// By the text as typed; Flush cleans it.
	pending map[row]*count
}

// Search is one answered search.
type Search struct {
	// Page is the random id of one page view, which the page forgets when it is closed.
	// It is empty if the client is not a page.
	Page  string
	Text  string
	Found int // documents
	// Sent during typing.
	Typing bool
}

// view is the latest search of a page view.
type view struct {
	// As typed, in lower case with single spaces.
	text    string
	found   int
	at      time.Time
	settled bool // counted already
	// A result was opened.
	opened bool
}

// row is the key of a count.
type row struct{ day, text string }

// count is what is counted of a search on one day.
type count struct {
	asked int // all searches
	// Those that found nothing.
	empty int
	// Those of a page view, which reports opened results.
	watched int
	// Watched searches in which a result was opened.
	opened int
	last   time.Time
}

// New returns a Log over a database that was opened with Schema.
func New(opt Options) *Log {
	return &Log{
		opt: opt, clean: NewCleaner(),
		open: map[string]*view{}, pending: map[row]*count{},
	}
}

// Asked counts a search, in memory.
func (l *Log) Asked(s Search) {
	next := view{text: strings.ToLower(tidy(s.Text)), found: s.Found, at: l.opt.Now()}
	if next.text == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.Page == "" {
		// Keystrokes cannot be merged without a page view.
		if !s.Typing {
			l.count(next, false)
		}
		return
	}
	v := l.viewOf(s.Page, next.at)
	switch {
	case v == nil:
		if len(l.open) >= maxOpen {
			l.settleAll()
		}
		l.open[s.Page] = &next
	case v.text == next.text:
		// Sorted, paged or repeated: the same search.
		// Has no effect on a settled view.
		v.found = next.found
	case v.typedOn(next):
		*v = next
	default:
		l.settle(v)
		*v = next
	}
}

// viewOf returns the view with an id, nil if there is none or it was forgotten. It
// settles a view after a pause longer than those in typing.
func (l *Log) viewOf(page string, now time.Time) *view {
	v := l.open[page]
	if v == nil {
		return nil
	}
	if now.Sub(v.at) > foldWithin {
		l.settle(v)
	}
	if now.Sub(v.at) > forgetAfter {
		delete(l.open, page)
		return nil
	}
	return v
}

// typedOn reports whether next continues the typing of v.
func (v view) typedOn(next view) bool {
	return !v.settled && !v.opened && next.at.Sub(v.at) <= foldWithin && extends(v.text, next.text)
}

// extends reports whether one text is a prefix of the other.
func extends(a, b string) bool { return strings.HasPrefix(a, b) || strings.HasPrefix(b, a) }

// Opened records that a result of a page view's search was opened. Only the first
// opened result of a search counts. The shown results may be some letters behind the
// last search; a text that is neither a prefix nor an extension of it is ignored.
func (l *Log) Opened(page, text string) {
	text = strings.ToLower(tidy(text))
	l.mu.Lock()
	defer l.mu.Unlock()
	v := l.viewOf(page, l.opt.Now())
	if v == nil || v.opened || text == "" || !extends(v.text, text) {
		return
	}
	v.opened = true
	if !v.settled {
		// Counted when it settles.
		return
	}
	if c := l.counted(*v); c != nil {
		c.opened++
	}
}

// count counts a finished search and returns its counts, nil if there is no space.
func (l *Log) count(v view, watched bool) *count {
	c := l.counted(v)
	if c == nil {
		return nil
	}
	c.asked++
	if v.found == 0 {
		c.empty++
	}
	if watched {
		c.watched++
	}
	return c
}

// settle counts the search of a page view, and whether a result was opened.
func (l *Log) settle(v *view) {
	if v.settled {
		return
	}
	v.settled = true
	if c := l.count(*v, true); c != nil && v.opened {
		c.opened++
	}
}

// settleAll settles and forgets all page views.
func (l *Log) settleAll() {
	for _, v := range l.open {
		l.settle(v)
	}
	clear(l.open)
}

// settleOld settles and forgets the page views that are due.
func (l *Log) settleOld() {
	now := l.opt.Now()
	for page := range l.open {
		l.viewOf(page, now)
	}
}

// counted returns the counts of a search on its day. It returns nil if the search is too
// long to be stored, or maxPending is reached.
func (l *Log) counted(v view) *count {
	if utf8.RuneCountInString(v.text) > maxRunes {
		return nil
	}
	key := row{dayOf(v.at), v.text}
	c := l.pending[key]
	if c == nil {
		if len(l.pending) >= maxPending {
			return nil
		}
		c = &count{}
		l.pending[key] = c
	}
	c.last = v.at
	return c
}

// dayOf returns the key of a day, such as 2026-11-24.
func dayOf(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// snapshot returns a copy of the counts that are not yet written.
func (l *Log) snapshot() map[row]count {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.settleOld()
	out := make(map[row]count, len(l.pending))
	for k, c := range l.pending {
		out[k] = *c
	}
	return out
}

// cleaned returns counts by cleaned text, without the searches that must not be stored.
func (l *Log) cleaned(raw map[row]count) map[row]count {
	out := make(map[row]count, len(raw))
	for k, c := range raw {
		text, ok := l.clean.Query(k.text)
		if !ok {
			continue
		}
		k.text = text
		sum := out[k]
		sum.asked += c.asked
		sum.empty += c.empty
		sum.watched += c.watched
		sum.opened += c.opened
		if c.last.After(sum.last) {
			sum.last = c.last
		}
		out[k] = sum
	}
	return out
}

// Flush writes the counts to the database and removes days that are too old. Call it
// every minute.
func (l *Log) Flush(ctx context.Context) error {
	l.flushing.Lock()
	defer l.flushing.Unlock()
	counts := l.snapshot()
	if len(counts) == 0 {
		return nil
	}
	kept, today := l.cleaned(counts), l.opt.Now()
	if err := l.opt.DB.Update(ctx, func(w kv.Writer) error { return store(w, kept, today) }); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for k, done := range counts {
		c := l.pending[k]
		c.asked -= done.asked
		c.empty -= done.empty
		c.watched -= done.watched
		c.opened -= done.opened
		if c.asked == 0 && c.empty == 0 && c.watched == 0 && c.opened == 0 {
			delete(l.pending, k)
		}
	}
	return nil
}

// Close settles all searches and writes the counts.
func (l *Log) Close(ctx context.Context) error {
	l.mu.Lock()
	l.settleAll()
	l.mu.Unlock()
	return l.Flush(ctx)
}
