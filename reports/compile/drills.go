package compile

import (
	"cmp"
	"time"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/incident"
)

// mostDrills and mostQuarantined bound the drills and the excluded incidents that a report
// lists: a sender that invents them would make it too large to be read.
const (
	mostDrills      = 100
	mostQuarantined = 100
)

// drills is the section about the exercises of the period. Drills count in no figure of
// incidents. The note has how many of the services in scope were part of a drill.
func (c *compiler) drills() reports.Section {
	s := reports.Section{Title: c.Text("report_body.drills_title")}
	t := reports.Table{Key: "drills", Columns: []reports.Column{
		c.words("drill", "report_body.col_drill"), c.words("at", "report_body.col_when"), c.words("services", "report_body.col_services"),
		c.words("outcome", "report_body.col_outcome"), c.numbers("detect", "report_body.col_detected"),
		c.numbers("diagnose", "report_body.col_diagnosed"),
		c.numbers("recover", "report_body.col_recovered"),
	}}
	drilled := map[string]bool{}
	for _, d := range c.in.Drills {
		if !c.p.Contains(d.At) {
			continue
		}
		for _, x := range d.Services {
			drilled[x] = true
		}
		t.Rows = append(t.Rows, c.drillRow(d))
	}
	if len(t.Rows) == 0 {
		s.Empty = c.Text("report_body.drills_empty")
		return s
	}
	services := 0
	for _, x := range c.in.Services {
		if c.admits(x.Name) {
			services++
		}
	}
	s.Note = c.Count("report_body.drills_note", services, "Drilled", len(drilled))
	t.Limit(mostDrills)
	s.Tables = []reports.Table{t}
	return s
}

// drillRow returns the outcome of one drill and the times of its steps. An outcome
// other than passed and failed has no tone. A drill without a title is named by its id.
func (c *compiler) drillRow(d incident.Drill) reports.Row {
	drill := name(cmp.Or(title(d.Title), title(d.ID)))
	if d.Document != "" {
		drill.Link = documentLink(d.Document)
	}
	outcome := c.unknown("")
	if t := title(d.Outcome); t != "" {
		outcome = withTone(name(t), map[string]reports.Tone{"passed": reports.Good, "failed": reports.Bad}[d.Outcome])
	}
	return reports.Row{Key: "drill-" + d.Source + "-" + d.ID, Cells: []reports.Value{
		drill, c.when(d.At), c.serviceNames(d.Services), outcome,
		c.against(d.Detect, c.in.Targets.DetectWithin), c.drillMiddle(d.Diagnose), c.against(d.Recover, c.in.Targets.RecoverWithin),
	}}
}

// drillMiddle is how long diagnosis took in a drill. Drills have no acknowledgement, so
// where that is the middle step there is no target to compare with.
func (c *compiler) drillMiddle(d *time.Duration) reports.Value {
	if c.in.Targets.Middle == incident.Acknowledged {
		return c.durationOf(d)
	}
	return c.against(d, c.in.Targets.DiagnoseWithin)
}

// against returns a duration with the tone of its target. A duration that is not known
// has the tone of unknown. The target itself is met.
func (c *compiler) against(d *time.Duration, target time.Duration) reports.Value {
	v := c.durationOf(d)
	if d != nil {
		v.Tone = reports.Good
		if *d > target {
			v.Tone = reports.Bad
		}
	}
	return v
}
