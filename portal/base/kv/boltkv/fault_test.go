package boltkv

import (
	"strings"
	"syscall"
	"testing"

	"github.com/postern/postern/portal/base/fault"
)

// TestAFaultInACallersHandsIsAnError: the disk may fail when a page that was read
// once is read again. What is the caller's own mistake stays a panic.
func TestAFaultInACallersHandsIsAnError(t *testing.T) {
	page, err := syscall.Mmap(-1, 0, 4096, syscall.PROT_NONE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Munmap(page) }()
	read := byte(0)
	err = guardCaller("op", func() error { read = page[7]; return nil })
	if !isDamage(err) || !strings.Contains(fault.Message(err), "postern restore") {
		t.Errorf("%d, %v", read, err)
	}
	for name, f := range map[string]func(){
		"nil pointer": func() { var db *DB; _ = db.path },
		"index":       func() { _ = []int{}[read] },
		"own":         func() { panic("mine") },
	} {
		func() {
			defer func() {
				if r := recover(); r == nil {
					t.Errorf("%s: the caller's panic is gone", name)
				}
			}()
			_ = guardCaller("op", func() error { f(); return nil })
		}()
	}
}
