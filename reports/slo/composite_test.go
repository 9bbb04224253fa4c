package slo_test

import (
	"testing"

	"github.com/postern/postern/reports/slo"
)

func resultOf(target, good, total float64) slo.Result {
	s := slo.SLO{Target: target, Method: slo.Occurrences}
	return slo.Evaluate(s, []slo.Bucket{{Start: epoch, Len: day, Good: good, Total: total, Coverage: 1}}, span(epoch, day))
}

func TestCompositeWeighsWhatMembersSpent(t *testing.T) {
	a, b := resultOf(0.99, 995, 1000), resultOf(0.99, 980, 1000) // 0.5 and 2 of their budgets
	s := slo.SLO{Name: "journey", Parts: []slo.Part{{SLO: "a", Weight: 3}, {SLO: "b", Weight: 1}}}
	r := slo.Composite(s, map[string]slo.Result{"a": a, "b": b}, span(epoch, day))
	near(t, "spent", *r.Spent, (3*0.5+2)/4, 1e-9)
	if !*r.Met || r.State != slo.OK {
		t.Errorf("met %v, %s", *r.Met, r.State)
	}
	r = slo.Composite(s, map[string]slo.Result{"a": a}, span(epoch, day))
	if r.State != slo.NoData || r.Met != nil || r.Spent != nil {
		t.Errorf("a member is missing: %+v", r)
	}
}
