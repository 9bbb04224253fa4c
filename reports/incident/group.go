package incident

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// said is the newest revision of a voice.
type said struct {
	Voice
	form  Form
	first time.Time // when this voice was first heard
	names []string  // sorted, each once
	// unclear says which names of a person's voice are those of several incidents.
	unclear []string
}

func (s said) key() string { return s.Source + "\x00" + s.Ref + "\x00" + s.Account }

// name is how people write which voice they mean.
func (s said) name() string { return s.Source + ":" + s.Ref }

// newest keeps the highest revision of each voice, in an order that depends on
// the set of voices only, and leaves out what its source deleted.
func newest(voices []Voice, p Policy) []said {
	byKey := map[string]said{}
	for _, v := range voices {
		one := said{Voice: v, first: v.At}
		old, ok := byKey[one.key()]
		if !ok {
			byKey[one.key()] = one
			continue
		}
		if old.first.Before(one.first) {
			one.first = old.first
		}
		old.first = one.first
		if newer(old.Voice, v) {
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

// newer tells whether b replaces a. Two contents of one revision are a conflict
// that the ledger refuses; should they come here, the choice is at least fixed.
func newer(a, b Voice) bool {
	if c := cmp.Or(cmp.Compare(a.Rev, b.Rev), a.At.Compare(b.At)); c != 0 {
		return c < 0
	}
	return fmt.Sprint(a) < fmt.Sprint(b)
}

// partition is which voices tell of one incident.
type partition struct {
	voices  []said
	of      []int   // the group of each voice
	members [][]int // the voices of each group
	unclear []unclearName
}

// group puts voices together that name each other: by the same ref, an alias, or
// duplicate_of; then by hand, edit after edit. Titles never join anything.
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
	p.tellUnclear()
	return p
}

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

// join makes one group of those that the voices are in; the larger one takes the
// smaller one in.
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

// split moves voices out of their group into one of their own.
func (p *partition) split(indices []int) {
	for _, i := range indices {
		old := p.of[i]
		p.members[old] = slices.DeleteFunc(p.members[old], func(j int) bool { return i == j })
		p.of[i] = len(p.members)
	}
	p.members = append(p.members, indices)
}

// groups are the voices of each incident, the oldest voice first.
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
