package feedstore_test

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/change"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feedstore"
	"github.com/postern/postern/reports/incident"
)

// says is a format whose bodies mean the given facts.
func says(facts ...feed.Fact) feedstore.Options {
	return feedstore.Options{Formats: []feed.Format{{Name: "lines", Decoder: decoderFunc(func(in feed.Input) (d feed.Decoded, err error) {
		d.Facts = append(d.Facts, facts...)
		for i := range d.Facts {
			d.Facts[i].Item = i
			if d.Facts[i].Source == "" {
				d.Facts[i].Source = in.Source
			}
		}
		return d, nil
	})}}}
}

// One small body may have many items that cannot be used: each is counted, few
// are kept.
func TestDeadLettersOfOneBodyAreBounded(t *testing.T) {
	facts := make([]feed.Fact, 5000)
	for i := range facts {
		facts[i] = feed.Fact{Kind: feed.Change, Entity: "same", At: noon, Change: &change.Change{ID: "same", Title: fmt.Sprint(i)}}
	}
	w := newWorld(t, says(facts...))
	a, err := w.post(t, "5000 wordings of one change")
	if err != nil || a.Accepted != 1 || len(a.Rejected) != feed.MaxRejected || a.Unlisted != 4999-feed.MaxRejected {
		t.Fatalf("%d accepted, %d listed, %d not: %v", a.Accepted, len(a.Rejected), a.Unlisted, err)
	}
	q, err := w.l.Quality(t.Context(), noon.Add(-time.Hour), noon.Add(time.Hour))
	if err != nil || q.DeadLetters != feed.MaxRejected || len(q.Sources) != 1 || q.Sources[0].Rejected != 4999 {
		t.Errorf("%+v, %v", q, err)
	}
}

// A page reads a bounded number of dead letters: with a filter it may be empty and
// have a next page.
func TestPageOfDeadLettersReadsABoundedNumber(t *testing.T) {
	w := newWorld(t, feedstore.Options{})
	post := func(source, body string) {
		t.Helper()
		if _, err := w.l.Accept(t.Context(), "lines", feed.Input{Body: []byte(body), Source: source}); err != nil {
			t.Fatal(err)
		}
		w.now = w.now.Add(time.Second)
	}
	post("rare", "bad")
	post("rarer", "bad")
	for i := range 6 { // 6,000 letters
		post("noisy", strings.Repeat("bad\n", 1000)+fmt.Sprint("bad ", i))
	}
	f := feedstore.DeadLetterFilter{Sources: []string{"rare", "rarer"}, Source: "rare"}
	page, next, err := w.l.DeadLetters(t.Context(), f)
	if err != nil || len(page) != 0 || next == "" {
		t.Fatalf("%d letters, next %q: %v", len(page), next, err)
	}
	f.Cursor = next
	page, next, err = w.l.DeadLetters(t.Context(), f)
	if err != nil || len(page) != 1 || page[0].Source != "rare" || next != "" {
		t.Errorf("%+v, next %q: %v", page, next, err)
	}
	f.Cursor, f.Sources = "", []string{}
	for pages := 0; ; pages++ {
		page, next, err := w.l.DeadLetters(t.Context(), f)
		if err != nil || len(page) > 0 || pages > 3 {
			t.Fatalf("of no source: %+v, %v", page, err)
		}
		if f.Cursor = next; next == "" {
			break
		}
	}
}

// The portal's own names are not for senders: they could replace what people
// entered and what was measured.
func TestSendersCannotUseNamesOfThePortal(t *testing.T) {
	for _, name := range []string{"portal", "postmortem:pm-2026-001", "prometheus/main"} {
		w := newWorld(t, says(feed.Fact{Kind: feed.Change, Entity: "a", Source: name, At: noon, Rev: 1 << 60, Change: &change.Change{ID: "a"}}))
		if a, err := w.post(
			t,
			"an item",
		); err != nil || a.Accepted != 0 || len(a.Rejected) != 1 ||
			!strings.Contains(a.Rejected[0].Reason, "another name") {
			t.Errorf("an item of %s: %+v, %v", name, a, err)
		}
		if _, err := w.l.Accept(t.Context(), "lines", feed.Input{Source: name}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("a body of %s: %v", name, err)
		}
		own := []feed.Fact{{Kind: feed.Change, Entity: "a", Source: name, At: noon, Change: &change.Change{ID: "a"}}}
		if a, err := w.l.Record(t.Context(), own); err != nil || a.Accepted != 1 {
			t.Errorf("the portal as %s: %+v, %v", name, a, err)
		}
	}
}

func TestSourcesAreBounded(t *testing.T) {
	w := newWorld(t, feedstore.Options{})
	post := func(i int) error {
		_, err := w.l.Accept(t.Context(), "lines", feed.Input{Body: []byte("change a"), Source: fmt.Sprint("s", i)})
		return err
	}
	const together = 1900
	var senders sync.WaitGroup
	for first := range 50 { // a commit for each of them would take long
		senders.Go(func() {
			for i := first; i < together; i += 50 {
				if err := post(i); err != nil {
					t.Errorf("source %d: %v", i, err)
				}
			}
		})
	}
	senders.Wait()
	refused := -1
	for i := together; i < 2100 && refused < 0; i++ {
		if err := post(i); fault.KindOf(err) == fault.Invalid {
			refused = i
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if refused != 2000 {
		t.Errorf("refused at source %d", refused)
	}
	if err := post(7); err != nil {
		t.Errorf("a known source is refused: %v", err)
	}
}

// countingDB counts the rows that write transactions scan.
type countingDB struct {
	kv.DB
	rows int
}

func (d *countingDB) Update(ctx context.Context, fn func(w kv.Writer) error) error {
	return d.DB.Update(ctx, func(w kv.Writer) error { return fn(countingWriter{w, &d.rows}) })
}

type countingWriter struct {
	kv.Writer
	rows *int
}

func (w countingWriter) Scan(bucket string, from, to []byte) iter.Seq2[kv.Item, error] {
	return func(yield func(kv.Item, error) bool) {
		for item, err := range w.Writer.Scan(bucket, from, to) {
			*w.rows++
			if !yield(item, err) {
				return
			}
		}
	}
}

// All events of an incident are read if there are new ones, once for all that arrive
// together, and their number is bounded.
func TestEventsOfOneIncidentAreBounded(t *testing.T) {
	facts := make([]feed.Fact, 2100)
	for i := range facts {
		at := noon.Add(time.Duration(i) * time.Second)
		facts[i] = feed.Fact{Kind: feed.Incident, Entity: "1", Key: fmt.Sprint(i), At: at, Incident: &incident.Record{
			Ref: "1", At: at, Times: map[incident.Milestone]incident.Moment{incident.Started: {At: noon}},
		}}
	}
	w := newWorld(t, says(facts...))
	counted := &countingDB{DB: w.db}
	opt := w.opt
	opt.DB = counted
	w.l = feedstore.New(opt)
	a, err := w.post(t, "an incident")
	if err != nil || a.Accepted != 2000 || len(a.Rejected) != 100 || !strings.Contains(a.Rejected[0].Reason, "2000 events") {
		t.Fatalf("%d accepted, %d rejected: %v", a.Accepted, len(a.Rejected), err)
	}
	if counted.rows < 2000 || counted.rows > 3*2100 { // two million if all are read again for each
		t.Errorf("%d rows were read", counted.rows)
	}
	w.now = w.now.Add(time.Minute)
	if a, err = w.post(t, "again"); err != nil || a.Accepted != 0 || a.Duplicate != 2000 || len(a.Rejected) != 100 {
		t.Errorf("again: %d accepted, %d known, %d rejected: %v", a.Accepted, a.Duplicate, len(a.Rejected), err)
	}
}

// Times thousands of years apart do not fit a duration, so none is stored,
// whichever field it stands in.
func TestTimesThatCannotBe(t *testing.T) {
	far := time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	for name, f := range map[string]feed.Fact{
		"the end of the alert":   {Kind: feed.Alert, Alert: &alert.Signal{Fingerprint: "f", StartsAt: noon, EndsAt: far}},
		"its acknowledgement":    {Kind: feed.Alert, Alert: &alert.Signal{Fingerprint: "f", StartsAt: noon, AckedAt: far}},
		"the start of the alert": {Kind: feed.Alert, Alert: &alert.Signal{Fingerprint: "f", StartsAt: far}},
		"the commit":             {Kind: feed.Change, Change: &change.Change{ID: "a", Committed: time.Unix(-1e11, 0)}},
		string(incident.Resolved): {Kind: feed.Incident,
			Incident: &incident.Record{Ref: "1", Times: map[incident.Milestone]incident.Moment{incident.Resolved: {At: far}}}},
		string(incident.Recovered): {Kind: feed.Incident,
			Incident: &incident.Record{Ref: "1", Times: map[incident.Milestone]incident.Moment{incident.Recovered: {At: far, DayOnly: true}}}},
		string(incident.Detected): {Kind: feed.Incident,
			Incident: &incident.Record{Ref: "1", Times: map[incident.Milestone]incident.Moment{incident.Detected: {At: time.Unix(1, 0)}}}},
		"": {Kind: feed.Incident,
			Incident: &incident.Record{Ref: "1", Times: map[incident.Milestone]incident.Moment{incident.Resolved: {}}}},
		string(feed.Alert) + " open": {Kind: feed.Alert, Alert: &alert.Signal{Fingerprint: "f", StartsAt: noon}},
	} {
		f.Entity, f.At = "1", noon
		w := newWorld(t, says(f))
		a, err := w.post(t, "a time")
		good := name == "" || strings.HasSuffix(name, " open")
		if err != nil || good != (a.Accepted == 1) || !good && !strings.HasPrefix(a.Rejected[0].Reason, name) {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
}

func TestAFullDiskTakesNoFeed(t *testing.T) {
	full := fault.New(fault.Full, "test", "the disk is almost full")
	var asked int64
	w := newWorld(t, feedstore.Options{CheckSpace: func(bytes int64) error {
		if asked = bytes; bytes > 100 {
			return full
		}
		return nil
	}})
	if _, err := w.post(t, "change a"); err != nil || asked < int64(len("change a")) {
		t.Errorf("with room, asked for %d bytes: %v", asked, err)
	}
	before := w.state(t)
	if _, err := w.post(t, "change b\n"+strings.Repeat("x", 100)); fault.KindOf(err) != fault.Full {
		t.Errorf("without room: %v", err)
	}
	letters, _, err := w.l.DeadLetters(t.Context(), feedstore.DeadLetterFilter{})
	if err != nil || len(letters) > 0 || w.state(t) != before {
		t.Errorf("something was stored: %d letters, %v", len(letters), err)
	}
}
