package compile

import (
	"math"
	"strings"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/slo"
)

// curve draws the budget that an SLO consumed in each span with block characters,
// followed by the count of spans in which it was met. The scale is the same for every
// SLO: a full block is the whole budget or more. A dot is a span without a verdict. The
// number of the value is the share of spans in which the SLO was met; its key has the
// blocks and both counts, so a change of any span is a difference between revisions.
func (c *compiler) curve(o reports.Objective) reports.Value {
	blocks := []rune("▁▂▃▄▅▆▇█")
	var b strings.Builder
	met, measured := 0, 0
	for n := range c.spans {
		r := o.Result(n, len(c.spans))
		if r.Met == nil || r.Spent == nil || r.State == slo.Invalid {
			b.WriteRune('·')
			continue
		}
		measured++
		if *r.Met {
			met++
		}
		// The full block is reached only by a share of 1 or more: rounding would show
		// an almost exhausted budget as exhausted.
		at := math.Floor(max(0, min(*r.Spent, 1)) * float64(len(blocks)-1))
		b.WriteRune(blocks[int(at)])
	}
	if measured == 0 {
		return c.state("report_body.state_not_measured", reports.Gap)
	}
	v := number(float64(met)/float64(measured), reports.Ratio, c.Text("report_body.curve", "Curve", b.String(), "Met", met, "Measured",
		measured))
	v.Key = b.String() + " " + counts(met, measured)
	return v
}
