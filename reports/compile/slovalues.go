package compile

import (
	"cmp"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/slo"
)

// How the numbers of one SLO are written in every table.

// sloName returns the title of an SLO of the report with a link to its page.
func (c *compiler) sloName(slo string) reports.Value { return linked(c.titles[slo], sloLink(slo)) }

// service returns the title of a service with a link to its page.
func (c *compiler) service(service string) reports.Value {
	return linked(c.serviceTitle(service), serviceLink(service))
}

// stateText names a state of data.
func (c *compiler) stateText(s slo.State) string { return c.dataState(s, reports.Plain).Text }

// dataState returns a state of data. The zero State, of what was never evaluated, is
// NotYet. The key of the value is that of the state, without the language.
func (c *compiler) dataState(s slo.State, tone reports.Tone) reports.Value {
	key := messages.Key("report_body.data_", string(cmp.Or(s, slo.NotYet)))
	return reports.Value{Text: c.Text(key), Key: stateKey(key), Tone: tone}
}

// verdictValue returns met, missed, or why there is no verdict. Of a partial result it
// has the coverage, because the verdict could be another one with all of the data.
func (c *compiler) verdictValue(o reports.Objective, r slo.Result) reports.Value {
	v := c.dataState(r.State, reports.Gap)
	switch {
	case r.Met == nil:
	case *r.Met:
		v = c.state("report_body.state_slo_met", reports.Good)
	default:
		v = c.state("report_body.state_slo_missed", reports.Bad)
	}
	v.Tone, v.How = toneOf(r), rowKey(o)
	if r.Met != nil && r.State == slo.Partial {
		v.Text, v.Key = c.partlyMeasured(v.Text, r.Coverage), v.Key+" partial"
	}
	return v
}

// targetValue returns the target; a composite has none.
func targetValue(o reports.Objective) reports.Value {
	if o.Composite() {
		return sentence("—")
	}
	return name(humanize.Target(o.SLO.Target))
}

// sliValue returns the SLI; a partial one has its bounds. A composite has no SLI of its
// own. A result without an SLI has the state of its data.
func (c *compiler) sliValue(o reports.Objective, r slo.Result) reports.Value {
	if o.Composite() {
		return withHow(c.state("report_body.state_is_composite", reports.Plain), rowKey(o))
	}
	if r.SLI == nil || r.State == slo.Invalid {
		v := withHow(c.dataState(r.State, reports.Gap), rowKey(o))
		v.Unit = reports.Ratio
		return v
	}
	// Low is the SLI if all that was not measured had been bad; High leaves it out.
	v := indicator(*r.SLI, o.SLO.Target)
	if r.State == slo.Partial && r.Low != nil && r.High != nil {
		low, high := indicator(*r.Low, o.SLO.Target), indicator(*r.High, o.SLO.Target)
		v.Text, v.Key = c.Text("report_body.bounds", "SLI", v.Text, "Low", low.Text, "High", high.Text), "partial"
	}
	v.How = rowKey(o)
	return v
}

// spentValue returns the share of the budget that a result consumed. It is a fraction
// of the budget that the result's own span allows. Above 1 it is Bad. Without a number
// it is the state of the data; a dash where the SLO was not in force.
func (c *compiler) spentValue(o reports.Objective, r slo.Result) reports.Value {
	if r.Spent == nil || r.State == slo.Invalid || r.State == slo.NoData {
		v := c.dataState(r.State, reports.Gap)
		if r.State == slo.NotYet {
			v.Text = "—"
		}
		v.Unit, v.How = reports.Ratio, rowKey(o)
		return v
	}
	v := withHow(share(*r.Spent), rowKey(o))
	if *r.Spent > 1 {
		v.Tone = reports.Bad
	}
	return v
}
