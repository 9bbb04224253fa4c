package boltkv

import (
	"fmt"
	"runtime/debug"

	"github.com/postern/postern/portal/base/fault"
)

const damageMsg = "the database file is damaged (a copy made while Postern was running is always so, and a bad disk does it too). " +
	"Restore the newest backup with `postern restore`"

// guard calls into bbolt and turns its panics, and faults on its memory map,
// into errors that tell people to restore a backup. Nothing of a caller runs
// inside f, so a caller's own panic is never hidden.
func guard(op string, f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = damaged(op, fmt.Errorf("bbolt: %v", r))
		}
	}()
	return f()
}

func damaged(op string, cause error) error {
	return fault.Wrap(fault.Internal, op, damageMsg, cause)
}
