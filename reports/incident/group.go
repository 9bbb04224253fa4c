package incident

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// said is the newest revision of a record.
type said struct {
	Record
	form  Form
	first time.Time // the time of its first revision
	names []string  // sorted, without duplicates
	// unclear are messages about names in a person's record that several incidents have.
	unclear []string
}

// key returns what identifies a record.
func (s said) key() string { return s.Source + "\x00" + s.Ref + "\x00" + s.Account }

// name returns the name by which people refer to a record.
func (s said) name() string { return s.Source + ":" + s.Ref }

// newest returns the highest revision of each record, without those that their source
// deleted. The order depends on the set of records only.
func newest(voices []Record, p Policy) []said {
	byKey := map[string]said{}
	for _, v := range voices {
		one := said{Record: v, first: v.At}
		old, ok := byKey[one.key()]
		if !ok {
			byKey[one.key()] = one
			continue
		}
		if old.first.Before(one.first) {
			one.first = old.first
		}
		old.first = one.first
		if newer(old.Record, v) {
			byKey[one.key()] = one
		} else {
			byKey[one.key()] = old
		}
	}
	all := make([]said, 0, len(byKey))
	for _, v := range byKey {
		if !v.Deleted {
			v.names, v.form = namesOf(v), p.Form(v.Form)
			all = append(all, v)
		}
	}
	slices.SortFunc(all, func(a, b said) int {
		return cmp.Or(a.first.Compare(b.first), cmp.Compare(a.key(), b.key()))
	})
	return all
}

// newer reports whether b replaces a. The feed store refuses two contents of one revision;
// if they arrive here nevertheless, the choice is deterministic.
func newer(a, b Record) bool {
	if c := cmp.Or(cmp.Compare(a.Rev, b.Rev), a.At.Compare(b.At)); c != 0 {
		return c < 0
	}
	return fmt.Sprint(a) < fmt.Sprint(b)
}

// partition is the assignment of records to incidents.
type partition struct {
	voices  []said
	of      []int   // the group of each record
	members [][]int // the records of each group
	unclear []unclearName
}

// group joins records that name each other by the same ref, an alias, or duplicate_of,
// and then applies the merges and splits by hand. Titles never join records.
func group(voices []said, edits []Edit) *partition {
	p := &partition{voices: voices, of: make([]int, len(voices)), members: make([][]int, len(voices))}
	for i := range p.of {
		p.of[i], p.members[i] = i, []int{i}
	}
	names := map[string][]int{}
	for i, v := range voices {
		for _, n := range v.names {
			names[n] = append(names[n], i)
		}
	}
	for _, n := range slices.Sorted(maps.Keys(names)) {
		p.joinNamed(n, names[n])
	}
	p.regroup(edits)
	p.noteUnclear()
	return p
}

// namesOf returns all names of a record, sorted and without duplicates.
func namesOf(v said) []string {
	names := []string{v.Ref, v.name(), v.PostmortemID}
	names = append(names, v.Aliases...)
	if v.DuplicateOf != "" {
		names = append(names, v.DuplicateOf)
	}
	names = slices.DeleteFunc(names, func(n string) bool { return n == "" })
	slices.Sort(names)
	return slices.Compact(names)
}

// join merges the groups of the records. The smaller group is added to the larger one.
func (p *partition) join(indices []int) {
	for k := 1; k < len(indices); k++ {
		into, from := p.of[indices[0]], p.of[indices[k]]
		if into == from {
			continue
		}
		if len(p.members[into]) < len(p.members[from]) {
			into, from = from, into
		}
		for _, i := range p.members[from] {
			p.of[i] = into
		}
		p.members[into] = append(p.members[into], p.members[from]...)
		p.members[from] = nil
	}
}

// split moves records out of their group into a group of their own.
func (p *partition) split(indices []int) {
	for _, i := range indices {
		old := p.of[i]
		p.members[old] = slices.DeleteFunc(p.members[old], func(j int) bool { return i == j })
		p.of[i] = len(p.members)
	}
	p.members = append(p.members, indices)
}

// groups returns the records of each incident, the oldest first.
func (p *partition) groups() [][]said {
	at := map[int]int{}
	var out [][]said
	for i, v := range p.voices {
		n, ok := at[p.of[i]]
		if !ok {
			n = len(out)
			at[p.of[i]] = n
			out = append(out, nil)
		}
		out[n] = append(out[n], v)
	}
	return out
}
