package sql

import (
	"encoding/json"
	"math"
	"math/rand"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/postern/postern/reports/slo"
)

func at(day int) time.Time { return time.Date(2026, 11, day, 12, 0, 0, 0, time.UTC) }

func window() Window { return Window{at(8), at(15)} }

func seen(day int, count int64, times ...float64) Observation {
	sum := 0.0
	for _, t := range times {
		sum += t
	}
	return Observation{Digest: "d1", Database: "Orders", Instance: "db1", User: "app", Statement: "select ?", At: at(day),
		Count: count, Seconds: sum, Times: times, RowsExamined: 1000 * count, RowsSent: 10 * count}
}

func TestFollowCountsTheWindow(t *testing.T) {
	all := []Observation{seen(9, 2, 1, 3), seen(2, 1, 100), seen(14, 1, 2), seen(15, 1, 500)}
	got := Follow(nil, all, nil, []slo.Service{{Name: "shop", Team: "web", Databases: []string{"orders"}}}, window())
	if len(got) != 1 {
		t.Fatalf("%+v", got)
	}
	f := got[0]
	if f.Count != 3 || f.Seconds != 6 || *f.P95 != 3 || f.TimesKnown != 3 || *f.ExaminedPerSent != 100 {
		t.Errorf("counted %+v", f)
	}
	if !f.FirstSeen.Equal(at(2)) || !f.LastSeen.Equal(at(14)) || f.State != New || !f.Since.Equal(at(2)) {
		t.Errorf("seen %v to %v, %s since %v", f.FirstSeen, f.LastSeen, f.State, f.Since)
	}
	if f.Owner != (Owner{"web", "shop", "database"}) {
		t.Errorf("owner %+v", f.Owner)
	}
}

func TestFollowUnknownIsNotZero(t *testing.T) {
	o := seen(9, 5)
	o.RowsSent = 0
	f := Follow(nil, []Observation{o}, nil, nil, window())[0]
	if f.P95 != nil || f.ExaminedPerSent != nil || f.Owner != (Owner{}) {
		t.Errorf("%+v", f)
	}
}

func TestP95WeighsByCount(t *testing.T) {
	many := seen(9, 960, 1, 1)
	few := seen(10, 40, 9)
	if f := Follow(nil, []Observation{many, few}, nil, nil, window())[0]; *f.P95 != 1 {
		t.Errorf("4 %% of the executions moved p95 to %v", *f.P95)
	}
	few.Count = 60
	if f := Follow(nil, []Observation{many, few}, nil, nil, window())[0]; *f.P95 != 9 {
		t.Errorf("p95 is %v", *f.P95)
	}
}

func TestStates(t *testing.T) {
	assigned := Decision{At: at(9), Digest: "d1", State: Assigned, Team: "db"}
	fixed := Decision{At: at(11), Digest: "d1", Database: "Orders", State: Fixed}
	for name, c := range map[string]struct {
		last      int
		decisions []Decision
		state     State
		since     time.Time
		team      string
	}{
		"no decision":      {10, nil, New, at(3), ""},
		"assigned":         {10, []Decision{assigned}, Assigned, at(9), "db"},
		"fixed":            {10, []Decision{fixed, assigned}, Fixed, at(11), "db"},
		"back":             {13, []Decision{assigned, fixed}, Back, at(13), "db"},
		"other digest":     {10, []Decision{{At: at(9), Digest: "d2", State: Fixed}}, New, at(3), ""},
		"other database":   {10, []Decision{{At: at(9), Digest: "d1", Database: "x", State: Fixed}}, New, at(3), ""},
		"after the window": {10, []Decision{{At: at(16), Digest: "d1", State: Fixed}}, New, at(3), ""},
		"taken back":       {10, []Decision{fixed, {At: at(12), Digest: "d1", State: New}}, New, at(12), ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := Follow(nil, []Observation{seen(3, 1), seen(c.last, 1)}, c.decisions, nil, window())[0]
			if f.State != c.state || !f.Since.Equal(c.since) || f.Owner.Team != c.team {
				t.Errorf("%s since %v, %+v", f.State, f.Since, f.Owner)
			}
		})
	}
}

func TestOwners(t *testing.T) {
	services := []slo.Service{{Name: "pay-core", Team: "payments", Databases: []string{"ledger"}}, {Name: "shop", Owner: "zoe"}}
	for _, c := range []struct {
		database, user, tag string
		want                Owner
	}{
		{"LEDGER", "shop", "team=x", Owner{"payments", "pay-core", "database"}},
		{"other", "pay_core", "team=x", Owner{"payments", "pay-core", "user"}},
		{"other", "root", "team=x", Owner{"x", "", "tag"}},
		{"other", "root", "app=shop", Owner{"zoe", "shop", "tag"}},
		{"other", "root", "app=none", Owner{}},
		{"other", "root", "", Owner{}},
	} {
		o := Observation{Digest: "d", Database: c.database, User: c.user, Tag: c.tag, At: at(9), Count: 1}
		if got := Follow(nil, []Observation{o}, nil, services, window())[0].Owner; got != c.want {
			t.Errorf("%+v: %+v", c, got)
		}
	}
}

// TestFollowInAnyOrder holds that the order of observations and decisions does not
// matter.
func TestFollowInAnyOrder(t *testing.T) {
	one := rapid.Custom(func(t *rapid.T) Observation {
		day := rapid.IntRange(1, 16).Draw(t, "day")
		o := seen(day, int64(rapid.IntRange(1, 5).Draw(t, "n")), float64(rapid.IntRange(1, 9).Draw(t, "s")))
		o.Digest = rapid.SampledFrom([]string{"a", "b"}).Draw(t, "digest")
		o.User = rapid.SampledFrom([]string{"u", "v"}).Draw(t, "user")
		o.Tag = rapid.SampledFrom([]string{"", "team=x", "team=y"}).Draw(t, "tag")
		return o
	})
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOf(one).Draw(t, "observations")
		decisions := []Decision{
			{At: at(7), Digest: "a", State: Fixed, Team: "p"}, {At: at(10), Digest: "a", State: Assigned, Team: "q"},
			{At: at(3), Digest: "b", State: Fixed},
		}
		want := Follow(nil, all, decisions, nil, window())
		r := rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed")))
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		decisions[0], decisions[1] = decisions[1], decisions[0]
		if got := Follow(nil, all, decisions, nil, window()); !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v\n%+v", got, want)
		}
		if got := Follow(pastOf(t, all, decisions)); !reflect.DeepEqual(got, want) {
			t.Fatalf("on top of a summary: %+v\n%+v", got, want)
		}
		var count int64
		for _, f := range want {
			count += f.Count
			if math.IsNaN(f.Seconds) {
				t.Fatal("NaN")
			}
		}
		for _, o := range all {
			if window().has(o.At) {
				count -= o.Count
			}
		}
		if count != 0 {
			t.Fatalf("counted %d too many", count)
		}
	})
}

// pastOf summarizes the observations before one or two instants before the window, each
// with the decisions of that time, and reads them back from their stored form. The
// observations before those instants are dropped.
func pastOf(t *rapid.T, all []Observation, decisions []Decision) ([]Past, []Observation, []Decision, []slo.Service, Window) {
	var past []Past
	days := rapid.SliceOfN(rapid.IntRange(1, 8), 1, 2).Draw(t, "summarized on the days")
	slices.Sort(days)
	for _, day := range days {
		var earlier, later []Observation
		for _, o := range all {
			if o.At.Before(at(day)) {
				earlier = append(earlier, o)
			} else {
				later = append(later, o)
			}
		}
		then := slices.DeleteFunc(slices.Clone(decisions), func(d Decision) bool { return !d.At.Before(at(day)) })
		row, err := json.Marshal(Summarize(past, earlier, then))
		if err != nil {
			t.Fatal(err)
		}
		past, all = nil, later
		if err := json.Unmarshal(row, &past); err != nil {
			t.Fatal(err)
		}
	}
	return past, all, decisions, nil, window()
}

// TestFollowUsesEveryField covers what the window adds up and what it leaves out.
func TestFollowUsesEveryField(t *testing.T) {
	sampled, odd, second := seen(9, 2, 1, 3), seen(10, 0), seen(11, 4, 2)
	sampled.OneIn, sampled.Tag = 10, "team=b"
	odd.Odd, odd.Instance, odd.User = true, "db0", ""
	second.OneIn, second.Instance, second.User, second.Statement, second.Tag = 3, "db2", "batch", "a select", "team=a"
	f := Follow(nil, []Observation{sampled, odd, second}, nil, nil, window())[0]
	want := Followed{
		Digest: "d1", Database: "Orders", Statement: "a select", Instances: []string{"db0", "db1", "db2"}, Users: []string{"app", "batch"},
		Tag:   "team=a",
		Count: 6, Seconds: 6, P95: new(3.0), TimesKnown: 3, RowsExamined: 6000, RowsSent: 60, ExaminedPerSent: new(100.0), OneIn: 10, Odd: 1,
		FirstSeen: at(9), LastSeen: at(11), State: New, Since: at(9), Owner: Owner{Team: "a", By: "tag"},
	}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Error(diff)
	}
	if f.Key() != "d1/Orders" {
		t.Errorf("Key() = %q", f.Key())
	}
}

func TestFollowOrder(t *testing.T) {
	one := func(digest, database string, seconds float64) Observation {
		return Observation{Digest: digest, Database: database, At: at(9), Count: 1, Seconds: seconds}
	}
	var got []string
	for _, f := range Follow(nil, []Observation{one("b", "x", 1), one("a", "y", 1), one("a", "x", 1), one("c", "x", 9)}, nil, nil, window()) {
		got = append(got, f.Key())
	}
	if diff := cmp.Diff([]string{"c/x", "a/x", "a/y", "b/x"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestFollowedWindowIsHalfOpen(t *testing.T) {
	for day, want := range map[int]int64{7: 0, 8: 1, 14: 1} {
		if got := Follow(nil, []Observation{seen(day, 1)}, nil, nil, window())[0].Count; got != want {
			t.Errorf("day %d counts %d, want %d", day, got, want)
		}
	}
	if got := Follow(nil, []Observation{seen(15, 1)}, nil, nil, window()); len(got) != 0 {
		t.Errorf("an observation at the end of the window is followed: %+v", got)
	}
}

func TestCredible(t *testing.T) {
	ok := Observation{Count: 2, Seconds: 5, Times: []float64{1}, RowsExamined: 1, RowsSent: 1}
	for name, c := range map[string]struct {
		change func(*Observation)
		want   bool
	}{
		"ordinary":                  {func(*Observation) {}, true},
		"every bound":               {func(o *Observation) { o.Count, o.Seconds, o.RowsSent = MostCount, MostSeconds, MostCount }, true},
		"too many seconds":          {func(o *Observation) { o.Seconds = MostSeconds * 1.01 }, false},
		"negative seconds":          {func(o *Observation) { o.Seconds = -1 }, false},
		"no number":                 {func(o *Observation) { o.Seconds = math.NaN() }, false},
		"one long execution":        {func(o *Observation) { o.Count, o.Seconds = 1, MostExecution+1 }, false},
		"one execution at the edge": {func(o *Observation) { o.Count, o.Seconds = 1, MostExecution }, true},
		"a counter at one":          {func(o *Observation) { o.Count, o.Seconds, o.Cumulative = 1, MostExecution+1, true }, true},
		"a long time":               {func(o *Observation) { o.Times[0] = MostExecution + 1 }, false},
		"a negative time":           {func(o *Observation) { o.Times[0] = -1 }, false},
		"too many executions":       {func(o *Observation) { o.Count = MostCount + 1 }, false},
		"negative executions":       {func(o *Observation) { o.Count = -1 }, false},
		"too many rows examined":    {func(o *Observation) { o.RowsExamined = MostCount + 1 }, false},
		"negative rows sent":        {func(o *Observation) { o.RowsSent = -1 }, false},
	} {
		t.Run(name, func(t *testing.T) {
			o := ok
			o.Times = []float64{1}
			c.change(&o)
			if got := o.Credible(); got != c.want {
				t.Errorf("Credible() = %v for %+v", got, o)
			}
		})
	}
}

// TestSummarizeKeepsWhatDecidesAComeback holds that the times after the first "fixed"
// are retained, sorted and once each, and no others.
func TestSummarizeKeepsWhatDecidesAComeback(t *testing.T) {
	fixed := []Decision{{At: at(5), Digest: "d1", State: Fixed}, {At: at(3), Digest: "d1", State: Fixed},
		{At: at(1), Digest: "d2", State: Fixed}}
	past := Summarize(nil, []Observation{seen(6, 1), seen(2, 1), seen(4, 1), seen(6, 1), seen(3, 1)}, fixed)
	if len(past) != 1 {
		t.Fatalf("%+v", past)
	}
	if diff := cmp.Diff([]time.Time{at(3), at(4), at(6)}, past[0].Again); diff != "" {
		t.Error(diff)
	}
	if !past[0].FirstSeen.Equal(at(2)) || !past[0].LastSeen.Equal(at(6)) {
		t.Errorf("seen from %v to %v", past[0].FirstSeen, past[0].LastSeen)
	}
	if past := Summarize(nil, []Observation{seen(6, 1)}, nil); past[0].Again != nil {
		t.Errorf("%v is retained without a decision", past[0].Again)
	}
}
