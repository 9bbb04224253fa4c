package boltkv

import (
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/postern/postern/portal/base/fault"
)

// damageMsg is the beginning of the message of a damaged file.
const damageMsg = "the database file is damaged (a copy made while Postern was running is always so, and a bad disk does it too). " +
	"Restore the newest backup with `postern restore`"

// guard calls bbolt and turns its panics, and faults on its memory map, into errors
// that ask for a backup to be restored. No code of a caller runs inside f, so a
// caller's own panic is never hidden. Goroutines that bbolt starts cannot be guarded:
// its Check is not used, and a file without a list of free pages, which it would read
// on one, is refused before.
//
// SetPanicOnFault applies to this goroutine only. The inner call sets it and returns
// the old setting, which the deferred outer call restores.
func guard(op string, f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = damaged(op, fmt.Errorf("bbolt: %v", r))
		}
	}()
	return f()
}

// damage is the cause inside the error of a damaged file. Its type distinguishes it
// from other errors of kind fault.Internal.
type damage struct{ cause error }

// Error implements error.
func (d damage) Error() string { return d.cause.Error() }

// Unwrap returns the cause.
func (d damage) Unwrap() error { return d.cause }

// isDamage reports whether an error states that the file is damaged.
func isDamage(err error) bool {
	_, is := errors.AsType[damage](err)
	return is
}

// damaged returns the error of a damaged file.
func damaged(op string, cause error) error {
	return fault.Wrap(fault.Internal, op, damageMsg, damage{cause})
}

// guardCaller runs a caller's function inside a transaction. The slices that Get and
// Scan return are in the memory map; they were read once in guard, but a page may be
// evicted and the disk may fail when it is read again. Only that, a fault at an
// address, becomes an error. Any other panic is the caller's and is not caught; nor is
// a nil pointer, whose panic has no address.
func guardCaller(op string, f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		switch r := recover().(type) {
		case nil:
		case interface {
			error
			// The runtime's error of a fault at an address has this method; no other
			// does.
			Addr() uintptr
		}:
			err = damaged(op, r)
		default:
			panic(r)
		}
	}()
	return f()
}
