package searching_test

import (
	"flag"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/portal/web/webtest/site"
)

var update = flag.Bool("update", false, "write the golden pages again")

// TestGoldenPages compares the HTML of the pages with files. After an intended change
// run it with -update and look at the difference.
func TestGoldenPages(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example")
	empty := site.New(t, "https://kb.example")
	empty.Lib.Records = nil
	empty.Search.None = true
	rebuilt := site.New(t, "https://kb.example")
	rebuilt.Search.Err = fault.New(fault.Unavailable, "search", "the search index is being rebuilt: 40 of 100 documents are done")
	for _, p := range []struct {
		name, target string
		on           *site.Site
	}{
		{"search", "/search?q=pool+service:checkout", s}, {"search-empty", "/search?q=nothing", empty},
		{"search-trouble", "/search?q=pool", rebuilt},
		{"gaps", "/gaps?week=2026-W47&noted=1", s},
	} {
		t.Run(p.name, func(t *testing.T) {
			webtest.Golden(t, *update, p.name, p.on.Get(p.target).Body.String())
		})
	}
}
