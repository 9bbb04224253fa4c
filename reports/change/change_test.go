package change

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func at(hour int) time.Time {
	return time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC).Add(time.Duration(hour) * time.Hour)
}

func deploy(id, service string, hour int) Change {
	return Change{ID: id, Source: "ci", Service: service, Environment: "production", At: at(hour), Kind: "deployed", Outcome: "succeeded"}
}

func find(t *testing.T, all []Linked, id string) Linked {
	t.Helper()
	i := slices.IndexFunc(all, func(l Linked) bool { return l.ID == id })
	if i < 0 {
		t.Fatalf("no change %s in %+v", id, all)
	}
	return all[i]
}

func TestSuspects(t *testing.T) {
	failed := deploy("failed", "shop", 11)
	failed.Outcome = "failed"
	staging := deploy("staging", "shop", 11)
	staging.Environment = "staging"
	all := Connect([]Change{deploy("old", "shop", 1), deploy("last", "shop", 10), failed, staging, deploy("after", "shop", 13),
		deploy("else", "pay", 11)},
		[]Incident{{ID: "I1", Refs: []string{"I1"}, From: at(12), To: at(14), Services: []string{"shop"}}})
	for _, l := range all {
		want := l.ID == "last"
		if got := len(l.Incidents) == 1 && l.Incidents[0].Suspected; got != want {
			t.Errorf("%s: %+v", l.ID, l.Incidents)
		}
	}
	if none := Connect([]Change{deploy("d", "shop", 1)},
		[]Incident{{ID: "I", From: at(26), Services: []string{"shop"}}}); len(none[0].Incidents) != 0 {
		t.Errorf("25 hours before: %+v", none)
	}
}

func TestAStatedLinkRulesOutSuspects(t *testing.T) {
	named := deploy("named", "shop", 5)
	naming := deploy("naming", "shop", 6)
	naming.Incidents = []string{"PX", "nobody"}
	all := Connect([]Change{named, naming, deploy("last", "shop", 11)}, []Incident{
		{ID: "I1", Refs: []string{"I1"}, From: at(12), To: at(14), Services: []string{"shop"}, Changes: []string{"ci:named", "named", "unknown"}},
		{ID: "I2", Refs: []string{"I2", "PX"}, From: at(12), To: at(13), Services: []string{"shop"}},
	})
	if l := find(t, all, "named"); len(l.Incidents) != 1 || l.Incidents[0].Incident != "I1" || l.Incidents[0].Suspected || !l.Failed() {
		t.Errorf("%+v", l)
	}
	if l := find(t, all, "naming"); len(l.Incidents) != 1 || l.Incidents[0].Incident != "I2" {
		t.Errorf("%+v", l)
	}
	if l := find(t, all, "last"); len(l.Incidents) != 0 || l.Failed() {
		t.Errorf("%+v", l)
	}
}

func TestRollbacks(t *testing.T) {
	back := deploy("back", "shop", 12)
	back.Kind = "rolledback"
	all := Connect([]Change{deploy("a", "shop", 10), deploy("b", "shop", 11), back, deploy("c", "shop", 13)}, nil)
	if l := find(t, all, "b"); l.RolledBackAt != at(12) || !l.Failed() || l.RecoveredAt() != at(12) {
		t.Errorf("%+v", l)
	}
	for _, id := range []string{"a", "c"} {
		if find(t, all, id).Failed() {
			t.Errorf("%s failed", id)
		}
	}
}

func TestCount(t *testing.T) {
	lead := deploy("lead", "shop", 10)
	lead.Committed, lead.Rollback = at(4), true
	config := Change{ID: "cfg", Source: "ci", Service: "shop", Kind: "config", At: at(3), Freeze: true}
	broken := deploy("broken", "pay", 6)
	broken.Incidents = []string{"I1", "I2"}
	s := Count(Connect([]Change{lead, config, broken, deploy("sus", "web", 8)}, []Incident{
		{ID: "I1", Refs: []string{"I1"}, From: at(7), To: at(8)}, {ID: "I2", Refs: []string{"I2"}, From: at(7), To: at(9)},
		{ID: "I3", Refs: []string{"I3"}, From: at(9), To: at(10), Services: []string{"web"}},
	}))
	if s.Changes != 4 || s.Deployments != 3 || s.Failed != 1 || s.Suspected != 1 || s.InFreeze != 1 {
		t.Errorf("%+v", s)
	}
	// Two incidents of one deployment are one failure: the rate never passes 1.
	if *s.FailureRate != 1.0/3 || *s.WithSuspected != 2.0/3 || *s.WithRollbackPlan != 1.0/3 {
		t.Errorf("%v %v %v", *s.FailureRate, *s.WithSuspected, *s.WithRollbackPlan)
	}
	if *s.LeadTime != 6*time.Hour || s.LeadKnown != 1 || *s.Recovery != 3*time.Hour || s.RecoveryKnown != 1 {
		t.Errorf("%+v", s)
	}
	if none := Count(Connect([]Change{config}, nil)); none.FailureRate != nil || none.LeadTime != nil || none.WithRollbackPlan != nil {
		t.Errorf("without deployments: %+v", none)
	}
}

func TestConnectInAnyOrder(t *testing.T) {
	one := rapid.Custom(func(t *rapid.T) Change {
		c := deploy(rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "id"), rapid.SampledFrom([]string{"shop", "pay"}).Draw(t, "service"),
			rapid.IntRange(0, 30).Draw(t, "hour"))
		c.Kind = rapid.SampledFrom([]string{"deployed", "rolledback", "config"}).Draw(t, "kind")
		c.Rev = int64(rapid.IntRange(0, 2).Draw(t, "rev"))
		if rapid.Bool().Draw(t, "linked") {
			c.Incidents = []string{"I1"}
		}
		return c
	})
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOf(one).Draw(t, "changes")
		incidents := []Incident{{ID: "I1", Refs: []string{"I1"}, From: at(12), Services: []string{"shop"}},
			{ID: "I2", From: at(20), Services: []string{"pay", "shop"}}}
		want := Connect(all, incidents)
		more := slices.Concat(all, all)
		slices.Reverse(more)
		slices.Reverse(incidents)
		if got := Connect(more, incidents); !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v\n%+v", got, want)
		}
		if s := Count(want); s.FailureRate != nil && *s.WithSuspected > 1 {
			t.Fatalf("%+v", s)
		}
	})
}
