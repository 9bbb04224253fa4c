//go:build unix

package main

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"github.com/postern/postern/portal/base/fault"
)

// restoreOwner changes the owner of files that root created in the data folder of
// another user to that user. A command that root runs while the service is stopped
// would otherwise leave files that the service cannot open. Files with several hard
// links are left as they are. It does nothing for another user than root, and in a
// folder of root. A hard link may be one to a file outside of the folder, which must
// not change its owner.
func restoreOwner(dir string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	// The owner of the folder is the user that the portal runs as.
	info, err := os.Stat(dir)
	if err != nil {
		return fault.Wrap(fault.Internal, "owner", "the data folder cannot be read", err)
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || owner.Uid == 0 {
		return nil
	}
	root, err := os.OpenRoot(dir) // os.OpenRoot: symbolic links in the folder cannot lead outside of it
	if err != nil {
		return fault.Wrap(fault.Internal, "owner", "the data folder cannot be read", err)
	}
	defer func() { _ = root.Close() }()
	err = fs.WalkDir(root.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		// A file may be removed while the folder is walked.
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		s, ok := info.Sys().(*syscall.Stat_t)
		if !ok || s.Uid != 0 || info.Mode().IsRegular() && s.Nlink > 1 {
			return nil
		}
		// Lchown changes a link and not what it leads to.
		return root.Lchown(path, int(owner.Uid), int(owner.Gid))
	})
	return fault.Wrap(fault.Internal, "owner", "some files in the data folder now belong to root; the service may not be able "+
		"to open them", err)
}
