// Package campaign sizes the tests that search for faults at random: floods, bit
// flips, kills, sweeps over many days. Only tests import it; it stores nothing.
//
// Each such test is named TestCampaign… and runs in two sizes. In `make test` it is
// short and its seed is fixed, so that a commit passes or fails the same way each
// time. In `make campaign` (POSTERN_CAMPAIGN set) it is long and its seed is new;
// the seed is in the test's log, and POSTERN_SEED repeats it.
package campaign

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

// shortSeed is the seed of `make test`.
const shortSeed = 20261130

// Long reports whether the long form of campaigns was asked for.
func Long() bool { return os.Getenv("POSTERN_CAMPAIGN") != "" }

// Size returns short in `make test` and long in `make campaign`.
func Size(short, long int) int {
	if Long() {
		return long
	}
	return short
}

// Rand returns the campaign's source of randomness and logs the seed that repeats it.
func Rand(tb testing.TB) *rand.Rand {
	tb.Helper()
	seed := uint64(shortSeed)
	if Long() {
		seed = uint64(time.Now().UnixNano())
	}
	if text := os.Getenv("POSTERN_SEED"); text != "" {
		given, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			tb.Fatalf("POSTERN_SEED=%q is not a whole number", text)
		}
		seed = given
	}
	tb.Logf("repeat with POSTERN_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}
