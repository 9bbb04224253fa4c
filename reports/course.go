package reports

import (
	"fmt"
	"math"
	"strings"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports/slo"
)

// spansWord names how far the report looks back.
func (c *compiler) spansWord() string {
	return fmt.Sprintf("last %s", humanize.Plural(len(c.spans), strings.ToLower(c.spanHead())))
}

// course draws the budget that an objective spent in each span, in the height of a
// letter, with the count of spans met in words. The scale is the same for every
// objective: a full block is the whole budget or more.
func (c *compiler) course(o Objective) Value {
	blocks := []rune("▁▂▃▄▅▆▇█")
	var b strings.Builder
	met, measured := 0, 0
	for n := range c.spans {
		r := o.result(n, len(c.spans))
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
	v := Value{Text: fmt.Sprintf("%s %d of %d met", b.String(), met, measured), Unit: Ratio}
	if measured == 0 {
		return Value{Text: "not measured", Tone: Gap}
	}
	v.Number = number(float64(met) / float64(measured))
	return v
}
