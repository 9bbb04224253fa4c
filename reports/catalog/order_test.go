package catalog_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/catalog"
	"github.com/postern/postern/reports/slo"
)

// Problems are sorted by file and, within a file, by line, in whatever order the files
// are parsed.
func TestProblemsAreInOrder(t *testing.T) {
	t.Parallel()
	broken := "apiVersion: openslo/v1\nkind: SLO\nmetadata: {name: %s}\nspec:\n  service: 1\n  unknown: 2\n  timeWindow: nothing\n"
	files := map[string]string{}
	for i := range 9 {
		files[fmt.Sprintf("slos/f%d.yaml", i)] = fmt.Sprintf(broken, fmt.Sprint("n", i))
	}
	problems := newRepo(t).check(files).Problems()
	type place struct {
		Path string
		Line int
	}
	var got []place
	lines := map[int]bool{}
	for _, p := range problems {
		got = append(got, place{p.Path, p.Line})
		if p.Path == "slos/f0.yaml" {
			lines[p.Line] = true
		}
	}
	want := slices.Clone(got)
	slices.SortStableFunc(want, func(a, b place) int {
		if a.Path != b.Path {
			return strings.Compare(a.Path, b.Path)
		}
		return a.Line - b.Line
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(lines) < 2 || len(got) < 18 {
		t.Errorf("%d problems, on %d lines of the first file", len(got), len(lines))
	}
}

func TestUnknownNames(t *testing.T) {
	t.Parallel()
	r, ctx := newRepo(t), context.Background()
	r.push(map[string]string{"services/pay.yaml": service("pay", ""), "slos/pay.yaml": objective("pay-ok", "pay", "0.99")})
	r.push(map[string]string{"slos/pay.yaml": ""})
	_, service := r.cat.Service(ctx, "none")
	_, never := r.cat.SLO(ctx, "none")
	_, history := r.cat.History(ctx, "none")
	_, removed := r.cat.SLO(ctx, "pay-ok")
	for name, c := range map[string]struct {
		err  error
		want fault.Kind
	}{
		"a service": {service, fault.NotFound}, "an SLO": {never, fault.NotFound}, "a history": {history, fault.NotFound},
		"a removed SLO": {removed, fault.Gone},
	} {
		if fault.KindOf(c.err) != c.want {
			t.Errorf("%s: %v", name, c.err)
		}
	}
	if s, err := r.cat.Service(ctx, "pay"); err != nil || s.Name != "pay" {
		t.Errorf("%+v, %v", s, err)
	}
	names, err := r.cat.Names(ctx)
	if diff := cmp.Diff([]string{"pay-ok"}, names); diff != "" || err != nil {
		t.Errorf("%s, %v", diff, err)
	}
	history2, err := r.cat.History(ctx, "pay-ok")
	if err != nil || len(history2) != 2 || history2[0].Gone || !history2[1].Gone || history2[1].Number != 2 {
		t.Errorf("%+v, %v", history2, err)
	}
}

// The first definition applies to all earlier data, a later one from its push on.
func TestDefinitionAtAnInstant(t *testing.T) {
	t.Parallel()
	r, ctx := newRepo(t), context.Background()
	for _, target := range []string{"0.9", "0.99", "0.999"} {
		r.push(map[string]string{"slos/a.yaml": objective("a", "s", target)})
	}
	for at, want := range map[time.Time]float64{
		start.AddDate(-1, 0, 0): 0.9, start: 0.9, start.AddDate(0, 0, 1).Add(-time.Second): 0.9,
		start.AddDate(0, 0, 1): 0.99, start.AddDate(0, 0, 2): 0.999, start.AddDate(9, 0, 0): 0.999,
	} {
		if s, err := r.cat.SLOAt(ctx, "a", at); err != nil || s.Target != want {
			t.Errorf("at %s the target is %v, want %v: %v", at, s.Target, want, err)
		}
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	rolling, calendar := slo.Window{Rolling: true, Count: 28, Unit: "d"}, slo.Window{Count: 1, Unit: "M"}
	for want, s := range map[string]slo.SLO{
		"99.9 % over 28d rolling":  {Target: 0.999, Window: rolling, Method: slo.Occurrences},
		"99.95 % over 1M calendar": {Target: 0.9995, Window: calendar, Method: slo.Occurrences},
		"composite of 2 over 28d rolling": {Target: 0.999, Window: rolling, Method: slo.Occurrences,
			Parts: make([]slo.Part, 2)},
		"50 % over 28d rolling by " + string(slo.Timeslices): {Target: 0.5, Window: rolling, Method: slo.Timeslices},
	} {
		if got := catalog.Describe(s); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// A push with many changes lists the first twenty.
func TestLinesAreBounded(t *testing.T) {
	t.Parallel()
	for n, more := range map[int]string{20: "", 21: "and 1 more services and SLOs", 30: "and 10 more services and SLOs"} {
		files := map[string]string{}
		for i := range n {
			files[fmt.Sprintf("services/s%02d.yaml", i)] = service(fmt.Sprintf("s%02d", i), "")
		}
		lines := newRepo(t).check(files).Lines()
		last := lines[len(lines)-1]
		if more == "" && (len(lines) != n || !strings.HasPrefix(last, "new      service s")) || more != "" && (len(lines) != 21 || last != more) {
			t.Errorf("%d services: %d lines, the last is %q", n, len(lines), last)
		}
	}
}
