package compile

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/period"
)

// The error budget policy of the SRE Workbook (appendix B), as far as the data
// carries it: what each rule asks for, and whether it was done.

const (
	// quarterSpans is how many months a class of factors is judged over.
	quarterSpans = 3
	// leastOfClass is how many incidents make a class: one is a case.
	leastOfClass = 2
)

func (c *compiler) policy() reports.Section {
	s := reports.Section{Title: "Error budget policy", Note: fmt.Sprintf("After the SRE Workbook: one incident over %s of a window's budget needs a post-mortem with an action of priority P0; an exhausted budget asks to hold risky changes; a class of contributing factors in over %s of a quarter's incidents asks for a planned item. Classes are counted by the tags that write-ups state, an incident as often as it has tags.", percentText(policyShare, 0), percentText(policyShare, 0))}
	t := reports.Table{Key: "policy", Columns: []reports.Column{{Key: "rule", Title: "Rule"}, {Key: "what", Title: "What"}, {Key: "team", Title: "Team"}, {Key: "measure", Title: "Measure", Numeric: true}, {Key: "state", Title: "State"}}}
	t.Rows = slices.Concat(c.costlyRows(), c.exhaustedRows(), c.frozenRows(), c.classRows())
	t.Limit(2 * mostAtLook)
	if len(t.Rows) == 0 {
		s.Empty = "No rule of the error budget policy asks for anything: " + c.classesKnown() + "."
		return s
	}
	s.Tables = []reports.Table{t}
	return s
}

// costlyRows are the incidents that took more than policyShare of a budget.
func (c *compiler) costlyRows() (rows []reports.Row) {
	for _, i := range slices.Concat(c.facts.carried, c.facts.own) {
		top, ok := topSpend(i, c.titles)
		if !ok || top.Share <= policyShare {
			continue
		}
		measure := withHow(budgetShare(top.Share, top.Estimated), "slo-"+top.SLO)
		measure.Text += " of " + c.titles[top.SLO]
		rows = append(rows, reports.Row{Key: "policy-incident-" + i.ID, Cells: []reports.Value{
			words("costly incident"), {Text: incidentTitle(i), Link: incidentLink(i.ID)}, words(c.teamsOf(i.Incident)), measure, c.followed(i),
		}})
	}
	return rows
}

// followed tells whether a costly incident has its post-mortem and its action of
// priority P0, as far as that is known: an item without a priority may be one.
func (c *compiler) followed(i reports.Incident) reports.Value {
	v := c.postmortem(i)
	if v.Tone != reports.Good {
		return reports.Value{Text: "post-mortem " + v.Text, Tone: v.Tone, Link: v.Link}
	}
	text, tone := ranked(c.ranking(i))
	return reports.Value{Text: "post-mortem published, " + text, Tone: tone, Link: v.Link}
}

// ranking sums up how the action items of an incident's published write-ups are
// ranked; nil when that is not known of all of them.
func (c *compiler) ranking(i reports.Incident) *reports.Ranking {
	sum := &reports.Ranking{}
	for _, d := range c.in.Documents {
		if !d.Published || !slices.Contains(i.Postmortems, d.ID) {
			continue
		}
		if d.Ranked == nil {
			return nil
		}
		sum.Items, sum.Unranked = sum.Items+d.Ranked.Items, sum.Unranked+d.Ranked.Unranked
		for _, state := range []string{"open", "done", "dropped"} {
			if d.Ranked.P0 == state || sum.P0 == state {
				sum.P0 = state
				break
			}
		}
	}
	return sum
}

// ranked says what is known of the action of priority P0.
func ranked(r *reports.Ranking) (string, reports.Tone) {
	switch {
	case r == nil:
		return "its action items are not known", reports.Gap
	case r.P0 == "dropped":
		return "P0 action dropped", reports.Warn
	case r.P0 != "":
		return "P0 action " + r.P0, reports.Good
	case r.Items == 0:
		return "it states no action item", reports.Warn
	case r.Unranked > 0:
		return fmt.Sprintf("no P0 action stated; %d of %s without a priority", r.Unranked, humanize.Plural(r.Items, "action item")), reports.Warn
	}
	return fmt.Sprintf("none of %s has priority P0", humanize.Plural(r.Items, "action item")), reports.Warn
}

// exhaustedRows are the budgets of which nothing is left.
func (c *compiler) exhaustedRows() (rows []reports.Row) {
	for _, o := range c.in.Objectives {
		if !o.Exhausted() {
			continue
		}
		rows = append(rows, reports.Row{Key: "policy-budget-" + o.SLO.Name, Cells: []reports.Value{
			words("budget exhausted"), {Text: c.titles[o.SLO.Name], Link: sloLink(o.SLO.Name)}, words(c.team(o.SLO.Service)),
			c.leastLeft([]reports.Objective{o}), {Text: "freeze: hold risky changes", Tone: reports.Bad},
		}})
	}
	return rows
}

// frozenRows are the services that were changed inside a stated freeze.
func (c *compiler) frozenRows() (rows []reports.Row) {
	by, names := map[string]int{}, []string{}
	for _, l := range c.changesOf(c.p.From, c.asOf) {
		if !l.Freeze || !l.Production() {
			continue
		}
		if by[l.Service] == 0 {
			names = append(names, l.Service)
		}
		by[l.Service]++
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(by[b]-by[a], cmp.Compare(a, b)) })
	how := ""
	for _, name := range names {
		if how == "" {
			how = c.derive(reports.Derivation{Key: "policy-freeze", Title: "Changes inside a freeze", Formula: "number of changes to production that their source says fell into a freeze", Source: "changes"})
		}
		rows = append(rows, reports.Row{Key: "policy-freeze-" + name, Cells: []reports.Value{
			words("changed inside a freeze"), {Text: c.serviceTitle(name), Link: serviceLink(name)}, words(c.team(name)), withHow(count(by[name]), how), {Text: "was it agreed?", Tone: reports.Warn},
		}})
	}
	return rows
}

// class is one tag of contributing factors over a quarter.
type class struct {
	tag string
	n   int // incidents whose write-ups state it
}

// classes counts the incidents of the quarter by the tags of their published
// write-ups; of is how many of them have a write-up that states any.
func (c *compiler) classes() (all []class, of int) {
	if c.p.Kind != period.Monthly {
		return nil, 0
	}
	factors := map[string][]string{}
	for _, d := range c.in.Documents {
		if d.Published {
			factors[d.ID] = d.Factors
		}
	}
	by := map[string]int{}
	for n := max(0, len(c.spans)-quarterSpans); n < len(c.spans); n++ {
		for _, i := range c.began(n) {
			tags := map[string]bool{}
			for _, id := range i.Postmortems {
				for _, tag := range factors[id] {
					tags[tag] = true
				}
			}
			for tag := range tags {
				by[tag]++
			}
			if len(tags) > 0 {
				of++
			}
		}
	}
	for tag, n := range by {
		all = append(all, class{tag, n})
	}
	slices.SortFunc(all, func(a, b class) int { return cmp.Or(b.n-a.n, cmp.Compare(a.tag, b.tag)) })
	return all, of
}

// classRows are the classes that more than policyShare of the quarter's incidents
// have.
func (c *compiler) classRows() (rows []reports.Row) {
	all, of := c.classes()
	how := ""
	for _, x := range all {
		if x.n < leastOfClass || float64(x.n) <= policyShare*float64(of) {
			continue
		}
		if how == "" {
			how = c.derive(reports.Derivation{
				Key: "policy-class", Title: "Classes of contributing factors", Formula: "incidents of the last three months whose published write-up states the tag / those whose write-up states any; at least two",
				Terms: []reports.Term{term("incidents with stated factors", count(of))}, Source: "incidents, documents", Link: "/postmortems", From: c.spans[max(0, len(c.spans)-quarterSpans)].From, To: c.asOf,
			})
		}
		state := "plan an item against it"
		if of < leastForTrend {
			state += fmt.Sprintf(" (n = %d: few)", of)
		}
		rows = append(rows, reports.Row{Key: "policy-class-" + x.tag, Cells: []reports.Value{
			words("class of factors"), {Text: title(x.tag), Link: searchLink(x.tag)}, words(""), withHow(partOf(x.n, of), how), {Text: state, Tone: reports.Warn},
		}})
	}
	return rows
}

// classesKnown says what an empty policy section knows of classes.
func (c *compiler) classesKnown() string {
	if c.p.Kind != period.Monthly {
		return "no costly incident, no exhausted budget, no change in a freeze; classes of factors are judged in monthly reports"
	}
	if _, of := c.classes(); of > 0 {
		return fmt.Sprintf("no costly incident, no exhausted budget, no change in a freeze, no class in over %s of %s with stated factors", percentText(policyShare, 0), humanize.Plural(of, "incident"))
	}
	return "no costly incident, no exhausted budget, no change in a freeze; no write-up of the quarter states contributing factors"
}
