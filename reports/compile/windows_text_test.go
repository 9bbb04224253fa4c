package compile

import (
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/messages/messagestest"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/slo"
)

// A month and its shorter window that saw the same bad events differ by their
// traffic, which is what the report says.
func TestWhyMonthAndWindowDiffer(t *testing.T) {
	from := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	to := from.AddDate(0, 1, 0)
	p := period.Period{Kind: period.Monthly, ID: "2026-10", From: from, To: to, Zone: time.UTC}
	c := &compiler{Printer: messagestest.English(t), p: p, spans: []period.Period{p}, asOf: to}
	for _, tt := range []struct {
		name                     string
		start                    time.Time
		bad, total, wbad, wtotal float64
		want                     string
	}{
		{"the same bad events", from.AddDate(0, 0, 3), 4, 1594, 4, 1440,
			"The same 4 bad in both: of 1,594 in the month, of 1,440 in the window."},
		{"none at all", from.AddDate(0, 0, 3), 0, 1594, 0, 1440, "The same 0 bad in both: of 1,594 in the month, of 1,440 in the window."},
		{"bad events before the window", from.AddDate(0, 0, 3), 10, 1594, 4, 1440,
			"6 of the month's 10 bad fell on 1 October to 3 October, which only the month counts."},
		{"bad events before the month", from.AddDate(0, 0, -3), 4, 1594, 10, 1700,
			"6 of its 10 bad fell on 28 September to 30 September, which only the window counts."},
	} {
		r := slo.Result{From: from, To: to, Good: tt.total - tt.bad, Total: tt.total}
		w := slo.Result{From: tt.start, To: to, Good: tt.wtotal - tt.wbad, Total: tt.wtotal}
		var o reports.Objective
		o.Results, o.Window = []slo.Result{r}, w
		o.Current.Window = w
		if got := c.whyApart(o); !strings.HasSuffix(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
