package compile

import (
	"cmp"
	"slices"

	"github.com/postern/postern/reports"
)

// hit is what incidents of one dependency consumed of the budgets of its dependents.
// incidents and slos are sets of ids and names. worst is the largest share of one
// budget that one incident consumed, and bad the sum of bad events over all of them.
type hit struct {
	name      string
	incidents map[string]bool
	slos      map[string]bool
	worst     bySpend
	bad       float64
}

// upstream returns every service that a service depends on, directly or not. It walks
// breadth first and visits each service once, so cycles end. The service itself is not
// among them.
func (c *compiler) upstream(name string) map[string]bool {
	all := map[string]bool{}
	for next := []string{name}; len(next) > 0; {
		at := next[0]
		next = next[1:]
		for _, d := range c.services[at].DependsOn {
			if d != name && !all[d] {
				all[d] = true
				next = append(next, d)
			}
		}
	}
	return all
}

// hits returns, for every dependency, what its incidents consumed: an incident that
// names the dependency and consumed budget of a service that depends on it. The largest
// share comes first. An incident that names the dependent service too is counted
// nevertheless: it is the dependency that the section is about. Incidents of a service
// about its own budget are not.
func (c *compiler) hits() (all []*hit) {
	byName, up := map[string]*hit{}, map[string]map[string]bool{}
	for _, s := range c.spends() {
		owner := c.serviceOf(s.SLO)
		// Each owner is walked once, however many spends it has.
		if up[owner] == nil {
			up[owner] = c.upstream(owner)
		}
		for _, name := range s.Services {
			if name == owner || !up[owner][name] {
				continue
			}
			h := byName[name]
			if h == nil {
				h = &hit{name: name, incidents: map[string]bool{}, slos: map[string]bool{}, worst: s}
				byName[name] = h
				all = append(all, h)
			}
			h.incidents[s.ID], h.slos[s.SLO] = true, true
			h.bad += s.Taken
			if s.Share > h.worst.Share {
				h.worst = s
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *hit) int {
		return cmp.Or(cmp.Compare(b.worst.Share, a.worst.Share), cmp.Compare(a.name, b.name))
	})
	return all
}

// serviceOf returns the service of an SLO of the report, "" for any other.
func (c *compiler) serviceOf(slo string) string {
	for _, o := range c.in.Objectives {
		if o.SLO.Name == slo {
			return o.SLO.Service
		}
	}
	return ""
}

// dependencies is the section about what incidents of dependencies consumed of the
// budgets of other services. It states what is known from incidents and stated
// dependencies, not a cause.
func (c *compiler) dependencies() reports.Section {
	s := reports.Section{Title: c.Text("report_body.dependencies_title"), Note: c.Text("report_body.dependencies_note")}
	t := reports.Table{Key: "dependencies", Columns: []reports.Column{
		c.words("service", "report_body.col_dependency"), c.words("team", "report_body.col_team"),
		c.numbers("incidents", "report_body.col_incidents"),
		c.numbers("slos", "report_body.col_slos_hit"), c.numbers("bad", "report_body.col_bad_events"),
		c.numbers("share", "report_body.col_largest_share"),
		c.words("of", "report_body.col_of"),
	}}
	for _, h := range c.hits() {
		t.Rows = append(t.Rows, reports.Row{Key: "dependency-" + h.name, Cells: []reports.Value{
			c.service(h.name), name(c.team(h.name)), count(len(h.incidents)), count(len(h.slos)),
			events(h.bad), withHow(budgetShare(h.worst.Share, h.worst.Estimated), "slo-"+h.worst.SLO), c.sloName(h.worst.SLO),
		}})
	}
	t.Limit(mostListed)
	if len(t.Rows) == 0 {
		s.Empty = c.Text("report_body.dependencies_empty")
		return s
	}
	s.Tables = []reports.Table{t}
	return s
}
