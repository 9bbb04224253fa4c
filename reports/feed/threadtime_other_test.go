//go:build !linux

package feed_test

import "time"

// threadTime is not known here.
func threadTime() time.Duration { return 0 }
