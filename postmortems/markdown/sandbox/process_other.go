//go:build !linux

package sandbox

import (
	"os/exec"
	"time"
)

// isolate does nothing: a worker ends when its stdin is closed.
func isolate(*exec.Cmd) {}

// limit does nothing: GOMEMLIMIT and the time limit bound a worker.
func limit(int, int64) error { return nil }

// killGroup kills the worker.
func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }

// processorTime is not available: elapsed time counts instead.
func processorTime(int) (time.Duration, bool) { return 0, false }
