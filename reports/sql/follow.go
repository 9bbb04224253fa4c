package sql

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/tally"
)

// State is the state of a followed statement.
type State string

// The states. A person sets Assigned and Fixed; a fixed statement that is seen again
// becomes Back.
const (
	New      State = "new"
	Assigned State = "assigned"
	Fixed    State = "fixed"
	Back     State = "back"
)

// States returns all states of a followed statement.
func States() []State { return []State{New, Assigned, Fixed, Back} }

// Decision is a state that a person gave to a followed statement. The newest decision
// counts.
type Decision struct {
	At       time.Time
	Who      string
	Digest   string
	Database string // "" for every database
	State    State  // Assigned, Fixed, or New to undo an earlier decision
	Team     string // the new owner; "" keeps the owner
	Why      string
}

// Owner is the team that is responsible for a statement.
type Owner struct {
	Team    string // "" if unknown
	Service string
	By      string // how it is known: "decision", "database", "user", "tag", "" if it is not
}

// Followed is one digest in one database.
type Followed struct {
	Digest, Database string
	Statement        string
	Instances, Users []string // sorted
	Tag              string   // the newest

	// Count, Seconds and all fields up to Odd are of the window.
	Count   int64
	Seconds float64 // total execution time
	// P95 is the 95th percentile of one execution in seconds, by nearest rank over
	// TimesKnown executions; nil if no source has single times.
	P95        *float64
	TimesKnown int64
	// RowsExamined and RowsSent are totals; ExaminedPerSent is their ratio, nil
	// when no row was sent.
	RowsExamined, RowsSent int64
	ExaminedPerSent        *float64
	// OneIn is the coarsest sampling of the window's observations: the numbers are of one
	// execution in so many.
	OneIn int
	// Odd is the number of observations that are left out of these numbers because they
	// have an impossible one.
	Odd int

	// FirstSeen and LastSeen are over all time up to the window's end.
	FirstSeen, LastSeen time.Time
	State               State
	Since               time.Time // of State
	Owner               Owner
}

// Key returns the digest and database, which identify a followed statement.
func (f Followed) Key() string { return f.Digest + "/" + f.Database }

// Window is a span of time, [From, To).
type Window struct{ From, To time.Time }

func (w Window) has(t time.Time) bool { return !t.Before(w.From) && t.Before(w.To) }

// Follow returns one Followed for each digest and database, ordered by total time, the
// longest first. It needs everything up to the window's end, of which the part before
// the window may be summarized as past: first and last seen, state and owner depend on
// it. A statement that was not seen in the window has a Count of 0; it is returned
// because a fixed one is news as well.
func Follow(past []Past, all []Observation, decisions []Decision, services []slo.Service, w Window) []Followed {
	all = slices.DeleteFunc(slices.Clone(all), func(o Observation) bool { return !o.At.Before(w.To) })
	byKey := gather(past, all, w)
	owners := ownersOf(services)
	decisions = slices.SortedStableFunc(slices.Values(decisions), func(a, b Decision) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Who, b.Who))
	})
	out := make([]Followed, 0, len(byKey))
	for _, g := range byKey {
		out = append(out, g.done(decisions, owners, w))
	}
	slices.SortFunc(out, func(a, b Followed) int {
		return cmp.Or(cmp.Compare(b.Seconds, a.Seconds), compareKeys(a.Digest, a.Database, b.Digest, b.Database))
	})
	return out
}

func compareKeys(digest, database, otherDigest, otherDatabase string) int {
	return cmp.Or(cmp.Compare(digest, otherDigest), cmp.Compare(database, otherDatabase))
}

// gathering is a Followed and what is needed to complete it.
type gathering struct {
	Followed
	seen    []time.Time
	seconds []float64
	times   []tally.Weighted // known execution times and how many executions each stands for
	tagAt   time.Time
}

// add adds one observation: to first and last seen, statement, tag and names always, to
// the numbers only within the window.
func (g *gathering) add(o Observation, w Window) {
	g.seen = append(g.seen, o.At)
	if o.At.Before(g.FirstSeen) {
		g.FirstSeen = o.At
	}
	if o.At.After(g.LastSeen) {
		g.LastSeen = o.At
	}
	// Of two texts of one digest the smaller is used, so that the order of arrival
	// does not matter.
	if g.Statement == "" || o.Statement < g.Statement {
		g.Statement = o.Statement
	}
	if o.Tag != "" && (o.At.After(g.tagAt) || o.At.Equal(g.tagAt) && o.Tag < g.Tag || g.Tag == "") {
		g.Tag, g.tagAt = o.Tag, o.At
	}
	g.Instances, g.Users = with(g.Instances, o.Instance), with(g.Users, o.User)
	if !w.has(o.At) {
		return
	}
	if o.Odd {
		g.Odd++
		return
	}
	g.OneIn = max(g.OneIn, o.OneIn)
	g.Count = tally.Added(g.Count, o.Count)
	g.seconds = append(g.seconds, o.Seconds)
	g.RowsExamined = tally.Added(g.RowsExamined, o.RowsExamined)
	g.RowsSent = tally.Added(g.RowsSent, o.RowsSent)
	for _, t := range o.Times {
		weight := max(1, float64(o.Count)/float64(len(o.Times)))
		g.times = append(g.times, tally.Weighted{Value: t, Weight: weight})
	}
	g.TimesKnown += int64(len(o.Times))
}

// with returns a sorted list without duplicates with a value added, unless it is "".
func with(list []string, value string) []string {
	if value == "" {
		return list
	}
	i, found := slices.BinarySearch(list, value)
	if found {
		return list
	}
	return slices.Insert(list, i, value)
}

// done returns the completed Followed: sums, quantile, owner, and the state after the
// last decision before the window's end.
func (g *gathering) done(decisions []Decision, owners owners, w Window) Followed {
	f := g.Followed
	slices.Sort(g.seconds) // a sum of fractions depends on its order
	for _, s := range g.seconds {
		f.Seconds += s
	}
	f.P95 = tally.WeightedQuantile(g.times, 0.95)
	if f.RowsSent > 0 {
		ratio := float64(f.RowsExamined) / float64(f.RowsSent)
		f.ExaminedPerSent = &ratio
	}
	f.Owner = owners.of(f)
	f.State, f.Since = New, f.FirstSeen
	for _, d := range decisions {
		if !d.about(f) || !d.At.Before(w.To) {
			continue
		}
		f.State, f.Since = d.State, d.At
		if d.Team != "" {
			f.Owner = Owner{Team: d.Team, Service: f.Owner.Service, By: "decision"}
		}
	}
	if f.State == Fixed {
		if again, ok := firstAfter(g.seen, f.Since); ok {
			f.State, f.Since = Back, again
		}
	}
	return f
}

// firstAfter returns the earliest of the times that is after an instant.
func firstAfter(seen []time.Time, after time.Time) (first time.Time, ok bool) {
	for _, t := range seen {
		if t.After(after) && (!ok || t.Before(first)) {
			first, ok = t, true
		}
	}
	return first, ok
}

// owners finds the owner of a statement: by its database, then by its database user,
// then by the tag in its comment.
type owners struct {
	databases map[string]Owner
	services  map[string]Owner // by name, with "-" for "_"
}

func ownersOf(services []slo.Service) owners {
	o := owners{map[string]Owner{}, map[string]Owner{}}
	for _, s := range services {
		who := Owner{Team: s.Team, Service: s.Name}
		if who.Team == "" {
			who.Team = s.Owner
		}
		o.services[s.Name] = who
		for _, db := range s.Databases {
			o.databases[strings.ToLower(db)] = who
		}
	}
	return o
}

func (o owners) of(f Followed) Owner {
	if who, ok := o.databases[strings.ToLower(f.Database)]; ok {
		who.By = "database"
		return who
	}
	for _, u := range f.Users {
		if who, ok := o.byName(u); ok {
			who.By = "user"
			return who
		}
	}
	key, value, _ := strings.Cut(f.Tag, "=")
	if key == "team" || key == "owner" {
		return Owner{Team: value, By: "tag"}
	}
	if who, ok := o.byName(value); ok && value != "" {
		who.By = "tag"
		return who
	}
	return Owner{}
}

func (o owners) byName(name string) (Owner, bool) {
	who, ok := o.services[strings.ReplaceAll(strings.ToLower(name), "_", "-")]
	return who, ok
}
