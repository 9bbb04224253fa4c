// Package durable makes files and folders survive a power failure. Writing a file is not
// enough for that: its content and its name in the folder are flushed separately.
package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Sync flushes a file's content, or the names in a folder, to the disk. Errors are those
// of package os.
func Sync(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// SyncTree flushes a folder and everything below it to the disk. The name of the folder
// in its parent is not flushed; that is Sync of the parent.
func SyncTree(dir string) error {
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return Sync(path)
	})
}
