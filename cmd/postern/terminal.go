package main

import (
	"io"
	"os"
)

// isTerminal reports whether w is a character device, so that a person is likely to
// read what is written.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
