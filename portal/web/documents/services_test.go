package documents_test

import (
	"context"
	"strings"
	"testing"

	"github.com/postern/postern/portal/web"
	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/portal/web/webtest/site"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slostatus"
)

// directoryOf is a directory of fixed services.
type directoryOf []slo.Service

func (d directoryOf) Services(context.Context) ([]slo.Service, error) { return d, nil }

// The page of a service that no document names says how one comes to name it.
func TestServiceWithoutDocuments(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example", func(d *web.Deps, _ *web.Options) {
		d.Services = directoryOf{{Name: "billing", Title: "Billing", Path: "services/billing.yaml"}}
	})
	w := s.Get("/services/billing")
	body := w.Body.String()
	if w.Code != 200 || !strings.Contains(body, "<code>services: [billing]</code>") || strings.Contains(body, "in the folder") {
		t.Errorf("%d: %s", w.Code, body)
	}
}

func TestAServiceShowsWhatItsDependenciesMissed(t *testing.T) {
	t.Parallel()
	missed := webtest.Scored("pay", 990_000, 1_000_000, slo.OK)
	missed.SLO.Service = "payment-gw"
	s := site.New(t, "https://kb.example", site.WithBoard,
		func(d *web.Deps, _ *web.Options) { d.Board = &webtest.Board{RowList: []slostatus.Row{missed}} })
	if body := s.Get("/services/checkout").Body.String(); !strings.Contains(body, "1 of 1 SLO missed") {
		t.Error("the dependency's missed objective is not told")
	}
	if body := s.Get("/services/payment-gw").Body.String(); !strings.Contains(body, `Used by</dt><dd><a href="/services/checkout">`) ||
		!strings.Contains(body, "slo-pay") {
		t.Error("who needs the service, or its objective, is not told")
	}
	if w := s.Get("/services/nobody"); w.Code != 404 {
		t.Errorf("an unknown service answers %d", w.Code)
	}
}
