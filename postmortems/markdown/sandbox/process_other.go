//go:build !linux

package sandbox

import "os/exec"

// isolate does nothing: a worker ends when its stdin does.
func isolate(*exec.Cmd) {}

// limit does nothing: GOMEMLIMIT and the time limit bound a worker here.
func limit(int, int64) error { return nil }

// killGroup kills the worker.
func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
