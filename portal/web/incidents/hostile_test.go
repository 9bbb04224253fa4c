package incidents_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/postern/postern/portal/web"
	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/portal/web/webtest/site"
	"github.com/postern/postern/reports/change"
	"github.com/postern/postern/reports/incident"
)

// A client that may post can add any number of reports, changes and drills: pages list
// some of them and count the others.
func TestPagesOfManyFactsAreBounded(t *testing.T) {
	t.Parallel()
	const many = 2000
	bad := `"><script>alert(1)</script>`
	f := &webtest.Signals{}
	var voices []incident.Record
	for i := range many {
		voices = append(voices, incident.Record{
			Source: fmt.Sprint("source", i), Form: "ndjson", Ref: fmt.Sprint("r-", i), Aliases: []string{"INC-1"}, At: webtest.Ago(60),
			Title: bad, URL: "javascript:alert(1)",
			Times: webtest.Moments(incident.Started, 60+i, incident.Detected, 50_000+i),
		})
	}
	var edits []incident.Edit
	for i := range many {
		edits = append(edits, incident.Edit{At: webtest.Ago(many - i), Who: "kim", Action: incident.Link, Refs: []string{"INC-1"},
			Field: "alert", Value: fmt.Sprint("a", i), Why: bad})
	}
	f.IncidentList = incident.Fold(voices, edits, webtest.Policy())
	if len(f.IncidentList) != 1 {
		t.Fatalf("%d incidents", len(f.IncidentList))
	}
	id := f.IncidentList[0].ID
	for i := range many {
		f.DrillList = append(f.DrillList, incident.Drill{ID: fmt.Sprint(i), Source: "s", Title: bad, At: webtest.Ago(60),
			Document: "../../logout?x=" + bad})
		f.ChangeList = append(f.ChangeList, change.Linked{
			Change:    change.Change{ID: fmt.Sprint(i), Title: bad, At: webtest.Ago(90), URL: "data:text/html,x"},
			Incidents: []change.Link{{Incident: id, From: webtest.Ago(60)}},
		})
	}
	s := site.New(t, "https://kb.example", func(d *web.Deps, _ *web.Options) { d.Signals = f })
	for _, target := range []string{"/incidents/" + id, "/changes", "/incidents"} {
		w := s.Get(target)
		page := w.Body.String()
		if w.Code != http.StatusOK || w.Body.Len() > 100_000 {
			t.Errorf("%s: %d with %d bytes", target, w.Code, w.Body.Len())
		}
		for _, raw := range []string{"<script>alert", `href="javascript:`, `href="data:`, "/p/../"} {
			if strings.Contains(page, raw) {
				t.Errorf("%s lets %s through", target, raw)
			}
		}
		if target != "/incidents" && !strings.Contains(page, " more") && !strings.Contains(page, "not shown") {
			t.Errorf("%s does not show that there is more", target)
		}
	}
}
