package collect_test

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/collect"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/slo"
)

// redefined is the large organisation whose first objective was loosened, and
// whose second was removed, in the middle of November.
type redefined struct{ large }

func (r redefined) Versions(ctx context.Context, name string) ([]collect.Version, error) {
	all, err := r.large.Versions(ctx, name)
	if err != nil {
		return nil, err
	}
	all[0].SLO.Target, all[0].SLO.Hash, all[0].What = 0.999999, "strict", "99.9999 %"
	at := time.Date(2026, 11, 12, 0, 0, 0, 0, time.UTC)
	loose := all[0]
	loose.From = at
	switch name {
	case "objective-000":
		loose.SLO.Target, loose.SLO.Hash, loose.What = 0.9, "loose", "90 %"
		all = append(all, loose)
	case "objective-001":
		loose.Gone = true
		all = append(all, loose)
	}
	return all, nil
}

// A later definition does not rewrite what was measured by an earlier one, and a
// removed objective is still in the reports of before.
func TestDefinitionsOverTime(t *testing.T) {
	l := redefined{large{2, 1}}
	c := collect.New(collect.Sources{Catalog: l, Ledger: l.large, Targets: reports.Targets{Policy: incident.DefaultPolicy()}})
	find := func(id string) reports.Inputs {
		p, err := period.Of(period.Weekly, id, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		in, err := c.Collect(t.Context(), reports.BuiltIn("UTC")[1], p, p.To)
		if err != nil {
			t.Fatal(err)
		}
		return in
	}
	before, during, after := find("2026-W45"), find("2026-W46"), find("2026-W48")
	if len(before.Objectives) != 2 || len(during.Objectives) != 1 || len(after.Objectives) != 1 {
		t.Fatalf("objectives: %d, %d, %d", len(before.Objectives), len(during.Objectives), len(after.Objectives))
	}
	results := after.Objectives[0].Results
	if last, first := results[len(results)-1], results[len(results)-4]; last.Hash != "loose" || !*last.Met || first.Hash != "strict" ||
		*first.Met {
		t.Errorf("week 48 by %s (met %v), week 45 by %s (met %v)", last.Hash, *last.Met, first.Hash, *first.Met)
	}
	var said []string
	for _, e := range during.Edits {
		said = append(said, e.SLO+" "+e.What)
	}
	if s := strings.Join(said, "; "); s != "objective-000 99.9999 % → 90 %; objective-001 removed; it was 99.9999 %" {
		t.Errorf("edits: %s", s)
	}
	if len(before.Edits)+len(after.Edits) > 0 {
		t.Errorf("edits of other weeks: %v %v", before.Edits, after.Edits)
	}
}

// Inputs are the same however often they are collected.
func TestCollectIsDeterministic(t *testing.T) {
	l := large{12, 4}
	c := collect.New(collect.Sources{Catalog: l, Ledger: l, Targets: reports.Targets{Policy: incident.DefaultPolicy()}})
	p, err := period.Of(period.Daily, "2026-11-21", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	hashes := map[string]bool{}
	for range 4 {
		in, err := c.Collect(t.Context(), reports.BuiltIn("UTC")[0], p, p.To)
		if err != nil {
			t.Fatal(err)
		}
		h, err := in.Hash(reports.BuiltIn("UTC")[0])
		if err != nil {
			t.Fatal(err)
		}
		hashes[h] = true
		if len(in.Objectives) != 12 || in.Objectives[0].Results[7].State != slo.OK {
			t.Fatalf("%d objectives, the first %s", len(in.Objectives), in.Objectives[0].Results[7].State)
		}
	}
	if len(hashes) != 1 {
		t.Errorf("%d different inputs of one day", len(hashes))
	}
}

// guessed says that every tenth hour is an estimate.
type guessed struct{}

func (guessed) Estimated(_ context.Context, series string, from, to time.Time) (out []time.Time, err error) {
	for at := from; at.Before(to) && series == "objective-001"; at = at.Add(10 * time.Hour) {
		out = append(out, at)
	}
	return out, nil
}

func TestEstimatesOfThePeriodAreCounted(t *testing.T) {
	l := large{2, 1}
	c := collect.New(collect.Sources{Catalog: l, Ledger: l, Estimates: guessed{}, Targets: reports.Targets{Policy: incident.DefaultPolicy()}})
	p, err := period.Of(period.Daily, "2026-11-21", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	in, err := c.Collect(t.Context(), reports.BuiltIn("UTC")[0], p, p.To.Add(-3*time.Hour))
	if err != nil || in.Objectives[0].Estimated != 0 || in.Objectives[1].Estimated != 3 {
		t.Errorf("%d and %d estimates, %v", in.Objectives[0].Estimated, in.Objectives[1].Estimated, err)
	}
}

// composed is the large organisation with an objective that is made of two others.
type composed struct{ large }

func (c composed) Names(ctx context.Context) ([]string, error) {
	all, err := c.large.Names(ctx)
	return append([]string{"composite"}, all...), err
}

func (c composed) Versions(ctx context.Context, name string) ([]collect.Version, error) {
	if name != "composite" {
		return c.large.Versions(ctx, name)
	}
	all, err := c.large.Versions(ctx, "objective-000")
	all[0].SLO.Name, all[0].SLO.Target = name, 0
	all[0].SLO.Parts = []slo.Part{{SLO: "objective-000", Weight: 1}, {SLO: "objective-001", Weight: 3}}
	return all, err
}

// A composite is judged from its parts, over every span and over its window.
func TestCompositesAreJudgedFromTheirParts(t *testing.T) {
	l := composed{large{2, 1}}
	c := collect.New(collect.Sources{Catalog: l, Ledger: l.large, Targets: reports.Targets{Policy: incident.DefaultPolicy()}})
	p, err := period.Of(period.Weekly, "2026-W46", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	in, err := c.Collect(t.Context(), reports.BuiltIn("UTC")[1], p, p.To)
	if err != nil || len(in.Objectives) != 3 {
		t.Fatalf("%d objectives, %v", len(in.Objectives), err)
	}
	whole, a, b := in.Objectives[0], in.Objectives[1], in.Objectives[2]
	if len(whole.Results) != len(a.Results) {
		t.Fatalf("%d results of a composite, %d of its part", len(whole.Results), len(a.Results))
	}
	for n := range whole.Results {
		checkComposite(t, whole.Results[n], a.Results[n], b.Results[n])
	}
	checkComposite(t, whole.Window, a.Window, b.Window)
}

func checkComposite(t *testing.T, whole, a, b slo.Result) {
	t.Helper()
	if a.Spent == nil || b.Spent == nil {
		if whole.Spent != nil {
			t.Errorf("%s: spent %g without its parts", whole.From, *whole.Spent)
		}
		return
	}
	if want := (*a.Spent + 3**b.Spent) / 4; whole.Spent == nil || math.Abs(*whole.Spent-want) > 1e-12 || *whole.Met != (want <= 1) {
		t.Errorf("%s: %+v, want %g spent", whole.From, whole, want)
	}
}

// Buckets are made as they are asked for: for tests that look at nothing else.
func (l large) Buckets(_ context.Context, name string, from, to time.Time) (all []slo.Bucket, err error) {
	if first := to.Add(-62 * 24 * time.Hour); from.Before(first) {
		from = first // two months are kept
	}
	from = from.UTC().Truncate(bucketLen)
	all = make([]slo.Bucket, 0, int(to.Sub(from)/bucketLen)+1)
	seed := uint32(len(name)) + uint32(name[len(name)-1])*97
	for at := from; at.Before(to); at = at.Add(bucketLen) {
		seed = seed*1664525 + 1013904223
		total := float64(1000 + seed>>22)
		bad := 0.0
		if seed>>24 == 0 {
			bad = 40
		}
		all = append(all, slo.Bucket{Start: at, Len: bucketLen, Good: total - bad, Total: total, Coverage: 1})
	}
	return all, nil
}
