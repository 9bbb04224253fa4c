package signals

import (
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/kv"
)

func TestValidID(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{
		"INC-1": true, "inc_1": true, "a": true, "Z9": true, "-": true, "1-2": true, strings.Repeat("a", 64): true,
		"": false, "17": false, strings.Repeat("a", 65): false, "a b": false, "a/b": false, "a.b": false, "ä": false, "a@": false, "a[": false, "a`": false, "a{": false,
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
