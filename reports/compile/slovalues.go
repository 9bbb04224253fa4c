package compile

import (
	"cmp"
	"fmt"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/slo"
)

// How the numbers of one objective are written in every table.

// verdictValue says met, missed, or why there is no verdict.
func (c *compiler) verdictValue(o reports.Objective, r slo.Result) reports.Value {
	v := reports.Value{Tone: toneOf(r), How: rowKey(o)}
	switch {
	case r.Met == nil:
		v.Text = r.State.Words()
	case *r.Met:
		v.Text = "met"
	default:
		v.Text = "missed"
	}
	if r.Met != nil && r.State == slo.Partial {
		v.Text += ", " + percentText(r.Coverage, 0) + " measured"
	}
	return v
}

// targetValue is the target; a composite has none.
func targetValue(o reports.Objective) reports.Value {
	if o.Composite() {
		return words("—")
	}
	return words(targetText(o.SLO.Target))
}

// sliValue is the indicator; a partial one carries its bounds.
func sliValue(o reports.Objective, r slo.Result) reports.Value {
	if o.Composite() {
		return reports.Value{Text: "composite", How: rowKey(o)}
	}
	if r.SLI == nil || r.State == slo.Invalid {
		return reports.Value{Text: r.State.Words(), Unit: reports.Ratio, Tone: reports.Gap, How: rowKey(o)}
	}
	v := indicator(*r.SLI, o.SLO.Target)
	if r.State == slo.Partial && r.Low != nil && r.High != nil {
		v.Text += fmt.Sprintf(" (%s to %s)", indicator(*r.Low, o.SLO.Target).Text, indicator(*r.High, o.SLO.Target).Text)
	}
	v.How = rowKey(o)
	return v
}

func spentValue(o reports.Objective, r slo.Result) reports.Value {
	if r.Spent == nil || r.State == slo.Invalid || r.State == slo.NoData {
		return reports.Value{Text: cmp.Or(map[bool]string{true: "—"}[r.State == slo.NotYet], r.State.Words()), Unit: reports.Ratio, Tone: reports.Gap, How: rowKey(o)}
	}
	v := share(*r.Spent)
	v.How = rowKey(o)
	if *r.Spent > 1 {
		v.Tone = reports.Bad
	}
	return v
}
