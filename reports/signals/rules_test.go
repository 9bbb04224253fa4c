package signals

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/incident"
)

func TestValidID(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{
		"INC-1": true, "inc_1": true, "a": true, "Z9": true, "-": true, "1-2": true, strings.Repeat("a", 64): true,
		"": false, "17": false, strings.Repeat("a", 65): false, "a b": false, "a/b": false, "a.b": false, "ä": false, "a@": false, "a[": false,
		"a`": false, "a{": false,
	} {
		if got := validID(id); got != want {
			t.Errorf("%q: %v", id, got)
		}
	}
}

func TestMonday(t *testing.T) {
	t.Parallel()
	for day := range 30 {
		for _, clock := range []time.Duration{0, time.Second, 12 * time.Hour, 24*time.Hour - 1} {
			at := time.Date(2026, 2, 20, 0, 0, 0, 0, time.UTC).AddDate(0, 0, day).Add(clock)
			got := monday(at)
			if got.Weekday() != time.Monday || got.Hour() != 0 || got.Truncate(24*time.Hour) != got || got.After(at) || at.Sub(got) >= week {
				t.Errorf("the Monday of %s is %s", at, got)
			}
		}
	}
}

// The newest summaries are retained, and no more of them than reports need.
func TestSummariesAreBounded(t *testing.T) {
	t.Parallel()
	f := open(t)
	first := monday(f.now)
	for n := range maxSummaries + 5 {
		if err := f.storeSummary(t.Context(), first.AddDate(0, 0, 7*n), storedSummary{Seq: uint64(n)}); err != nil {
			t.Fatal(err)
		}
		if got, want := storedSummaries(t, f), min(n+1, maxSummaries); len(got) != want || !got[len(got)-1].Equal(first.AddDate(0, 0, 7*n)) {
			t.Fatalf("after %d summaries %d are stored: %v", n+1, len(got), got)
		}
	}
}

// storedSummaries returns the times of the stored summaries, the oldest first.
func storedSummaries(t *testing.T, f *fixture) (out []time.Time) {
	t.Helper()
	err := f.opt.DB.View(t.Context(), func(r kv.Reader) error {
		for item, err := range r.Scan(bPast, nil, nil) {
			if err != nil {
				return err
			}
			out = append(out, lineTime(item.Key))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The bounds of an entry are inclusive: one more than each is refused with its field.
func TestBoundsOfAnEntry(t *testing.T) {
	t.Parallel()
	list := func(n int) (out []string) {
		for i := range n {
			out = append(out, strings.Repeat("s", i+1))
		}
		return out
	}
	year := func(y int) map[string]time.Time {
		return map[string]time.Time{"started": time.Date(y, 6, 1, 0, 0, 0, 0, time.UTC)}
	}
	now := year(2026)
	for name, c := range map[string]struct {
		entry storedEntry
		field string // "" is valid
	}{
		"as many services":      {storedEntry{Title: "t", Services: list(maxEntryList), Times: now}, ""},
		"one service more":      {storedEntry{Title: "t", Services: list(maxEntryList + 1), Times: now}, "services"},
		"the longest title":     {storedEntry{Title: strings.Repeat("t", maxText), Times: now}, ""},
		"a byte more":           {storedEntry{Title: strings.Repeat("t", maxText+1), Times: now}, "title"},
		"no title":              {storedEntry{Times: now}, "title"},
		"no start":              {storedEntry{Title: "t"}, "started"},
		"the first year":        {storedEntry{Title: "t", Times: year(incident.FirstYear)}, ""},
		"a year before":         {storedEntry{Title: "t", Times: year(incident.FirstYear - 1)}, "started"},
		"the last year":         {storedEntry{Title: "t", Times: year(incident.LastYear)}, ""},
		"a year after":          {storedEntry{Title: "t", Times: year(incident.LastYear + 1)}, "started"},
		"a severity":            {storedEntry{Title: "t", Severity: "SEV5", Times: now}, ""},
		"no such severity":      {storedEntry{Title: "t", Severity: "SEV6", Times: now}, "severity"},
		"a milestone too early": {storedEntry{Title: "t", Times: map[string]time.Time{"started": at(5), "detected": at(4)}}, "detected"},
		"at the start":          {storedEntry{Title: "t", Times: map[string]time.Time{"started": at(5), "detected": at(5)}}, ""},
		"no milestone":          {storedEntry{Title: "t", Times: map[string]time.Time{"started": at(5), "felt": at(6)}}, "felt"},
	} {
		t.Run(name, func(t *testing.T) {
			err := checkEntry(incident.Record{}, c.entry)
			if got := fieldOf(err); (err == nil) != (c.field == "") || got != c.field {
				t.Errorf("the field is %q, want %q: %v", got, c.field, err)
			}
		})
	}
}

// fieldOf returns the field that an error is about.
func fieldOf(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.Field
	}
	return ""
}
