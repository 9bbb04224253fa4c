package sql

import (
	"slices"
	"time"
)

// Past is what Follow needs of one digest in one database from before the observations
// that it receives. Its size does not grow with the length of the past.
type Past struct {
	Digest, Database    string
	Statement           string
	Tag                 string
	TagAt               time.Time
	Instances, Users    []string // sorted
	FirstSeen, LastSeen time.Time
	// Again are the times at which the statement was seen after it had been marked as
	// fixed. They decide whether it came back.
	Again []time.Time
}

// Summarize returns the past with observations added to it. All observations are from
// before one instant, and decisions are all that were made before it. The result is
// sorted by digest and database; the argument is not changed.
func Summarize(past []Past, all []Observation, decisions []Decision) []Past {
	byKey := gather(past, all, Window{})
	out := make([]Past, 0, len(byKey))
	for _, g := range byKey {
		p := Past{
			Digest: g.Digest, Database: g.Database, Statement: g.Statement, Tag: g.Tag, TagAt: g.tagAt,
			Instances: g.Instances, Users: g.Users, FirstSeen: g.FirstSeen, LastSeen: g.LastSeen,
		}
		if since, ok := fixedFrom(decisions, g.Followed); ok {
			slices.SortFunc(g.seen, time.Time.Compare)
			first, _ := slices.BinarySearchFunc(g.seen, since, time.Time.Compare)
			p.Again = slices.CompactFunc(g.seen[first:], time.Time.Equal)
		}
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b Past) int { return compareKeys(a.Digest, a.Database, b.Digest, b.Database) })
	return out
}

// fixedFrom returns when a statement was first marked as fixed; ok is false if it never
// was.
func fixedFrom(decisions []Decision, f Followed) (from time.Time, ok bool) {
	for _, d := range decisions {
		if d.about(f) && d.State == Fixed && (!ok || d.At.Before(from)) {
			from, ok = d.At, true
		}
	}
	return from, ok
}

// about reports whether a decision is about a statement.
func (d Decision) about(f Followed) bool {
	return d.Digest == f.Digest && (d.Database == "" || d.Database == f.Database)
}

// gather groups observations by digest and database and adds them to the past.
func gather(past []Past, all []Observation, w Window) map[string]*gathering {
	byKey := make(map[string]*gathering, len(past))
	for _, p := range past {
		byKey[p.Digest+"/"+p.Database] = &gathering{
			Followed: Followed{
				Digest: p.Digest, Database: p.Database, Statement: p.Statement, Tag: p.Tag,
				Instances: slices.Clone(p.Instances), Users: slices.Clone(p.Users), FirstSeen: p.FirstSeen, LastSeen: p.LastSeen,
			},
			seen: slices.Clone(p.Again), tagAt: p.TagAt,
		}
	}
	for _, o := range all {
		key := o.Digest + "/" + o.Database
		g := byKey[key]
		if g == nil {
			g = &gathering{Followed: Followed{Digest: o.Digest, Database: o.Database, FirstSeen: o.At}}
			byKey[key] = g
		}
		g.add(o, w)
	}
	return byKey
}
