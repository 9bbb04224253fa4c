package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/postern/postern/reports/slo"
)

// states counts the objectives of the period by the state of their data.
func (c *compiler) states() map[slo.State]int {
	n := map[slo.State]int{}
	for _, o := range c.in.Objectives {
		n[c.now(o).State]++
	}
	return n
}

// skewShown is the difference of clocks from which a feed is told of.
const skewShown = 5 * time.Minute

// quality tells what could not be measured: first-class, because a gap that
// nobody sees reads as a good day.
func (c *compiler) quality() Section {
	s := Section{Title: "What we could not measure"}
	if t := c.unmeasured(); len(t.Rows) > 0 {
		s.Tables = append(s.Tables, t)
	}
	if t := c.estimatedTable(); len(t.Rows) > 0 {
		s.Tables = append(s.Tables, t)
	}
	if t := c.feedTable(); len(t.Rows) > 0 {
		s.Tables = append(s.Tables, t)
	}
	if t := c.unreadTable(); len(t.Rows) > 0 {
		s.Tables = append(s.Tables, t)
	}
	for _, l := range feedLosses() {
		if t := c.lossTable(l); len(t.Rows) > 0 {
			s.Tables = append(s.Tables, t)
		}
	}
	if t := c.quarantine(); len(t.Rows) > 0 {
		s.Tables = append(s.Tables, t)
	}
	if t := c.oddTable(); len(t.Rows) > 0 {
		s.Tables = append(s.Tables, t)
	}
	n := c.states()
	var parts []string
	for _, state := range []slo.State{slo.OK, slo.Partial, slo.LowTraffic, slo.NoTraffic, slo.NoData, slo.Invalid, slo.NotYet} {
		if n[state] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[state], state.Words()))
		}
	}
	if len(parts) > 0 {
		s.Note = "Objectives: " + strings.Join(parts, ", ") + "."
	}
	if len(s.Tables) == 0 {
		s.Empty = "Everything that is defined was measured, and no feed refused anything."
	}
	return s
}

func (c *compiler) unmeasured() Table {
	t := Table{Key: "unmeasured", Title: "Objectives without a whole measurement", Columns: []Column{
		{Key: "slo", Title: "Objective"}, {Key: "team", Title: "Team"}, {Key: "state", Title: "State"}, {Key: "coverage", Title: "Measured", Numeric: true}, {Key: "why", Title: "Why"},
	}}
	for _, o := range c.in.Objectives {
		r := c.now(o)
		if r.State == slo.OK {
			continue
		}
		coverage := Value{Text: percentText(r.Coverage, 0), Number: number(r.Coverage), Unit: Ratio}
		if r.State == slo.NotYet {
			coverage = dash(Ratio)
		}
		t.Rows = append(t.Rows, Row{Key: "unmeasured-" + o.SLO.Name, Cells: []Value{
			{Text: c.titles[o.SLO.Name], Link: sloLink(o.SLO.Name)}, words(c.team(o.SLO.Service)), {Text: r.State.Words(), Tone: Gap, How: rowKey(o)}, coverage, words(clean(r.Reason, textRunes)),
		}})
	}
	t.atMost(2 * mostAtLook)
	return t
}

func (c *compiler) feedTable() Table {
	t := Table{Key: "feeds", Title: "Feeds", Note: "By whole UTC days.", Columns: []Column{
		{Key: "feed", Title: "Source"}, {Key: "format", Title: "Format"}, {Key: "accepted", Title: "Accepted", Numeric: true}, {Key: "rejected", Title: "Rejected", Numeric: true},
		{Key: "skew", Title: "Clock"},
	}}
	for _, f := range c.in.Feeds {
		accepted, rejected, skew := count(f.Accepted), count(f.Rejected), words("")
		if f.Rejected > 0 {
			rejected.Tone, rejected.Link = Warn, "/feeds"
		}
		if f.Accepted == 0 {
			accepted.Tone = Gap // connected, and silent
		}
		if f.Skew.Abs() >= skewShown {
			skew = Value{Text: durationText(f.Skew) + " off", Number: number(f.Skew.Seconds()), Unit: Seconds, Tone: Warn}
		}
		t.Rows = append(t.Rows, Row{Key: "feed-" + f.Name + "-" + f.Format, Cells: []Value{words(title(f.Name)), words(title(f.Format)), accepted, rejected, skew}})
	}
	return t
}

// feedLoss is one way in which something that a source sent is missing from a report.
type feedLoss struct {
	table Table // without columns and rows
	row   string
	title string // of the column that counts
	link  string
	count func(Feed) int
}

func feedLosses() []feedLoss {
	return []feedLoss{
		{
			table: Table{Key: "over-budget", Title: "Feeds over their budget", Note: "New incidents, alerts, changes, drills, statements and SLOs of these sources were not taken. Figures that count them are too low."},
			row:   "over", title: "Not taken", link: "/feeds", count: func(f Feed) int { return f.OverBudget },
		},
		{
			table: Table{Key: "unkept", Title: "Bodies that were not kept", Note: "Refused before they were read: too large, packed, cut off, or sent under a wrong name or format. What they said is missing from the figures; the dead letters say why."},
			row:   "unkept", title: "Not kept", link: "/dead-letters", count: func(f Feed) int { return f.Unkept },
		},
	}
}

// lossTable lists the sources of which something is missing.
func (c *compiler) lossTable(l feedLoss) Table {
	t := l.table
	t.Columns = []Column{{Key: "feed", Title: "Source"}, {Key: "format", Title: "Format"}, {Key: l.row, Title: l.title, Numeric: true}}
	for _, f := range c.in.Feeds {
		if l.count(f) > 0 {
			n := count(l.count(f))
			n.Tone, n.Link = Warn, l.link
			t.Rows = append(t.Rows, Row{Key: l.row + "-" + f.Name + "-" + f.Format, Cells: []Value{words(title(f.Name)), words(title(f.Format)), n}})
		}
	}
	return t
}

// quarantine lists the incidents whose times make no sense: never shown as a number.
func (c *compiler) quarantine() Table {
	t := Table{Key: "quarantine", Title: "Incidents kept out of the numbers", Columns: []Column{{Key: "incident", Title: "Incident"}, {Key: "why", Title: "Why"}}}
	for _, i := range c.facts.doubtful {
		var why []string
		for _, d := range i.Doubts {
			why = append(why, clean(d, textRunes))
		}
		t.Rows = append(t.Rows, Row{Key: "quarantine-" + i.ID, Cells: []Value{{Text: incidentTitle(i), Link: incidentLink(i.ID)}, words(strings.Join(why, "; "))}})
	}
	t.atMost(mostQuarantined)
	return t
}

func (c *compiler) definitions() Section {
	s := Section{Title: "Definition changes", Note: "Numbers of earlier periods stay as they were reported; no arrow is drawn across a change."}
	t := Table{Key: "definitions", Columns: []Column{{Key: "slo", Title: "Objective"}, {Key: "at", Title: "When"}, {Key: "what", Title: "What"}, {Key: "who", Title: "By"}}}
	for _, e := range c.in.Edits {
		name, ours := c.titles[e.SLO]
		if !ours {
			continue
		}
		t.Rows = append(t.Rows, Row{Key: fmt.Sprintf("edit-%s-%d", e.SLO, e.At.Unix()), Cells: []Value{
			{Text: name, Link: sloLink(e.SLO)}, c.when(e.At), words(clean(e.What, textRunes)), words(title(e.Who)),
		}})
	}
	if len(t.Rows) == 0 {
		s.Empty = "No objective was redefined in this period."
		return s
	}
	s.Tables = []Table{t}
	return s
}

// mostGaps is how many searches without an answer are shown.
const mostGaps = 10

// knowledge lists searches that found nothing: what the next document could be.
func (c *compiler) knowledge() Section {
	s := Section{Title: "Knowledge gaps", Note: "Searches that found nothing, by how often they were asked."}
	t := Table{Key: "gaps", Columns: []Column{{Key: "query", Title: "Search"}, {Key: "count", Title: "Times", Numeric: true}}}
	for _, g := range c.in.Gaps[:min(len(c.in.Gaps), mostGaps)] {
		t.Rows = append(t.Rows, Row{Key: "gap-" + g.Query, Cells: []Value{{Text: title(g.Query), Link: searchLink(g.Query)}, count(g.Count)}})
	}
	t.Left = len(c.in.Gaps) - len(t.Rows)
	if len(t.Rows) == 0 {
		s.Empty = "Every search of this period found something, or none was counted."
		return s
	}
	s.Tables = []Table{t}
	return s
}

// review lists objectives whose definition deserves a second look, and what the
// error budget policy asks for.
func (c *compiler) review() Section {
	s := Section{Title: "Objectives to review", Note: "Never missed and hardly spent over all periods shown: tighten it, or ask whether it measures what users feel. Never measured: mend it or remove it."}
	t := Table{Key: "review", Columns: []Column{{Key: "slo", Title: "Objective"}, {Key: "team", Title: "Team"}, {Key: "finding", Title: "Finding"}}}
	for _, o := range c.in.Objectives {
		if finding, tone := c.reviewOf(o); finding != "" {
			t.Rows = append(t.Rows, Row{Key: "review-" + o.SLO.Name, Cells: []Value{
				{Text: c.titles[o.SLO.Name], Link: sloLink(o.SLO.Name)}, words(c.team(o.SLO.Service)), {Text: finding, Tone: tone, How: rowKey(o)},
			}})
		}
	}
	slices.SortStableFunc(t.Rows, func(a, b Row) int { return cmp.Compare(rank(b.Cells[2].Tone), rank(a.Cells[2].Tone)) })
	t.atMost(mostAtLook)
	for _, t := range []Table{t, c.undipped()} {
		if len(t.Rows) > 0 {
			s.Tables = append(s.Tables, t)
		}
	}
	if len(s.Tables) == 0 {
		s.Empty = "No objective stands out."
	}
	return s
}

// reviewOf looks at one objective over all periods of the report.
func (c *compiler) reviewOf(o Objective) (finding string, tone Tone) {
	if o.exhausted() {
		return "budget of the " + windowText(o.SLO.Window) + " window exhausted: the policy asks for a freeze of risky changes", Bad
	}
	measured, missed, most := 0, 0, 0.0
	for _, r := range o.Results {
		if r.Met == nil || r.Spent == nil {
			continue
		}
		measured++
		if !*r.Met {
			missed++
		}
		most = max(most, *r.Spent)
	}
	const enough = 3 // periods
	r := c.now(o)
	dip := r.Met != nil && !*r.Met
	hit := c.without(UnreadIncidents) != "" || slices.ContainsFunc(c.spends(), func(s bySpend) bool { return s.SLO == o.SLO.Name })
	switch {
	case measured == 0 && len(o.Results) >= enough && r.State != slo.NotYet:
		return "never measured in the periods shown", Warn
	case dip && !hit:
		return "missed without a known incident: what did users see?", Warn
	case measured >= enough && missed == 0 && most < 0.1:
		return fmt.Sprintf("never missed, at most %s spent in any of %d periods", percentText(most, 1), measured), Plain
	}
	return "", Plain
}

// rank orders tones by how much they ask for a look.
func rank(t Tone) int {
	return map[Tone]int{Bad: 4, Warn: 3, Gap: 2, Plain: 1, Good: 0}[t]
}
