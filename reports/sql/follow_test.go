package sql

import (
	"encoding/json"
	"math"
	"math/rand"
	"reflect"
	"slices"
	"testing"
	"time"

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
		"nobody said anything": {10, nil, New, at(3), ""},
		"assigned":             {10, []Decision{assigned}, Assigned, at(9), "db"},
		"fixed":                {10, []Decision{fixed, assigned}, Fixed, at(11), "db"},
		"back":                 {13, []Decision{assigned, fixed}, Back, at(13), "db"},
		"other digest":         {10, []Decision{{At: at(9), Digest: "d2", State: Fixed}}, New, at(3), ""},
		"other database":       {10, []Decision{{At: at(9), Digest: "d1", Database: "x", State: Fixed}}, New, at(3), ""},
		"after the window":     {10, []Decision{{At: at(16), Digest: "d1", State: Fixed}}, New, at(3), ""},
		"taken back":           {10, []Decision{fixed, {At: at(12), Digest: "d1", State: New}}, New, at(12), ""},
	} {
		f := Follow(nil, []Observation{seen(3, 1), seen(c.last, 1)}, c.decisions, nil, window())[0]
		if f.State != c.state || !f.Since.Equal(c.since) || f.Owner.Team != c.team {
			t.Errorf("%s: %s since %v, %+v", name, f.State, f.Since, f.Owner)
		}
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

// TestFollowInAnyOrder: the order of observations and decisions does not matter.
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
		decisions := []Decision{{At: at(7), Digest: "a", State: Fixed, Team: "p"}, {At: at(10), Digest: "a", State: Assigned, Team: "q"}, {At: at(3), Digest: "b", State: Fixed}}
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

// pastOf summarizes what lies before one or two instants before the window, each
// with the decisions that there were then, as it comes back from where it is kept.
// What is before them is not observed any more.
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
