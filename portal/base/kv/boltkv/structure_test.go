package boltkv_test

import (
	"bytes"
	"encoding/binary"
	"path/filepath"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/portal/base/kv/kvtest"
)

// pagesOf finds the pages of a kind that are in use or were.
func pagesOf(data []byte, flags uint16) (ids []int) {
	for id := 2; id < len(data)/page; id++ {
		p := data[id*page:]
		if binary.NativeEndian.Uint16(p[8:]) == flags && binary.NativeEndian.Uint64(p) == uint64(id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// TestStructuresThatKillBboltAreRefused: each of these ends the process, never
// ends, or loses rows without a word when bbolt opens or reads the file.
func TestStructuresThatKillBboltAreRefused(t *testing.T) {
	good := filled(t)
	const branch, leaf, free = 1, 2, 0x10
	order := binary.NativeEndian
	each := func(flags uint16, spoil func(p []byte, id int)) []byte {
		bad := bytes.Clone(good)
		for _, id := range pagesOf(bad, flags) {
			spoil(bad[id*page:], id)
		}
		return bad
	}
	cases := map[string][]byte{
		"a branch that is its own child": each(branch, func(p []byte, id int) { order.PutUint64(p[16+8:], uint64(id)) }),
		"two branches, one child":        each(branch, func(p []byte, _ int) { copy(p[16+8:16+16], p[16+16+8:]) }),
		"a child outside of the file":    each(branch, func(p []byte, _ int) { order.PutUint64(p[16+8:], 1<<40) }),
		"a free list of 2^40 pages": each(free, func(p []byte, _ int) {
			order.PutUint16(p[10:], 0xffff)
			order.PutUint64(p[16:], 1<<40)
		}),
		"a free list of a page in use": each(free, func(p []byte, _ int) {
			order.PutUint64(p[16:], uint64(pagesOf(good, leaf)[len(pagesOf(good, leaf))-1]))
		}),
		"a free list that is longer":      each(free, func(p []byte, _ int) { order.PutUint16(p[10:], order.Uint16(p[10:])+1) }),
		"leaves with one row less":        each(leaf, func(p []byte, _ int) { order.PutUint16(p[10:], order.Uint16(p[10:])-1) }),
		"leaves without rows":             each(leaf, func(p []byte, _ int) { order.PutUint16(p[10:], 0) }),
		"branches with one child less":    each(branch, func(p []byte, _ int) { order.PutUint16(p[10:], order.Uint16(p[10:])-1) }),
		"pages that go on behind the end": each(leaf, func(p []byte, _ int) { order.PutUint32(p[12:], 1<<31) }),
		"values that go on behind a page": each(leaf, func(p []byte, _ int) { order.PutUint32(p[16+12:], 1<<31) }),
	}
	for name, bad := range cases {
		path := filepath.Join(t.TempDir(), "x.db")
		db, err := openBytes(t, path, bad)
		if err == nil {
			t.Errorf("%s: opened", name)
			_ = db.Close()
		} else if !strings.Contains(fault.Message(err), "postern restore") || strings.Contains(err.Error(), "bbolt:") {
			t.Errorf("%s: %v", name, err)
		}
		if err := boltkv.Verify(t.Context(), path, []kv.Schema{kvtest.Schema()}); !strings.Contains(fault.Message(err), "postern restore") {
			t.Errorf("%s: verify says %v", name, err)
		}
	}
}
