package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/postern/postern/reports/change"

	"github.com/postern/postern/reports/incident"
)

// Whoever may post can add any number of voices, changes and exercises: pages
// list some of them and count the others.
func TestPagesOfManyFactsAreBounded(t *testing.T) {
	const many = 2000
	bad := `"><script>alert(1)</script>`
	f := &fakeSignals{}
	var voices []incident.Voice
	for i := range many {
		voices = append(voices, incident.Voice{
			Source: fmt.Sprint("source", i), Form: "ndjson", Ref: fmt.Sprint("r-", i), Aliases: []string{"INC-1"}, At: ago(60), Title: bad, URL: "javascript:alert(1)",
			Times: moments(incident.Started, 60+i, incident.Detected, 50_000+i),
		})
	}
	var edits []incident.Edit
	for i := range many {
		edits = append(edits, incident.Edit{At: ago(many - i), Who: "kim", Action: incident.Link, Refs: []string{"INC-1"}, Field: "alert", Value: fmt.Sprint("a", i), Why: bad})
	}
	f.incidents = incident.Fold(voices, edits, feedPolicy())
	if len(f.incidents) != 1 {
		t.Fatalf("%d incidents", len(f.incidents))
	}
	id := f.incidents[0].ID
	for i := range many {
		f.drills = append(f.drills, incident.Drill{ID: fmt.Sprint(i), Source: "s", Title: bad, At: ago(60), Document: "../../logout?x=" + bad})
		f.changes = append(f.changes, change.Linked{
			Change:    change.Change{ID: fmt.Sprint(i), Title: bad, At: ago(90), URL: "data:text/html,x"},
			Incidents: []change.Link{{Incident: id, From: ago(60)}},
		})
	}
	s := newSite(t, "https://kb.example", func(d *Deps, _ *Options) { d.Signals = f })
	for _, target := range []string{"/incidents/" + id, "/changes", "/incidents"} {
		w := s.get(target)
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

// brokenSignals panic when they are asked what is open.
type brokenSignals struct{ *fakeSignals }

func (brokenSignals) Open(context.Context) ([]incident.Incident, error) {
	panic("an incident that nobody thought of")
}

// TestAPanicWhileOpenIncidentsAreSoughtIsAnError: the home page looks for them in a
// goroutine that its own recovery does not reach.
func TestAPanicWhileOpenIncidentsAreSoughtIsAnError(t *testing.T) {
	s := newSite(t, "https://kb.example", func(d *Deps, _ *Options) { d.Signals = brokenSignals{&fakeSignals{}} })
	if w := s.get("/"); w.Code != http.StatusInternalServerError {
		t.Errorf("the home page answers %d", w.Code)
	}
	if w := s.get("/incidents"); w.Code != http.StatusOK {
		t.Errorf("another page answers %d", w.Code)
	}
}
