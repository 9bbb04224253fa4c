package reportstore_test

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/compile"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/reportstore"
)

func open(t *testing.T) (*boltkv.DB, *reportstore.Store) {
	t.Helper()
	db, err := boltkv.Open(t.Context(), filepath.Join(t.TempDir(), "db"),
		boltkv.Options{Schemas: []kv.Schema{reportstore.Schema()}, Now: time.Now, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db, reportstore.New(db)
}

// report returns a report of a day that states one thing.
func report(t *testing.T, id, says string) reports.Report {
	t.Helper()
	p, err := period.Of(period.Daily, id, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	r := compile.Report(reports.BuiltIn("UTC")[0], p, reports.Inputs{}, english())
	r.Verdict.Text, r.Verdict.Facts = says, []reports.Fact{{Key: "thing", Name: says}}
	return r
}

func publish(t *testing.T, a *reportstore.Store, r reports.Report, at time.Time, force bool) (reportstore.Revision, bool) {
	t.Helper()
	rev, made, err := a.Publish(t.Context(), r, "inputs of "+r.Verdict.Text, at, force)
	if err != nil {
		t.Fatal(err)
	}
	return rev, made
}

func TestRevisions(t *testing.T) {
	_, a := open(t)
	at := time.Date(2026, 11, 22, 0, 20, 0, 0, time.UTC)
	if rev, made := publish(t, a, report(t, "2026-11-21", "one"), at, false); !made || rev.Number != 1 || rev.Differs != 0 {
		t.Fatalf("first: %+v %v", rev, made)
	}
	if rev, made := publish(t, a, report(t, "2026-11-21", "one"), at.Add(time.Hour), false); made || rev.Number != 1 {
		t.Errorf("the same again: %+v %v", rev, made)
	}
	if rev, made := publish(t, a, report(t, "2026-11-21", "two"), at.Add(2*time.Hour), false); !made || rev.Number != 2 || rev.Differs != 1 {
		t.Errorf("a correction: %+v %v", rev, made)
	}
	late := at.Add(reports.CloseAfter)
	if rev, made := publish(t, a, report(t, "2026-11-21", "three"), late, false); made || rev.Number != 2 {
		t.Errorf("after it was closed: %+v %v", rev, made)
	}
	if rev, made := publish(t, a, report(t, "2026-11-21", "three"), late, true); !made || rev.Number != 3 {
		t.Errorf("forced: %+v %v", rev, made)
	}
	for n, says := range map[int]string{0: "three", 1: "one", 2: "two", 3: "three"} {
		p, err := a.Report(t.Context(), "daily", "2026-11-21", n)
		if err != nil || p.Report.Verdict.Text != says || p.Verdict != says {
			t.Errorf("revision %d says %q: %v", n, p.Report.Verdict.Text, err)
		}
	}
	for _, what := range []struct {
		name, period string
		n            int
	}{{"daily", "2026-11-21", 4}, {"daily", "2026-11-20", 0}, {"other", "2026-11-21", 0}, {"daily", "2026-11-21\x00", 0}} {
		if _, err := a.Report(t.Context(), what.name, what.period, what.n); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%+v: %v", what, err)
		}
	}
}

// A version of the program that words a report otherwise makes no revision, whether its
// inputs have the same hash or not; a person may force one.
func TestRewordingMakesNoRevision(t *testing.T) {
	t.Parallel()
	_, a := open(t)
	at := time.Date(2026, 11, 22, 0, 20, 0, 0, time.UTC)
	for _, step := range []struct {
		name          string
		states, words string
		inputs        string
		force, made   bool
		number        int
	}{
		{"the first", "one", "one", "a", false, true, 1},
		{"other words, same inputs", "one", "uno", "a", false, false, 1},
		{"other words, other inputs", "one", "uno", "b", false, false, 1},
		{"other words, forced", "one", "uno", "b", true, true, 2},
		{"the same bytes, forced", "one", "uno", "b", true, false, 2},
		{"states something else, same inputs", "two", "dos", "b", false, false, 2},
		{"states something else", "two", "dos", "c", false, true, 3},
		{"other words again", "two", "zwei", "d", false, false, 3},
	} {
		t.Run(step.name, func(t *testing.T) {
			r := report(t, "2026-11-21", step.states)
			r.Verdict.Text = step.words
			rev, made, err := a.Publish(t.Context(), r, step.inputs, at, step.force)
			if err != nil || made != step.made || rev.Number != step.number {
				t.Errorf("revision %d, made %v: %v; want %d, %v", rev.Number, made, err, step.number, step.made)
			}
		})
	}
}

// The list goes back in time, page by page, each period once.
func TestList(t *testing.T) {
	_, a := open(t)
	at := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	var want []string
	for day := 20; day > 10; day-- {
		id := fmt.Sprintf("2026-11-%02d", day)
		want = append(want, id)
		publish(t, a, report(t, id, "one"), at, false)
		publish(t, a, report(t, id, "two"), at, false)
	}
	var got []string
	for cursor := ""; ; {
		rows, next, err := a.List(t.Context(), reportstore.Filter{Name: "daily", Limit: 3, Cursor: cursor})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			got = append(got, r.Period)
			if r.Number != 2 {
				t.Errorf("%s: revision %d is not the newest", r.Period, r.Number)
			}
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("listed %v, want %v", got, want)
	}
	if rows, _, err := a.List(t.Context(), reportstore.Filter{Name: "weekly", Limit: 3}); err != nil || len(rows) > 0 {
		t.Errorf("another name: %v %v", rows, err)
	}
	if _, _, err := a.List(t.Context(), reportstore.Filter{Limit: 3, Cursor: "zz"}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a cursor of somebody else: %v", err)
	}
}

// What is pushed is written by the push's own Update, and forgotten by it.
func TestDefinitionsAndWords(t *testing.T) {
	db, a := open(t)
	publish := 8 * time.Hour
	d := reports.Definition{Name: "pay", Kind: period.Weekly, Zone: "UTC", Scope: reports.Scope{Labels: map[string][]string{"tier": {"1"}}},
		Publish: &publish}
	err := db.Update(t.Context(), func(w kv.Writer) error {
		if err := reportstore.PutDefinition(w, d); err != nil {
			return err
		}
		return reportstore.PutWords(w, "pay", "2026-W47", "**words**")
	})
	if err != nil {
		t.Fatal(err)
	}
	all, err := a.Definitions(t.Context())
	if err != nil || len(all) != 1 || all[0].Scope.String() != "tier 1" || *all[0].Publish != publish {
		t.Errorf("%+v: %v", all, err)
	}
	if words, err := a.Words(t.Context(), "pay", "2026-W47"); err != nil || words != "**words**" {
		t.Errorf("words %q: %v", words, err)
	}
	err = db.Update(t.Context(), func(w kv.Writer) error {
		if err := reportstore.DropDefinition(w, "pay"); err != nil {
			return err
		}
		return reportstore.PutWords(w, "pay", "2026-W47", "")
	})
	if err != nil {
		t.Fatal(err)
	}
	all, _ = a.Definitions(t.Context())
	words, _ := a.Words(t.Context(), "pay", "2026-W47")
	if len(all) > 0 || words != "" {
		t.Errorf("left: %v %q", all, words)
	}
}
