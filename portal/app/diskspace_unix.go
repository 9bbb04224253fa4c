//go:build linux || darwin || freebsd

package app

import (
	"golang.org/x/sys/unix"

	"github.com/postern/postern/portal/base/fault"
)

// StatFreeSpace returns how many bytes this process may still write to the disk of a
// folder, without the blocks that are reserved for root.
func StatFreeSpace(dir string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, fault.Wrap(fault.Internal, "app.StatFreeSpace", "", err)
	}
	return int64(uint64(s.Bavail) * uint64(s.Bsize)), nil
}
