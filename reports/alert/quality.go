package alert

import (
	"cmp"
	"slices"
	"time"

	"github.com/postern/postern/reports/tally"
)

// Share is a part of a whole.
type Share struct{ Part, Of int }

// Value returns Part/Of, nil if Of is 0.
func (s Share) Value() *float64 { return tally.Share(s.Part, s.Of) }

// Quality has the quality of alerting in a span of time.
type Quality struct {
	Episodes, Paging, Flapping int
	Notifications              int // messages; the copies of an HA pair count once
	Truncated                  int // alerts that messages left out
	Incidents                  int // counted ones of the span
	Linked                     int // episodes with an incident

	Actionable Share // paging episodes that were acknowledged or have an incident
	SelfHealed Share // paging episodes that healed within SelfHealedWithin
	Precision  Share // paging episodes that have an incident
	Recall     Share // incidents with a page before people knew of them
	Night      int   // paging episodes that began at night
}

// PerIncident returns the episodes per incident, nil without incidents.
func (q Quality) PerIncident() *float64 { return Share{q.Linked, q.Incidents}.Value() }

// Judge compares linked episodes (see Link) with the incidents of the same span. Shares
// are of the paging episodes; recall is of the incidents. An incident of which it is
// not known when people knew of it counts as found by its page.
func Judge(episodes []Episode, incidents []Incident, on OnCall) Quality {
	q := Quality{Incidents: len(incidents)}
	pages := map[string]time.Time{} // incident -> first page
	for _, e := range episodes {
		q.Episodes++
		q.Notifications += e.Notifications
		q.Truncated += e.Truncated
		q.Flapping += one(e.Flapping)
		q.Linked += one(e.Incident != "")
		if !e.Paging {
			continue
		}
		q.Paging++
		q.Actionable.Part += one(e.Incident != "" || !e.AckedAt.IsZero())
		q.SelfHealed.Part += one(e.SelfHealed())
		q.Precision.Part += one(e.Incident != "")
		q.Night += one(on.Night(e))
		if e.Incident != "" {
			pages[e.Incident] = earlier(pages[e.Incident], e.StartsAt)
		}
	}
	q.Actionable.Of, q.SelfHealed.Of, q.Precision.Of = q.Paging, q.Paging, q.Paging
	for _, in := range incidents {
		page, paged := pages[in.ID]
		q.Recall.Of++
		q.Recall.Part += one(paged && (in.Told.IsZero() || !page.After(in.Told)))
	}
	return q
}

// one returns 1 for true.
func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Rule has the episodes of one alert rule in a span of time.
type Rule struct {
	Name                                    string
	Page                                    bool // the pages of a pager with this title, without a known alert
	Episodes, Paging, Night, Flapping, Real int  // Real: with an incident
	Firing                                  time.Duration
	Services                                []string // sorted
}

// Rules returns the rules by the names of their alerts, those with the most episodes
// first. Pages without a known alert are counted by their title.
func Rules(episodes []Episode, on OnCall, now time.Time) []Rule {
	type key struct {
		name string
		page bool
	}
	byName := map[key]*Rule{}
	for _, e := range episodes {
		k := key{e.Name, e.Page}
		r := byName[k]
		if r == nil {
			r = &Rule{Name: e.Name, Page: e.Page}
			byName[k] = r
		}
		r.Episodes++
		r.Paging += one(e.Paging)
		r.Night += one(e.Paging && on.Night(e))
		r.Flapping += one(e.Flapping)
		r.Real += one(e.Incident != "")
		r.Firing = tally.Added(r.Firing, e.Firing(now))
		if i, found := slices.BinarySearch(r.Services, e.Service); !found && e.Service != "" {
			r.Services = slices.Insert(r.Services, i, e.Service)
		}
	}
	out := make([]Rule, 0, len(byName))
	for _, r := range byName {
		out = append(out, *r)
	}
	slices.SortFunc(out, func(a, b Rule) int {
		return cmp.Or(cmp.Compare(b.Episodes, a.Episodes), cmp.Compare(b.Firing, a.Firing),
			cmp.Compare(a.Name, b.Name), cmp.Compare(one(a.Page), one(b.Page)))
	})
	return out
}
