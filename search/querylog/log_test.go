package querylog

import (
	"context"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
)

// bench is a Log with a clock that the test moves.
type bench struct {
	*Log
	db  kv.DB
	now time.Time
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{now: time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return b.now }
	db, err := boltkv.Open(t.Context(), filepath.Join(t.TempDir(), "db"), boltkv.Options{Schemas: []kv.Schema{Schema()}, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	b.db, b.Log = db, New(Options{DB: db, Now: clock, Random: rand.Reader})
	return b
}

// pass lets time pass.
func (b *bench) pass(d time.Duration) { b.now = b.now.Add(d) }

// asks asks for each text on one page view, a moment apart.
func (b *bench) asks(page string, found int, texts ...string) {
	for _, text := range texts {
		b.pass(200 * time.Millisecond)
		b.Asked(Search{Page: page, Text: text, Found: found, Typing: true})
	}
}

func (b *bench) week(t *testing.T) Gaps {
	t.Helper()
	b.pass(2 * foldWithin)
	g, err := b.Gaps(t.Context(), day(b.now).AddDate(0, 0, -6), day(b.now).AddDate(0, 0, 1))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// rows are the gaps as "query asked/empty/watched/opened".
func (g Gaps) rows() (out []string) {
	for _, x := range g.Gaps {
		out = append(out, fmt.Sprintf("%s %d/%d/%d/%d", x.Query, x.Asked, x.Empty, x.Watched, x.Opened))
	}
	return out
}

func TestKeystrokesAreOneSearch(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(b *bench)
		want []string
	}{
		{"typed", func(b *bench) { b.asks("p", 0, "po", "poo", "pool", "pool exh") }, []string{"pool exh 1/1/1/0"}},
		{"corrected", func(b *bench) { b.asks("p", 3, "pool xe", "pool", "pool exh") }, []string{"pool exh 1/0/1/0"}},
		{"two readers", func(b *bench) { b.asks("p", 0, "pool"); b.asks("q", 0, "pool ex") }, []string{"pool 1/1/1/0", "pool ex 1/1/1/0"}},
		{"after a pause", func(b *bench) { b.asks("p", 0, "pool"); b.pass(6 * time.Second); b.asks("p", 0, "pool ex") },
			[]string{"pool 1/1/1/0", "pool ex 1/1/1/0"}},
		{"another word", func(b *bench) { b.asks("p", 0, "pool", "queue") }, []string{"pool 1/1/1/0", "queue 1/1/1/0"}},
		{"paged and sorted", func(b *bench) { b.asks("p", 9, "pool"); b.pass(time.Minute); b.asks("p", 9, "pool", "pool") },
			[]string{"pool 1/0/1/0"}},
		{"without script", func(b *bench) { b.Asked(Search{Text: "pool"}); b.Asked(Search{Text: "Pool "}) }, []string{"pool 2/2/0/0"}},
		{"keystrokes without a page", func(b *bench) { b.asks("", 0, "p", "po") }, nil},
		{"found, not watched", func(b *bench) { b.Asked(Search{Text: "pool", Found: 3}) }, nil},
		{"nothing but spaces", func(b *bench) { b.asks("p", 0, " ", "\t") }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			c.do(b)
			if got := b.week(t).rows(); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestOpenedResults(t *testing.T) {
	b := newBench(t)
	b.asks("p", 5, "po", "pool")
	b.Opened("p", "Pool") // while it may still be typed on
	b.Opened("p", "pool") // a second result of the same search
	b.asks("p", 5, "pool exhausted")
	b.pass(time.Minute)
	b.asks("q", 5, "pool")
	if g := b.week(t); len(g.Gaps) != 1 || g.Gaps[0].Query != "pool exhausted" || g.Searches != 3 || g.Unopened != 2 {
		t.Errorf("%+v", g)
	}
	b.Opened("q", "pool") // after it was counted
	b.Opened("q", "never asked")
	if got, err := b.Successful(t.Context(), b.now.AddDate(0, 0, -7), 10); err != nil || !reflect.DeepEqual(got, []string{"pool"}) {
		t.Errorf("successful: %q, %v", got, err)
	}
	if err := b.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if g := b.week(t); g.Searches != 3 || g.Unopened != 1 {
		t.Errorf("after the write: %+v", g)
	}
}

// TestWhatIsWrittenIsWhatWasCounted compares the log before a write, after it,
// and after the next start.
func TestWhatIsWrittenIsWhatWasCounted(t *testing.T) {
	b := newBench(t)
	for day := range 9 {
		for i := range day + 1 {
			b.asks(fmt.Sprint(day, i), i%2, "disk full")
			b.asks(fmt.Sprint(day, i, "x"), 0, fmt.Sprint("search ", day))
		}
		b.pass(24 * time.Hour)
	}
	from, to := day(b.now).AddDate(0, 0, -8), day(b.now).AddDate(0, 0, -1)
	before, err := b.Gaps(t.Context(), from, to)
	if err != nil {
		t.Fatal(err)
	}
	if len(before.Gaps) != 8 || before.Gaps[0].Query != "disk full" || before.Searches != 2*(2+3+4+5+6+7+8) {
		t.Errorf("%d searches, gaps %q", before.Searches, before.rows())
	}
	if err := b.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	after, err := b.Gaps(t.Context(), from, to)
	if err != nil || !reflect.DeepEqual(before, after) {
		t.Errorf("after the write: %+v, %v; want %+v", after, err, before)
	}
	again := New(b.opt)
	after, err = again.Gaps(t.Context(), from, to)
	if err != nil || !reflect.DeepEqual(before, after) {
		t.Errorf("after a start: %+v, %v; want %+v", after, err, before)
	}
}

func TestFailedWritesAreTriedAgain(t *testing.T) {
	b := newBench(t)
	b.Asked(Search{Text: "pool"})
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Flush(gone); err == nil {
		t.Fatal("a write without time succeeded")
	}
	b.Asked(Search{Text: "pool"})
	if err := b.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := b.week(t).rows(); !reflect.DeepEqual(got, []string{"pool 2/2/0/0"}) {
		t.Errorf("got %q", got)
	}
}

func TestOldDaysAreForgottenAndDaysAreBounded(t *testing.T) {
	b := newBench(t)
	for i := range maxTexts + 50 {
		b.Asked(Search{Text: fmt.Sprint("word", i)})
	}
	if err := b.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if g := b.week(t); len(g.Gaps) != maxTexts {
		t.Errorf("a day holds %d searches, want %d", len(g.Gaps), maxTexts)
	}
	first := b.now
	b.pass((keptDays + 1) * 24 * time.Hour)
	b.Asked(Search{Text: "later"})
	if err := b.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	g, err := b.Gaps(t.Context(), first.AddDate(0, 0, -1), b.now.AddDate(0, 0, 1))
	if err != nil || !reflect.DeepEqual(g.rows(), []string{"later 1/1/0/0"}) {
		t.Errorf("kept %q, %v", g.rows(), err)
	}
}

// TestMemoryIsBounded floods the log with page views.
func TestMemoryIsBounded(t *testing.T) {
	b := newBench(t)
	for i := range 3 * maxOpen {
		b.asks(fmt.Sprint(i), 1, "pool")
		b.Opened(fmt.Sprint(i), "pool")
	}
	if len(b.open) > maxOpen {
		t.Errorf("%d page views", len(b.open))
	}
	b.pass(forgetAfter + time.Minute)
	b.snapshot()
	if len(b.open) != 0 {
		t.Errorf("%d page views are not forgotten", len(b.open))
	}
}

func TestNotes(t *testing.T) {
	b := newBench(t)
	first, err := b.Report(t.Context(), "Redis  eviction", "pages at night, ask ana@example.org")
	if err != nil {
		t.Fatal(err)
	}
	b.pass(time.Hour)
	second, err := b.Report(t.Context(), "redis eviction", "also in eu-1")
	if err != nil || second.ID != first.ID || second.Times != 2 || !reflect.DeepEqual(second.Words, []string{
		"pages at night, ask <mail>", "also in eu-1",
	}) {
		t.Errorf("%+v, %v", second, err)
	}
	if _, err := b.Report(t.Context(), "kafka", ""); err != nil {
		t.Fatal(err)
	}
	if err := b.Finish(t.Context(), first.ID, true, "ops"); err != nil {
		t.Fatal(err)
	}
	notes, err := b.Missing(t.Context())
	if err != nil || len(notes) != 2 || !notes[0].Open() || notes[0].Query != "kafka" || notes[1].DoneBy != "ops" ||
		!notes[1].Done.Equal(b.now) {
		t.Errorf("%+v, %v", notes, err)
	}
	third, err := b.Report(t.Context(), "redis eviction", "")
	if err != nil || third.ID == first.ID || third.Times != 1 {
		t.Errorf("a note that is done takes no more: %+v, %v", third, err)
	}
	for _, id := range []string{"", "nosuchnote", strings.Repeat("x", 3000)} {
		if err := b.Finish(t.Context(), id, true, ""); fault.KindOf(err) != fault.NotFound {
			t.Errorf("finishing %q: %v", id, err)
		}
	}
	if _, err := b.Report(t.Context(), "ana@example.org", "x"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a note about nothing: %v", err)
	}
}

func TestNotesAreBounded(t *testing.T) {
	b := newBench(t)
	var id string
	for i := range maxNotes {
		n, err := b.Report(t.Context(), fmt.Sprint("runbook ", i), "")
		if err != nil {
			t.Fatal(err)
		}
		id = n.ID
	}
	if _, err := b.Report(t.Context(), "one more", ""); fault.KindOf(err) != fault.Full {
		t.Errorf("one too many: %v", err)
	}
	if err := b.Finish(t.Context(), id, true, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Report(t.Context(), "one more", ""); err != nil {
		t.Errorf("a finished note makes no room: %v", err)
	}
}

// TestSpansOfOtherZones: a month in Shanghai begins at four in the afternoon, UTC.
func TestSpansOfOtherZones(t *testing.T) {
	b := newBench(t)
	b.Asked(Search{Text: "pool"}) // on 24 November
	for from, want := range map[string]int{"2026-11-23T16:00:00Z": 1, "2026-11-24T05:00:00Z": 1, "2026-11-24T16:00:00Z": 0} {
		at, err := time.Parse(time.RFC3339, from)
		if err != nil {
			t.Fatal(err)
		}
		g, err := b.Gaps(t.Context(), at, at.AddDate(0, 0, 1))
		if err != nil || g.Searches != want {
			t.Errorf("from %s: %d searches, %v", from, g.Searches, err)
		}
	}
}
