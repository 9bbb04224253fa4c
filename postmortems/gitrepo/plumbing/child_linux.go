package plumbing

import (
	"errors"
	"syscall"

	"golang.org/x/sys/unix"
)

// processAttributes starts a child in its own process group, so that it can be killed
// with its children, and kills it when the server dies.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// limit bounds a child that was just started. The child has not read any hostile input
// yet: that arrives through a pipe which the server fills later. A limit of zero is not
// set, except that core dumps are always limited to one byte: they would contain
// documents.
func limit(pid int, l Limits) error {
	for _, r := range []struct {
		resource int
		value    uint64
	}{{unix.RLIMIT_AS, l.AddressSpace}, {unix.RLIMIT_CPU, l.CPU}, {unix.RLIMIT_FSIZE, l.FileSize}, {unix.RLIMIT_CORE, 1}} {
		if r.value == 0 {
			continue
		}
		err := unix.Prlimit(pid, r.resource, &unix.Rlimit{Cur: r.value, Max: r.value}, nil)
		if err != nil && !errors.Is(err, unix.ESRCH) { // it has ended already
			return err
		}
	}
	return nil
}

// killGroup kills a child and its children. The negative id addresses the whole group:
// git runs parts of some commands in children, such as repack its pack-objects.
func killGroup(pid int) error { return syscall.Kill(-pid, syscall.SIGKILL) }
