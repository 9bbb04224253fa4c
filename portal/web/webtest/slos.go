package webtest

import (
	"context"
	"fmt"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/catalog"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slostatus"
)

// Board evaluates fixed SLOs. From and To are the span of the last request.
type Board struct {
	RowList  []slostatus.Row
	From, To time.Time
}

// Rows implements slos.Board.
func (b *Board) Rows(context.Context) ([]slostatus.Row, error) { return b.RowList, nil }

// Detail implements slos.Board. The second step has no data, the second origin looks like
// markup and was set aside for some days.
func (b *Board) Detail(_ context.Context, name string, from, to time.Time) (slostatus.Detail, error) {
	b.From, b.To = from, to
	for _, r := range b.RowList {
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
		d.Bands = []slostatus.Band{{ID: "INC-7", Title: `Pool <ran> dry`, Severity: "SEV1", From: d.Span.From,
			To: d.Span.From.Add(90 * time.Minute)}}
		d.Firings = []slo.Firing{{Rule: slo.StandardRules(28 * 24 * time.Hour)[0], From: d.Span.From, To: d.Span.From.Add(25 * time.Minute),
			Peak: 50}}
		d.Versions = []catalog.Version{
			{Number: 1, SLO: r.SLO, From: Now.AddDate(0, -2, 0), Commit: "abcdef0123"}, {Number: 2, SLO: r.SLO, From: Now.AddDate(0, -1, 0)},
		}
		return d, nil
	}
	return slostatus.Detail{}, fault.Newf(fault.NotFound, "test", "no SLO %q is defined", name)
}

// Curves draws empty curves.
type Curves struct{}

// Budget implements slos.Curves.
func (Curves) Budget(_ slostatus.Detail, id string) ([]byte, error) {
	return fmt.Appendf(nil, `<svg id="%s"></svg>`, id), nil
}

// SLI implements slos.Curves.
func (Curves) SLI(_ slostatus.Detail, id string) ([]byte, error) {
	return fmt.Appendf(nil, `<svg id="%s"></svg>`, id), nil
}

// Directory has two services, one of which depends on the other.
type Directory struct{}

// Services implements documents.Directory.
func (Directory) Services(context.Context) ([]slo.Service, error) {
	return []slo.Service{
		{Name: "checkout", Title: "Checkout", Team: "payments", Owner: "payments-primary", Tier: "1", OnCallZone: "Asia/Shanghai",
			DependsOn: []string{"payment-gw"}, Databases: []string{"carts"}, Path: "services/checkout.yaml"},
		{Name: "payment-gw", Title: "Payment gateway", Team: "payments", Owner: "payments", Path: "services/payment-gw.yaml"},
	}, nil
}

// Scored returns an SLO with its numbers. good and total are events; the target is 99.9
// %. Any state but OK has no numbers and a reason. One rule fires, and the oldest week
// has no data.
func Scored(name string, good, total float64, s slo.State) slostatus.Row {
	x := slo.SLO{
		Name: name, Title: "The " + name, Service: "checkout", Target: 0.999, Method: slo.Occurrences, Path: "slos/checkout.yaml", Line: 21,
		Window:    slo.Window{Rolling: true, Count: 28, Unit: "d"},
		Indicator: slo.Indicator{Type: "prometheus", Source: "main", Good: `sum(a{code!~"5.."})`, Total: "sum(a)"},
	}
	x.Hash = x.DefinitionHash()
	row := slostatus.Row{SLO: x, Team: "payments", Owner: "payments-primary"}
	row.Result = slo.Result{From: Now.AddDate(0, 0, -28), To: Now, State: s, Good: good, Total: total, Coverage: 1, Buckets: 8064,
		Revision: 3, Hash: x.Hash}
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
