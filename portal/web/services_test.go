package web

import (
	"context"
	"strings"
	"testing"

	"github.com/postern/postern/reports/service"
)

// directoryOf is a directory of fixed services.
type directoryOf []service.Service

func (d directoryOf) Services(context.Context) ([]service.Service, error) { return d, nil }

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
