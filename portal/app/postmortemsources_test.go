package app

import (
	"reflect"
	"testing"
	"time"

	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/reports/incident"
)

func TestPostmortemVoice(t *testing.T) {
	at := time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC)
	record := library.Record{ID: "d1", Address: "/postmortems/pool", Title: "The pool", Revision: library.Revision{Number: 3, At: at}}
	front := postmortems.FrontMatter{
		Incident: postmortems.Incident{Ref: "INC-7", Aliases: []string{"PX"}, Severity: "SEV2", Services: []string{"shop"}, DuplicateOf: "INC-1"},
		Times: postmortems.Times{
			Started:  postmortems.Instant{At: at, Precision: postmortems.Exact},
			Resolved: postmortems.Instant{At: at, Precision: postmortems.Day},
		},
		Impact: postmortems.Impact{SLO: []postmortems.BudgetSpent{{Ref: "shop-availability"}}}, ChangeRef: "abc123",
		Alerts: []string{"PoolEmpty"},
	}
	want := &incident.Record{
		Source: "postmortem:d1", Form: "postmortem", Ref: "INC-7", Aliases: []string{"PX"}, Rev: 3, At: at, Title: "The pool", Severity: "SEV2",
		Services: []string{"shop"}, URL: "/postmortems/pool", DuplicateOf: "INC-1", PostmortemID: "d1", Alerts: []string{"PoolEmpty"},
		Changes: []string{"abc123"}, SLOs: []string{"shop-availability"},
		Times: map[incident.Milestone]incident.Moment{incident.Started: {At: at}, incident.Resolved: {At: at, DayOnly: true}},
	}
	if got := sourceOf(record, front); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	if got := sourceOf(record, postmortems.FrontMatter{}); got != nil {
		t.Errorf("without ref and times: %+v", got)
	}
	front.Incident.Ref = ""
	if got := sourceOf(record, front); got.Ref != "d1" {
		t.Errorf("the document is its own ref: %q", got.Ref)
	}
}
