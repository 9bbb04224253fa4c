package page_test

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
	for _, p := range []struct {
		name, target string
		on           *site.Site
	}{
		{"not-found", "/guides/nothing", s}, {"login", "/login", s},
	} {
		t.Run(p.name, func(t *testing.T) {
			webtest.Golden(t, *update, p.name, p.on.Get(p.target).Body.String())
		})
	}
}
