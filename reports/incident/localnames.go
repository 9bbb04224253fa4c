package incident

import (
	"fmt"
	"slices"
	"strings"

	"github.com/postern/postern/reports/tally"
)

// account returns the scope in which the ref of a record is unique: its source, and the
// account within the source.
func (s said) account() string { return s.Source + "\x00" + s.Account }

// local reports whether a name of a record is unique within its account only: a bare
// number, which every tracker has, and the other names that a pager or a status page
// gives besides its id. PD-17 and OG-33 are bare numbers with letters before them; a key
// is chosen by the author of the alert. Addresses of pages are unique everywhere, and so
// is the name of another source that a sender of events states.
func local(v said, name string) bool {
	switch {
	case v.form.personal():
		return false
	case tally.BareNumber(name):
		return true
	case name == v.name():
		return v.Account != ""
	case name == v.Ref, name == v.DuplicateOf, strings.Contains(name, "://"):
		return false
	}
	return v.form.LocalNames
}

// joinNamed joins the records that share a name, except those of an account in which the
// name is not unique: a pager that gives two incidents one alias (the same key, weeks
// apart) means two incidents. A local name joins the records of its account. 17 or PD-17
// in the record of a person means that of the only account that has it; if several
// accounts have it, the name is unclear and joins no records.
func (p *partition) joinNamed(name string, indices []int) {
	byAccount := map[string][]int{}
	var people, stated, held []int // of people; of senders, as a global name; of accounts, as a local one
	accounts, owned := 0, false
	for _, i := range indices {
		if v := p.voices[i]; v.form.personal() {
			people = append(people, i)
		} else {
			byAccount[v.account()] = append(byAccount[v.account()], i)
		}
	}
	for _, same := range byAccount {
		own := slices.ContainsFunc(same, func(i int) bool { return p.voices[i].Ref == name || p.voices[i].name() == name })
		switch within := !slices.ContainsFunc(same, func(i int) bool { return !local(p.voices[i], name) }); {
		case len(same) > 1 && !own:
			held, accounts = append(held, same...), accounts+len(same)
		case within:
			p.join(same)
			held, accounts = append(held, same...), accounts+1
		default:
			stated, owned = append(stated, same...), owned || own
		}
	}
	switch {
	case accounts <= 1:
		p.join(slices.Concat(people, stated, held))
	case owned:
		p.join(slices.Concat(people, stated))
	default:
		for _, i := range people {
			p.unclear = append(p.unclear, unclearName{i, name, held})
		}
	}
}

// unclearName is a name in a person's record that several incidents have.
type unclearName struct {
	voice int
	name  string
	held  []int // the records that have the name
}

// unclearShown bounds the incidents that are listed for an unclear name.
const unclearShown = 5

// noteUnclear adds messages about unclear names to the records that are joined to an
// incident neither by another name nor by hand. Such a record is about an incident that
// other records report too, so it must not be counted as one more.
func (p *partition) noteUnclear() {
	for _, u := range p.unclear {
		alone := !slices.ContainsFunc(p.members[p.of[u.voice]], func(i int) bool { return !p.voices[i].form.personal() })
		if !alone {
			continue
		}
		var names []string
		for _, i := range u.held {
			names = append(names, p.voices[i].name())
		}
		names = sorted(names)
		more := ""
		if n := len(names) - unclearShown; n > 0 {
			names, more = names[:unclearShown], fmt.Sprintf(" and %d more", n)
		}
		v := &p.voices[u.voice]
		v.unclear = append(v.unclear, fmt.Sprintf("%s names it %s, which is a name of %s%s: merge it with the one that is meant",
			v.Source, u.name, strings.Join(names, ", "), more))
	}
}

// sharedNames returns the names that records of several incidents have, if one of them
// has it within its account only.
func sharedNames(groups [][]said) map[string]bool {
	type holder struct {
		group          int
		several, local bool
	}
	held, shared := map[string]holder{}, map[string]bool{}
	for i, g := range groups {
		for _, v := range g {
			for _, name := range v.names {
				h, known := held[name]
				h = holder{i, known && (h.several || h.group != i), h.local || local(v, name)}
				if held[name] = h; h.several && h.local {
					shared[name] = true
				}
			}
		}
	}
	return shared
}

// name collects the names of the records: those by which the incident is found, and those
// that other incidents have as well, each within an account.
func (in *Incident) name(g []said, shared map[string]bool) {
	for _, v := range g {
		in.Refs = append(in.Refs, idOf(v), hashID(v))
		if v.Account != "" {
			in.Refs = append(in.Refs, accountID(v))
		}
		for _, name := range v.names {
			if shared[name] && local(v, name) {
				in.Shared = append(in.Shared, name)
			} else {
				in.Refs = append(in.Refs, name)
			}
		}
	}
	in.Refs, in.Shared = sorted(in.Refs), sorted(in.Shared)
}
