//go:build unix && !linux

package growth

import "syscall"

// whose selects the processor time of the process: other systems do not count a
// thread's.
const whose = syscall.RUSAGE_SELF
