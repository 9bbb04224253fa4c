package documents

import (
	"testing"

	"github.com/postern/postern/postmortems/library"
)

func TestARemovedDocumentKeepsItsName(t *testing.T) {
	t.Parallel()
	revs := []library.Revision{{Number: 2, Removed: true, Path: "a.md"}, {Number: 1, Title: "A"}}
	if titleOf(revs) != "A" || titleOf(revs[:1]) != "a.md" {
		t.Error("a removed document is named by its last title, else by its path")
	}
}
