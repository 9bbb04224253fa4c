package incidents

import (
	"strconv"
	"testing"
	"time"

	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/reports/incident"
)

// TestTheTopSaysWhetherItIsOver: the first line of the page answers, and says what
// nobody knows.
func TestTheTopSaysWhetherItIsOver(t *testing.T) {
	t.Parallel()
	now := webtest.Ago(0)
	for want, v := range map[string]incident.Record{
		"Not over: 83 min so far; detected after 1 min, acknowledged after 3 min; nobody says that it is diagnosed": {Times: webtest.Moments(incident.Started, 83, incident.Detected, 82, incident.Acknowledged, 80)},
		"Not over: and nobody can say for how long; detected; nobody says that it is acknowledged or diagnosed":     {Times: webtest.Moments(incident.Detected, 82)},
		"Over: after 42 min, since 48":                                                          {Times: webtest.Moments(incident.Started, 90, incident.Mitigated, 48)},
		"Over: how long it lasted is unknown; since 48":                                         {Times: webtest.Moments(incident.Mitigated, 48)},
		"Over: since 22 Nov 2026; the time is unknown":                                          {Times: map[incident.Milestone]incident.Moment{incident.Started: {At: webtest.Ago(90)}, incident.Resolved: {At: now.Truncate(day), DayOnly: true}}},
		"Over: but nobody says since when":                                                      {Status: "resolved", Times: webtest.Moments(incident.Started, 90)},
		"Maintenance: announced work, in no figure":                                             {Maintenance: true, Times: webtest.Moments(incident.Started, 90)},
		"Not over: 90 min so far; nobody says that it is detected or acknowledged or diagnosed": {Times: webtest.Moments(incident.Started, 90)},
	} {
		v.Source, v.Form, v.Ref = "pd", "pagerduty", "PX"
		top := overWords(incident.Fold([]incident.Record{v}, nil, webtest.Policy())[0], now)
		got := top.State + ": " + top.Says
		if !top.Until.IsZero() {
			got += " " + strconv.Itoa(int(now.Sub(top.Until)/time.Minute))
		}
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
