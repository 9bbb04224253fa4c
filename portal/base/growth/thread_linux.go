package growth

import "syscall"

// whose selects the processor time of the calling thread.
const whose = syscall.RUSAGE_THREAD
