package reports

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/period"
)

// drills lists the exercises of the period.
func (c *compiler) drills() Section {
	s := Section{Title: "Drills"}
	var t Table
	t.Key = "drills"
	t.Columns = []Column{
		{Key: "drill", Title: "Drill"}, {Key: "at", Title: "When"}, {Key: "services", Title: "Services"}, {Key: "outcome", Title: "Outcome"},
		{Key: "detect", Title: "Detected", Numeric: true}, {Key: "diagnose", Title: "Diagnosed", Numeric: true}, {Key: "recover", Title: "Recovered", Numeric: true},
	}
	drilled := map[string]bool{}
	for _, d := range c.in.Drills {
		if !c.p.Contains(d.At) {
			continue
		}
		name := Value{Text: cmp.Or(title(d.Title), title(d.ID))}
		if d.Document != "" {
			name.Link = documentLink(d.Document)
		}
		outcome := Value{Text: cmp.Or(title(d.Outcome), "unknown"), Tone: map[string]Tone{"passed": Good, "failed": Bad, "": Gap}[d.Outcome]}
		var names []string
		for _, x := range d.Services {
			names = append(names, c.serviceTitle(x))
			drilled[x] = true
		}
		slices.Sort(names)
		t.Rows = append(t.Rows, Row{Key: "drill-" + d.Source + "-" + d.ID, Cells: []Value{
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
	t.atMost(mostDrills)
	s.Tables = []Table{t}
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
func (c *compiler) drilledMiddle(d *time.Duration) Value {
	if c.in.Targets.Middle == incident.Acknowledged {
		return durationOf(d)
	}
	return heldTo(d, c.in.Targets.DiagnoseWithin)
}

func heldTo(d *time.Duration, target time.Duration) Value {
	v := durationOf(d)
	if d != nil {
		v.Tone = Good
		if *d > target {
			v.Tone = Bad
		}
	}
	return v
}

// needsPostmortem tells whether an incident is grave enough for a post-mortem: by
// its severity, or by the budget it took.
func (c *compiler) needsPostmortem(i Incident) bool {
	if i.Severity != "" && i.Severity <= cmp.Or(c.in.Targets.Severity, "SEV2") {
		return true
	}
	top, ok := topSpend(i, c.titles)
	return ok && top.Share > policyShare
}

// owed are the incidents that need a post-mortem and have none that is published:
// those that have none at all, and those whose is being written.
type owed struct {
	missing, written []Incident
	need             int
}

func (c *compiler) owedPostmortems() (o owed) {
	for _, i := range c.facts.own {
		if !c.needsPostmortem(i) {
			continue
		}
		o.need++
		switch c.postmortem(i).Tone {
		case Good:
		case Warn:
			o.written = append(o.written, i)
		default:
			o.missing = append(o.missing, i)
		}
	}
	return o
}

func (c *compiler) coverage() Section {
	s := Section{Title: "Post-mortems", Note: fmt.Sprintf("Needed from %s on, and when one incident took more than %s of a window's budget.", cmp.Or(c.in.Targets.Severity, "SEV2"), percentText(policyShare, 0))}
	o := c.owedPostmortems()
	if o.need == 0 {
		s.Empty = "No incident of this period needs a post-mortem."
		return s
	}
	published := o.need - len(o.missing) - len(o.written)
	have := Value{Text: fmt.Sprintf("%d of %d", published, o.need), Number: number(float64(published) / float64(o.need)), Unit: Ratio, Tone: Good}
	switch {
	case len(o.missing) > 0:
		have.Tone = Bad
	case len(o.written) > 0:
		have.Tone = Warn
	}
	how := c.derive(Derivation{
		Key: "postmortems-have", Title: "Post-mortems published", Formula: "incidents with a published post-mortem / incidents that need one; drafts and those in review are being written",
		Terms:  []Term{{"published", count(published)}, {"being written", count(len(o.written))}, {"missing", count(len(o.missing))}, {"needed", count(o.need)}},
		Source: "incidents, documents", Link: "/postmortems",
	})
	s.Figures = []Figure{{Key: "postmortems", Label: "post-mortems published", Value: withHow(have, how)}}
	if len(o.written) > 0 {
		s.Figures = append(s.Figures, Figure{Key: "written", Label: "being written", Value: withHow(count(len(o.written)), how), Note: humanize.Plural(len(o.missing), "incident") + " without any"})
	}
	t := Table{Key: "missing", Title: "Post-mortems not published", Columns: []Column{
		{Key: "incident", Title: "Incident"}, {Key: "severity", Title: "Severity"}, {Key: "team", Title: "Team"}, {Key: "age", Title: "Days since", Numeric: true}, {Key: "state", Title: "Post-mortem"},
	}}
	for _, i := range slices.Concat(o.missing, o.written) {
		days := int(c.asOf.Sub(impactStart(i)).Hours() / 24)
		t.Rows = append(t.Rows, Row{Key: "missing-" + i.ID, Cells: []Value{
			{Text: incidentTitle(i), Link: incidentLink(i.ID)}, words(cmp.Or(title(i.Severity), "unknown")), words(c.teamsOf(i.Incident)), count(days), c.postmortem(i),
		}})
	}
	if len(t.Rows) > 0 {
		s.Tables = []Table{t}
	}
	return s
}

// teamsOf names the teams of an incident's services.
func (c *compiler) teamsOf(i incident.Incident) string {
	var teams []string
	for _, s := range i.Services {
		if t := c.team(s); t != "" && !slices.Contains(teams, t) {
			teams = append(teams, t)
		}
	}
	slices.Sort(teams)
	return listed(teams, 3)
}

// actionCounts are an owner's action items.
type actionCounts struct {
	owner                      string
	opened, closed, open, late int
	oldest                     time.Time // due date of the one longest overdue
	oldestItem                 Action
}

func (c *compiler) overdue(a Action) bool {
	return a.Status == "open" && !a.Due.IsZero() && a.Due.AddDate(0, 0, 1).Before(c.asOf.Add(time.Second))
}

// countActions counts by owner, those with most overdue first.
func (c *compiler) countActions() (all []*actionCounts) {
	by := map[string]*actionCounts{}
	for _, a := range c.in.Actions {
		if a.Opened.After(c.asOf) {
			continue
		}
		n := by[a.Owner]
		if n == nil {
			n = &actionCounts{owner: a.Owner}
			by[a.Owner] = n
			all = append(all, n)
		}
		if c.p.Contains(a.Opened) {
			n.opened++
		}
		if a.Status != "open" && c.p.Contains(a.DoneAt) {
			n.closed++
		}
		if a.Status == "open" {
			n.open++
		}
		if c.overdue(a) {
			n.late++
			if n.oldest.IsZero() || a.Due.Before(n.oldest) {
				n.oldest, n.oldestItem = a.Due, a
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *actionCounts) int {
		return cmp.Or(b.late-a.late, b.open-a.open, cmp.Compare(a.owner, b.owner))
	})
	return all
}

func (c *compiler) actions() Section {
	s := Section{Title: "Action items"}
	by := c.countActions()
	if len(by) == 0 {
		s.Empty = "No action item of a post-mortem is open, and none was closed in this period."
		return s
	}
	var sum actionCounts
	t := Table{Key: "actions", Columns: []Column{
		{Key: "owner", Title: "Owner"}, {Key: "opened", Title: "Opened", Numeric: true}, {Key: "closed", Title: "Closed", Numeric: true}, {Key: "open", Title: "Open", Numeric: true},
		{Key: "late", Title: "Overdue", Numeric: true}, {Key: "oldest", Title: "Longest overdue"},
	}}
	for _, n := range by {
		sum.opened, sum.closed, sum.open, sum.late = sum.opened+n.opened, sum.closed+n.closed, sum.open+n.open, sum.late+n.late
		late, oldest := count(n.late), words("")
		if n.late > 0 {
			late.Tone = Bad
			oldest = Value{Text: fmt.Sprintf("%s, %s", clean(n.oldestItem.Text, titleRunes), c.lateBy(n.oldest)), Link: documentLink(n.oldestItem.Document)}
		}
		owner := Value{Text: cmp.Or(title(n.owner), "nobody"), Link: ownerLink(n.owner)}
		if n.owner == "" {
			owner.Link, owner.Tone = "/actions", Warn
		}
		t.Rows = append(t.Rows, Row{Key: "owner-" + n.owner, Cells: []Value{owner, count(n.opened), count(n.closed), count(n.open), late, oldest}})
	}
	t.atMost(mostAtLook)
	how := c.derive(Derivation{
		Key: "actions-count", Title: "Action items", Formula: "opened and closed in the period; open and overdue when it ended",
		Terms:  []Term{{"opened", count(sum.opened)}, {"closed", count(sum.closed)}, {"open", count(sum.open)}, {"overdue", count(sum.late)}},
		Source: "documents", Link: "/actions",
	})
	late := withHow(count(sum.late), how)
	if sum.late > 0 {
		late.Tone = Bad
	}
	s.Figures = []Figure{
		{Key: "opened", Label: "opened", Value: withHow(count(sum.opened), how)}, {Key: "closed", Label: "closed", Value: withHow(count(sum.closed), how)},
		{Key: "open", Label: "open", Value: withHow(count(sum.open), how)}, {Key: "overdue", Label: "overdue", Value: late},
	}
	s.Tables = []Table{t}
	if t := c.ageing(); len(t.Rows) > 0 && c.p.Kind != period.Daily {
		s.Tables = append(s.Tables, t)
	}
	return s
}

func (c *compiler) lateBy(due time.Time) string {
	return humanize.Plural(c.lateDays(due), "day") + " overdue"
}

func (c *compiler) lateDays(due time.Time) int { return int(c.asOf.Sub(due).Hours() / 24) }
