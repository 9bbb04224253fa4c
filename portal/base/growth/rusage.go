//go:build unix

package growth

import (
	"syscall"
	"testing"
	"time"
)

// processorTime returns the processor time used so far, in user and in system mode.
func processorTime(t *testing.T) time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(whose, &r); err != nil {
		t.Fatalf("the processor time cannot be read: %v", err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
