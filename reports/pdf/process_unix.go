//go:build unix

package pdf

import (
	"os/exec"
	"syscall"
)

// wholeGroup gives the browser a process group of its own and ends all of it: it
// starts helpers that would outlive it.
func wholeGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
