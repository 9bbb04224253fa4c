package web

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/catalog"

	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slostatus"
)

// fakeBoard judges made-up objectives.
type fakeBoard struct {
	rows     []slostatus.Row
	from, to time.Time
}

func (b *fakeBoard) Rows(context.Context) ([]slostatus.Row, error) { return b.rows, nil }

func (b *fakeBoard) Detail(_ context.Context, name string, from, to time.Time) (slostatus.Detail, error) {
	b.from, b.to = from, to
	for _, r := range b.rows {
		if r.SLO.Name != name {
			continue
		}
		d := slostatus.Detail{Judged: slostatus.Judged{SLO: r.SLO, Result: r.Result, Version: 2, Whole: from.IsZero()}, Row: r}
		d.Origins = []slo.Origin{{Source: "prometheus/main", Days: 27}, {Source: "vendor <1>", Days: 1, Aside: 3}}
		d.Span = slo.Span{From: r.Result.From, To: r.Result.To}
		sli, left := 0.9995, 0.5
		d.Points = []slo.Point{
			{From: d.Span.From, To: d.Span.From.Add(4 * time.Hour), Good: 1999, Total: 2000, SLI: &sli, Coverage: 1},
			{From: d.Span.From.Add(4 * time.Hour), To: d.Span.From.Add(8 * time.Hour)},
		}
		d.Budget = []slo.BudgetPoint{{At: d.Points[0].To, Left: &left}, {At: d.Points[1].To}}
		d.Bands = []slostatus.Band{{ID: "INC-7", Title: `Pool <ran> dry`, Severity: "SEV1", From: d.Span.From, To: d.Span.From.Add(90 * time.Minute)}}
		d.Firings = []slo.Firing{{Rule: slo.StandardRules(28 * 24 * time.Hour)[0], From: d.Span.From, To: d.Span.From.Add(25 * time.Minute), Peak: 50}}
		d.Versions = []catalog.Version{
			{Number: 1, SLO: r.SLO, From: testNow.AddDate(0, -2, 0), Commit: "abcdef0123"}, {Number: 2, SLO: r.SLO, From: testNow.AddDate(0, -1, 0)},
		}
		return d, nil
	}
	return slostatus.Detail{}, fault.Newf(fault.NotFound, "test", "no SLO %q is defined", name)
}

// curves of a fake are empty drawings.
type fakeCurves struct{}

func (fakeCurves) Budget(_ slostatus.Detail, id string) ([]byte, error) {
	return fmt.Appendf(nil, `<svg id="%s"></svg>`, id), nil
}

func (fakeCurves) SLI(_ slostatus.Detail, id string) ([]byte, error) {
	return fmt.Appendf(nil, `<svg id="%s"></svg>`, id), nil
}

type fakeDirectory struct{}

func (fakeDirectory) Services(context.Context) ([]slo.Service, error) {
	return []slo.Service{
		{Name: "checkout", Title: "Checkout", Team: "payments", Owner: "payments-primary", Tier: "1", OnCallZone: "Asia/Shanghai", DependsOn: []string{"payment-gw"}, Databases: []string{"carts"}, Path: "services/checkout.yaml"},
		{Name: "payment-gw", Title: "Payment gateway", Team: "payments", Owner: "payments", Path: "services/payment-gw.yaml"},
	}, nil
}

// scored is an objective with its numbers.
func scored(name string, good, total float64, s slo.State) slostatus.Row {
	x := slo.SLO{
		Name: name, Title: "The " + name, Service: "checkout", Target: 0.999, Method: slo.Occurrences, Path: "slos/checkout.yaml", Line: 21,
		Window:    slo.Window{Rolling: true, Count: 28, Unit: "d"},
		Indicator: slo.Indicator{Type: "prometheus", Source: "main", Good: `sum(a{code!~"5.."})`, Total: "sum(a)"},
	}
	x.Hash = x.DefinitionHash()
	row := slostatus.Row{SLO: x, Team: "payments", Owner: "payments-primary"}
	row.Result = slo.Result{From: testNow.AddDate(0, 0, -28), To: testNow, State: s, Good: good, Total: total, Coverage: 1, Buckets: 8064, Revision: 3, Hash: x.Hash}
	if s != slo.OK {
		row.Result.Reason = "because"
		return row
	}
	sli, allowed := good/total, 0.001*total
	spent := (total - good) / allowed
	left, met, rate, lasts := 1-spent, sli >= 0.999, 0.5, 14*24*time.Hour
	row.Result.SLI, row.Result.Allowed, row.Result.Spent, row.Result.Left, row.Result.Met = &sli, &allowed, &spent, &left, &met
	for _, w := range slo.BurnWindows() {
		row.Burns = append(row.Burns, slo.Burn{Window: w, Rate: &rate, Total: 1000})
	}
	for _, r := range slo.StandardRules(28 * 24 * time.Hour) {
		row.Rules = append(row.Rules, slostatus.RuleState{Rule: r, Verdict: slo.Quiet})
	}
	row.Rules[0].Verdict = slo.Fires
	row.Lasts = &lasts
	for i := range row.Weeks {
		row.Weeks[i] = slostatus.Week{State: slo.OK, Spent: &spent}
	}
	row.Weeks[0] = slostatus.Week{State: slo.NoData}
	return row
}

// withBoard gives a site objectives in every state.
func withBoard(d *Deps, _ *Options) {
	d.Board, d.Curves, d.Services = &fakeBoard{rows: []slostatus.Row{
		scored("a-fine", 999_500, 1_000_000, slo.OK), scored("b-missed", 995_000, 1_000_000, slo.OK),
		scored("c-absent", 0, 0, slo.NoData), scored("d-quiet", 0, 0, slo.NoTraffic), scored("e-nonsense", 20, 10, slo.Invalid),
	}}, fakeCurves{}, fakeDirectory{}
}

func TestGoldenPagesOfObjectives(t *testing.T) {
	s := newSite(t, "https://kb.example", withBoard)
	for name, target := range map[string]string{"slos": "/slos", "slo": "/slos/a-fine", "slo-absent": "/slos/c-absent", "service-defined": "/services/checkout", "services-defined": "/services"} {
		body := s.get(target).Body.String()
		main := body[strings.Index(body, "<main"):strings.Index(body, "</main>")] + "</main>\n"
		file := filepath.Join("testdata", "golden", name+".html")
		if *update {
			if err := os.WriteFile(file, []byte(main), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if main != string(want) {
			t.Errorf("%s differs from %s; got:\n%s", target, file, main)
		}
	}
}

func TestTheBoardShowsTheWorstFirst(t *testing.T) {
	s := newSite(t, "https://kb.example", withBoard)
	body := s.get("/slos").Body.String()
	last := -1
	for _, name := range []string{"b-missed", "c-absent", "d-quiet", "e-nonsense", "a-fine"} {
		at := strings.Index(body, `id="slo-`+name+`"`)
		if at < last {
			t.Errorf("%s is out of its place", name)
		}
		last = at
	}
	for _, want := range []string{"1 met", "1 missed", "3 without data", ">no data<", ">no traffic<", ">invalid data<", "−400.0 %", "▲ 0.5×"} {
		if !strings.Contains(body, want) {
			t.Errorf("the board does not say %q", want)
		}
	}
	if strings.Contains(body, "NaN") || strings.Contains(body, "100 %</td>") {
		t.Error("what is not known is shown as a number")
	}
}

func TestTheBoardIsFilteredAndPaged(t *testing.T) {
	many := &fakeBoard{}
	for i := range 500 {
		r := scored(fmt.Sprintf("slo-%03d", i), 999_900, 1_000_000, slo.OK)
		r.Team, r.SLO.Service = fmt.Sprintf("team-%d", i%7), fmt.Sprintf("svc-%d", i%60)
		many.rows = append(many.rows, r)
	}
	s := newSite(t, "https://kb.example/kb", func(d *Deps, _ *Options) { d.Board = many })
	body := s.get("/kb/slos").Body.String()
	if n := strings.Count(body, "data-live-row"); n != boardPage || !strings.Contains(body, `href="/kb/slos?from=30"`) {
		t.Errorf("%d rows on the first page", n)
	}
	const most = 60 << 10
	if len(body) > most {
		t.Errorf("the first page has %d bytes, at most %d are good", len(body), most)
	}
	body = s.get("/kb/slos?team=team-3&service=svc-3").Body.String()
	if n := strings.Count(body, "data-live-row"); n != 2 || !strings.Contains(body, "team: team-3") {
		t.Errorf("%d rows fit both filters", n)
	}
	if w := s.get("/kb/slos?from=x"); w.Code != 400 {
		t.Errorf("from=x answers %d", w.Code)
	}
	if w := s.get("/kb/slos?from=480"); strings.Count(w.Body.String(), "data-live-row") != 20 {
		t.Error("the last page is not whole")
	}
}

func TestAServiceShowsWhatItsDependenciesMissed(t *testing.T) {
	missed := scored("pay", 990_000, 1_000_000, slo.OK)
	missed.SLO.Service = "payment-gw"
	s := newSite(t, "https://kb.example", withBoard, func(d *Deps, _ *Options) { d.Board = &fakeBoard{rows: []slostatus.Row{missed}} })
	if body := s.get("/services/checkout").Body.String(); !strings.Contains(body, "1 of 1 SLO missed") {
		t.Error("the dependency's missed objective is not told")
	}
	if body := s.get("/services/payment-gw").Body.String(); !strings.Contains(body, `Used by</dt><dd><a href="/services/checkout">`) || !strings.Contains(body, "slo-pay") {
		t.Error("who needs the service, or its objective, is not told")
	}
	if w := s.get("/services/nobody"); w.Code != 404 {
		t.Errorf("an unknown service answers %d", w.Code)
	}
}

func TestAnObjectiveOverASpan(t *testing.T) {
	b := &fakeBoard{rows: []slostatus.Row{scored("a", 999_500, 1_000_000, slo.OK)}}
	s := newSite(t, "https://kb.example", func(d *Deps, _ *Options) { d.Board = b })
	if w := s.get("/slos/a?from=2026-11-01&to=" + url.QueryEscape("2026-11-02T08:00:00+08:00")); w.Code != 200 {
		t.Fatal(w.Code)
	}
	if b.from.Format(time.DateOnly) != "2026-11-01" || b.to.UTC().Hour() != 0 {
		t.Errorf("judged from %s to %s", b.from, b.to)
	}
	for target, want := range map[string]int{"/slos/a?from=then": 400, "/slos/none": 404} {
		if w := s.get(target); w.Code != want {
			t.Errorf("%s answers %d", target, w.Code)
		}
	}
}

func TestNumbersAreNotRoundedToWhatTheyAreNot(t *testing.T) {
	share := func(x float64) *float64 { return &x }
	for got, want := range map[string]string{
		sliText(share(0.99999999), 0.999): "99.99 %",
		sliText(share(1), 0.999):          "100.00 %",
		sliText(share(0.999), 0.999):      "99.90 %",
		sliText(share(0.5), 0):            "50.0 %",
		sliText(nil, 0.9):                 "–",
		budgetText(share(-2.57)):          "−257.0 %",
		budgetText(share(-4.69e-14)):      "0.0 %",
		budgetText(share(1234.5)):         "123,450 %",
		countText(3557865):                "3,557,865",
		countText(36632.53):               "36,632.5",
		rateText(share(14.4)):             "14.4×",
		targetText(0.9995):                "99.95 %",
		lastsText(nil, share(0.4)):        "not burning",
		spanText(50 * time.Hour):          "2 d 2 h",
		spanText(90 * time.Minute):        "90 min",
		windowText(3 * 24 * time.Hour):    "3 d",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// The board with 500 objectives, as it is asked for all day.

func TestTheFeedsPageTellsHowServersDo(t *testing.T) {
	s := newSite(t, "https://kb.example", func(d *Deps, _ *Options) {
		d.Measured = func() []MeasuredSource {
			return []MeasuredSource{
				{Name: "main", State: "working", Series: 12, Answered: testNow, Refused: []RefusedQuery{{SLO: "a", Why: "parse <error>"}}},
				{Name: "far", State: "paused", Why: "the source does not answer", Behind: 3 * time.Hour},
			}
		}
	})
	body := s.get("/feeds").Body.String()
	for _, want := range []string{">working<", ">paused<", "the source does not answer", "3h0m0s", `<a href="/slos/a">a</a>`, "parse &lt;error&gt;"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

// Who pushes an objective today is told how to see a verdict before half of its
// window has passed; who pushed it long ago has another trouble.
func TestANewObjectiveIsToldHowToBeJudged(t *testing.T) {
	from := testNow.AddDate(0, 0, -28)
	detail := func(state slo.State, pushed, effective time.Time) slostatus.Detail {
		d := slostatus.Detail{Versions: []catalog.Version{{From: pushed}}}
		d.SLO.EffectiveFrom, d.Whole = effective, true
		d.Result = slo.Result{State: state, From: from, To: testNow, Reason: "0.1 % of the time was measured, half is needed", Coverage: 0.001}
		return d
	}
	nothing := detail(slo.NoData, testNow.Add(-time.Hour), time.Time{})
	nothing.Result.Coverage = 0
	for _, c := range []struct {
		name   string
		detail slostatus.Detail
		told   bool
	}{
		{"new", detail(slo.NoData, testNow.Add(-time.Hour), time.Time{}), true},
		{"new, and nothing was measured", nothing, false},
		{"old", detail(slo.NoData, from.Add(-time.Hour), time.Time{}), false},
		{"with a date of its own", detail(slo.NoData, testNow.Add(-time.Hour), testNow), false},
		{"without traffic", detail(slo.NoTraffic, testNow.Add(-time.Hour), time.Time{}), false},
	} {
		got := sloSentence(c.detail, sloRow{})
		if told := strings.Contains(got, "postern/effective-from: "+testNow.Format(time.DateOnly)); told != c.told {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}
