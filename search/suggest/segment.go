package suggest

import (
	"cmp"
	"slices"
	"sort"
	"strings"
)

// item is one thing that can be suggested.
type item struct {
	Suggestion
	owner string // what it is an item of: a document's id, an alert, a service
	key   string
	kind  int8  // weight of the kind
	sunk  bool  // archived: below everything else
	date  int64 // Unix seconds; newer goes first among equals
}

// better orders items by what is known of them before anything is typed.
func better(a, b *item) int {
	if a.sunk != b.sunk {
		if a.sunk {
			return 1
		}
		return -1
	}
	return cmp.Or(cmp.Compare(b.kind, a.kind), cmp.Compare(b.date, a.date), cmp.Compare(len(a.Text), len(b.Text)),
		strings.Compare(a.Text, b.Text), strings.Compare(a.owner, b.owner))
}

// ref points into the key of an item. head are the first eight bytes there, so
// that most comparisons need not look at the key.
type ref struct {
	head  uint64
	item  uint32
	at    uint16
	first bool // a form of the key begins there
}

// segment is a set of items, the better first, so that the number of an item is
// its rank, and the sorted references to them. It never changes.
type segment struct {
	items []item
	refs  []ref
	sunk  uint32            // the first item that is sunk
	owner map[string]uint32 // for writers: where an owner's item is
}

func newSegment(items []item) *segment {
	slices.SortFunc(items, func(a, b item) int { return better(&a, &b) })
	s := &segment{items: items, sunk: uint32(len(items)), owner: make(map[string]uint32, len(items))}
	for i := range items {
		it := &s.items[i]
		s.owner[it.owner] = uint32(i)
		if it.sunk {
			s.sunk = min(s.sunk, uint32(i))
		}
		key, starts := keyOf(it.Text)
		it.key = key
		for _, at := range starts {
			s.refs = append(s.refs, ref{head(key[at:]), uint32(i), at, at == 0 || key[at-1] == formEnd})
		}
	}
	slices.SortFunc(s.refs, func(a, b ref) int {
		if a.head != b.head {
			return cmp.Compare(a.head, b.head)
		}
		return cmp.Or(strings.Compare(s.from(a), s.from(b)), cmp.Compare(a.item, b.item))
	})
	return s
}

func (s *segment) from(r ref) string { return s.items[r.item].key[r.at:] }

// head are the first eight bytes of s as a number that sorts as s does.
func head(s string) (h uint64) {
	for i := range 8 {
		h <<= 8
		if i < len(s) {
			h |= uint64(s[i])
		}
	}
	return h
}

// run are the references whose text begins with p, what is p as a whole first.
func (s *segment) run(p string) []ref {
	h := head(p)
	from := sort.Search(len(s.refs), func(i int) bool {
		r := s.refs[i]
		return r.head > h || r.head == h && s.from(r) >= p
	})
	rest := s.refs[from:]
	n := sort.Search(len(rest), func(i int) bool { return !strings.HasPrefix(s.from(rest[i]), p) })
	return rest[:min(n, maxLooked)]
}

// whole tells whether a reference to the beginning of p ends with it too.
func (s *segment) whole(r ref, p string) bool {
	rest := s.from(r)[len(p):]
	return r.first && (rest == "" || rest[0] == formEnd)
}
