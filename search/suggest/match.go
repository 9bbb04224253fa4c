package suggest

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
)

// maxLooked is the maximum number of references of one word that an answer reads. Only
// single letters have more, and for them any order will do.
const maxLooked = 200_000

// class is the quality of a match; smaller is better. Typed text is more likely the
// beginning of a name than a word inside it. Items of one class are in the order of
// their rank.
type class uint8

const (
	exact class = iota // the whole name
	// The beginning of the name.
	begins
	// Adjacent words inside it.
	within
	// Words inside it, in any order.
	apart
	// Any match of an archived document.
	archived
)

// fit is a matching item of a segment: its class in the upper half, its rank in the
// lower, so that fits are ordered as numbers.
type fit uint64

// newFit returns the fit of an item.
func newFit(c class, item uint32) fit { return fit(c)<<32 | fit(item) }

func (f fit) class() class { return class(f >> 32) }
func (f fit) item() uint32 { return uint32(f) }

// Suggest returns at most limit suggestions for typed text, best first. Every typed
// word must be the beginning of a word or of a part of an identifier.
func (x *Index) Suggest(text string, limit int) []Suggestion {
	p := typed(text)
	if p == "" || limit <= 0 {
		return nil
	}
	st := x.state.Load()
	type answer struct {
		class class
		it    *item
	}
	var all []answer
	for _, s := range []*segment{st.base, st.fresh, st.queries} {
		dead := st.dead
		if s != st.base {
			dead = nil
		}
		for _, f := range s.best(p, limit, dead) {
			all = append(all, answer{f.class(), &s.items[f.item()]})
		}
	}
	slices.SortFunc(all, func(a, b answer) int {
		return cmp.Or(cmp.Compare(a.class, b.class), better(a.it, b.it))
	})
	out := make([]Suggestion, 0, limit)
	for _, a := range all[:min(limit, len(all))] {
		out = append(out, a.it.Suggestion)
	}
	return out
}

// best returns the best fits of a segment for typed text p, at most limit. dead are
// items that no longer exist.
func (s *segment) best(p string, limit int, dead map[uint32]bool) []fit {
	top := top{limit: limit}
	run := s.run(p)
	for i, wholes := 0, true; i < len(run); i++ {
		r := run[i]
		c := within
		if r.first {
			c = begins
			if wholes = wholes && s.whole(r, p); wholes {
				c = exact
			}
		}
		if r.item >= s.archived {
			c = archived
		}
		if f := newFit(c, r.item); !top.full(f) && !dead[r.item] {
			top.add(f)
		}
	}
	if words := strings.Fields(p); len(words) > 1 && len(top.fits) < limit {
		s.apart(words, dead, &top)
	}
	return top.fits
}

// apart adds the items that have all the words, in any order.
func (s *segment) apart(words []string, dead map[uint32]bool, top *top) {
	all := s.having(words[0])
	for _, w := range words[1:] {
		for i, set := range s.having(w) {
			all[i] &= set
		}
	}
	for i, set := range all {
		for ; set != 0; set &= set - 1 {
			item := uint32(64*i + bits.TrailingZeros64(set))
			c := apart
			if item >= s.archived {
				c = archived
			}
			f := newFit(c, item)
			if top.full(f) {
				// Items are in the order of their rank.
				return
			}
			if !dead[item] {
				top.add(f)
			}
		}
	}
}

// having returns the bit set of the items with a word or part that begins with word.
func (s *segment) having(word string) []uint64 {
	set := make([]uint64, (len(s.items)+63)/64)
	for _, r := range s.run(word) {
		set[r.item/64] |= 1 << (r.item % 64)
	}
	return set
}

// top is the sorted list of the best fits, with each item once.
type top struct {
	limit int
	fits  []fit
}

// full reports whether the list is full and f is not better than its last fit.
func (t *top) full(f fit) bool { return len(t.fits) == t.limit && f >= t.fits[t.limit-1] }

// add inserts f, unless the list has the item with a better fit.
func (t *top) add(f fit) {
	for i, old := range t.fits {
		if old.item() != f.item() {
			continue
		}
		if old <= f {
			return
		}
		t.fits = slices.Delete(t.fits, i, i+1)
		break
	}
	at, _ := slices.BinarySearch(t.fits, f)
	t.fits = slices.Insert(t.fits, at, f)
	t.fits = t.fits[:min(len(t.fits), t.limit)]
}
