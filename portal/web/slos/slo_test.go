package slos

import (
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/web/sloparts"
	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/reports/catalog"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slostatus"
)

// The page of an SLO that was pushed today states how it can get a verdict before half of
// its window has passed. The page of an old one does not.
func TestANewObjectiveIsToldHowToBeJudged(t *testing.T) {
	t.Parallel()
	from := webtest.Now.AddDate(0, 0, -28)
	detail := func(state slo.State, pushed, effective time.Time) slostatus.Detail {
		d := slostatus.Detail{Versions: []catalog.Version{{From: pushed}}}
		d.SLO.EffectiveFrom, d.Whole = effective, true
		d.Result = slo.Result{State: state, From: from, To: webtest.Now, Reason: "0.1 % of the time was measured, half is needed",
			Coverage: 0.001}
		return d
	}
	nothing := detail(slo.NoData, webtest.Now.Add(-time.Hour), time.Time{})
	nothing.Result.Coverage = 0
	for _, c := range []struct {
		name   string
		detail slostatus.Detail
		told   bool
	}{
		{"new", detail(slo.NoData, webtest.Now.Add(-time.Hour), time.Time{}), true},
		{"new, and nothing was measured", nothing, false},
		{"old", detail(slo.NoData, from.Add(-time.Hour), time.Time{}), false},
		{"with a date of its own", detail(slo.NoData, webtest.Now.Add(-time.Hour), webtest.Now), false},
		{"without traffic", detail(slo.NoTraffic, webtest.Now.Add(-time.Hour), time.Time{}), false},
	} {
		got := sloSentence(webtest.Texts(t), c.detail, sloparts.Row{})
		if told := strings.Contains(got, "postern/effective-from: "+webtest.Now.Format(time.DateOnly)); told != c.told {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}
