package boltkv

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"

	"github.com/postern/postern/portal/base/kv"
)

// The layout of bbolt's pages, which bbolt does not export. Numbers are in the
// byte order of the machine.
const (
	pageHeaderBytes   = 16 // id uint64, flags uint16, count uint16, overflow uint32
	elementBytes      = 16 // leaf: flags, pos, ksize, vsize uint32; branch: pos, ksize uint32, page uint64
	bucketHeaderBytes = 16 // root page uint64 (0: inline), sequence uint64
	metaSummedBytes   = 56 // what the checksum of a file header covers
	branchPage        = 0x01
	leafPage          = 0x02
	freelistPage      = 0x10
	bucketElement     = 0x01
	noFreelist        = ^uint64(0)
	manyFree          = 0xffff // the count of a free list that states it in its first number
	magic             = 0xED0CDAED

	// maxNodeBytes bounds one page with its overflow: bbolt splits a page once it
	// has two keys, so a page holds at most three of the largest values.
	maxNodeBytes = 4 * kv.MaxValueBytes
	// maxDepth bounds the b-tree: with two keys a page, 64 levels hold any file.
	maxDepth = 64
	// minPageBytes and pageSizes are the page sizes that bbolt tries: 1 KiB to 16 MiB.
	minPageBytes = 1 << 10
	pageSizes    = 15
)

// fileHeader is one of the two headers of a file.
type fileHeader struct {
	pageSize        int
	root            uint64 // page of the bucket of buckets
	freelist        uint64 // page, or noFreelist
	high            uint64 // first page number that was never used
	txid            uint64
	otherUnreadable bool // the other header is damaged: the last transaction may be lost
}

// readFileHeader returns the newer of the two headers that can be read. bbolt writes
// them in turn, so the older one is the state before the last commit. The second is at
// the offset of one page, whose size the first states; without the first, each size is
// tried. Both damaged is an error.
func readFileHeader(f io.ReaderAt, size int64) (fileHeader, error) {
	first, ok := headerAt(f, 0, 0)
	if ok {
		second, ok2 := headerAt(f, int64(first.pageSize), 1)
		return newest(first, second, ok2), nil
	}
	for i := range pageSizes {
		at := int64(minPageBytes) << i
		if at >= size {
			break
		}
		if second, ok := headerAt(f, at, 1); ok {
			second.otherUnreadable = true
			return second, nil
		}
	}
	return fileHeader{}, errors.New("both headers are damaged")
}

// newest returns the newer of two headers; ok is false when the second is damaged.
func newest(first, second fileHeader, ok bool) fileHeader {
	if !ok {
		first.otherUnreadable = true
		return first
	}
	if second.txid > first.txid {
		return second
	}
	return first
}

// headerAt reads the header at an offset; ok is false when it is damaged. Offsets after
// the page header: magic 0, version 4, page size 8, flags 12, root page 16 and sequence
// 24 of the bucket of buckets, free list 32, high 40, txid 48, checksum 56. The
// checksum is FNV-1a.
func headerAt(f io.ReaderAt, at int64, id uint64) (h fileHeader, ok bool) {
	var b [pageHeaderBytes + metaSummedBytes + 8]byte
	if _, err := f.ReadAt(b[:], at); err != nil {
		return h, false
	}
	order := binary.NativeEndian
	m := b[pageHeaderBytes:]
	sum := fnv.New64a()
	_, _ = sum.Write(m[:metaSummedBytes])
	if order.Uint32(m) != magic || order.Uint64(m[metaSummedBytes:]) != sum.Sum64() || order.Uint64(b[:]) != id {
		return h, false
	}
	return fileHeader{
		pageSize: int(order.Uint32(m[8:])), root: order.Uint64(m[16:]), freelist: order.Uint64(m[32:]),
		high: order.Uint64(m[40:]), txid: order.Uint64(m[48:]),
	}, true
}

// node is one page with its overflow, or the page of an inline bucket. What is not in
// head is read from the file when it is needed.
type node struct {
	id    uint64
	flags uint16
	count int
	head  []byte
	size  int // bytes, overflow included
	file  io.ReaderAt
	at    int64
}

// part returns n bytes from pos on. The caller has checked that they are inside the
// node. The slice is inside head if it can be, and capped, so that an append does not
// write into the page.
func (p *node) part(pos, n int) ([]byte, error) {
	if pos+n <= len(p.head) {
		return p.head[pos : pos+n : pos+n], nil
	}
	b := make([]byte, n)
	_, err := p.file.ReadAt(b, p.at+int64(pos))
	return b, err
}

// element is one key of a leaf or a branch, as an extent inside its node. Offsets are
// from the beginning of the node. flags and value are of leaves, child is of branches:
// the page below.
type element struct {
	flags      uint32
	keyAt, key int
	value      int // bytes, behind the key
	child      uint64
	end        int // end of the data of this element
}

// elements reads the extents of a node's keys and checks that they follow each other
// without a gap, as bbolt writes them: a wrong count, position or size breaks that
// sequence. Positions in a page are relative to the element that states them.
func (p *node) elements() ([]element, error) {
	next := pageHeaderBytes + p.count*elementBytes
	if next > p.size {
		return nil, fmt.Errorf("counts %d keys, which do not fit", p.count)
	}
	raw, err := p.part(pageHeaderBytes, p.count*elementBytes)
	if err != nil {
		return nil, err
	}
	order := binary.NativeEndian
	out := make([]element, p.count)
	for i := range out {
		e, b := &out[i], raw[i*elementBytes:]
		pos := b[4:]
		if p.flags == branchPage {
			pos = b
			e.child = order.Uint64(b[8:])
		} else {
			e.flags, e.value = order.Uint32(b), int(order.Uint32(b[12:]))
		}
		e.key = int(order.Uint32(pos[4:]))
		e.keyAt = pageHeaderBytes + i*elementBytes + int(order.Uint32(pos))
		if e.key < 1 || e.key > kv.MaxKeyBytes || e.keyAt != next || e.value > p.size || next+e.key+e.value > p.size {
			return nil, fmt.Errorf("the extent of key %d of %d is wrong", i+1, p.count)
		}
		next += e.key + e.value
		e.end = next
	}
	return out, nil
}

// inline returns the page of a bucket that is stored in its bucket's element. bbolt
// stores a small bucket that way, to save it a page. value has at least the header of a
// bucket.
func inline(value []byte) (*node, error) {
	b := value[bucketHeaderBytes:]
	if len(b) < pageHeaderBytes {
		return nil, errors.New("an inline bucket is too short")
	}
	order := binary.NativeEndian
	p := &node{flags: order.Uint16(b[8:]), count: int(order.Uint16(b[10:])), head: b, size: len(b)}
	if order.Uint64(b) != 0 || order.Uint32(b[12:]) != 0 || p.flags != leafPage {
		return nil, errors.New("an inline bucket has a wrong header")
	}
	elements, err := p.elements()
	if err != nil {
		return nil, err
	}
	end := pageHeaderBytes
	if len(elements) > 0 {
		end = elements[len(elements)-1].end
	}
	if end != len(b) {
		return nil, errors.New("an inline bucket does not end with its last key")
	}
	return p, nil
}
