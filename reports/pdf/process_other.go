//go:build !unix

package pdf

import "os/exec"

// wholeGroup leaves the browser's helpers to the system.
func wholeGroup(*exec.Cmd) {}
