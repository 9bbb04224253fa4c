package documents_test

import (
	"flag"
	"testing"

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
	board := site.New(t, "https://kb.example", site.WithBoard)
	for _, p := range []struct {
		name, target string
		on           *site.Site
	}{
		{"home", "/", s}, {"home-empty", "/", empty}, {"list", "/postmortems?service=checkout", s}, {"list-empty", "/postmortems", empty},
		{"document", "/postmortems/2026/checkout", s}, {"history", "/p/checkout-1/history", s},
		{"diff", "/p/checkout-1/history?from=1111111&to=2222222", s},
		{"drafts", "/drafts", s}, {"services", "/services", s}, {"actions", "/actions", s}, {"rules", "/rules", s},
		{"gone", "/guides/removed", s},
		{"service-defined", "/services/checkout", board}, {"services-defined", "/services", board},
	} {
		t.Run(p.name, func(t *testing.T) {
			webtest.Golden(t, *update, p.name, p.on.Get(p.target).Body.String())
		})
	}
}
