package suggest

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
)

// maxLooked bounds how many references of one word an answer looks at. Only what
// a single letter begins has more, and its order is as good as any.
const maxLooked = 200_000

// class is how well an item fits; the smaller the better. What is typed is more
// likely the beginning of a name than a word inside it. Within a class items go
// by their own rank.
type class uint8

const (
	exact  class = iota // the whole name
	begins              // the beginning of the name
	within              // words inside it, side by side
	apart               // words inside it, anywhere
	sunk                // however well: the document is archived
)

// fit is an item of a segment that fits: its class, then its rank.
type fit uint64

func newFit(c class, item uint32) fit { return fit(c)<<32 | fit(item) }

func (f fit) class() class { return class(f >> 32) }
func (f fit) item() uint32 { return uint32(f) }

// Suggest gives what fits what is typed, best first, at most limit. Every word
// must begin a word or a part of an identifier. It takes no lock.
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

// best are the items of a segment that fit best, at most limit.
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
		if r.item >= s.sunk {
			c = sunk
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

// apart adds the items that have all the words, wherever.
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
			if item >= s.sunk {
				c = sunk
			}
			f := newFit(c, item)
			if top.full(f) {
				return // they come in the order of their rank
			}
			if !dead[item] {
				top.add(f)
			}
		}
	}
}

// having is the set of the items in which something begins with a word.
func (s *segment) having(word string) []uint64 {
	set := make([]uint64, (len(s.items)+63)/64)
	for _, r := range s.run(word) {
		set[r.item/64] |= 1 << (r.item % 64)
	}
	return set
}

// top keeps the best fits in order, each item once.
type top struct {
	limit int
	fits  []fit
}

// full tells whether f is worse than all that are kept, and no more are.
func (t *top) full(f fit) bool { return len(t.fits) == t.limit && f >= t.fits[t.limit-1] }

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
