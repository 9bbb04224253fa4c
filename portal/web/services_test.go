package web

import (
	"context"
	"strings"
	"testing"

	"github.com/postern/postern/reports/slo"
)

// directoryOf is a directory of fixed services.
type directoryOf []slo.Service

func (d directoryOf) Services(context.Context) ([]slo.Service, error) { return d, nil }

// The page of a service that no document names says how one comes to name it.
func TestServiceWithoutDocuments(t *testing.T) {
	s := newSite(t, "https://kb.example", func(d *Deps, _ *Options) {
		d.Services = directoryOf{{Name: "billing", Title: "Billing", Path: "services/billing.yaml"}}
	})
	w := s.get("/services/billing")
	body := w.Body.String()
	if w.Code != 200 || !strings.Contains(body, "<code>services: [billing]</code>") || strings.Contains(body, "in the folder") {
		t.Errorf("%d: %s", w.Code, body)
	}
}
