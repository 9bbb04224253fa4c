package sql

import (
	"slices"
	"time"
)

// Past is what Follow needs to know of one digest in one database from before the
// observations that it is given: little, however long the past is.
type Past struct {
	Digest, Database    string
	Statement           string
	Tag                 string
	TagAt               time.Time
	Instances, Users    []string // sorted
	FirstSeen, LastSeen time.Time
	// Again are the times at which it was seen after somebody had said that it is
	// fixed: whether it came back depends on them.
	Again []time.Time
}

// Summarize takes observations, all from before an instant, into the past before
// them. decisions must have all from before that instant. The result is sorted, the
// past is not changed.
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

// fixedFrom is when somebody first said that a statement is fixed.
func fixedFrom(decisions []Decision, f Followed) (from time.Time, ok bool) {
	for _, d := range decisions {
		if d.about(f) && d.State == Fixed && (!ok || d.At.Before(from)) {
			from, ok = d.At, true
		}
	}
	return from, ok
}

// about tells whether a decision speaks of a statement.
func (d Decision) about(f Followed) bool {
	return d.Digest == f.Digest && (d.Database == "" || d.Database == f.Database)
}

// gather puts observations together by digest and database, on top of the past.
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
