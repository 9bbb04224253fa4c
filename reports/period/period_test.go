package period_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/period"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestDaysOfEveryLength(t *testing.T) {
	for _, c := range []struct {
		zone, id string
		from     string
		length   time.Duration
	}{
		{"Asia/Shanghai", "2026-11-21", "2026-11-21T00:00:00+08:00", 24 * time.Hour},
		{"America/New_York", "2026-03-08", "2026-03-08T00:00:00-05:00", 23 * time.Hour},
		{"America/New_York", "2026-11-01", "2026-11-01T00:00:00-04:00", 25 * time.Hour},
		{"Australia/Lord_Howe", "2026-04-05", "2026-04-05T00:00:00+11:00", 24*time.Hour + 30*time.Minute},
		{"Australia/Lord_Howe", "2026-10-04", "2026-10-04T00:00:00+10:30", 23*time.Hour + 30*time.Minute},
		// Midnight was jumped over: the day began at 01:00.
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T01:00:00-02:00", 23 * time.Hour},
		{"America/Sao_Paulo", "2018-11-03", "2018-11-03T00:00:00-03:00", 24 * time.Hour},
		// Samoa had no 30 December 2011.
		{"Pacific/Apia", "2011-12-29", "2011-12-29T00:00:00-10:00", 24 * time.Hour},
		{"Pacific/Apia", "2011-12-31", "2011-12-31T00:00:00+14:00", 24 * time.Hour},
		// The clock went back at 00:01, one minute into the day.
		{"America/St_Johns", "2006-10-29", "2006-10-29T00:00:00-02:30", 25 * time.Hour},
	} {
		p, err := period.Of(period.Daily, c.id, zone(t, c.zone))
		if err != nil {
			t.Fatalf("%s %s: %v", c.zone, c.id, err)
		}
		if got := p.From.Format(time.RFC3339); got != c.from || p.Length() != c.length {
			t.Errorf("%s %s: from %s for %v, want %s for %v", c.zone, c.id, got, p.Length(), c.from, c.length)
		}
	}
}

func TestDayThatDoesNotExist(t *testing.T) {
	apia := zone(t, "Pacific/Apia")
	if _, err := period.Of(period.Daily, "2011-12-30", apia); fault.KindOf(err) != fault.NotFound {
		t.Errorf("2011-12-30 in Apia: %v", err)
	}
	p, err := period.Of(period.Daily, "2011-12-29", apia)
	if err != nil {
		t.Fatal(err)
	}
	if n := p.Next(); n.ID != "2011-12-31" || !n.From.Equal(p.To) || n.Prev().ID != p.ID {
		t.Errorf("after 29 December comes %s, and before that %s", n.ID, n.Prev().ID)
	}
	w, err := period.Of(period.Weekly, "2011-W52", apia)
	if err != nil || w.Length() != 6*24*time.Hour {
		t.Errorf("the week without its Friday is %v long: %v", w.Length(), err)
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct {
		kind        period.Kind
		day, id     string
		first, last string
	}{
		{period.Weekly, "2026-01-01", "2026-W01", "2025-12-29", "2026-01-05"},
		{period.Weekly, "2027-01-01", "2026-W53", "2026-12-28", "2027-01-04"},
		{period.Weekly, "2024-12-30", "2025-W01", "2024-12-30", "2025-01-06"},
		{period.Monthly, "2026-03-31", "2026-03", "2026-03-01", "2026-04-01"},
		{period.Monthly, "2026-12-31", "2026-12", "2026-12-01", "2027-01-01"},
		{period.Daily, "2028-02-29", "2028-02-29", "2028-02-29", "2028-03-01"},
	} {
		at, err := time.Parse(time.DateOnly, c.day)
		if err != nil {
			t.Fatal(err)
		}
		p := period.Containing(c.kind, at, time.UTC)
		if p.ID != c.id || p.From.Format(time.DateOnly) != c.first || p.To.Format(time.DateOnly) != c.last {
			t.Errorf("%s of %s is %s [%s, %s)", c.kind, c.day, p.ID, p.From, p.To)
		}
	}
	if p := period.Containing(period.Monthly, time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC), time.UTC).Prev(); p.ID != "2026-02" {
		t.Errorf("before March comes %s", p.ID)
	}
}

func TestNamesThatAreNone(t *testing.T) {
	for kind, ids := range map[period.Kind][]string{
		period.Daily:   {"", "2026-02-29", "2026-2-1", "26-02-01", "2026-13-01", "2026-11-21T00:00", "1969-12-31", "2200-01-01", " 2026-11-21"},
		period.Weekly:  {"2026-W00", "2025-W53", "2026-W54", "2026-w47", "2026-47", "2026-W7", "2026-W47-1"},
		period.Monthly: {"2026-00", "2026-13", "2026-1", "202611", "2026-11-01"},
		"hourly":       {"2026-11-21"},
	} {
		for _, id := range ids {
			if p, err := period.Of(kind, id, time.UTC); fault.KindOf(err) != fault.Invalid {
				t.Errorf("%s %q is %v: %v", kind, id, p, err)
			}
		}
	}
}

func TestBetween(t *testing.T) {
	a := time.Date(2026, 8, 31, 12, 0, 0, 0, time.UTC)
	b := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	var ids []string
	for _, p := range period.Between(period.Monthly, a, b, time.UTC, 100) {
		ids = append(ids, p.ID)
	}
	if !slices.Equal(ids, []string{"2026-08", "2026-09", "2026-10", "2026-11"}) {
		t.Errorf("months: %v", ids)
	}
	if got := period.Between(period.Daily, a, b, time.UTC, 3); len(got) != 3 {
		t.Errorf("the limit is 3, not %d", len(got))
	}
	if got := period.Between(period.Daily, b, b, time.UTC, 3); len(got) != 0 {
		t.Errorf("an empty span touches %d days", len(got))
	}
}

// zones are all zones of this machine's tz database, one of each set of aliases.
func zones(t *testing.T) []*time.Location {
	t.Helper()
	const root = "/usr/share/zoneinfo"
	seen := map[string]bool{}
	var all []*time.Location
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if d != nil && d.IsDir() && (d.Name() == "posix" || d.Name() == "right") {
				return filepath.SkipDir
			}
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil || !strings.HasPrefix(string(b), "TZif") || seen[string(b)] {
			return err
		}
		seen[string(b)] = true
		z, err := time.LoadLocationFromTZData(strings.TrimPrefix(path, root+"/"), b)
		if err != nil {
			return err
		}
		all = append(all, z)
		return nil
	})
	if err != nil || len(all) < 100 {
		if os.Getenv("POSTERN_REQUIRE") == "all" {
			t.Fatalf("the tz database in %s: %d zones, %v", root, len(all), err)
		}
		t.Skipf("tz database: none in %s: %v", root, err)
	}
	return all
}

// transitions are the instants from 1970 to 2037 at which a zone's offset changes.
func transitions(z *time.Location) (all []time.Time) {
	end := time.Date(2038, 1, 1, 0, 0, 0, 0, time.UTC)
	for at := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC); ; {
		_, next := at.In(z).ZoneBounds()
		if next.IsZero() || next.After(end) {
			return all
		}
		all, at = append(all, next), next
	}
}

// check asserts what must hold of every period and its neighbours.
func check(t *testing.T, p period.Period) {
	t.Helper()
	next := p.Next()
	switch {
	case !p.From.Before(p.To):
		t.Fatalf("%s %s is empty: [%s, %s)", p.Zone, p.ID, p.From, p.To)
	case !next.From.Equal(p.To):
		t.Fatalf("%s: %s ends at %s, %s begins at %s", p.Zone, p.ID, p.To, next.ID, next.From)
	case next.ID <= p.ID:
		t.Fatalf("%s: %s comes after %s and sorts before it", p.Zone, next.ID, p.ID)
	case next.Prev() != p:
		t.Fatalf("%s: before %s comes %v, not %v", p.Zone, next.ID, next.Prev(), p)
	case period.Containing(p.Kind, p.From, p.Zone) != p, period.Containing(p.Kind, p.To.Add(-1), p.Zone) != p:
		t.Fatalf("%s: the ends of %s lie in %v and %v", p.Zone, p.ID, period.Containing(p.Kind, p.From, p.Zone),
			period.Containing(p.Kind, p.To.Add(-1), p.Zone))
	}
	if again, err := period.Of(p.Kind, p.ID, p.Zone); err != nil || again != p {
		t.Fatalf("%s: %s by its name is %v: %v", p.Zone, p.ID, again, err)
	}
}

// Periods can only go wrong where an offset changes, so the days, weeks and
// months around every change of every zone are looked at, and in one zone of
// each hemisphere every day.
func TestEveryZoneIsCovered(t *testing.T) {
	for _, z := range zones(t) {
		for _, at := range transitions(z) {
			for _, kind := range period.Kinds() {
				back := 1
				if kind == period.Daily {
					back = 2
				}
				p := period.Containing(kind, at, z).Back(back)
				for range 2*back + 1 {
					check(t, p)
					p = p.Next()
				}
			}
		}
	}
	for _, name := range []string{"America/New_York", "Australia/Lord_Howe", "Pacific/Apia"} {
		end := time.Date(2038, 1, 1, 0, 0, 0, 0, time.UTC)
		for p := period.Containing(period.Daily, time.Date(1970, 1, 2, 0, 0, 0, 0, time.UTC), zone(t, name)); p.From.Before(end); p = p.Next() {
			check(t, p)
		}
	}
}

// A day begins at the first instant that shows its date: found by looking at
// every half minute.
func TestMidnightIsTheFirstInstantOfItsDay(t *testing.T) {
	all := zones(t)
	rapid.Check(t, func(r *rapid.T) {
		z := rapid.SampledFrom(all).Draw(r, "zone")
		at := time.Unix(rapid.Int64Range(0, 2145916800).Draw(r, "second"), 0)
		if changes := transitions(z); len(changes) > 0 && rapid.Bool().Draw(r, "near a change") {
			at = rapid.SampledFrom(changes).Draw(r, "change").Add(time.Duration(rapid.IntRange(-30, 30).Draw(r, "hours")) * time.Hour)
		}
		y, m, d := at.In(z).Date()
		got, ok := period.MidnightOf(y, m, d, z)
		const step = 30 * time.Second
		first := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Add(-50 * time.Hour)
		for {
			fy, fm, fd := first.In(z).Date()
			if fy == y && fm == m && fd == d {
				break
			}
			first = first.Add(step)
		}
		if !ok || got.After(first) || first.Sub(got) >= step {
			r.Fatalf("%s: %d-%d-%d begins at %v (%v), first seen at %v", z, y, m, d, got, ok, first.In(z))
		}
	})
}
