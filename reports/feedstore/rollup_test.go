package feedstore

import (
	"testing"
	"time"
)

// The housekeeping looks at thirteen months of days once an hour: those that are
// rolled up already, or cannot be, are nothing to write about.
func TestWhichDaysAreRolledUp(t *testing.T) {
	for length, want := range map[time.Duration]bool{
		time.Minute: true, 5 * time.Minute: true, 30 * time.Minute: true, time.Hour: false, 2 * time.Hour: false, 24 * time.Hour: false,
		40 * time.Minute: false, // no whole number of them is an hour
	} {
		d := newDay(length)
		d.points[0] = point{good: 1, total: 2, coverage: 1, rev: 1, there: true}
		if got := isFine(d.bytes()); got != want {
			t.Errorf("buckets of %v: rolled up %t, want %t", length, got, want)
		}
	}
	if !isFine([]byte{dayForm}) {
		t.Error("a day that cannot be read is passed over in silence")
	}
}
