package incident

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// feedForms are forms as a portal with several feeds knows them.
func feedForms() []Form {
	return []Form{
		{Name: "statuspage", Title: "status page", Trust: 10, Confidence: Public, LocalNames: true},
		{Name: "alertmanager", Title: "Alertmanager", Trust: 20, LocalNames: true},
		{Name: "cdevents", Title: "CDEvents", Trust: 30},
		{Name: "grafana-oncall", Title: "Grafana OnCall", Trust: 40, LocalNames: true},
		{Name: "pagerduty", Title: "PagerDuty", Trust: 50, LocalNames: true},
		{Name: "opsgenie", Title: "Opsgenie", Trust: 60, LocalNames: true},
		{Name: "ndjson", Title: "NDJSON", Trust: 70},
	}
}

// feedPolicy is the default policy with forms of feeds.
func feedPolicy() Policy { return DefaultPolicy(feedForms()...) }

func TestFormsAreOrderedByTrust(t *testing.T) {
	var names []string
	for _, f := range feedPolicy().Forms {
		names = append(names, f.Name)
	}
	want := []string{"postmortem", "portal", "ndjson", "opsgenie", "pagerduty", "grafana-oncall", "cdevents", "alertmanager", "statuspage"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

func TestUnknownFormRanksLast(t *testing.T) {
	p := feedPolicy()
	for _, f := range p.Forms {
		if known, unknown := p.rank(Record{Form: f.Name}), p.rank(Record{Form: "made-up"}); known >= unknown {
			t.Errorf("%s ranks %d, a form that is not known %d", f.Name, known, unknown)
		}
	}
	want := Form{Name: "made-up", Title: "made-up"}
	if got := p.Form("made-up"); got != want || got.confidence() != Measured || got.personal() {
		t.Errorf("got %+v", got)
	}
}

func TestDuplicateRanksAfterItsOriginal(t *testing.T) {
	p := feedPolicy()
	original, duplicate, next := p.rank(Record{Form: "pagerduty"}), p.rank(Record{Form: "pagerduty",
		DuplicateOf: "P1"}), p.rank(Record{Form: "grafana-oncall"})
	if original >= duplicate || duplicate >= next {
		t.Errorf("ranks %d, %d, %d", original, duplicate, next)
	}
}
