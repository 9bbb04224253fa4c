package feedstore_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/change"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feedstore"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/sql"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// lines is a toy format: a line is an item, "change ID", "bad" or, alone, "broken".
type lines struct{}

func linesFormat() feed.Format { return feed.Format{Name: "lines", Decoder: lines{}} }

func (lines) Decode(in feed.Input) (d feed.Decoded, err error) {
	for i, line := range strings.Split(strings.TrimSpace(string(in.Body)), "\n") {
		id, ok := strings.CutPrefix(line, "change ")
		switch {
		case line == "broken":
			return d, fault.New(fault.Invalid, "lines", "this is not lines at all")
		case line == "panic":
			panic("a defect")
		case !ok:
			d.Rejected = append(d.Rejected, feed.Rejection{Index: i, Reason: "no change", Raw: []byte(line)})
		default:
			d.Facts = append(d.Facts, feed.Fact{
				Kind: feed.Change, Source: in.Source, Entity: id, At: noon, Item: i, Change: &change.Change{ID: id, Service: "cart"},
			})
		}
	}
	return d, nil
}

type world struct {
	db  *boltkv.DB
	l   *feedstore.Store
	now time.Time
	opt feedstore.Options
}

func newWorld(t testing.TB, opt feedstore.Options) *world {
	t.Helper()
	db, err := boltkv.Open(t.Context(), filepath.Join(t.TempDir(), "db"), boltkv.Options{Schemas: []kv.Schema{feedstore.Schema()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{db: db, now: noon}
	opt.DB, opt.Now = db, func() time.Time { return w.now }
	if opt.Formats == nil {
		opt.Formats = []feed.Format{linesFormat()}
	}
	w.l, w.opt = feedstore.New(opt), opt
	return w
}

// state is a hash of all that was understood: not of when and how it came.
func (w *world) state(t testing.TB) string {
	t.Helper()
	h := sha256.New()
	err := w.db.View(t.Context(), func(r kv.Reader) error {
		for _, bucket := range []string{"ledger.fact", "ledger.entity", "ledger.ends", "ledger.statement", "ledger.bucket"} {
			for item, err := range r.Scan(bucket, nil, nil) {
				if err != nil {
					return err
				}
				fmt.Fprintf(h, "%s %x %x\n", bucket, item.Key, item.Value)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (w *world) clear(t testing.TB) {
	t.Helper()
	err := w.db.Update(t.Context(), func(x kv.Writer) error {
		for _, bucket := range feedstore.Schema().Buckets {
			for item, err := range x.Scan(bucket, nil, nil) {
				if err != nil {
					return err
				}
				if err := x.Delete(bucket, slices.Clone(item.Key)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) post(t *testing.T, body string) (feedstore.Result, error) {
	t.Helper()
	return w.l.Accept(t.Context(), "lines", feed.Input{Body: []byte(body), Source: "ci", Received: w.now})
}

func TestAcceptCountsAndKeepsWhatItCannotUse(t *testing.T) {
	w := newWorld(t, feedstore.Options{})
	a, err := w.post(t, "change a\nbad\nchange b")
	if err != nil || a.Accepted != 2 || a.Duplicate != 0 || len(a.Rejected) != 1 ||
		a.Rejected[0] != (feedstore.Rejected{Index: 1, Reason: "no change"}) {
		t.Fatalf("%+v, %v", a, err)
	}
	w.now = w.now.Add(time.Minute)
	if a, err = w.post(t, "change a\nbad\nchange b"); err != nil || a.Accepted != 0 || a.Duplicate != 2 || len(a.Rejected) != 1 {
		t.Fatalf("again: %+v, %v", a, err)
	}
	letters, _, err := w.l.DeadLetters(t.Context(), feedstore.DeadLetterFilter{})
	if err != nil || len(letters) != 1 || letters[0].Times != 2 || letters[0].Excerpt != "bad" || !letters[0].Received.Equal(noon) {
		t.Fatalf("%+v, %v", letters, err)
	}
	changes, err := w.l.Changes(t.Context(), noon, noon.Add(time.Second))
	if err != nil || len(changes) != 2 || changes[0].ID != "a" || changes[0].Service != "cart" || changes[0].Source != "ci" {
		t.Fatalf("%+v, %v", changes, err)
	}
}

func TestABodyThatIsNotTheFormat(t *testing.T) {
	w := newWorld(t, feedstore.Options{})
	for body, want := range map[string]string{"broken": "this is not lines at all", "panic": "decoder of the format failed"} {
		a, err := w.post(t, body)
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.Message(err), want) || len(a.Rejected) != 1 {
			t.Errorf("%s: %+v, %v", body, a, err)
		}
	}
	letters, _, err := w.l.DeadLetters(t.Context(), feedstore.DeadLetterFilter{})
	if err != nil || len(letters) != 2 || !letters[0].Whole {
		t.Fatalf("%+v, %v", letters, err)
	}
	if _, err := w.l.Accept(t.Context(), "none", feed.Input{Source: "x"}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("an unknown format: %v", err)
	}
	for _, source := range []string{"", strings.Repeat("x", 101), "a\nb"} {
		if _, err := w.l.Accept(t.Context(), "lines", feed.Input{Source: source}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("source %q: %v", source, err)
		}
	}
}

func TestDeadLettersAreRetriedAndDismissed(t *testing.T) {
	w := newWorld(t, feedstore.Options{})
	if _, err := w.post(t, strings.Repeat("long change ", 100)+"\nchange a\nworse"); err != nil {
		t.Fatal(err)
	}
	letters, _, err := w.l.DeadLetters(t.Context(), feedstore.DeadLetterFilter{})
	if err != nil || len(letters) != 2 {
		t.Fatalf("%+v, %v", letters, err)
	}
	if a, err := w.l.RetryDeadLetter(t.Context(), letters[0].ID); err != nil || a.Duplicate != 1 || len(a.Rejected) != 2 {
		t.Fatalf("retried by the same reader: %+v, %v", a, err)
	}
	better := w.opt
	better.Formats = []feed.Format{{Name: "lines", Decoder: decoderFunc(func(in feed.Input) (feed.Decoded, error) {
		in.Body = []byte(strings.ReplaceAll(string(in.Body), "worse", "change better"))
		return lines{}.Decode(in)
	})}}
	l := feedstore.New(better)
	if a, err := l.RetryDeadLetter(t.Context(), letters[0].ID); err != nil || a.Accepted != 1 || a.Duplicate != 1 || len(a.Rejected) != 1 {
		t.Fatalf("retried by a better reader: %+v, %v", a, err)
	}
	left, _, err := l.DeadLetters(t.Context(), feedstore.DeadLetterFilter{})
	if err != nil || len(left) != 1 || left[0].Index != 0 || left[0].Times != 1 {
		t.Fatalf("%+v, %v", left, err)
	}
	if err := l.DismissDeadLetter(t.Context(), left[0].ID); err != nil {
		t.Fatal(err)
	}
	if err := l.DismissDeadLetter(t.Context(), left[0].ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("dismissed twice: %v", err)
	}
	if _, err := l.RetryDeadLetter(t.Context(), left[0].ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("retried after dismissal: %v", err)
	}
}

type decoderFunc func(feed.Input) (feed.Decoded, error)

func (f decoderFunc) Decode(in feed.Input) (feed.Decoded, error) { return f(in) }

func TestDeadLettersByPage(t *testing.T) {
	w := newWorld(t, feedstore.Options{})
	for i := range 7 {
		w.now = noon.Add(time.Duration(i) * time.Minute)
		if _, err := w.post(t, fmt.Sprint("bad ", i)); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for cursor := ""; ; {
		page, next, err := w.l.DeadLetters(t.Context(), feedstore.DeadLetterFilter{Source: "ci", Limit: 3, Cursor: cursor})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range page {
			got = append(got, x.Excerpt[len("bad "):])
		}
		if cursor = next; next == "" {
			break
		}
	}
	if strings.Join(got, "") != "6543210" {
		t.Errorf("got %v", got)
	}
	if none, _, err := w.l.DeadLetters(t.Context(), feedstore.DeadLetterFilter{Source: "other"}); err != nil || len(none) != 0 {
		t.Errorf("%v, %v", none, err)
	}
}

func change1(id string, rev int64, service string) feed.Fact {
	return feed.Fact{Kind: feed.Change, Source: "ci", Entity: id, Rev: rev, At: noon, Change: &change.Change{ID: id, Service: service}}
}

func TestRevisions(t *testing.T) {
	w := newWorld(t, feedstore.Options{})
	steps := []struct {
		fact                          feed.Fact
		accepted, duplicate, rejected int
		service                       string
	}{
		{change1("a", 2, "cart"), 1, 0, 0, "cart"},
		{change1("a", 2, "cart"), 0, 1, 0, "cart"},
		{change1("a", 2, "search"), 0, 0, 1, "cart"},
		{change1("a", 1, "search"), 0, 1, 0, "cart"},
		{change1("a", 3, "search"), 1, 0, 0, "search"},
		{change1("a", 2, "cart"), 0, 1, 0, "search"},
	}
	for i, s := range steps {
		a, err := w.l.Record(t.Context(), []feed.Fact{s.fact})
		if err != nil || a.Accepted != s.accepted || a.Duplicate != s.duplicate || len(a.Rejected) != s.rejected {
			t.Fatalf("step %d: %+v, %v", i, a, err)
		}
		if s.rejected == 1 && !strings.HasPrefix(a.Rejected[0].Reason, "conflict") {
			t.Errorf("step %d: %q", i, a.Rejected[0].Reason)
		}
		got, err := w.l.Changes(t.Context(), noon, noon.Add(1))
		if err != nil || len(got) != 1 || got[0].Service != s.service {
			t.Fatalf("step %d: %+v, %v", i, got, err)
		}
	}
}

// facts draws facts of all kinds about few entities, so that they meet, without
// contradictions: one key and revision always has one content.
func facts() *rapid.Generator[feed.Fact] {
	return rapid.Custom(func(t *rapid.T) feed.Fact {
		id := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "entity")
		n := rapid.IntRange(0, 5).Draw(t, "n")
		f := feed.Fact{
			Source: rapid.SampledFrom([]string{"s1", "s2"}).Draw(t, "source"),
			Entity: id,
			Rev:    int64(n % 3),
			At:     noon.Add(time.Duration(n) * time.Hour),
		}
		switch f.Kind = rapid.SampledFrom([]feed.Kind{feed.SLI, feed.Incident, feed.Alert, feed.Change, feed.SQL}).Draw(t, "kind"); f.Kind {
		case feed.SLI:
			f.Bucket = &slo.Bucket{
				Start:    noon.Add(time.Duration(n/3) * 5 * time.Minute),
				Len:      5 * time.Minute,
				Good:     float64(n) / 2,
				Total:    float64(n),
				Coverage: 1,
				Rev:      f.Rev,
			}
		case feed.Incident:
			f.Key, f.Rev = fmt.Sprint(n), 0
			f.Incident = &incident.Record{Source: f.Source, Ref: id, Title: fmt.Sprint("event ", n), Times: map[incident.Milestone]incident.Moment{
				[]incident.Milestone{incident.Started, incident.Detected, incident.Resolved}[n%3]: {At: f.At.Add(-time.Duration(n) * time.Minute)},
			}}
		case feed.Alert:
			f.Key, f.Rev, f.Loose = fmt.Sprint(n), 0, true
			f.Alert = &alert.Signal{
				Source:       f.Source,
				Fingerprint:  id,
				StartsAt:     noon,
				Notification: fmt.Sprint(n),
				Name:         rapid.SampledFrom([]string{"x", "y"}).Draw(t, "wording"),
			}
			if n > 2 {
				f.Alert.EndsAt = noon.Add(time.Duration(n) * time.Minute)
			}
		case feed.Change:
			f.Change = &change.Change{ID: id, Service: fmt.Sprint("v", f.Rev)}
			f.At = noon.Add(time.Duration(f.Rev) * time.Hour)
		case feed.SQL:
			f.Key, f.Rev = fmt.Sprint(n), 0
			f.SQL = &sql.Observation{Digest: "d", Statement: "select ?", Count: int64(n)}
		}
		return f
	})
}

// TestStateDependsOnTheSetOfFactsOnly feeds the same facts in another order, some
// of them twice, in other portions, and compares all that is stored.
func TestStateDependsOnTheSetOfFactsOnly(t *testing.T) {
	w := newWorld(t, feedstore.Options{})
	rapid.Check(t, func(rt *rapid.T) {
		all := rapid.SliceOfN(facts(), 1, 25).Draw(rt, "facts")
		seed := rapid.Uint64().Draw(rt, "seed")
		w.clear(t)
		feedAll(t, rt, w, [][]feed.Fact{all})
		want := w.state(t)

		r := rand.New(rand.NewPCG(seed, 1))
		again := append(slices.Clone(all), all[:r.IntN(len(all)+1)]...)
		r.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		var portions [][]feed.Fact
		for len(again) > 0 {
			n := 1 + r.IntN(len(again))
			portions = append(portions, again[:n])
			again = again[n:]
		}
		w.clear(t)
		feedAll(t, rt, w, portions)
		if got := w.state(t); got != want {
			rt.Fatalf("the same facts in another order give another state")
		}
	})
}

func feedAll(t *testing.T, rt *rapid.T, w *world, portions [][]feed.Fact) {
	for _, p := range portions {
		a, err := w.l.Record(t.Context(), p)
		if err != nil || len(a.Rejected) > 0 {
			rt.Fatalf("%+v, %v", a, err)
		}
	}
}

func TestOverloadIsAnsweredBeforeAnythingIsStored(t *testing.T) {
	w := newWorld(t, feedstore.Options{Queue: 2})
	hold, held := make(chan struct{}), make(chan struct{})
	go func() {
		_ = w.db.Update(t.Context(), func(kv.Writer) error { close(held); <-hold; return nil })
	}()
	<-held
	results := make(chan error, 8)
	for i := range cap(results) {
		go func() {
			_, err := w.l.Record(t.Context(), []feed.Fact{change1(fmt.Sprint(i), 0, "cart")})
			results <- err
		}()
	}
	// Two may wait for the database: the others are refused at once, while it is
	// still held.
	refused := 0
	for range cap(results) - 2 {
		if err := <-results; fault.KindOf(err) != fault.Unavailable {
			t.Fatalf("got %v", err)
		}
		refused++
	}
	close(hold)
	for range cap(results) - refused {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	got, err := w.l.Changes(t.Context(), noon, noon.Add(1))
	if err != nil || len(got) != cap(results)-refused {
		t.Errorf("%d stored, %v", len(got), err)
	}
}
