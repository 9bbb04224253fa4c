package feedstore_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feed/alertmanager"
	"github.com/postern/postern/reports/feed/ndjson"
	"github.com/postern/postern/reports/feedstore"
	"github.com/postern/postern/reports/incident"
)

// budgeted is a world in which a source may bring three new things a day and have
// two open.
func budgeted(t *testing.T) *world {
	return newWorld(t, feedstore.Options{
		Formats: []feed.Format{ndjson.Format(), alertmanager.Format(), linesFormat()},
		Budget:  feedstore.Budget{New: 3, Open: 2},
		Defined: func(context.Context) (func(string) bool, error) {
			return func(name string) bool { return strings.HasPrefix(name, "defined") }, nil
		},
	})
}

func (w *world) say(t *testing.T, in feed.Input, lines ...string) feedstore.Result {
	t.Helper()
	in.Body, in.Received = []byte(strings.Join(lines, "\n")), w.now
	if in.Source == "" {
		in.Source = "ci"
	}
	a, err := w.l.Accept(t.Context(), "ndjson", in)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func changeLine(id string) string {
	return fmt.Sprintf(`{"type":"change","id":%q,"time":"2026-11-24T10:00:00Z"}`, id)
}

func openLine(id, more string) string {
	return fmt.Sprintf(`{"type":"incident","id":%q,"title":"t","started":"2026-11-24T10:00:00Z"%s}`, id, more)
}

func bucketLine(slo string, minute int) string {
	return fmt.Sprintf(`{"type":"sli","slo":%q,"start":"2026-11-24T10:%02d:00Z","len":"5m","good":9,"total":9}`, slo, minute)
}

func expect(t *testing.T, what string, a feedstore.Result, accepted, duplicate, over int) {
	t.Helper()
	if a.Accepted != accepted || a.Duplicate != duplicate || a.OverBudget != over || len(a.Rejected) != over {
		t.Errorf("%s: %+v; want %d accepted, %d duplicate, %d over budget", what, a, accepted, duplicate, over)
	}
	for _, r := range a.Rejected {
		if !strings.HasPrefix(r.Reason, "over budget: ") {
			t.Errorf("%s: rejected as %q", what, r.Reason)
		}
	}
}

func TestNewThingsOfASourceAreBounded(t *testing.T) {
	w := budgeted(t)
	expect(t, "five", w.say(t, feed.Input{}, changeLine("a"), changeLine("b"), changeLine("c"), changeLine("d"), changeLine("e")), 3, 0, 2)
	expect(
		t,
		"known ones",
		w.say(t, feed.Input{}, changeLine("a"), `{"type":"change","id":"b","rev":2,"time":"2026-11-24T10:05:00Z"}`),
		1,
		1,
		0,
	)
	expect(t, "another kind", w.say(t, feed.Input{}, `{"type":"drill","id":"x","title":"t","time":"2026-11-24T10:00:00Z"}`), 0, 0, 1)
	expect(t, "another source", w.say(t, feed.Input{Source: "cd"}, changeLine("a")), 1, 0, 0)
	w.l = feedstore.New(w.opt) // a restart
	expect(t, "after a restart", w.say(t, feed.Input{}, changeLine("d")), 0, 0, 1)
	w.now = w.now.Add(11 * time.Hour)
	expect(t, "before midnight", w.say(t, feed.Input{}, changeLine("d")), 0, 0, 1)
	w.now = w.now.Add(time.Hour)
	expect(t, "the next day, of the same event time", w.say(t, feed.Input{}, changeLine("d")), 1, 0, 0)
	w.now = w.now.Add(-2 * time.Hour)
	expect(t, "the clock set back", w.say(t, feed.Input{}, changeLine("e")), 0, 0, 1)
}

func TestOpenThingsOfASourceAreBounded(t *testing.T) {
	w := budgeted(t)
	expect(t, "two of three", w.say(t, feed.Input{}, openLine("1", ""), openLine("2", ""), openLine("3", "")), 2, 0, 1)
	episode := func(name, ends string) feedstore.Result {
		status := "firing"
		if ends != "" {
			status = "resolved"
		}
		body := fmt.Sprintf(
			`{"version":"4","status":%[1]q,"receiver":"r","alerts":[{"status":%[1]q,"labels":{"alertname":%[2]q},"startsAt":"2026-11-24T11:00:00Z","endsAt":%[3]q,"fingerprint":%[2]q}]}`,
			status,
			name,
			ends,
		)
		a, err := w.l.Accept(t.Context(), "alertmanager", feed.Input{Body: []byte(body), Source: "ci", Received: w.now})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	expect(t, "an alert beside two incidents", episode("up", ""), 0, 0, 1)
	w.l = feedstore.New(w.opt)
	expect(t, "after a restart", episode("up", ""), 0, 0, 1)
	expect(t, "one ends", w.say(t, feed.Input{}, openLine("1", `,"rev":2,"resolved":"2026-11-24T11:00:00Z"`)), 1, 0, 0)
	expect(t, "there is room", episode("up", ""), 1, 0, 0)
	expect(
		t,
		"what is over needs none",
		w.say(t, feed.Input{}, openLine("4", `,"resolved":"2026-11-24T11:00:00Z"`)),
		0,
		0,
		1,
	) // three new ones
	w.now = w.now.Add(day)
	expect(t, "ended, the next day", w.say(t, feed.Input{}, openLine("4", `,"resolved":"2026-11-24T11:00:00Z"`)), 1, 0, 0)
	expect(t, "open, the next day", w.say(t, feed.Input{}, openLine("5", "")), 0, 0, 1)
	expect(t, "a known one opens again", w.say(t, feed.Input{}, openLine("4", `,"rev":2`)), 1, 0, 0)
	if s := w.status(t); s.Open != 3 || s.NewDay != 1 || s.State != feedstore.SourceOverBudget || s.OverDay != 1 {
		t.Errorf("%+v", s)
	}
}

// status is of source ci as ndjson.
func (w *world) status(t *testing.T) (out feedstore.SourceStatus) {
	t.Helper()
	all, err := w.l.Sources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if s.Name == "ci" && s.Format == "ndjson" {
			return s
		}
	}
	t.Fatal("the source is not listed")
	return out
}

func TestAnUnboundTokenHasOneBudgetForAllItsNames(t *testing.T) {
	w := budgeted(t)
	free := feed.Input{Source: "one", Sender: "tok"}
	expect(t, "first name", w.say(t, free, changeLine("a"), changeLine("b")), 2, 0, 0)
	free.Source = "two"
	expect(t, "second name", w.say(t, free, changeLine("a"), changeLine("b")), 1, 0, 1)
	expect(t, "a name of an item", w.say(t, free, `{"type":"change","source":"three","id":"a","time":"2026-11-24T10:00:00Z"}`), 0, 0, 1)
	bound := feed.Input{Source: "four", Sender: "other", Bound: []string{"four", "five"}}
	expect(t, "bound", w.say(t, bound, changeLine("a"), changeLine("b"), changeLine("c")), 3, 0, 0)
	bound.Source = "five"
	expect(t, "bound, second source", w.say(t, bound, changeLine("a"), changeLine("b"), changeLine("c")), 3, 0, 0)
}

func TestBucketsOfDefinedSLOsHaveNoBudget(t *testing.T) {
	w := budgeted(t)
	var all []string
	for i := range 12 {
		all = append(all, bucketLine("defined-"+fmt.Sprint(i), 0), bucketLine("defined-"+fmt.Sprint(i), 5))
	}
	expect(t, "defined", w.say(t, feed.Input{}, all...), 24, 0, 0)
	expect(
		t,
		"unknown names",
		w.say(
			t,
			feed.Input{},
			bucketLine("u1", 0),
			bucketLine("u1", 5),
			bucketLine("u2", 0),
			bucketLine("u3", 0),
			bucketLine("u4", 0),
			bucketLine("u4", 5),
		),
		4,
		0,
		2,
	)
	expect(t, "known by now", w.say(t, feed.Input{}, bucketLine("u1", 10), bucketLine("defined-0", 10)), 2, 0, 0)
}

// What is over budget is one entry a source and hour, and leaves no body behind.
func TestOverBudgetIsOneDeadLetterPerHour(t *testing.T) {
	w := budgeted(t)
	for n := range 50 {
		var all []string
		for i := range 10 {
			all = append(all, changeLine(fmt.Sprintf("%d-%d", n, i)))
		}
		w.say(t, feed.Input{}, all...)
	}
	letters, _, err := w.l.DeadLetters(t.Context(), feedstore.DeadLetterFilter{})
	if err != nil || len(letters) != 1 || letters[0].Times != 497 || !letters[0].OverBudget || letters[0].Source != "ci" {
		t.Fatalf("%+v, %v", letters, err)
	}
	if want := "over budget: 497 new things of the hour from 2026-11-24 12:00 UTC not accepted, of which the first 100 are " +
		"stored here"; !strings.HasPrefix(
		letters[0].Reason,
		want,
	) {
		t.Errorf("its reason is %q", letters[0].Reason)
	}
	if n := w.rows(t, "ledger.raw"); n != 1 {
		t.Errorf("%d bodies are kept, want the one of which something was taken", n)
	}
	if n := w.rows(t, "ledger.fact"); n != 3 {
		t.Errorf("%d facts are stored", n)
	}
	w.now = w.now.Add(time.Hour)
	w.say(t, feed.Input{}, changeLine("later"))
	if letters, _, _ = w.l.DeadLetters(t.Context(), feedstore.DeadLetterFilter{}); len(letters) != 2 || letters[0].Times != 1 {
		t.Fatalf("of the next hour: %+v", letters)
	}
	if s := w.status(
		t,
	); s.State != feedstore.SourceOverBudget || s.OverDay != 498 || s.OverBudget != 498 || s.NewDay != 3 ||
		s.Rejected != 498 {
		t.Errorf("%+v", s)
	}
	q, err := w.l.Quality(t.Context(), w.now, w.now.Add(time.Hour))
	if err != nil || len(q.Sources) != 1 || q.Sources[0].OverBudget != 498 {
		t.Errorf("%+v, %v", q, err)
	}
	if damage, err := w.l.Check(t.Context()); err != nil || len(damage) > 0 {
		t.Errorf("%v, %v", damage, err)
	}
}

// Tried again on another day, what was kept of them is taken as far as that day's
// budget goes; the rest stays.
func TestOverBudgetIsTakenLater(t *testing.T) {
	w := budgeted(t)
	w.say(
		t,
		feed.Input{},
		changeLine("1"),
		changeLine("2"),
		changeLine("3"),
		changeLine("4"),
		changeLine("5"),
		changeLine("6"),
		changeLine("7"),
		changeLine("8"),
	)
	retry := func() feedstore.Result {
		letters, _, err := w.l.DeadLetters(t.Context(), feedstore.DeadLetterFilter{})
		if err != nil || len(letters) != 1 {
			t.Fatalf("%+v, %v", letters, err)
		}
		a, err := w.l.RetryDeadLetter(t.Context(), letters[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	expect(t, "the same day", retry(), 0, 0, 5)
	w.now = w.now.Add(day)
	expect(t, "the next day", retry(), 3, 0, 2)
	w.now = w.now.Add(day)
	expect(t, "the day after", retry(), 2, 0, 0)
	if letters, _, err := w.l.DeadLetters(t.Context(), feedstore.DeadLetterFilter{}); err != nil || len(letters) != 0 {
		t.Errorf("left: %+v, %v", letters, err)
	}
	all, err := w.l.Changes(t.Context(), noon.Add(-day), noon)
	if err != nil || len(all) != 8 || all[7].Source != "ci" {
		t.Errorf("%+v, %v", all, err)
	}
	if w.rows(t, "ledger.body") != 0 {
		t.Error("its body is still there")
	}
}

// rows counts the rows of a bucket.
func (w *world) rows(t *testing.T, bucket string) (n int) {
	t.Helper()
	err := w.db.View(t.Context(), func(r kv.Reader) error {
		n = 0
		for _, err := range r.Scan(bucket, nil, nil) {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// The counter of what is open is right after housekeeping and when it was lost.
func TestTheCountOfOpenThingsFollowsTheSpans(t *testing.T) {
	w := budgeted(t)
	w.opt.Retention.Facts = 10 * day
	w.l = feedstore.New(w.opt)
	w.say(t, feed.Input{}, openLine("1", ""), openLine("2", ""))
	w.now = w.now.Add(30 * day)
	if err := w.l.ApplyRetention(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s := w.status(t); s.Open != 0 {
		t.Errorf("%d are open of none", s.Open)
	}
	expect(t, "after they were forgotten", w.say(t, feed.Input{}, openLine("3", ""), openLine("4", ""), openLine("5", "")), 2, 0, 1)
	err := w.db.Update(t.Context(), func(x kv.Writer) error { return x.Delete("ledger.budget", []byte("oci")) })
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "without a counter", w.say(t, feed.Input{}, openLine("6", "")), 0, 0, 1)
}

// What the portal itself records is not a feeder's.
func TestRecordedFactsHaveNoBudget(t *testing.T) {
	w := budgeted(t)
	var facts []feed.Fact
	for i := range 9 {
		facts = append(facts, feed.Fact{Kind: feed.Incident, Source: "portal", Entity: fmt.Sprint(i), Item: i, At: noon,
			Incident: &incident.Record{Source: "portal", Ref: fmt.Sprint(i), At: noon}})
	}
	if a, err := w.l.Record(t.Context(), facts); err != nil || a.Accepted != 9 {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestLargeItemsAreRejected(t *testing.T) {
	w := budgeted(t)
	labels := func(n, size int) map[string]string {
		m := map[string]string{}
		for i := range n {
			m[fmt.Sprint("label", i)] = strings.Repeat("x", size)
		}
		return m
	}
	for name, c := range map[string]struct {
		labels, annotations map[string]string
		why                 string
	}{
		"fits":                  {labels(100, 10), labels(100, 10), ""},
		"too many labels":       {labels(101, 1), nil, "the alert has 101 labels; at most 100 are taken"},
		"too many annotations":  {nil, labels(200, 1), "the alert has 200 annotations; at most 100 are taken"},
		"too much text in them": {labels(40, 2000), nil, "bytes of text; at most 65536 are taken"},
	} {
		a, err := w.l.Record(t.Context(), []feed.Fact{{Kind: feed.Alert, Source: "am", Entity: name, Key: "k", At: noon,
			Alert: &alert.Signal{Source: "am", Fingerprint: name, StartsAt: noon, Labels: c.labels, Annotations: c.annotations, At: noon}}})
		if err != nil || (c.why == "") != (len(a.Rejected) == 0) || c.why != "" && !strings.Contains(a.Rejected[0].Reason, c.why) {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
	many := make([]string, 20_000)
	for i := range many {
		many[i] = fmt.Sprintf(`"l%d":"v"`, i)
	}
	body := `{"version":"4","status":"firing","receiver":"r","alerts":[{"status":"firing","labels":{` + strings.Join(
		many,
		",",
	) + `},"startsAt":"2026-11-24T11:00:00Z","fingerprint":"f"}]}`
	a, err := w.l.Accept(t.Context(), "alertmanager", feed.Input{Body: []byte(body), Source: "am", Received: noon})
	if err != nil || a.Accepted != 0 || len(a.Rejected) != 1 || a.Rejected[0].Reason != "the alert has 20000 labels; at most 100 are taken" {
		t.Errorf("%+v, %v", a, err)
	}
}
