package boltkv

import (
	"bytes"
	"fmt"
)

// tree is what an inspection reads in one b-tree. each receives every row of a leaf;
// the slices are valid during the call.
type tree struct {
	bucket     string // "" is the bucket of buckets
	whole      bool   // values are needed, also those behind a page's first block
	mayBeEmpty bool   // a root page without keys is right
	each       func(e element, key, value []byte)
}

// name returns the name of the tree in findings.
func (t tree) name() string {
	if t.bucket == "" {
		return "list of buckets"
	}
	return "bucket " + t.bucket
}

// tree walks the pages below id. Every key must be at least low and less than high; nil
// is no bound. The walk ends at a damaged page: what is below cannot be trusted, and is
// reported as one finding. depth is 0 at the root. The memory of a page is released
// after all pages below it, as their bounds are keys in it.
func (x *inspection) tree(t tree, id uint64, depth int, low, high []byte) {
	if x.ctx.Err() != nil {
		return
	}
	if depth > maxDepth {
		x.note("%s: page %d is too deep", t.name(), id)
		return
	}
	p, err := x.load(id, t.whole)
	if err == nil {
		defer x.done(p)
	}
	switch {
	case err != nil:
	case p.flags == leafPage && p.count == 0 && !(t.mayBeEmpty && depth == 0):
		err = fmt.Errorf("page %d has no rows", id) // bbolt stores an empty bucket inline
	case p.flags == leafPage:
		x.leaf(t, p, low, high)
	case p.flags == branchPage && p.count > 0:
		x.branch(t, p, depth, low, high)
	default:
		err = fmt.Errorf("page %d has a wrong kind or no keys", id)
	}
	if err != nil {
		x.note("%s: %v", t.name(), err)
	}
}

// branch reads a branch page and the pages below it. The bounds of a page below are its
// own key here and the next one. Nothing is read below a key that is out of order.
func (x *inspection) branch(t tree, p *node, depth int, low, high []byte) {
	elements, err := p.elements()
	if err != nil {
		x.note("%s: page %d: %v", t.name(), p.id, err)
		return
	}
	keys := make([][]byte, len(elements)+1)
	keys[len(elements)] = high
	for i, e := range elements {
		keys[i], err = p.part(e.keyAt, e.key)
		if err != nil {
			x.note("%s: page %d cannot be read: %v", t.name(), p.id, err)
			return
		}
	}
	for i, e := range elements {
		if !inOrder(keys[:i], keys[i], low, high) {
			x.note("%s: page %d: key %d is out of order", t.name(), p.id, i+1)
			continue
		}
		x.tree(t, e.child, depth+1, keys[i], keys[i+1])
	}
}

// leaf reads the rows of a leaf page. A row out of order is reported and still passed
// to each: its checksum is verified all the same.
func (x *inspection) leaf(t tree, p *node, low, high []byte) {
	elements, err := p.elements()
	if err != nil {
		x.note("%s: page %d: %v", t.name(), p.id, err)
		return
	}
	var before [][]byte
	for i, e := range elements {
		size := e.key
		if t.whole {
			size += e.value
		}
		b, err := p.part(e.keyAt, size)
		if err != nil {
			x.note("%s: page %d cannot be read: %v", t.name(), p.id, err)
			return
		}
		key := b[:e.key:e.key]
		if !inOrder(before, key, low, high) {
			x.note("%s: page %d: the row %q is out of order", t.name(), p.id, key)
		}
		before = append(before[:0], key)
		if t.each != nil {
			t.each(elements[i], key, b[e.key:])
		}
	}
}

// inOrder reports whether a key is inside its bounds and greater than the last key
// before it.
func inOrder(before [][]byte, key, low, high []byte) bool {
	if n := len(before); n > 0 && bytes.Compare(before[n-1], key) >= 0 {
		return false
	}
	return bytes.Compare(key, low) >= 0 && (high == nil || bytes.Compare(key, high) < 0)
}
