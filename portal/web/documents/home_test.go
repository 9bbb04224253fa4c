package documents_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/postern/postern/portal/web"
	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/portal/web/webtest/site"
	"github.com/postern/postern/reports/incident"
)

// brokenSignals panic when they are asked what is open.
type brokenSignals struct{ *webtest.Signals }

func (brokenSignals) Open(context.Context) ([]incident.Incident, error) {
	panic("an incident that nobody thought of")
}

// TestAPanicWhileOpenIncidentsAreSoughtIsAnError: the home page looks for them in a
// goroutine that its own recovery does not reach.
func TestAPanicWhileOpenIncidentsAreSoughtIsAnError(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example", func(d *web.Deps, _ *web.Options) { d.Signals = brokenSignals{&webtest.Signals{}} })
	if w := s.Get("/"); w.Code != http.StatusInternalServerError {
		t.Errorf("the home page answers %d", w.Code)
	}
	if w := s.Get("/incidents"); w.Code != http.StatusOK {
		t.Errorf("another page answers %d", w.Code)
	}
}

func TestHomeTellsOfOpenIncidents(t *testing.T) {
	t.Parallel()
	s, f := site.WithSignals(t)
	webtest.Holds(t, s.Get("/kb/").Body.String(), []string{"1 open incident", `<a href="/kb/incidents/PX2" dir="auto">Still failing</a>`,
		"ongoing for 30 min"}, nil)
	f.IncidentList = nil
	webtest.Holds(t, s.Get("/kb/").Body.String(), nil, []string{"open incident"})
}
