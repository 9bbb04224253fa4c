package suggest

import (
	"cmp"
	"slices"
	"sort"
	"strings"
)

// item is one possible suggestion.
type item struct {
	Suggestion
	// The document, alert or service; see document.
	owner string
	key   string
	// Weight of the kind.
	kind int8
	// Ranked below all others.
	archived bool
	// Unix seconds; newer goes first among equals.
	date int64
}

// better compares items by their rank, which does not depend on the typed text.
func better(a, b *item) int {
	if a.archived != b.archived {
		if a.archived {
			return 1
		}
		return -1
	}
	return cmp.Or(cmp.Compare(b.kind, a.kind), cmp.Compare(b.date, a.date), cmp.Compare(len(a.Text), len(b.Text)),
		strings.Compare(a.Text, b.Text), strings.Compare(a.owner, b.owner))
}

// ref is an offset in the key of an item. head is the first eight bytes there, so that
// most comparisons do not read the key.
type ref struct {
	head uint64
	item uint32
	at   uint16
	// A form of the key begins at the offset.
	first bool
}

// segment holds items in the order of their rank, so that the index of an item is its
// rank, and the sorted references to them. It is immutable.
type segment struct {
	items []item
	refs  []ref
	// Index of the first archived item.
	archived uint32
	// Index of each owner's item.
	owner map[string]uint32
}

// newSegment sorts items and their references.
func newSegment(items []item) *segment {
	slices.SortFunc(items, func(a, b item) int { return better(&a, &b) })
	s := &segment{items: items, archived: uint32(len(items)), owner: make(map[string]uint32, len(items))}
	for i := range items {
		it := &s.items[i]
		s.owner[it.owner] = uint32(i)
		if it.archived {
			s.archived = min(s.archived, uint32(i))
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

// from returns the rest of the key at a reference.
func (s *segment) from(r ref) string { return s.items[r.item].key[r.at:] }

// head returns the first eight bytes of s as a number whose order is that of s.
func head(s string) (h uint64) {
	for i := range 8 {
		h <<= 8
		if i < len(s) {
			h |= uint64(s[i])
		}
	}
	return h
}

// run returns the references whose text begins with p, those that equal p first.
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

// whole reports whether the form at a reference, which begins with p, equals p.
func (s *segment) whole(r ref, p string) bool {
	rest := s.from(r)[len(p):]
	return r.first && (rest == "" || rest[0] == formEnd)
}
