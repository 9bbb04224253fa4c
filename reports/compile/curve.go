package compile

import (
	"fmt"
	"math"
	"strings"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/slo"
)

// course draws the budget that an objective spent in each span, in the height of a
// letter, with the count of spans met in words. The scale is the same for every
// objective: a full block is the whole budget or more.
func (c *compiler) course(o reports.Objective) reports.Value {
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
		at := math.Floor(max(0, min(*r.Spent, 1)) * float64(len(blocks)-1))
		b.WriteRune(blocks[int(at)])
	}
	v := reports.Value{Text: fmt.Sprintf("%s %d of %d met", b.String(), met, measured), Unit: reports.Ratio}
	if measured == 0 {
		return reports.Value{Text: "not measured", Tone: reports.Gap}
	}
	v.Number = reports.Number(float64(met) / float64(measured))
	return v
}
