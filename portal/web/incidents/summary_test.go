package incidents_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/postern/postern/portal/web/incidentparts"
	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/portal/web/webtest/site"
	"github.com/postern/postern/postmortems"
)

// TestTheTopLeadsWithWhatFixedIt: its own post-mortem, else what resembles it.
func TestTheTopLeadsWithWhatFixedIt(t *testing.T) {
	t.Parallel()
	s, f := site.WithSignals(t)
	s.Lib.Doc.Document.Body.Sections = []postmortems.Section{{Heading: "Resolution", Anchor: "h-resolution", Text: "The limit was set back:"}}
	page := s.Get("/kb/incidents/PX1").Body.String()
	webtest.Holds(t, page, []string{"What fixed it<", "The limit was set back:", "100 % of payments, eu-1", "Similar past incidents",
		"Refunds failed"}, []string{"What fixed it last time"})
	if fixed, table := strings.Index(page, "The limit was set back:"), strings.Index(page, "<h2>Milestones"); fixed > table {
		t.Error("what fixed it stands below the tables")
	}
	page = s.Get("/kb/incidents/PX2").Body.String()
	webtest.Holds(t, page, []string{"<b>Open</b> for 30 min: ", "What fixed it last time", "Raise &lt;pool.max&gt; to 200.", "open"}, nil)
	if s.Search.LastSimilar.Text != "service: cart\nsummary: Still failing" {
		t.Errorf("asked for %q", s.Search.LastSimilar.Text)
	}
	f.DraftList = []incidentparts.DraftPostmortem{{Title: "Why the cart failed", Branch: "ana/cart",
		Address: "/drafts/ana/cart/postmortems/cart"}}
	webtest.Holds(t, s.Get("/kb/incidents/PX2").Body.String(),
		[]string{`<a href="/kb/drafts/ana/cart/postmortems/cart">Why the cart failed</a> <span class="pill warn">draft</span>`},
		[]string{"None names this incident"})
	s.Search.Err = errors.New("busy")
	if w := s.Get("/kb/incidents/PX2"); w.Code != 200 || strings.Contains(w.Body.String(), "What fixed it") {
		t.Errorf("without search: %d", w.Code)
	}
}
