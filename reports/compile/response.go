package compile

import (
	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/slo"
)

// attainment counts over several incidents whether one step met its target.
type attainment struct{ incident.Attainment }

// known returns how many are met or missed.
func (a attainment) known() int { return a.Met + a.Missed }

// attained returns how many were met of those known. The unknown ones are in the note.
// All must be met for the tone Good. When none is known it is unknown, and not 0 of 0.
func (c *compiler) attained(a attainment) reports.Value {
	if a.known() == 0 {
		return c.unknown(reports.Ratio)
	}
	v := c.ratio(a.Met, a.known())
	if v.Tone = reports.Good; a.Missed > 0 {
		v.Tone = reports.Bad
	}
	return v
}

// attainedNote counts the unknown ones and the worst case, in which they were missed.
// It is how many would be met of all then.
func (c *compiler) attainedNote(a attainment) string {
	if a.Unknown == 0 {
		return c.Text("report_body.n", "N", a.known())
	}
	return c.Text("report_body.at_worst", "Unknown", a.Unknown, "Met", a.Met, "All", a.known()+a.Unknown)
}

// steps counts the three steps of the response over incidents, and all three together.
// all is Met for an incident that met every step.
type steps struct{ detect, diagnose, recover, all attainment }

// stepLabels are the three steps with their targets: "detected within 1 min". They are
// in the order of the settings, and begin with a small letter.
func (c *compiler) stepLabels() (labels [3]string) {
	within := c.in.Targets.Policy.Targets()
	for n, step := range c.in.Targets.Names() {
		labels[n] = c.Text("report_body.step_within", "Step", step, "Target", humanize.Duration(within[n]))
	}
	return labels
}

// attain counts the steps over the incidents that started in the nth span. quiet counts
// those that are excluded because their services had hardly any traffic then: no alert
// can see one failed request among two within a minute. Verdicts are as of the end of
// the data, for earlier spans too: an incident of an earlier period counts with what is
// known of it now.
func (c *compiler) attain(n int) (s steps, quiet int) {
	for _, i := range c.began(n) {
		if c.onlyLowTraffic(i, n) {
			quiet++
			continue
		}
		var each [3]incident.Verdict
		for k := range each {
			each[k] = c.evaluate(i, k)
		}
		s.detect.Add(each[0])
		s.diagnose.Add(each[1])
		s.recover.Add(each[2])
		s.all.Add(worst(each))
	}
	return s, quiet
}

// worst returns the verdict on all three steps: one missed is missed. Without a missed
// one, one unknown is unknown.
func worst(each [3]incident.Verdict) incident.Verdict {
	out := incident.Met
	for _, v := range each {
		switch v {
		case incident.Missed:
			return v
		case incident.Unknown:
			out = v
		}
	}
	return out
}

// onlyLowTraffic reports whether all SLOs of an incident's services had too little
// traffic for a verdict in the nth span. An incident whose services have no SLO is not
// excluded, because nothing is known of their traffic.
func (c *compiler) onlyLowTraffic(i reports.Incident, n int) bool {
	low := 0
	for _, name := range i.Services {
		for _, o := range c.in.Objectives {
			if o.SLO.Service != name {
				continue
			}
			if o.Result(n, len(c.spans)).State != slo.LowTraffic {
				return false
			}
			low++
		}
	}
	return low > 0
}

// response is the section about the three steps of the response and their targets. When
// all incidents were excluded there is nothing to compare, but the trend is shown.
func (c *compiler) response() reports.Section {
	s := reports.Section{
		Title: c.Text("report_body.response_title", "Targets", c.targets()),
		Note:  c.Text("report_body.response_note", "Rule", capital(c.in.Targets.Rule(humanize.Duration))),
	}
	own, quiet := c.attain(c.last())
	if len(c.facts.own)-quiet == 0 {
		s.Empty = c.Text("report_body.response_empty")
		return c.withTrend(s, c.responseTrend)
	}
	s.Tables = append(s.Tables, c.responseTable(own, quiet))
	s.Charts = append(s.Charts, c.stepsChart(own))
	return c.withTrend(s, c.responseTrend)
}

// responseTable is one row a step, beside the period before. quiet is how many
// incidents are excluded for low traffic. The column of the period before has no tone:
// it is not what the report is about.
func (c *compiler) responseTable(own steps, quiet int) reports.Table {
	before, _ := c.attain(c.before())
	labels := c.stepLabels()
	t := reports.Table{Key: "response", Columns: []reports.Column{
		c.words("step", "report_body.col_step"), c.numbers("met", "report_body.col_met"), c.numbers("missed", "report_body.col_missed"),
		c.numbers("unknown", "report_body.col_unknown"), c.numbers("share", "report_body.col_met_of_known"), c.theBefore(),
	}}
	if quiet > 0 {
		t.Note = c.Count("report_body.response_quiet", quiet)
	}
	for _, r := range []struct {
		key, label string
		now, was   attainment
	}{
		{"detect", capital(labels[0]), own.detect, before.detect},
		{"diagnose", capital(labels[1]), own.diagnose, before.diagnose},
		{"recover", capital(labels[2]), own.recover, before.recover},
		{"all", c.Text("report_body.all_three"), own.all, before.all},
	} {
		how := c.derive(reports.Derivation{
			Key: "step-" + r.key, Title: r.label, Formula: c.Text("report_body.response_formula"),
			Terms: []reports.Term{
				term(c.Text("report_body.met"), count(r.now.Met)), term(c.Text("report_body.missed"), count(r.now.Missed)),
				term(c.Text("report_body.state_unknown"), count(r.now.Unknown)), term(c.Text("report_body.low_traffic_excluded"), count(quiet)),
			},
			Source: c.Text("report_body.incidents"), Link: "/incidents",
		})
		t.Rows = append(t.Rows, reports.Row{Key: "step-" + r.key, Cells: []reports.Value{
			sentence(r.label), count(r.now.Met), count(r.now.Missed), count(r.now.Unknown),
			withHow(c.attained(r.now), how), withTone(c.attained(r.was), reports.Plain),
		}})
	}
	return t
}

// theBefore is the column of the period that this one is compared with.
func (c *compiler) theBefore() reports.Column {
	return reports.Column{Key: "was", Title: c.Text("report_body.col_before", "Before", c.compareWord()), Numeric: true}
}

// stepsChart draws met, missed and unknown of each step as shares of all. Its values
// are those of responseTable without the row of all three.
func (c *compiler) stepsChart(own steps) string {
	layers := c.layers()
	labels := c.stepLabels()
	for n, a := range []attainment{own.detect, own.diagnose, own.recover} {
		for l, v := range []int{a.Met, a.Missed, a.Unknown} {
			layers[l].Points = append(layers[l].Points, reports.Point{Label: labels[n], Value: reports.Number(float64(v))})
		}
	}
	return c.chart(reports.Chart{
		Name: "response", Title: c.Text("report_body.response_chart"), Kind: reports.Stacked, Unit: reports.Count, Series: layers,
		Twin: "response",
	})
}

// layers are the series of a chart of steps: met, missed, unknown. Their order is that
// in which callers add points.
func (c *compiler) layers() []reports.Series {
	return []reports.Series{
		{Name: c.Text("report_body.met"), Tone: reports.Good}, {Name: c.Text("report_body.missed"), Tone: reports.Bad},
		{Name: c.Text("report_body.state_unknown"), Tone: reports.Gap},
	}
}
