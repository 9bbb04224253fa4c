// Package realdata finds real data for tests: documents, feeds and rated queries of
// other projects, which this project may not distribute. They are in a folder shared/
// beside a folder above the test, or in the one that POSTERN_SHARED names. The package
// stores nothing, and only tests import it.
package realdata

import (
	"os"
	"path/filepath"
	"testing"
)

// Find returns the path of a file or folder of the shared data, such as "corpus" or
// "feeds/openslo". Without such data the test is skipped.
func Find(tb testing.TB, name string) string {
	tb.Helper()
	if root := os.Getenv("POSTERN_SHARED"); root != "" {
		path := filepath.Join(root, name)
		if _, err := os.Stat(path); err != nil {
			tb.Skipf("POSTERN_SHARED has no %s: %v", name, err)
		}
		return path
	}
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		path := filepath.Join(dir, "shared", name)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	tb.Skipf("no shared/%s here: set POSTERN_SHARED to the folder that holds it", name)
	return ""
}
