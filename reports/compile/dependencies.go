package compile

import (
	"cmp"
	"slices"

	"github.com/postern/postern/reports"
)

// hit is what incidents of one dependency took of the budgets of its dependents.
type hit struct {
	name      string
	incidents map[string]bool
	slos      map[string]bool
	worst     bySpend
	bad       float64
}

// upstream gives every service that a service depends on, directly or not.
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

// hits finds, for every dependency, whose budget its incidents spent: an incident
// that names the dependency spent budget of a service that depends on it.
func (c *compiler) hits() (all []*hit) {
	byName, up := map[string]*hit{}, map[string]map[string]bool{}
	for _, s := range c.spends() {
		owner := c.serviceOf(s.SLO)
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

func (c *compiler) serviceOf(slo string) string {
	for _, o := range c.in.Objectives {
		if o.SLO.Name == slo {
			return o.SLO.Service
		}
	}
	return ""
}

func (c *compiler) dependencies() reports.Section {
	s := reports.Section{Title: "Dependencies", Note: "An incident of a service spent budget of the services that depend on it, directly or through others. Two dependencies in one incident are both named."}
	t := reports.Table{Key: "dependencies", Columns: []reports.Column{
		{Key: "service", Title: "Dependency"}, {Key: "team", Title: "Team"}, {Key: "incidents", Title: "Incidents", Numeric: true}, {Key: "slos", Title: "Objectives of others hit", Numeric: true},
		{Key: "bad", Title: "Bad events", Numeric: true}, {Key: "share", Title: "Largest share", Numeric: true}, {Key: "of", Title: "Of"},
	}}
	for _, h := range c.hits() {
		t.Rows = append(t.Rows, reports.Row{Key: "dependency-" + h.name, Cells: []reports.Value{
			{Text: c.serviceTitle(h.name), Link: serviceLink(h.name)}, words(c.team(h.name)), count(len(h.incidents)), count(len(h.slos)),
			events(h.bad), withHow(budgetShare(h.worst.Share, h.worst.Estimated), "slo-"+h.worst.SLO), {Text: c.titles[h.worst.SLO], Link: sloLink(h.worst.SLO)},
		}})
	}
	t.Limit(mostAtLook)
	if len(t.Rows) == 0 {
		s.Empty = "No incident of a dependency is known to have spent another service's budget."
		return s
	}
	s.Tables = []reports.Table{t}
	return s
}
