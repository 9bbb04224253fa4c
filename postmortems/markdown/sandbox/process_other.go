//go:build !linux

package sandbox

import (
	"os/exec"
	"time"
)

// isolate does nothing: a worker ends when its stdin does.
func isolate(*exec.Cmd) {}

// limit does nothing: GOMEMLIMIT and the time limit bound a worker here.
func limit(int, int64) error { return nil }

// killGroup kills the worker.
func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }

// processorTime is not known here: the clock counts instead.
func processorTime(int) (time.Duration, bool) { return 0, false }
