//go:build !(linux || darwin || freebsd)

package app

import "github.com/postern/postern/portal/base/fault"

// StatFreeSpace returns a fault.Unsupported error: this system does not report free
// space.
func StatFreeSpace(string) (int64, error) {
	return 0, fault.New(fault.Unsupported, "app.StatFreeSpace", "free space is not known on this system")
}
