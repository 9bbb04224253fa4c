//go:build !linux

package plumbing

import "syscall"

// processAttributes gives a child its own process group, so that it can be
// killed with its children. Dying with the server is Linux's alone.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}

// limit bounds nothing here: another process's limits can be set on Linux only.
// The wall clock, the bounds of the input and of the processes' number remain.
func limit(int, Limits) error { return nil }

func killGroup(pid int) error { return syscall.Kill(-pid, syscall.SIGKILL) }
