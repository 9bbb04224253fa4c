//go:build !linux

package plumbing

import "syscall"

// processAttributes starts a child in its own process group, so that it can be killed
// with its children. Only Linux can also kill it when the server dies.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}

// limit does nothing here: only Linux can set the limits of another process. The wall
// clock, the bounds of the input and the number of processes still apply.
func limit(int, Limits) error { return nil }

// killGroup kills a child and its children.
func killGroup(pid int) error { return syscall.Kill(-pid, syscall.SIGKILL) }
