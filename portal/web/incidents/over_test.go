package incidents

import (
	"strconv"
	"testing"
	"time"

	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/reports/incident"
)

// TestStateOfAnIncident: the first line of the page states whether the incident is over,
// and what is unknown.
func TestStateOfAnIncident(t *testing.T) {
	t.Parallel()
	now, h := webtest.Ago(0), New(webtest.Kit(t), Deps{})
	for want, v := range map[string]incident.Record{
		"Open: for 83 min: detected after 1 min, acknowledged after 3 min, not diagnosed yet": {Times: webtest.Moments(incident.Started, 83,
			incident.Detected, 82, incident.Acknowledged, 80)},
		"Open: since an unknown time: detected, not acknowledged yet, not diagnosed yet": {Times: webtest.Moments(incident.Detected, 82)},
		"Resolved: after 42 min, on 48": {Times: webtest.Moments(incident.Started, 90,
			incident.Mitigated, 48)},
		"Resolved: after an unknown time, on 48": {Times: webtest.Moments(incident.Mitigated, 48)},
		"Resolved: on 22 Nov 2026; the time is unknown": {Times: map[incident.Milestone]incident.Moment{incident.Started: {At: webtest.Ago(90)},
			incident.Resolved: {At: now.Truncate(day), DayOnly: true}}},
		"Resolved: at an unknown time": {Status: "resolved",
			Times: webtest.Moments(incident.Started, 90)},
		"Maintenance: announced work, counted in no figure": {Maintenance: true,
			Times: webtest.Moments(incident.Started, 90)},
		"Open: for 90 min: not detected yet, not acknowledged yet, not diagnosed yet": {Times: webtest.Moments(incident.Started, 90)},
	} {
		v.Source, v.Form, v.Ref = "pd", "pagerduty", "PX"
		top := h.stateOf(incident.Fold([]incident.Record{v}, nil, webtest.Policy())[0], now)
		got := top.State + ": " + top.Says
		if !top.Until.IsZero() {
			got += " " + strconv.Itoa(int(now.Sub(top.Until)/time.Minute))
		}
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
