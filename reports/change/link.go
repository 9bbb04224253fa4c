package change

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/postern/postern/reports/tally"
)

// SuspectWithin is the time before the start of impact in which a deployment is
// suspected.
const SuspectWithin = 24 * time.Hour

// Incident is what this package needs of an incident. A zero From means that the start
// of impact is unknown: it then has no suspects.
type Incident struct {
	ID       string
	Refs     []string // all names of the incident, its id among them; sorted
	From, To time.Time
	Services []string
	Changes  []string // ids of changes that its sources name
}

// Link is one incident of a change.
type Link struct {
	Incident string
	// Suspected reports that no source stated the link: the change is the last
	// successful production deployment of the service in the day before impact.
	Suspected bool
	From, To  time.Time // of the incident's impact
}

// Linked is a change with its incidents, the stated ones first.
type Linked struct {
	Change
	Incidents []Link
	// RolledBackAt is when the service was rolled back before its next change; zero if
	// it was not.
	RolledBackAt time.Time
}

// Deployment reports whether a change brings a new version into production. A change
// without an environment counts as production.
func (c Change) Deployment() bool {
	return (c.Kind == "deployed" || c.Kind == "upgraded" || c.Kind == "") && c.Production()
}

// Production reports whether the environment is production, by its name. Sources write
// it in many ways: "prod", "production-eu", "Live".
func (c Change) Production() bool {
	env := strings.ToLower(c.Environment)
	return env == "" || strings.HasPrefix(env, "prod") || env == "live"
}

// Newest returns the highest revision of each change, the newest change first.
func Newest(all []Change) []Change {
	return tally.Newest(all, func(c Change) tally.Mark { return tally.Mark{Source: c.Source, ID: c.ID, Rev: c.Rev, At: c.At} })
}

// Connect returns the changes with their incidents, in the order of Newest. A link is
// stated if the source of the change or one of the incident names the other. Only an
// incident without a stated change has suspects, at most one per service.
func Connect(all []Change, incidents []Incident) []Linked {
	newest := Newest(all)
	out := make([]Linked, len(newest))
	byName := map[string][]int{}
	byService := map[string][]int{} // oldest first
	suspects := map[string][]int{}  // of them, those that can be suspected
	for i := len(newest) - 1; i >= 0; i-- {
		c := newest[i]
		out[i].Change = c
		byName[c.ID] = append(byName[c.ID], i)
		byName[c.Source+":"+c.ID] = append(byName[c.Source+":"+c.ID], i)
		if c.Service != "" {
			byService[c.Service] = append(byService[c.Service], i)
			if c.Deployment() && (c.Outcome == "succeeded" || c.Outcome == "") {
				suspects[c.Service] = append(suspects[c.Service], i)
			}
		}
	}
	// Before names are looked up.
	dropNumbersOfSeveral(out, byName)
	findRollbacks(out, byService)
	l := links{out, map[pair]bool{}}
	stated := l.stated(incidents, byName)
	for _, in := range incidents {
		if stated[in.ID] || in.From.IsZero() {
			continue
		}
		for _, service := range in.Services {
			if i := suspect(out, suspects[service], in.From); i >= 0 {
				l.add(i, Link{in.ID, true, in.From, in.To})
			}
		}
	}
	for i := range out {
		slices.SortFunc(out[i].Incidents, func(a, b Link) int {
			if a.Suspected != b.Suspected {
				return cmp.Compare(b2i(a.Suspected), b2i(b.Suspected))
			}
			return cmp.Compare(a.Incident, b.Incident)
		})
	}
	return out
}

// b2i returns 1 for true.
func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// stated adds the links that sources state, and returns which incidents have one.
func (l links) stated(incidents []Incident, byName map[string][]int) map[string]bool {
	byRef := map[string]Incident{}
	for _, in := range incidents {
		for _, ref := range in.Refs {
			byRef[ref] = in
		}
	}
	has := map[string]bool{}
	add := func(i int, in Incident) {
		l.add(i, Link{in.ID, false, in.From, in.To})
		has[in.ID] = true
	}
	for i := range l.out {
		for _, ref := range l.out[i].Change.Incidents {
			if in, ok := byRef[ref]; ok {
				add(i, in)
			}
		}
	}
	for _, in := range incidents {
		for _, name := range in.Changes {
			for _, i := range byName[name] {
				add(i, in)
			}
		}
	}
	return has
}

// dropNumbersOfSeveral removes the bare numbers that changes of several sources have:
// every CI system has a run 42, but SOURCE:42 is unique.
func dropNumbersOfSeveral(out []Linked, byName map[string][]int) {
	for name, of := range byName {
		if tally.BareNumber(name) && slices.ContainsFunc(of, func(i int) bool { return out[i].Change.Source != out[of[0]].Change.Source }) {
			delete(byName, name)
		}
	}
}

// links adds each link once.
type links struct {
	out  []Linked
	seen map[pair]bool
}

// pair is a change by its index, and an incident.
type pair struct {
	change   int
	incident string
}

// add adds a link to a change, once per incident.
func (l links) add(change int, link Link) {
	if p := (pair{change, link.Incident}); !l.seen[p] {
		l.seen[p] = true
		l.out[change].Incidents = append(l.out[change].Incidents, link)
	}
}

// suspect returns the index of the last successful production deployment of a service in
// the day up to the start of impact, -1 for none. ofService is in order of time.
func suspect(out []Linked, ofService []int, start time.Time) int {
	n := sort.Search(len(ofService), func(k int) bool { return out[ofService[k]].At.After(start) })
	if n == 0 || start.Sub(out[ofService[n-1]].At) > SuspectWithin {
		return -1
	}
	return ofService[n-1]
}

// findRollbacks sets RolledBackAt of each deployment whose service's next change in
// production is a rollback.
func findRollbacks(out []Linked, byService map[string][]int) {
	for _, list := range byService {
		last := -1
		for _, i := range list {
			switch c := out[i].Change; {
			case c.Deployment():
				last = i
			case c.Kind == "rolledback" && c.Production() && last >= 0:
				out[last].RolledBackAt = c.At
				last = -1
			}
		}
	}
}

// Failed reports whether a deployment failed, was rolled back, or has a stated incident. A
// suspected incident is not enough.
func (l Linked) Failed() bool {
	return l.Outcome == "failed" || l.Outcome == "rolledback" || !l.RolledBackAt.IsZero() ||
		slices.ContainsFunc(l.Incidents, func(i Link) bool { return !i.Suspected })
}

// RecoveredAt returns the end of the failure of a deployment: the earlier of its
// rollback and the end of its last stated incident. It is zero if unknown. It is
// meaningful for failed deployments only.
func (l Linked) RecoveredAt() time.Time {
	var end time.Time
	for _, i := range l.Incidents {
		if !i.Suspected && i.To.After(end) {
			end = i.To
		}
	}
	if end.IsZero() || !l.RolledBackAt.IsZero() && l.RolledBackAt.Before(end) {
		return l.RolledBackAt
	}
	return end
}
