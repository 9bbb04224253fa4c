package compile

import (
	"cmp"
	"slices"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/period"
)

// The error budget policy of the SRE Workbook (appendix B), as far as there is data for it:
// what each rule requires, and whether it was done.

const (
	// quarterSpans is how many months the classes of factors are counted over.
	quarterSpans = 3
	// leastOfClass is how many incidents make a class: one is a case.
	leastOfClass = 2
)

// policy is the section about what the error budget policy requires. The four kinds of
// rows are in the order of the policy's rules: costly incidents, exhausted budgets,
// changes during a freeze, and classes of factors.
func (c *compiler) policy() reports.Section {
	limit := humanize.Percent(policyShare, 0)
	s := reports.Section{Title: c.Text("report_body.policy_title"), Note: c.Text("report_body.policy_note", "Share", limit)}
	t := reports.Table{Key: "policy", Columns: []reports.Column{
		c.words("rule", "report_body.col_rule"), c.words("what", "report_body.col_what"), c.words("team", "report_body.col_team"),
		c.numbers("measure", "report_body.col_measure"), c.words("state", "report_body.col_state"),
	}}
	t.Rows = slices.Concat(c.costlyRows(), c.exhaustedRows(), c.frozenRows(), c.classRows())
	t.Limit(2 * mostListed)
	if len(t.Rows) == 0 {
		s.Empty = c.policyEmpty()
		return s
	}
	s.Tables = []reports.Table{t}
	return s
}

// costlyRows are the incidents that consumed more than policyShare of a budget. The
// policy requires of each a post-mortem with at least one action item of priority P0.
// Incidents of an earlier period that last into this one are among them.
func (c *compiler) costlyRows() (rows []reports.Row) {
	for _, i := range slices.Concat(c.facts.carried, c.facts.own) {
		top, ok := topSpend(i, c.titles)
		if !ok || top.Share <= policyShare {
			continue
		}
		rows = append(rows, reports.Row{Key: "policy-incident-" + i.ID, Cells: []reports.Value{
			c.state("report_body.state_costly_incident", reports.Plain), linked(incidentTitle(i), incidentLink(i.ID)), name(c.teamsOf(i.Incident)),
			c.costOf(top), c.followed(i),
		}})
	}
	return rows
}

// followed returns whether a costly incident has its post-mortem and its action item of
// priority P0, as far as that is known: an item without a priority may be one. Without
// a published post-mortem it is the state of the post-mortem; otherwise that of its
// action items.
func (c *compiler) followed(i reports.Incident) reports.Value {
	v := c.postmortem(i)
	if v.Tone != reports.Good {
		return reports.Value{Text: c.Text("report_body.followed", "State", v.Text), Key: v.Key, Tone: v.Tone, Link: v.Link}
	}
	ranked := c.ranked(c.ranking(i))
	return reports.Value{Text: c.Text("report_body.followed_published", "Items", ranked.Text), Key: v.Key + " " + ranked.Key,
		Tone: ranked.Tone, Link: v.Link}
}

// ranking adds up how the action items of an incident's published post-mortems are
// ranked; nil when that is not known of all of them. An incident without a published
// post-mortem has a Ranking of zeros. The state of P0 is taken over all documents: open
// precedes done, and done dropped.
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

// ranked returns what is known of the action item of priority P0. A dropped item is a
// warning: the policy requires the work. Without any item of P0 it states whether some
// items have no priority, because one of them may be it.
func (c *compiler) ranked(r *reports.Ranking) reports.Value {
	switch {
	case r == nil:
		return c.state("report_body.state_items_unknown", reports.Gap)
	case r.P0 == "dropped":
		return c.state("report_body.state_p0_dropped", reports.Warn)
	case r.P0 == "done":
		return c.state("report_body.state_p0_done", reports.Good)
	case r.P0 != "":
		return c.state("report_body.state_p0_open", reports.Good)
	case r.Items == 0:
		return c.state("report_body.state_no_items", reports.Warn)
	case r.Unranked > 0:
		text := c.Count("report_body.no_p0_stated", r.Items, "Unranked", r.Unranked)
		return reports.Value{Text: text, Key: "no_p0_stated " + counts(r.Unranked, r.Items), Tone: reports.Warn}
	}
	return reports.Value{Text: c.Count("report_body.no_p0", r.Items), Key: "no_p0 " + counts(0, r.Items), Tone: reports.Warn}
}

// exhaustedRows are the exhausted budgets. The policy requires a freeze of changes to
// the service until the budget is no longer exhausted.
func (c *compiler) exhaustedRows() (rows []reports.Row) {
	for _, o := range c.in.Objectives {
		if !o.Exhausted() {
			continue
		}
		rows = append(rows, reports.Row{Key: "policy-budget-" + o.SLO.Name, Cells: []reports.Value{
			c.state("report_body.state_budget_exhausted", reports.Plain), c.sloName(o.SLO.Name), name(c.team(o.SLO.Service)),
			c.leastLeft([]reports.Objective{o}), c.state("report_body.state_freeze", reports.Bad),
		}})
	}
	return rows
}

// frozenRows are the services that were changed during a stated freeze. A freeze is
// what the source of the change states; the portal does not compute one from the
// budget. The service with the most changes comes first. Whether a change was agreed is
// not known, so the state asks.
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
	// The derivation is added only when there is a row that leads to it.
	how := ""
	for _, service := range names {
		if how == "" {
			how = c.derive(reports.Derivation{
				Key: "policy-freeze", Title: c.Text("report_body.freeze_title"), Formula: c.Text("report_body.freeze_formula"),
				Source: c.Text("report_body.source_changes"),
			})
		}
		rows = append(rows, reports.Row{Key: "policy-freeze-" + service, Cells: []reports.Value{
			c.state("report_body.state_changed_in_freeze", reports.Plain), c.service(service), name(c.team(service)),
			withHow(count(by[service]), how),
			c.state("report_body.state_was_it_agreed", reports.Warn),
		}})
	}
	return rows
}

// class is one tag of contributing factors over a quarter.
type class struct {
	tag string
	n   int // incidents whose post-mortems state it
}

// classes counts the incidents of the quarter by the tags of their published
// post-mortems; of is how many of them have a post-mortem that states any. Only monthly
// reports have them: shorter periods have too few incidents. A tag counts once for an
// incident, however many of its post-mortems state it. The result is in order of the
// count.
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

// classRows are the classes of more than policyShare of the quarter's incidents. The
// policy requires an item in the plan of the next quarter for such a class. With fewer
// than leastForTrend incidents the state says so.
func (c *compiler) classRows() (rows []reports.Row) {
	all, of := c.classes()
	how := ""
	for _, x := range all {
		if x.n < leastOfClass || float64(x.n) <= policyShare*float64(of) {
			continue
		}
		if how == "" {
			how = c.derive(reports.Derivation{
				Key: "policy-class", Title: c.Text("report_body.classes_title"), Formula: c.Text("report_body.classes_formula"),
				Terms:  []reports.Term{term(c.Text("report_body.incidents_with_factors"), count(of))},
				Source: c.Text("report_body.source_incidents_documents"), Link: "/postmortems",
				From: c.spans[max(0, len(c.spans)-quarterSpans)].From, To: c.asOf,
			})
		}
		state := c.state("report_body.state_plan_item", reports.Warn)
		if of < leastForTrend {
			state.Text = c.Text("report_body.plan_item_few", "N", of)
		}
		rows = append(rows, reports.Row{Key: "policy-class-" + x.tag, Cells: []reports.Value{
			c.state("report_body.state_factor_class", reports.Plain), linked(title(x.tag), searchLink(x.tag)), {},
			withHow(c.fraction(x.n, of), how), state,
		}})
	}
	return rows
}

// policyEmpty returns why the section has no rows. A monthly report states of how many
// incidents the classes of factors were counted, or that none was stated; others have
// no classes.
func (c *compiler) policyEmpty() string {
	if c.p.Kind != period.Monthly {
		return c.Text("report_body.policy_empty_short")
	}
	if _, of := c.classes(); of > 0 {
		return c.Count("report_body.policy_empty_classes", of, "Share", humanize.Percent(policyShare, 0))
	}
	return c.Text("report_body.policy_empty_no_factors")
}
