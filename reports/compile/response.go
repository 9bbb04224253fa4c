package compile

import (
	"fmt"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/slo"
)

// attainment counts how one step went over several incidents.
type attainment struct{ incident.Attainment }

// value is met of those known. What is unknown stands beside, in the note.
func (a attainment) value() reports.Value {
	known := a.Met + a.Missed
	if known == 0 {
		return reports.Value{Text: "unknown", Unit: reports.Ratio, Tone: reports.Gap}
	}
	v := reports.Value{Text: fmt.Sprintf("%d of %d", a.Met, known), Number: a.Share(), Unit: reports.Ratio, Tone: reports.Good}
	if a.Missed > 0 {
		v.Tone = reports.Bad
	}
	return v
}

// note counts the unknown ones and the worst case, in which they were missed.
func (a attainment) note() string {
	if a.Unknown == 0 {
		return fmt.Sprintf("n = %d", a.Met+a.Missed)
	}
	return fmt.Sprintf("%d unknown; at worst %d of %d", a.Unknown, a.Met, a.Met+a.Missed+a.Unknown)
}

// steps is 1-5-10 over incidents: detect, diagnose, recover, and all three.
type steps struct{ detect, diagnose, recover, all attainment }

// stepLabels are the three steps with their targets: "detected within 1 min".
func (c *compiler) stepLabels() (labels [3]string) {
	within := c.in.Targets.Policy.Targets()
	for n, name := range c.in.Targets.Names() {
		labels[n] = name + " within " + durationText(within[n])
	}
	return labels
}

// attain counts 1-5-10 over the incidents that began in the nth span. Those of
// services with hardly any traffic then are left out: no alert can see one failed
// request among two within a minute.
func (c *compiler) attain(n int) (s steps, quiet int) {
	for _, i := range c.began(n) {
		if c.onlyLowTraffic(i, n) {
			quiet++
			continue
		}
		var each [3]incident.Verdict
		for k := range each {
			each[k] = c.judge(i, k)
		}
		s.detect.Add(each[0])
		s.diagnose.Add(each[1])
		s.recover.Add(each[2])
		s.all.Add(worst(each))
	}
	return s, quiet
}

// worst is the verdict on all three steps: one missed is missed.
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

// onlyLowTraffic tells whether all objectives of an incident's services had too
// little traffic for a verdict in the nth span.
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

func (c *compiler) response() reports.Section {
	within, labels := c.in.Targets.Policy.Targets(), c.stepLabels()
	s := reports.Section{
		Title: fmt.Sprintf("Response: %s, %s, %s", durationText(within[0]), durationText(within[1]), durationText(within[2])),
		Note:  capital(c.in.Targets.Rule(durationText)) + ". Read it beside the alerts: detection within a minute can be had from alerts that are mostly false. An unknown milestone is neither met nor missed.",
	}
	own, quiet := c.attain(c.last())
	if len(c.facts.own)-quiet == 0 {
		s.Empty = "No incident to hold against the targets."
		return c.withTrend(s, c.responseTrend)
	}
	before, _ := c.attain(c.before())
	rows := []struct {
		key, label string
		now, was   attainment
	}{
		{"detect", capital(labels[0]), own.detect, before.detect},
		{"diagnose", capital(labels[1]), own.diagnose, before.diagnose},
		{"recover", capital(labels[2]), own.recover, before.recover},
		{"all", "All three", own.all, before.all},
	}
	table := reports.Table{Key: "response", Columns: []reports.Column{
		{Key: "step", Title: "Step"}, {Key: "met", Title: "Met", Numeric: true}, {Key: "missed", Title: "Missed", Numeric: true},
		{Key: "unknown", Title: "Unknown", Numeric: true}, {Key: "share", Title: "Met of known", Numeric: true}, {Key: "was", Title: "The " + c.compareWord(), Numeric: true},
	}}
	if quiet > 0 {
		table.Note = humanize.Plural(quiet, "incident") + " of services with too little traffic left out."
	}
	for _, r := range rows {
		how := c.derive(reports.Derivation{
			Key: "step-" + r.key, Title: r.label, Formula: "met / (met + missed), over incidents that began in the period",
			Terms:  []reports.Term{term("met", count(r.now.Met)), term("missed", count(r.now.Missed)), term("unknown", count(r.now.Unknown)), term("left out for low traffic", count(quiet))},
			Source: "incidents", Link: "/incidents",
		})
		was := r.was.value()
		was.Tone = reports.Plain
		table.Rows = append(table.Rows, reports.Row{Key: "step-" + r.key, Cells: []reports.Value{
			words(r.label), count(r.now.Met), count(r.now.Missed), count(r.now.Unknown), withHow(r.now.value(), how), was,
		}})
	}
	s.Tables = append(s.Tables, table)
	s.Charts = append(s.Charts, c.stepsChart(rows[0].now, rows[1].now, rows[2].now))
	return c.withTrend(s, c.responseTrend)
}

// stepsChart draws met, missed and unknown of each step as shares of all.
func (c *compiler) stepsChart(detect, diagnose, recovered attainment) string {
	layers := []reports.Series{{Name: "met", Tone: reports.Good}, {Name: "missed", Tone: reports.Bad}, {Name: "unknown", Tone: reports.Gap}}
	for n, a := range []attainment{detect, diagnose, recovered} {
		label := c.stepLabels()[n]
		for l, v := range []int{a.Met, a.Missed, a.Unknown} {
			layers[l].Points = append(layers[l].Points, reports.Point{Label: label, Value: reports.Number(float64(v))})
		}
	}
	c.charts = append(c.charts, reports.Chart{Name: "response", Title: "Steps met, missed and unknown", Kind: reports.Stacked, Unit: reports.Count, Series: layers, Twin: "response"})
	return "response"
}
