package slos

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slostatus"
)

// rowsText writes rows of how a number is made as one text.
func rowsText(rows []howRow) string {
	var out []string
	for _, r := range rows {
		out = append(out, fmt.Sprintf("%s | %s | %s", r.Term, r.Value, r.Note))
	}
	return strings.Join(out, "\n")
}

func TestEstimatesAreTold(t *testing.T) {
	t.Parallel()
	r := webtest.Scored("a", 999_500, 1_000_000, slo.OK)
	d := slostatus.Detail{Judged: slostatus.Judged{SLO: r.SLO, Result: r.Result}, Row: r}
	if rows := estimateRows(webtest.Texts(t), d); rows != nil {
		t.Errorf("nothing is estimated, and %v is said", rows)
	}
	d.Points = []slo.Point{{From: webtest.Now, To: webtest.Now.Add(time.Hour), Total: 20, Coverage: 1},
		{From: webtest.Now.Add(time.Hour), To: webtest.Now.Add(2 * time.Hour), Total: 30, Coverage: 1}}
	d.Estimated = []time.Time{webtest.Now.Add(time.Hour)}
	if got := rowsText(howMade(webtest.Texts(t), d)); !strings.Contains(got, "Estimated | 1 bucket | A series was reset") {
		t.Errorf("how the number is made does not say it:\n%s", got)
	}
	if rows := pointRows(d); rows[0].Total != "≈ 30" || rows[1].Total != "20" {
		t.Errorf("points %+v", rows)
	}
	d.SLO.Indicator = slo.Indicator{Type: "prometheus", Counter: true, Good: "sum(a) - sum(b)", Total: "sum(a)"}
	if q := rowsText(queriesOf(d.SLO)); !strings.Contains(q, "good | sum(a) - sum(b) | prometheus, increase() of the whole") ||
		!strings.Contains(q, "total | sum(a) | prometheus\n") && !strings.HasSuffix(q, "total | sum(a) | prometheus") {
		t.Errorf("the queries:\n%s", q)
	}
}

func TestTheWholeCalendarWindowIsEstimated(t *testing.T) {
	t.Parallel()
	r := webtest.Scored("a", 9_990, 10_000, slo.OK)
	d := slostatus.Detail{Judged: slostatus.Judged{SLO: r.SLO, Result: r.Result}, Row: r,
		Projected: &slo.Projection{Total: 40_000, Allowed: 40, Spent: 0.25, Left: 0.75, Hours: 500, Unseen: 3}}
	want := `Projected total | ≈ 40,000 | estimated: 10,000 to date, plus the same 500 hours of the last four weeks (3 of them have no history and use the mean of the others)
Projected permitted bad | ≈ 40 | (1 − target) × projected total
Budget consumed so far | ≈ 25.0 % | bad to date / projected permitted bad
Projected budget remaining | ≈ 75.0 % | 1 − consumed; the window ends 2026-`
	if got := rowsText(howMade(webtest.Texts(t), d)); !strings.Contains(got, want) {
		t.Errorf("got\n%s", got)
	}
}

func TestPartsOfACompositeAddUp(t *testing.T) {
	t.Parallel()
	half, twice := 0.5, 2.0
	whole := (3*half + twice) / 4
	d := slostatus.Detail{Judged: slostatus.Judged{SLO: slo.SLO{Parts: []slo.Part{{SLO: "a", Weight: 3}, {SLO: "b", Weight: 1}}},
		Result: slo.Result{Spent: &whole}}}
	d.Members = []slostatus.Judged{{SLO: slo.SLO{Name: "a"}, Result: slo.Result{Spent: &half}},
		{SLO: slo.SLO{Name: "b"}, Result: slo.Result{Spent: &twice}}}
	want := "Part a | 50.0 % consumed | weight 3 of 4: 37.5 % of the whole\nPart b | 200.0 % consumed | weight 1 of 4: 50.0 % of the " +
		"whole\nBudget consumed | 87.5 % |"
	if got := rowsText(howMade(webtest.Texts(t), d)); !strings.HasPrefix(got, want) {
		t.Errorf("got\n%s", got)
	}
	d.Members = d.Members[:1]
	d.Members[0].Result = slo.Result{State: slo.NoData}
	if got := rowsText(partRows(webtest.Texts(t), d)); got != "Part a | no data | weight 3 of 4\nPart b | – | weight 1 of 4" {
		t.Errorf("got\n%s", got)
	}
}
