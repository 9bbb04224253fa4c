package incidents_test

import (
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/portal/web/webtest/site"
)

// What cannot be put together is not "none".
func TestTooMuchIsNeverNone(t *testing.T) {
	t.Parallel()
	s, f := site.WithSignals(t)
	f.Wide = fault.New(fault.TooWide, "test", "there are 30,000 of them")
	webtest.Holds(t, s.Get("/kb/").Body.String(), []string{"Open incidents are not counted.", "There are 30,000 of them."},
		[]string{"open incident<"})
	webtest.Holds(t, s.Get("/kb/incidents/PX1").Body.String(), []string{"<b>Unknown.</b> There are 30,000 of them."},
		[]string{"No alert fired for it", "No change is named"})
}
