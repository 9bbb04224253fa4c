//go:build unix

package pdf

import (
	"os/exec"
	"syscall"
)

// wholeGroup runs the browser in a process group of its own, which is ended as a whole:
// its helper processes would outlive it.
func wholeGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
