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
	// foldWithin is the pause up to which a search that extends or shortens the
	// one before it, on the same page view, was the same search being typed.
	foldWithin = 5 * time.Second
	// forgetAfter is how long a page view is remembered without a search: until
	// then the same search on it is no second one, and what is opened is counted.
	forgetAfter = 6 * time.Hour
	// maxOpen bounds the page views in memory: more searches at once settle the
	// oldest early, which only counts some keystrokes as searches.
	maxOpen = 4096
	// maxPending bounds the different searches between two writes.
	maxPending = 10_000
)

// Options are what a Log works with.
type Options struct {
	DB     kv.DB
	Now    func() time.Time
	Random io.Reader // of the ids of notes
}

// Log counts searches. It may be used by many goroutines.
type Log struct {
	opt   Options
	clean *Cleaner

	flushing sync.Mutex // one Flush at a time

	mu      sync.Mutex
	open    map[string]*view // by the id of the page view
	pending map[row]*count   // by the text as typed: it is cleaned when it leaves memory
}

// Search is one answered search.
type Search struct {
	// Page names one page view, and nothing else: a random word that the page
	// forgets when it is closed. Empty: nothing tells whose search it was.
	Page   string
	Text   string
	Found  int  // documents
	Typing bool // it was asked for while somebody typed
}

// view is the latest search of a page view.
type view struct {
	text    string // as typed, in one case and spacing
	found   int
	at      time.Time
	settled bool // counted already
	opened  bool // a result was opened
}

// row is the key of a count.
type row struct{ day, text string }

// count is what is counted of a search on one day.
type count struct {
	asked   int // searches
	empty   int // of them, those that found nothing
	watched int // of them, those whose reader could be seen opening a result
	opened  int // of the watched, those that led to a document
	last    time.Time
}

// New makes a Log over a database opened with Schema.
func New(opt Options) *Log {
	return &Log{
		opt: opt, clean: NewCleaner(),
		open: map[string]*view{}, pending: map[row]*count{},
	}
}

// Asked notes a search. It waits for nothing.
func (l *Log) Asked(s Search) {
	next := view{text: strings.ToLower(tidy(s.Text)), found: s.Found, at: l.opt.Now()}
	if next.text == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.Page == "" {
		if !s.Typing { // without a page view, keystrokes can not be told apart
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
	case v.text == next.text: // sorted, paged or asked again: the same search
		v.found = next.found // of no account when it is settled
	case v.typedOn(next):
		*v = next
	default:
		l.settle(v)
		*v = next
	}
}

// viewOf is the view of that id: settled when it has stood for longer than a
// pause in typing, nil when nothing was heard of it for long.
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

// typedOn tells whether next is v with more or fewer letters, a moment later.
func (v view) typedOn(next view) bool {
	return !v.settled && !v.opened && next.at.Sub(v.at) <= foldWithin && extends(v.text, next.text)
}

// extends tells whether one text is the beginning of the other.
func extends(a, b string) bool { return strings.HasPrefix(a, b) || strings.HasPrefix(b, a) }

// Opened notes that a result of a page view's search was opened. Another one of
// the same search changes nothing. What is shown may be a letter behind what was
// asked last; anything else that was not asked is not counted.
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
		return // counted when it settles
	}
	if c := l.counted(*v); c != nil {
		c.opened++
	}
}

// count counts a search that nobody types on any more.
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

// settle counts the search of a page view, and whether it led anywhere.
func (l *Log) settle(v *view) {
	if v.settled {
		return
	}
	v.settled = true
	if c := l.count(*v, true); c != nil && v.opened {
		c.opened++
	}
}

func (l *Log) settleAll() {
	for _, v := range l.open {
		l.settle(v)
	}
	clear(l.open)
}

// settleOld settles and forgets what is due.
func (l *Log) settleOld() {
	now := l.opt.Now()
	for page := range l.open {
		l.viewOf(page, now)
	}
}

// counted is where a search of a day is counted; nil when there is no room, or
// it is too long to be kept.
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

func dayOf(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// snapshot is what is counted and not yet written; callers own the result.
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

// cleaned are counts by the text that may be kept. What must not be is left out.
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

// Flush writes what was counted and forgets what is too old. Call it every
// minute, and when stopping after Close.
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

// Close settles every search and writes all.
func (l *Log) Close(ctx context.Context) error {
	l.mu.Lock()
	l.settleAll()
	l.mu.Unlock()
	return l.Flush(ctx)
}
