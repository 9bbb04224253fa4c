package incident

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/postern/postern/portal/base/realdata"
)

func minutes(n ...int) (d []time.Duration) {
	for _, m := range n {
		d = append(d, time.Duration(m)*time.Minute)
	}
	return d
}

func TestSummarize(t *testing.T) {
	if s := Summarize(nil); s != (Stats{}) {
		t.Errorf("%+v", s)
	}
	if s := Summarize(minutes(9, 1, 4, 2)); *s.Median != 3*time.Minute || *s.Max != 9*time.Minute || s.P90 != nil {
		t.Errorf("%+v", s)
	}
	// PERCENTILE_CONT(0.9) of 1..10 is 9.1.
	if s := Summarize(minutes(10, 9, 8, 7, 6, 5, 4, 3, 2, 1)); *s.P90 != 9*time.Minute+6*time.Second || *s.Median != 330*time.Second {
		t.Errorf("%v %v", *s.P90, *s.Median)
	}
}

func TestVerdicts(t *testing.T) {
	p := feedPolicy()
	open := Record{Source: "pd", Form: "pagerduty", Ref: "PX", Times: times(Started, 0, Detected, 1)}
	for name, c := range map[string]struct {
		in   Incident
		p    Policy
		now  int
		want Verdicts
	}{
		"to the last instant": {only(t, fold(report("PX", times(Started, 0, Detected, 1, Diagnosed, 5, Mitigated, 10)))), p, 99,
			Verdicts{Met, Met, Met, Met}},
		"one is missed": {only(t, fold(report("PX", times(Started, 0, Detected, 1, Diagnosed, 6, Mitigated, 10)))), p, 99,
			Verdicts{Met, Missed, Met, Missed}},
		"mitigated, else recovered": {only(t, fold(report("PX", times(Started, 0, Detected, 1, Recovered, 8, Resolved, 99)))), p, 99,
			Verdicts{Met, Unknown, Met, Unknown}},
		"nothing is known": {only(t, fold(report("PX", times(Detected, 1)))), p, 99, Verdicts{Unknown, Unknown, Unknown, Unknown}},
		"open and young":   {only(t, fold(open)), p, 4, Verdicts{Met, Unknown, Unknown, Unknown}},
		"open and late":    {only(t, fold(open)), p, 11, Verdicts{Met, Missed, Missed, Missed}},
		"acknowledged in the middle": {only(t, fold(report("PX", times(Started, 0, Acknowledged, 5)))),
			Policy{Middle: Acknowledged, DiagnoseWithin: 5 * time.Minute}, 99,
			Verdicts{Unknown, Met, Unknown, Unknown}},
		"from detection": {only(t, fold(pager("PX", times(Detected, 1, Diagnosed, 4, Mitigated, 13)))),
			Policy{FromDetected: true, DiagnoseWithin: 5 * time.Minute, RecoverWithin: 10 * time.Minute}, 99,
			Verdicts{Unknown, Met, Missed, Missed}},
		"from detection, the start known": {only(t, fold(report("PX", times(Started, 0, Detected, 20, Diagnosed, 24, Mitigated, 29)))),
			Policy{FromDetected: true, DetectWithin: time.Minute, DiagnoseWithin: 5 * time.Minute, RecoverWithin: 10 * time.Minute}, 99,
			Verdicts{Missed, Met, Met, Missed}},
		"over before it was detected": {only(t, fold(report("PX", times(Started, 0, Mitigated, 3, Detected, 20)))),
			Policy{FromDetected: true, RecoverWithin: 10 * time.Minute}, 99, Verdicts{Missed, Unknown, Met, Missed}},
		"from detection, not detected": {only(t, fold(report("PX", times(Started, 0, Mitigated, 3)))),
			Policy{FromDetected: true, DetectWithin: time.Minute, RecoverWithin: 10 * time.Minute}, 99,
			Verdicts{Unknown, Unknown, Unknown, Unknown}},
		"from detection, open": {only(t, fold(pager("PX", times(Detected, 1)))),
			Policy{FromDetected: true, DiagnoseWithin: 5 * time.Minute, RecoverWithin: 100 * time.Minute}, 99,
			Verdicts{Unknown, Missed, Unknown, Missed}},
	} {
		if got := c.in.Judge(c.p, at(c.now)); got != c.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestTheOriginOnlyMovesWhatFollowsDetection: whatever is known, counting from
// detection takes the time to detect off the other durations, and leaves it alone.
func TestTheOriginOnlyMovesWhatFollowsDetection(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		known := []any{Started, 0}
		for _, m := range Milestones()[1:] {
			if rapid.Bool().Draw(t, string(m)) {
				known = append(known, m, rapid.IntRange(1, 90).Draw(t, "minute"))
			}
		}
		in := fold(report("PX", times(known...)))[0]
		from, since := in.Durations(Policy{}), in.Durations(Policy{FromDetected: true})
		if !same(from.Detect, since.Detect) {
			t.Fatalf("detect %v and %v", from.Detect, since.Detect)
		}
		for i, d := range [][2]*time.Duration{{from.Acknowledge, since.Acknowledge}, {from.Diagnose, since.Diagnose},
			{from.Recover, since.Recover}, {from.Resolve, since.Resolve}} {
			var want *time.Duration
			if d[0] != nil && from.Detect != nil {
				left := max(0, *d[0]-*from.Detect)
				want = &left
			}
			if !same(d[1], want) {
				t.Fatalf("step %d: %v, want %v", i, d[1], want)
			}
		}
	})
}

func same(a, b *time.Duration) bool { return (a == nil) == (b == nil) && (a == nil || *a == *b) }

func TestTheRuleIsSaidAsItCounts(t *testing.T) {
	p := feedPolicy()
	if got := p.Rule(time.Duration.String); got != "detected within 1m0s, diagnosed within 5m0s and recovered within 10m0s, all "+
		"counted from the start of impact" {
		t.Error(got)
	}
	p.Middle, p.FromDetected = Acknowledged, true
	if got := p.Rule(time.Duration.String); got != "detected within 1m0s of the start of impact; then, counted from detection, "+
		"acknowledged within 5m0s and recovered within 10m0s" {
		t.Error(got)
	}
	if p.MiddleName = "response"; p.Names() != [3]string{"detected", "response", "recovered"} {
		t.Error(p.Names())
	}
}

func TestSum(t *testing.T) {
	first := report("A1", times(Started, 0, Detected, 1, Diagnosed, 3, Mitigated, 30))
	second := pager("B2", times(Started, 20, Detected, 25, Mitigated, 40))
	open := pager("C3", times(Started, 50))
	works := public("D4", times(Started, 0, Resolved, 90))
	works.Maintenance = true
	zero := public("E5", times(Started, 5, Resolved, 5))
	before := pager("F6", times(Started, -60, Mitigated, 2))
	s := Sum(fold(first, second, open, works, zero, before), feedPolicy(), Interval{at(0), at(60)}, at(55))
	if s.N != 3 || s.Open != 1 || s.Maintenance != 1 || s.Uncertain != 1 || s.LengthUnknown != 0 {
		t.Errorf("%+v", s)
	}
	if s.OneDetect != (Attainment{Met: 1, Missed: 2}) || s.TenRecover != (Attainment{Missed: 2, Unknown: 1}) {
		t.Errorf("%+v", s)
	}
	if *s.OneDetect.Share() != 1.0/3 || *s.TenRecover.Pessimistic() != 0 || (Attainment{Unknown: 1}).Share() != nil {
		t.Errorf("%+v", s)
	}
	if s.Downtime != 45*time.Minute || *s.Recover.Median != 25*time.Minute {
		t.Errorf("%v down, median %v", s.Downtime, *s.Recover.Median)
	}
}

// TestUnionIsTheMinutesCovered holds Union against counting minutes.
func TestUnionIsTheMinutesCovered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []Interval
		covered := map[int]bool{}
		for range rapid.IntRange(0, 9).Draw(t, "n") {
			from := rapid.IntRange(-20, 120).Draw(t, "from")
			to := from + rapid.IntRange(-3, 60).Draw(t, "len")
			all = append(all, Interval{at(from), at(to)})
			for m := max(from, 0); m < min(to, 100); m++ {
				covered[m] = true
			}
		}
		if got := Union(all, Interval{at(0), at(100)}); got != time.Duration(len(covered))*time.Minute {
			t.Fatalf("%v, covered %d", got, len(covered))
		}
	})
}

func FuzzFold(f *testing.F) {
	f.Add("pd", "PX", "alias", "title", int64(5), int64(-3))
	f.Fuzz(func(t *testing.T, source, ref, alias, text string, start, end int64) {
		v := Record{Source: source, Form: text, Ref: ref, Aliases: []string{alias}, Title: text, DuplicateOf: alias,
			Times: map[Milestone]Moment{Started: {At: time.Unix(start%1e11, 0)}, Mitigated: {At: time.Unix(end%1e11, 0)}}}
		e := Edit{Action: Set, Refs: []string{ref}, Field: "title", Value: text, Who: source}
		for _, in := range Fold([]Record{v, pager(alias, nil)}, []Edit{e}, feedPolicy()) {
			if in.ID == "" || len(in.ID) > 64 {
				t.Fatalf("id %q", in.ID)
			}
			if d, _, ok := in.Length(time.Unix(start, 0)); ok && d <= 0 {
				t.Fatalf("length %v of %+v", d, in)
			}
		}
	})
}

// TestOneStatusPage reproduces what 399 real incidents of one public status page
// say, counted another way: minute by minute.
func TestOneStatusPage(t *testing.T) {
	all := Fold(statusPage(t), nil, feedPolicy())
	count := Sum(all, feedPolicy(), Interval{day(2022, 1, 1), day(2025, 1, 1)}, day(2025, 1, 1))
	if count.N != 385 || count.Maintenance != 10 || count.Uncertain != 4 || count.Open != 0 {
		t.Errorf("%+v", count)
	}
	resolved(t, "2022 to 2024", count, [3]float64{60, 262.6, 1568})
	for year, want := range map[int]struct {
		resolve [3]float64
		down    float64
	}{2022: {[3]float64{74, 262, 1568}, 12259}, 2023: {[3]float64{52, 226.4, 1175}, 15961}, 2024: {[3]float64{63.5, 315.2, 1149}, 13333}} {
		s := Sum(all, feedPolicy(), Interval{day(year, 1, 1), day(year+1, 1, 1)}, day(2025, 1, 1))
		resolved(t, strconv.Itoa(year), s, want.resolve)
		if s.Downtime.Minutes() != want.down {
			t.Errorf("%d: down for %v minutes, want %v", year, s.Downtime.Minutes(), want.down)
		}
	}
}

// resolved holds the times to resolve against the median, the 90th percentile and
// the longest, in minutes.
func resolved(t *testing.T, what string, s Summary, want [3]float64) {
	t.Helper()
	for i, got := range []*time.Duration{s.Resolve.Median, s.Resolve.P90, s.Resolve.Max} {
		if math.Abs(got.Minutes()-want[i]) > 1e-9 {
			t.Errorf("%s: %v minutes of %+v, want %v", what, got.Minutes(), s.Resolve, want)
		}
	}
}

func day(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }

// statusPage reads the real incidents of one status page.
func statusPage(t *testing.T) (voices []Record) {
	f, err := os.Open(realdata.Find(t, "feeds/github-status/incidents-2022-2024.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		var r struct {
			ID, Title, Impact string
			Published         time.Time `json:"published_at"`
			Start             time.Time `json:"downtime_start"`
			End               time.Time `json:"downtime_end"`
		}
		if err := json.Unmarshal(in.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		voices = append(voices, Record{Source: "status", Form: "statuspage", Ref: r.ID, At: r.Published, Title: r.Title, Status: "resolved",
			Maintenance: r.Impact == "maintenance", Times: map[Milestone]Moment{Started: {At: r.Start}, Resolved: {At: r.End}}})
	}
	if in.Err() != nil {
		t.Fatal(in.Err())
	}
	return voices
}
