package feedstore_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feed/ndjson"
	"github.com/postern/postern/reports/feedstore"
	"github.com/postern/postern/reports/slo"
)

const day = 24 * time.Hour

// A bound sender is refused under another name, whether the request or an item of
// its body names it, and neither a retry nor posting again gets around that.
func TestBoundSenderPostsForItsSourcesOnly(t *testing.T) {
	w := newWorld(t, feedstore.Options{Formats: []feed.Format{ndjson.Format()}})
	post := func(source string, bound ...string) (feedstore.Result, error) {
		const body = `{"type":"change","id":"1","time":"2026-11-24T10:00:00Z"}
{"type":"change","id":"2","source":"other","time":"2026-11-24T10:00:00Z"}
{"type":"sli","source":"other","slo":"cart","start":"2026-11-24T10:00:00Z","len":"5m","good":9,"total":9,"rev":99}
{"type":"change","id":"3","source":"second","time":"2026-11-24T10:00:00Z"}`
		return w.l.Accept(t.Context(), "ndjson", feed.Input{Body: []byte(body), Source: source, Bound: bound})
	}
	before := w.state(t)
	if _, err := post(
		"other",
		"mine",
		"second",
	); fault.KindOf(err) != fault.Forbidden ||
		!strings.Contains(fault.Message(err), `for "mine", "second" only, not for "other"`) {
		t.Errorf("under another name: %v", err)
	}
	if letters, _, err := w.l.DeadLetters(t.Context(), feedstore.DeadLetterFilter{}); err != nil || len(letters) > 0 || w.state(t) != before {
		t.Errorf("something was stored: %+v, %v", letters, err)
	}
	a, err := post("mine", "mine", "second")
	if err != nil || a.Accepted != 2 || len(a.Rejected) != 2 || a.Rejected[0].Index != 1 ||
		!strings.Contains(a.Rejected[1].Reason, `not for "other"`) {
		t.Fatalf("%+v, %v", a, err)
	}
	want := w.state(t)
	letters, _, err := w.l.DeadLetters(t.Context(), feedstore.DeadLetterFilter{})
	if err != nil || len(letters) != 2 {
		t.Fatalf("%+v, %v", letters, err)
	}
	if a, err := w.l.RetryDeadLetter(t.Context(), letters[0].ID); err != nil || len(a.Rejected) != 2 || w.state(t) != want {
		t.Errorf("a retry: %+v, %v", a, err)
	}
	if buckets, err := w.l.Buckets(t.Context(), "cart", noon.Add(-day), noon); err != nil || len(buckets) > 0 {
		t.Errorf("counted for another: %+v, %v", buckets, err)
	}
	// The same body from a sender that is not bound says all of it.
	if a, err := post("mine"); err != nil || a.Accepted != 2 || a.Duplicate != 2 || len(a.Rejected) > 0 {
		t.Errorf("unbound: %+v, %v", a, err)
	}
	if letters, _, err := w.l.DeadLetters(t.Context(), feedstore.DeadLetterFilter{}); err != nil || len(letters) > 0 {
		t.Errorf("understood by now: %+v, %v", letters, err)
	}
}

func TestNamesOfSources(t *testing.T) {
	w := newWorld(t, feedstore.Options{})
	for name, good := range map[string]bool{
		"am": true, "am eu-1/prod": true, "../../etc/passwd": true, "数据库": true, `"><script>`: true, strings.Repeat("s", 100): true,
		"": false, " am": false, "am ": false, "a\nm": false, "a\x00m": false, "a\x7fm": false, "a\u0085m": false, "a\u2028m": false,
		"a\u202em": false,
		"a\u200bm": false, "\xff": false, strings.Repeat("s", 101): false, strings.Repeat("s", 10<<10): false,
		"portal": false, "Portal": false, " portal": false, "PROMETHEUS/main": false, "Postmortem:x": false,
	} {
		_, err := w.l.Accept(t.Context(), "lines", feed.Input{Body: []byte("change a"), Source: name})
		if good != (err == nil) || !good && fault.KindOf(err) != fault.Invalid || (feedstore.CheckSource(name) == nil) != good {
			t.Errorf("%.20q: %v, %v", name, err, feedstore.CheckSource(name))
		}
	}
}

// A bucket that has not ended cannot have been measured: a sender that claims it
// would cover more of the day than those that wait.
func TestBucketsOfTheFuture(t *testing.T) {
	at := func(start time.Time, length time.Duration, coverage float64) feed.Fact {
		return feed.Fact{
			Kind:   feed.SLI,
			Entity: "cart",
			At:     start,
			Bucket: &slo.Bucket{Start: start, Len: length, Good: 1, Total: 1, Coverage: coverage},
		}
	}
	for name, c := range map[string]struct {
		f    feed.Fact
		good bool
	}{
		"over":                       {at(noon.Add(-time.Hour), time.Hour, 1), true},
		"running, short":             {at(noon, 5*time.Minute, 1), true}, // within what clocks may differ
		"running, its share is told": {at(noon.Add(-12*time.Hour), day, 0.5), true},
		"running, claimed whole":     {at(noon.Add(-12*time.Hour), day, 1), false},
		"tomorrow":                   {at(noon.Add(day), 5*time.Minute, 1), false},
		"tomorrow, nothing covered":  {at(noon.Add(day), 5*time.Minute, 0), false},
		"in fifty years":             {at(noon.AddDate(50, 0, 0), 5*time.Minute, 1), false},
	} {
		w := newWorld(t, says(c.f))
		a, err := w.post(t, "a bucket")
		if err != nil || (a.Accepted == 1) != c.good {
			t.Errorf("%s: %+v, %v", name, a, err)
			continue
		}
		if c.good {
			continue
		}
		if known, err := w.l.Sources(t.Context()); err != nil || len(known) != 1 || known[0].LastEvent.After(noon) {
			t.Errorf("%s: the last event is %+v, %v", name, known, err)
		}
		if !strings.Contains(a.Rejected[0].Reason, "not ended by the portal's clock") {
			t.Errorf("%s: %s", name, a.Rejected[0].Reason)
		}
		letters, _, err := w.l.DeadLetters(t.Context(), feedstore.DeadLetterFilter{})
		if err != nil || len(letters) != 1 {
			t.Fatalf("%s: %+v, %v", name, letters, err)
		}
		w.now = c.f.Bucket.Start.Add(day)
		if a, err := w.l.RetryDeadLetter(t.Context(), letters[0].ID); err != nil || a.Accepted != 1 {
			t.Errorf("%s, when it is over: %+v, %v", name, a, err)
		}
	}
}

// Every reader of a day reads all of its sources, so there may be few.
func TestSourcesOfOneDayAreBounded(t *testing.T) {
	var facts []feed.Fact
	for i := range 60 {
		f := bucket(fmt.Sprint("s", i), noon.Add(-time.Hour), 5*time.Minute, 1)
		facts = append(facts, f)
	}
	w := newWorld(t, says(facts...))
	a, err := w.post(t, "buckets")
	if err != nil || a.Accepted != 20 || len(a.Rejected) != 40 || !strings.Contains(a.Rejected[0].Reason, "20 sources") {
		t.Fatalf("%d accepted, %d rejected: %v", a.Accepted, len(a.Rejected), err)
	}
	own := bucket("prometheus/main", noon.Add(-time.Hour), 5*time.Minute, 1)
	if a, err := w.l.Record(t.Context(), []feed.Fact{own}); err != nil || a.Accepted != 1 {
		t.Errorf("the portal's own measurement is kept out: %+v, %v", a, err)
	}
	late := bucket("s3", noon.Add(-2*time.Hour), 5*time.Minute, 1)
	if a, err := w.l.Record(t.Context(), []feed.Fact{late}); err != nil || a.Accepted != 1 {
		t.Errorf("a known source: %+v, %v", a, err)
	}
}

// A replay says nothing new, and an old revision does not come back.
func TestAReplayChangesNothing(t *testing.T) {
	w := newWorld(t, feedstore.Options{Formats: []feed.Format{ndjson.Format()}})
	bodies := []string{
		`{"type":"change","id":"1","rev":1,"outcome":"succeeded","time":"2026-11-24T10:00:00Z"}`,
		`{"type":"change","id":"1","rev":2,"outcome":"failed","time":"2026-11-24T10:00:00Z"}`,
		`{"type":"sli","slo":"cart","start":"2026-11-24T10:00:00Z","len":"5m","good":1,"total":9,"rev":2}`,
	}
	send := func(body string) {
		t.Helper()
		if _, err := w.l.Accept(t.Context(), "ndjson", feed.Input{Body: []byte(body), Source: "ci"}); err != nil {
			t.Fatal(err)
		}
	}
	for _, b := range bodies {
		send(b)
	}
	want := w.state(t)
	for i := range 9 {
		w.now = w.now.AddDate(0, 0, i)
		send(bodies[i%len(bodies)])
	}
	if w.state(t) != want {
		t.Error("the replay of a body changed what is known")
	}
	got, err := w.l.Changes(t.Context(), noon.Add(-day), noon)
	if err != nil || len(got) != 1 || got[0].Outcome != "failed" {
		t.Errorf("%+v, %v", got, err)
	}
}
