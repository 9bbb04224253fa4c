//go:build !unix

package paper

import "os/exec"

// wholeGroup leaves the browser's helpers to the system.
func wholeGroup(*exec.Cmd) {}
