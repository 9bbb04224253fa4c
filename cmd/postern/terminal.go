package main

import (
	"io"
	"os"
)

// isTerminal reports whether w is a character device, so that a person is likely to
// read what is written. The null device counts as one, which does no harm: nothing is
// read there.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
