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

// maxFiles is how many files a worker may have open: its pipes and those of the Go
// runtime.
const maxFiles = 32

// isolate puts a worker into its own process group and has it killed when its parent
// dies. The kernel ties that to the thread that started the worker; if Go ends that
// thread early, the pool starts another worker.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// limit bounds a worker that has not received anything yet. RLIMIT_DATA counts private
// writable memory, which is what an attack fills; RLIMIT_AS would count the address
// space that the Go runtime reserves without using it.
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
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // an error means that it has ended already
}

// processorTime returns the processor time of all threads of a process, to a hundredth
// of a second. known is false when the process has ended. /proc/PID/stat is described
// in proc(5); the numbers below count from the field after the name.
func processorTime(pid int) (used time.Duration, known bool) {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, false
	}
	// The name may contain blanks and parentheses; the other fields follow it.
	fields := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
	const user, system, tick = 11, 12, 10 * time.Millisecond // USER_HZ is 100 on every Linux that Go runs on
	if len(fields) <= system {
		return 0, false
	}
	u, err1 := strconv.ParseInt(fields[user], 10, 64)
	s, err2 := strconv.ParseInt(fields[system], 10, 64)
	return time.Duration(u+s) * tick, err1 == nil && err2 == nil
}
