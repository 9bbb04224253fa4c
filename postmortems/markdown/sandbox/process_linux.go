package sandbox

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// maxFiles is how many files a worker may have open: its pipes and what the Go
// runtime itself needs.
const maxFiles = 32

// isolate puts a worker into a process group of its own, and lets it die with
// its parent. The kernel ties that to the thread that started the worker; should
// Go end that thread early, the pool starts another worker.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// limit bounds a worker that has not been given anything yet. RLIMIT_DATA counts
// the private writable memory, which is what a bomb fills; RLIMIT_AS would count
// the address space that the Go runtime reserves without using it.
func limit(pid int, memory int64) error {
	for resource, max := range map[int]uint64{
		unix.RLIMIT_DATA:   uint64(memory),
		unix.RLIMIT_FSIZE:  0,
		unix.RLIMIT_CORE:   0,
		unix.RLIMIT_NOFILE: maxFiles,
	} {
		if err := unix.Prlimit(pid, resource, &unix.Rlimit{Cur: max, Max: max}, nil); err != nil {
			return err
		}
	}
	return nil
}

// killGroup kills the worker's whole process group.
func killGroup(cmd *exec.Cmd) {
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // gone already: nothing to kill
}
