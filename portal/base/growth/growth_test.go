//go:build unix

package growth

import (
	"testing"
	"time"
)

var sink int // keeps loops from being left out

// A square is distinguished from a line.
func TestLeastTellsASquareFromALine(t *testing.T) {
	loop := func(n int) func() {
		return func() {
			for i := range n {
				sink += i
			}
		}
	}
	Linear(t, 4_000_000, loop)
	const n = 2000
	short, long := least(loop(n*n)), least(loop(factor*n*factor*n))
	if long < slack*factor*max(short, time.Microsecond) {
		t.Errorf("a square grew from %v to %v only", short, long)
	}
}
