package slo_test

import (
	"testing"

	"github.com/postern/postern/reports/slo"
)

func member(name string, target, good, total float64) slo.Member {
	s := slo.SLO{Name: name, Target: target, Method: slo.Occurrences}
	return slo.Member{SLO: s, Result: slo.Evaluate(s, []slo.Bucket{{Start: epoch, Len: day, Good: good, Total: total, Coverage: 1}}, span(epoch, day))}
}

func TestRollUpWeighsByEvents(t *testing.T) {
	members := []slo.Member{member("a", 0.999, 999_000, 1_000_000), member("b", 0.9, 500, 1000), member("quiet", 0.9, 0, 0)}
	r, ok := slo.RollUp(members)
	if !ok || r.Members != 2 || r.Left != 1 {
		t.Fatalf("got %+v, %v", r, ok)
	}
	near(t, "SLI", r.SLI, 999_500.0/1_001_000, 1e-12)
	near(t, "target", r.Target, (999_000+900)/1_001_000.0, 1e-12)
	near(t, "spent", r.Spent, 1500.0/1100, 1e-9)
	near(t, "spent by SLI and target", (1-r.SLI)/(1-r.Target), r.Spent, 1e-9)

	shares := slo.Contribution(members)
	if len(shares) != 2 || shares[0].Name != "a" || shares[1].Name != "b" {
		t.Fatalf("got %+v", shares)
	}
	near(t, "part of a", shares[0].Part, 2.0/3, 1e-12)
}

func TestCompositeWeighsWhatMembersSpent(t *testing.T) {
	a, b := member("a", 0.99, 995, 1000), member("b", 0.99, 980, 1000) // 0.5 and 2 of their budgets
	s := slo.SLO{Name: "journey", Parts: []slo.Part{{SLO: "a", Weight: 3}, {SLO: "b", Weight: 1}}}
	r := slo.Composite(s, map[string]slo.Result{"a": a.Result, "b": b.Result}, span(epoch, day))
	near(t, "spent", *r.Spent, (3*0.5+2)/4, 1e-9)
	if !*r.Met || r.State != slo.OK {
		t.Errorf("met %v, %s", *r.Met, r.State)
	}
	r = slo.Composite(s, map[string]slo.Result{"a": a.Result}, span(epoch, day))
	if r.State != slo.NoData || r.Met != nil || r.Spent != nil {
		t.Errorf("a member is missing: %+v", r)
	}
}
