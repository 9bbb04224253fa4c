package compile

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/incident"
)

// drills lists the exercises of the period.
func (c *compiler) drills() reports.Section {
	s := reports.Section{Title: "Drills"}
	var t reports.Table
	t.Key = "drills"
	t.Columns = []reports.Column{
		{Key: "drill", Title: "Drill"}, {Key: "at", Title: "When"}, {Key: "services", Title: "Services"}, {Key: "outcome", Title: "Outcome"},
		{Key: "detect", Title: "Detected", Numeric: true}, {Key: "diagnose", Title: "Diagnosed", Numeric: true}, {Key: "recover", Title: "Recovered", Numeric: true},
	}
	drilled := map[string]bool{}
	for _, d := range c.in.Drills {
		if !c.p.Contains(d.At) {
			continue
		}
		name := reports.Value{Text: cmp.Or(title(d.Title), title(d.ID))}
		if d.Document != "" {
			name.Link = documentLink(d.Document)
		}
		outcome := reports.Value{Text: cmp.Or(title(d.Outcome), "unknown"), Tone: map[string]reports.Tone{"passed": reports.Good, "failed": reports.Bad, "": reports.Gap}[d.Outcome]}
		var names []string
		for _, x := range d.Services {
			names = append(names, c.serviceTitle(x))
			drilled[x] = true
		}
		slices.Sort(names)
		t.Rows = append(t.Rows, reports.Row{Key: "drill-" + d.Source + "-" + d.ID, Cells: []reports.Value{
			name, c.when(d.At), words(listed(names, 3)), outcome,
			heldTo(d.Detect, c.in.Targets.DetectWithin), c.drilledMiddle(d.Diagnose), heldTo(d.Recover, c.in.Targets.RecoverWithin),
		}})
	}
	if len(t.Rows) == 0 {
		s.Empty = "No drill was held in this period."
		return s
	}
	services := 0
	for _, x := range c.in.Services {
		if c.admits(x.Name) {
			services++
		}
	}
	s.Note = fmt.Sprintf("%d of %s drilled.", len(drilled), humanize.Plural(services, "service"))
	t.Limit(mostDrills)
	s.Tables = []reports.Table{t}
	return s
}

// mostDrills and mostQuarantined bound the drills and the doubted incidents that a
// report lists: a sender that makes them up would make it too large to be read.
const (
	mostDrills      = 100
	mostQuarantined = 100
)

// drilledMiddle is how long diagnosing took in a drill. Drills tell nothing of an
// acknowledgement, so where that is the middle step there is no target to hold it
// against.
func (c *compiler) drilledMiddle(d *time.Duration) reports.Value {
	if c.in.Targets.Middle == incident.Acknowledged {
		return durationOf(d)
	}
	return heldTo(d, c.in.Targets.DiagnoseWithin)
}

func heldTo(d *time.Duration, target time.Duration) reports.Value {
	v := durationOf(d)
	if d != nil {
		v.Tone = reports.Good
		if *d > target {
			v.Tone = reports.Bad
		}
	}
	return v
}
