package compile_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/compile"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/period"

	"github.com/postern/postern/reports/slo"
)

// steady are hourly buckets of total events, bad of them bad.
func steady(from, to time.Time, bad, total float64) (all []slo.Bucket) {
	for at := from; at.Before(to); at = at.Add(time.Hour) {
		all = append(all, slo.Bucket{Start: at.UTC(), Len: time.Hour, Good: total - bad, Total: total, Coverage: 1})
	}
	return all
}

// calendarMonth is an SLO of 99.9 % over months of a zone.
func calendarMonth(t testing.TB, zone string) slo.SLO {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return slo.SLO{
		Name: "cart", Title: "Cart availability", Service: "cart", Target: 0.999, Method: slo.Occurrences, Hash: "h",
		Window: slo.Window{Count: 1, Unit: "M", Start: time.Date(2026, 1, 1, 0, 0, 0, 0, loc), Zone: loc},
	}
}

func compiled(t testing.TB, kind period.Kind, id string, s slo.SLO, buckets []slo.Bucket, incidents ...incident.Incident) (reports.Report,
	reports.Objective) {
	t.Helper()
	p, err := period.Of(kind, id, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	o := reports.Measure(reports.Measurement{SLO: s, Buckets: buckets}, p, p.To)
	in := reports.Inputs{Targets: targets(), Services: []slo.Service{{Name: s.Service}}, Objectives: []reports.Objective{o}}
	for _, i := range incidents {
		in.Incidents = append(in.Incidents, reports.Incident{Incident: i, Spent: reports.Costs(o, buckets, i, p, p.To)})
	}
	return compile.Report(reports.Definition{Name: string(kind), Kind: kind, Zone: "UTC"}, p, in, english()), o
}

// A calendar month of Shanghai begins eight hours before that of UTC. At a steady
// rate that consumes half of what any span permits, no report claims more of the new
// month than its hours can take, and the month that ended is reported with its end.
func TestCalendarWindowThatHasJustBegun(t *testing.T) {
	s := calendarMonth(t, "Asia/Shanghai")
	begin := time.Date(2026, 7, 31, 16, 0, 0, 0, time.UTC) // August in Shanghai
	buckets := steady(begin, begin.AddDate(0, 2, 12), 5, 10_000)
	for _, c := range []struct {
		kind  period.Kind
		id    string
		most  float64 // of the headline
		exact bool
		note  string
	}{
		// 8 hours of August are in July, by UTC; the rest is 31 days less 8 hours.
		{period.Monthly, "2026-08", 0.5 * (31*24 - 8) / (31 * 24), true, "ended on 31 August"},
		{period.Monthly, "2026-09", 0.5 * (30*24 - 8) / (30 * 24), true, "ended on 30 September"},
		{period.Weekly, "2026-W36", 0.5 * 7 / 30, false, "until 30 September, estimated"}, // 31 August to 6 September
		{period.Daily, "2026-08-31", 0.5 * 16 / (31 * 24), true, "ended on 31 August"},    // 16 hours of August, 8 of September
		{period.Daily, "2026-09-01", 0.5 / 30, false, "until 30 September, estimated"},
		{period.Daily, "2026-09-30", 0.5 * 16 / (30 * 24), true, "ended on 30 September"},
	} {
		r, _ := compiled(t, c.kind, c.id, s, buckets)
		for _, f := range r.Headline {
			if f.Key != "spent" {
				continue
			}
			switch got := *f.Value.Number; {
			case c.exact && math.Abs(got-c.most) > 1e-9, got > c.most*1.02, got <= 0:
				t.Errorf("%s: the headline says %s, the truth is %.4f", c.id, f.Value.Text, c.most)
			case !c.exact && !strings.HasPrefix(f.Value.Text, "≈ "):
				t.Errorf("%s: %s is estimated and not marked", c.id, f.Value.Text)
			}
			if !strings.HasSuffix(f.Note, c.note) {
				t.Errorf("%s: %q does not end in %q", c.id, f.Note, c.note)
			}
		}
	}
	r, _ := compiled(t, period.Monthly, "2026-09", s, buckets)
	if got := cell(t, r, "matrix", "service-cart", "left"); got.Text != "50.0 % at its end" {
		t.Errorf("the services say that %q is left", got.Text)
	}
	near(t, "left of September at its end", cell(t, r, "spenders", "spend-cart-2026-09-30", "left").Number, 0.5)
	if left := cell(t, r, "spenders", "spend-cart", "left"); left.Number == nil || *left.Number < 0.98 || !strings.HasPrefix(left.Text, "≈ ") {
		t.Errorf("of October, eight hours old, %q is left", left.Text)
	}
}

// An outage in the first hours of a month consumes more than those hours permit and
// little of the month: nothing is exhausted, and no rule says so.
func TestBudgetOfAMonthIsNotExhaustedInItsFirstHours(t *testing.T) {
	s := calendarMonth(t, "UTC")
	begin := time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)
	buckets := steady(begin, begin.AddDate(0, 1, 1), 1, 10_000)
	for n := range buckets {
		if at := buckets[n].Start; !at.Before(begin.AddDate(0, 1, 0)) && at.Hour() < 2 {
			buckets[n].Good -= 400
		}
	}
	r, o := compiled(t, period.Daily, "2026-09-01", s, buckets)
	if o.Window.Spent == nil || *o.Window.Spent < 2 {
		t.Fatalf("to date %v was consumed: the case is not what it says", o.Window.Spent)
	}
	left := cell(t, r, "spenders", "spend-cart", "left")
	near(t, "left of September", left.Number, 1-(24+800)/(0.001*30*24*10_000))
	text, err := reports.Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, claim := range []string{"exhausted: hold risky changes", "freeze: hold risky changes", "window exhausted"} {
		if strings.Contains(string(text), claim) {
			t.Errorf("the report claims %q", claim)
		}
	}
}

// Two weeks book an incident that lasted from one into the other once, each what lay
// in it; and what is named as most of what a week consumed is at least half of it.
func TestAnIncidentIsBookedOnceByTwoWeeks(t *testing.T) {
	s := calendarMonth(t, "UTC")
	s.Window = slo.Window{Rolling: true, Count: 28, Unit: "d"}
	monday := time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
	buckets := steady(monday.AddDate(0, 0, -28), monday.AddDate(0, 0, 7), 0, 100_000)
	hurt := func(id string, from, to time.Time, bad float64) incident.Incident {
		for n := range buckets {
			if at := buckets[n].Start; !at.Before(from) && at.Before(to) {
				buckets[n].Good -= bad
			}
		}
		return incident.Incident{ID: id, Title: id, Services: []string{s.Service}, Times: map[incident.Milestone]incident.Stamp{
			incident.Started: {Moment: incident.Moment{At: from}}, incident.Mitigated: {Moment: incident.Moment{At: to}},
		}}
	}
	border := hurt("border", monday.Add(-4*time.Hour), monday.Add(6*time.Hour), 314)
	largest := hurt("largest", monday.Add(30*time.Hour), monday.Add(33*time.Hour), 896)
	first, _ := compiled(t, period.Weekly, "2026-W44", s, buckets, border, largest)
	second, _ := compiled(t, period.Weekly, "2026-W45", s, buckets, border, largest)
	near(t, "the first week's part", cell(t, first, "spends", "spend-border-cart", "taken").Number, 4*314)
	near(t, "the second week's part", cell(t, second, "spends", "spend-border-cart", "taken").Number, 6*314)
	near(t, "the whole of it", cell(t, second, "spends", "spend-border-cart", "bad").Number, 10*314)
	if got := cell(t, second, "spenders", "spend-cart", "incidents").Text; !strings.HasPrefix(got, "largest, ") {
		t.Errorf("the second week names %q", got)
	}
	if got := cell(t, first, "spenders", "spend-cart", "incidents").Text; !strings.HasPrefix(got, "border, ") {
		t.Errorf("the first week names %q", got)
	}
	small := hurt("small", monday.Add(50*time.Hour), monday.Add(51*time.Hour), 3)
	for n := range buckets { // a background that no incident explains
		buckets[n].Good -= 40
	}
	third, _ := compiled(t, period.Weekly, "2026-W45", s, buckets, small)
	if got := cell(t, third, "spenders", "spend-cart", "incidents").Text; got != "no single incident" {
		t.Errorf("an incident of 3 bad events is named for 6,723: %q", got)
	}
}

// Shares that disjoint spans of one ended window have add up to what the window
// consumed, in any zone and for any window, and none is more than its bad events
// over what the window permits, counted naively.
func TestSharesOfAWindowAddUp(t *testing.T) {
	zones := []string{"UTC", "Asia/Shanghai", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"}
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Skip(err)
		}
		s := slo.SLO{Name: "x", Service: "x", Target: rapid.SampledFrom([]float64{0.9, 0.99, 0.999}).Draw(t, "target"), Method: slo.Occurrences,
			MinEvents: -1, Window: slo.Window{
				Count: 1, Unit: rapid.SampledFrom([]string{"w", "M", "Q"}).Draw(t, "unit"), Start: time.Date(2026, 1, 5, 0, 0, 0, 0, zone), Zone: zone,
			}}
		from, to := s.Window.At(time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC))
		rate := rapid.SliceOfN(rapid.Float64Range(0, 1), 7, 7).Draw(t, "rates")
		var buckets []slo.Bucket
		bad, total := 0.0, 0.0
		for at := from.AddDate(0, -2, 0).UTC().Truncate(time.Hour); at.Before(to.AddDate(0, 2, 0)); at = at.Add(30 * time.Minute) {
			n := 100 * (1 + rate[at.Hour()%7])
			b := slo.Bucket{Start: at, Len: 30 * time.Minute, Total: n, Good: n * (1 - rate[at.Day()%7]/9), Coverage: 1}
			buckets = append(buckets, b)
			if !at.Before(from) && at.Before(to) {
				bad, total = bad+b.Total-b.Good, total+b.Total
			}
		}
		permitted := (1 - s.Target) * total
		kind := rapid.SampledFrom([]period.Kind{period.Daily, period.Weekly}).Draw(t, "kind")
		sum := 0.0
		for p := period.Containing(kind, from, time.UTC); p.From.Before(to); p = p.Next() {
			o := reports.Measure(reports.Measurement{SLO: s, Buckets: buckets}, p, p.To)
			for _, b := range append(slices.Clip(o.Ended), o.Current) {
				share, estimated, ok := b.Share(b.Taken)
				if !ok || share < 0 || share > 1/(1-s.Target)*1.001 {
					t.Fatalf("%s: a share of %v (%v)", p.ID, share, ok)
				}
				if !b.Window.To.Equal(to) || b.Period {
					continue
				}
				if !estimated {
					sum += share
					continue
				}
				sum += b.Taken / permitted
				// An estimate of a steady week is near what the window turned out to permit.
				if allowed, _, _ := b.Allowed(); math.Abs(allowed-permitted) > 0.25*permitted {
					t.Fatalf("%s: %g is estimated to be permitted, it will be %g", p.ID, allowed, permitted)
				}
			}
		}
		if math.Abs(sum-bad/permitted) > 1e-9*max(1, bad/permitted) {
			t.Fatalf("shares of %s add up to %g, the window consumed %g", kind, sum, bad/permitted)
		}
	})
}

// What is known of a budget besides counts and results names no new inputs: a
// program that computes more from the same data revises no report for that.
func TestWhatFollowsFromTheCountsIsNotHashed(t *testing.T) {
	s := calendarMonth(t, "UTC")
	s.Window = slo.Window{Rolling: true, Count: 28, Unit: "d"}
	monday := time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
	_, o := compiled(t, period.Weekly, "2026-W45", s, steady(monday.AddDate(0, 0, -28), monday.AddDate(0, 0, 7), 1, 1000))
	if o.Current.Taken != 7*24 {
		t.Fatalf("the week consumed %v", o.Current.Taken)
	}
	hash := func(o reports.Objective, spent reports.Spend) string {
		h, err := reports.Inputs{Objectives: []reports.Objective{o},
			Incidents: []reports.Incident{{Spent: []reports.Spend{spent}}}}.Hash(reports.Definition{})
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	bare := o
	bare.Current = reports.BudgetPart{}
	if hash(o, reports.Spend{SLO: "cart", Bad: 1, Taken: 1, Estimated: true, WindowEnd: monday}) != hash(bare,
		reports.Spend{SLO: "cart", Bad: 1}) {
		t.Error("the hash of the inputs names what follows from them")
	}
}
