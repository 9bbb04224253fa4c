package boltkv

import (
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/postern/postern/portal/base/fault"
)

const damageMsg = "the database file is damaged (a copy made while Postern was running is always so, and a bad disk does it too). " +
	"Restore the newest backup with `postern restore`"

// guard calls into bbolt and turns its panics, and faults on its memory map,
// into errors that tell people to restore a backup. Nothing of a caller runs
// inside f, so a caller's own panic is never hidden. Goroutines that bbolt starts
// cannot be guarded: its Check is not used, and its reading of a file without a
// list of free pages is refused before.
func guard(op string, f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = damaged(op, fmt.Errorf("bbolt: %v", r))
		}
	}()
	return f()
}

// isDamage reports whether an error says that the file is damaged.
func isDamage(err error) bool {
	return fault.KindOf(err) == fault.Internal && strings.HasPrefix(fault.Message(err), damageMsg)
}

func damaged(op string, cause error) error {
	return fault.Wrap(fault.Internal, op, damageMsg, cause)
}

// guardCaller runs a caller's function inside a transaction. What Get and Scan
// hand out lies in the memory map; it was read once in guard, but a page may be
// dropped from memory and the disk may fail when it is read again. Only that, a
// fault at an address, becomes an error. Any other panic is the caller's and
// passes; so is a nil pointer, whose panic has no address.
func guardCaller(op string, f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		switch r := recover().(type) {
		case nil:
		case interface {
			error
			Addr() uintptr
		}:
			err = damaged(op, r)
		default:
			panic(r)
		}
	}()
	return f()
}
