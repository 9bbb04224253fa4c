package plumbing

import (
	"errors"
	"syscall"

	"golang.org/x/sys/unix"
)

// processAttributes gives a child its own process group, so that it can be
// killed with its children, and lets it die with the server.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// limit bounds a child that was just started. It has not read a byte of hostile
// input by then: that comes through a pipe the server fills later.
func limit(pid int, l Limits) error {
	for _, r := range []struct {
		resource int
		value    uint64
	}{{unix.RLIMIT_AS, l.AddressSpace}, {unix.RLIMIT_CPU, l.CPU}, {unix.RLIMIT_FSIZE, l.FileSize}, {unix.RLIMIT_CORE, 1}} {
		if r.value == 0 {
			continue
		}
		err := unix.Prlimit(pid, r.resource, &unix.Rlimit{Cur: r.value, Max: r.value}, nil)
		if err != nil && !errors.Is(err, unix.ESRCH) { // it ended already
			return err
		}
	}
	return nil
}

func killGroup(pid int) error { return syscall.Kill(-pid, syscall.SIGKILL) }
