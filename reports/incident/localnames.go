package incident

import (
	"fmt"
	"slices"
	"strings"

	"github.com/postern/postern/reports/tally"
)

// account names where a voice's ref is unique: its source, and within it what the
// source itself calls an account.
func (s said) account() string { return s.Source + "\x00" + s.Account }

// local reports whether a name of a voice says something within its account only: a
// bare number, of which every tracker has the same, and what a pager or a status page
// gives besides its id. PD-17 and OG-33 are bare numbers with letters before them;
// a key is chosen by the author of the alert. Addresses of pages are unique anywhere,
// and so is what a sender of events states as another's name.
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

// joinNamed joins the voices that share a name, but for those of an account to which
// the name says nothing: a pager that gives two incidents one alias (the same key,
// weeks apart) still holds them for two. A local name joins voices of its account. A
// person's 17, or PD-17, is that of the one account that has it; where several have
// it, which is meant is unclear, and it joins none.
func (p *partition) joinNamed(name string, indices []int) {
	byAccount := map[string][]int{}
	var people, stated, held []int // by people; by senders, as a name that holds anywhere; by accounts, within them
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

// unclearName is a name by which a person's voice means one of several incidents.
type unclearName struct {
	voice int
	name  string
	held  []int // the voices that have the name
}

// unclearShown bounds the incidents that are listed for an unclear name.
const unclearShown = 5

// tellUnclear notes unclear names where nothing else says which incident is meant: no
// other name, and no hand. Whatever was stated of such an incident is about one that
// other voices report, too, so that it must not be counted as one more.
func (p *partition) tellUnclear() {
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
		v.unclear = append(v.unclear, fmt.Sprintf("%s calls it %s, as %s%s are called: which of them is meant is unknown until one is named so", v.Source, u.name, strings.Join(names, ", "), more))
	}
}

// sharedNames are the names that voices of several incidents have, where one of them
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

// name collects the names of the voices: those by which the incident is found, and
// those that it shares, each within an account, with others.
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
