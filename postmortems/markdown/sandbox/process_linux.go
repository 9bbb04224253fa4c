package sandbox

import (
	"bytes"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

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

// processorTime is what all threads of a process have used so far, to a hundredth
// of a second; known is false when the process is gone.
func processorTime(pid int) (used time.Duration, known bool) {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, false
	}
	// The name may hold blanks and parentheses; fields are counted after it.
	fields := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
	const user, system, tick = 11, 12, 10 * time.Millisecond // USER_HZ is 100 on every Linux that Go runs on
	if len(fields) <= system {
		return 0, false
	}
	u, err1 := strconv.ParseInt(fields[user], 10, 64)
	s, err2 := strconv.ParseInt(fields[system], 10, 64)
	return time.Duration(u+s) * tick, err1 == nil && err2 == nil
}
