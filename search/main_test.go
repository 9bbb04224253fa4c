package search

import (
	"flag"
	"os"
	"testing"
)

// TestMain lowers the number of drawn cases: each of them builds an index on disk.
// An explicit -rapid.checks wins.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "25"); err != nil {
		os.Exit(2)
	}
	flag.Parse()
	os.Exit(m.Run())
}
