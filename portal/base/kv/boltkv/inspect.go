package boltkv

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"

	"github.com/postern/postern/portal/base/fault"
)

// maxNamed bounds the faults and rows that an inspection names; the others are counted.
// A damaged file has thousands.
const maxNamed = 1000

// inspection reads a database file page by page, with reads of the file: no memory map,
// no goroutine, no trust in the contents of a page. Every page is read once, so that a
// cycle ends. bbolt's own check runs on a goroutine that cannot be guarded, and trusts
// sizes before it verifies them.
type inspection struct {
	ctx  context.Context
	file io.ReaderAt
	head fileHeader
	used []uint64 // one bit per page
	free [][]byte // memory of pages that were read, for reuse
	// row receives every row; nil leaves values beyond a page's first block
	// unread. The slices are valid during the call.
	row func(bucket string, key, value []byte)
	// sequence receives the sequence number of every bucket; may be nil.
	sequence func(bucket string, n uint64)

	only     string   // if set, the one bucket to read
	findings []string // at most maxNamed
	found    int
	buckets  int // number of buckets
	lost     int // unreachable pages, which waste space but lose no data
}

// inspect reads a file of the given size. An error is the context's, or one of reading
// the file; damage is in the findings. Its memory is one bit per page (some 3 MiB for
// 100 GB of pages of 4 KiB) and the pages of one path. A caller that has read the
// header sets x.head.
func (x *inspection) inspect(size int64) error {
	const op = "boltkv.inspect"
	if x.head.pageSize == 0 {
		head, err := readFileHeader(x.file, size)
		if err != nil {
			x.note("%v", err)
			return nil
		}
		x.head = head
	}
	head := x.head
	// A header with a right checksum does not show that the file is whole: it may be
	// cut off.
	if head.pageSize < minPageBytes || head.pageSize > minPageBytes<<(pageSizes-1) ||
		bits.OnesCount(uint(head.pageSize)) != 1 || head.high > uint64(size)/uint64(head.pageSize) {
		x.note("the file ends before its last page")
		return nil
	}
	x.used = make([]uint64, head.high/64+1)
	// Pages 0 and 1 are the two headers.
	x.claim(0, 2)
	x.walkBuckets()
	if x.only == "" {
		x.freelist()
	}
	if err := x.ctx.Err(); err != nil {
		return ended(op, x.ctx)
	}
	// What is neither reached nor free is lost.
	for id := range head.high {
		if x.used[id/64]&(1<<(id%64)) == 0 {
			x.lost++
		}
	}
	return nil
}

// inspectOnly reads one bucket and the pages that lead to it. The list of free pages is
// not read, and lost has no meaning.
func (x *inspection) inspectOnly(size int64, bucket string) error {
	x.only = bucket
	return x.inspect(size)
}

// note adds a finding.
func (x *inspection) note(format string, args ...any) {
	if x.found++; len(x.findings) < maxNamed {
		x.findings = append(x.findings, fmt.Sprintf(format, args...))
	}
}

// claim marks pages as used; it returns false when one of them is used already. After a
// false result some of them may be marked. The caller has checked that all are inside
// the file.
func (x *inspection) claim(id, n uint64) bool {
	for i := id; i < id+n; i++ {
		if x.used[i/64]&(1<<(i%64)) != 0 {
			return false
		}
		x.used[i/64] |= 1 << (i % 64)
	}
	return true
}

// load reads the header of a page, and its contents as far as they are needed. It
// refuses a page outside of the file, with a wrong number, longer than any that bbolt
// writes, or used twice. whole reads the overflow, too, which rows with large values
// need; otherwise it is read in parts when it is asked for. done returns the memory.
func (x *inspection) load(id uint64, whole bool) (*node, error) {
	if id < 2 || id >= x.head.high {
		return nil, fmt.Errorf("page %d is outside of the file", id)
	}
	p := &node{id: id, file: x.file, at: int64(id) * int64(x.head.pageSize), head: x.block()}
	if _, err := x.file.ReadAt(p.head, p.at); err != nil {
		return nil, fmt.Errorf("page %d cannot be read: %w", id, err)
	}
	order := binary.NativeEndian
	overflow := uint64(order.Uint32(p.head[12:]))
	p.flags, p.count = order.Uint16(p.head[8:]), int(order.Uint16(p.head[10:]))
	if order.Uint64(p.head) != id || overflow >= x.head.high-id || (overflow+1)*uint64(x.head.pageSize) > maxNodeBytes {
		return nil, fmt.Errorf("page %d has a wrong header", id)
	}
	if !x.claim(id, overflow+1) {
		return nil, fmt.Errorf("page %d is used twice", id)
	}
	p.size = int(overflow+1) * x.head.pageSize
	if whole && overflow > 0 {
		rest := make([]byte, p.size)
		if _, err := x.file.ReadAt(rest, p.at); err != nil {
			return nil, fmt.Errorf("page %d cannot be read: %w", id, err)
		}
		p.head = rest
	}
	return p, nil
}

// block returns memory for one page.
func (x *inspection) block() []byte {
	if n := len(x.free); n > 0 {
		b := x.free[n-1]
		x.free = x.free[:n-1]
		return b
	}
	return make([]byte, x.head.pageSize)
}

// done returns the memory of a page whose rows are no longer used.
func (x *inspection) done(p *node) {
	if len(p.head) == x.head.pageSize {
		x.free = append(x.free, p.head)
	}
}

// walkBuckets reads the bucket of buckets and each of them.
func (x *inspection) walkBuckets() {
	// The buckets are collected first, with copies of their headers, because the memory
	// of the pages they are in is reused.
	type bucket struct {
		name  string
		value []byte
	}
	var all []bucket
	collect := func(e element, key, value []byte) {
		if e.flags != bucketElement || len(value) < bucketHeaderBytes {
			x.note("%q is no bucket", key)
			return
		}
		all = append(all, bucket{string(key), bytes.Clone(value)})
	}
	// Only a file that was never written to has no bucket.
	x.tree(tree{each: collect, whole: true, mayBeEmpty: x.head.txid <= 1}, x.head.root, 0, nil, nil)
	x.buckets = len(all)
	for _, b := range all {
		if x.ctx.Err() != nil {
			return
		}
		if x.only == "" || x.only == b.name {
			x.bucket(b.name, b.value)
		}
	}
}

// bucket reads one bucket: its own tree of pages, or the inline page in its element.
func (x *inspection) bucket(name string, value []byte) {
	order := binary.NativeEndian
	if x.sequence != nil {
		x.sequence(name, order.Uint64(value[8:]))
	}
	t := tree{bucket: name, whole: x.row != nil, each: func(e element, key, value []byte) {
		if e.flags != 0 {
			x.note("bucket %s: the row %q is marked as a bucket", name, key)
			return
		}
		if x.row != nil {
			x.row(name, key, value)
		}
	}}
	root := order.Uint64(value)
	if root != 0 {
		x.tree(t, root, 0, nil, nil)
		return
	}
	p, err := inline(value)
	if err != nil {
		x.note("bucket %s: %v", name, err)
		return
	}
	x.leaf(t, p, nil, nil)
}

// freelist checks that no page is both free and in use: a later write would destroy its
// contents. A file without the list is refused, too: see guard.
func (x *inspection) freelist() {
	if x.head.freelist == noFreelist {
		x.note("the file has no list of free pages")
		return
	}
	p, err := x.load(x.head.freelist, true)
	if err == nil && p.flags != freelistPage {
		err = fmt.Errorf("page %d is no list of free pages", p.id)
	}
	if err != nil {
		x.note("free list: %v", err)
		return
	}
	order := binary.NativeEndian
	at, count := pageHeaderBytes, uint64(p.count)
	if p.count == manyFree {
		count = order.Uint64(p.head[at:])
		at += 8
	}
	if count > uint64(p.size-at)/8 {
		x.note("free list: counts %d pages, which do not fit", count)
		return
	}
	for i := range int(count) {
		id := order.Uint64(p.head[at+8*i:])
		if id < 2 || id >= x.head.high {
			x.note("free list: page %d is outside of the file", id)
		} else if !x.claim(id, 1) {
			x.note("free list: page %d is in use, or free twice", id)
		}
	}
}

// err returns the error for people, nil without findings.
func (x *inspection) err(op string) error {
	if x.found == 0 {
		return nil
	}
	return damagedAs(op, x.findings, x.found)
}

// damagedAs returns the error of a file with the given findings, of which it quotes the
// first.
func damagedAs(op string, findings []string, found int) error {
	const shown = 3 // as many as a person reads in one message; `postern check` lists the others
	text := ""
	for _, f := range findings[:min(shown, len(findings))] {
		text += " " + f + "."
	}
	if found > shown {
		text += fmt.Sprintf(" %d more.", found-shown)
	}
	return fault.Wrap(fault.Internal, op, damageMsg+"."+text, damage{fmt.Errorf("%d faults", found)})
}
