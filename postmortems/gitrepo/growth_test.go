//go:build unix

package gitrepo

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/postern/postern/portal/base/growth"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo/checks"
)

// Moving many copies of one file takes linear time.
func TestRenamesOfManyCopiesAreLinear(t *testing.T) {
	growth.Linear(t, 1000, func(n int) func() {
		var list []change
		for i := range n {
			list = append(list,
				change{Change: postmortems.Change{Status: postmortems.Deleted, Path: fmt.Sprintf("a/%d.md", i), OldBlob: "b"}},
				change{Change: postmortems.Change{Status: postmortems.Added, Path: fmt.Sprintf("b/x%d.md", i), Blob: "b"}})
		}
		return func() {
			c := comparison{changes: append([]change(nil), list...)}
			if c.joinExact(); len(c.changes) != n {
				t.Fatalf("%d changes of %d files", len(c.changes), n)
			}
		}
	})
}

// One content under many names is checked once: twice the names and twice the content
// take twice the time.
func TestContentUnderManyNamesIsCheckedOnce(t *testing.T) {
	growth.Linear(t, 400, func(n int) func() {
		data := bytes.Repeat([]byte("x"), n<<10)
		return func() {
			held := checks.NewContent(data)
			for i := range n {
				if p := held.Check(fmt.Sprintf("a/%d.md", i)); len(p) > 0 {
					t.Fatal(p)
				}
			}
		}
	})
}
