package mcp

import (
	"context"
	"net/url"
	"strings"

	"github.com/postern/postern/portal/base/fault"
)

// Folded is the IncidentStore of a portal with feeds: an incident as merged from all
// its sources, with causes, timeline and action items of its post-mortem if there is
// one. A reference that no source has is searched for in the post-mortems.
type Folded struct{ Portal *Portal }

// folded is an incident of the API with the fields that the tools use.
type folded struct {
	ID, URL, Title, Severity string
	DetectedBy               string `json:"detected_by"`
	Services                 []string
	Alerts                   []string
	Times                    map[string]*string
	DetectSeconds            *int64 `json:"detect_seconds"`
	DiagnoseSeconds          *int64 `json:"diagnose_seconds"`
	RecoverSeconds           *int64 `json:"recover_seconds"`
	Postmortems              []string
}

// Incident implements IncidentStore. It accepts a reference, the URL of the incident's
// page, or the URL or path of a post-mortem. The incident of a portal without feeds is
// found by its post-mortem.
func (s Folded) Incident(ctx context.Context, id string) (Incident, error) {
	documents := FromDocuments(s)
	if strings.Contains(id, "/") {
		// The URL of a post-mortem or of the incident's own page.
		// Everything after "/incidents/" is the id, also behind a prefix.
		_, name, own := strings.Cut(id, "/incidents/")
		if !own {
			d, err := documents.Incident(ctx, id)
			if err != nil {
				return d, err
			}
			id = d.Document
		} else {
			id = strings.Trim(name, "/")
		}
	}
	var in folded
	err := s.Portal.get(ctx, "/api/v1/incidents/"+url.PathEscape(id), &in)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return documents.Incident(ctx, id)
	}
	if err != nil {
		return Incident{}, err
	}
	out := Incident{RootCauses: []string{}, Factors: []string{}, Timeline: []TimelineEntry{}, Actions: []Action{}, Alerts: []string{}}
	if len(in.Postmortems) > 0 {
		d, err := documents.Incident(ctx, in.Postmortems[0])
		switch kind := fault.KindOf(err); {
		case err == nil:
			out = d
		case kind != fault.NotFound && kind != fault.Gone: // a removed post-mortem is skipped
			return Incident{}, err
		}
	}
	return s.over(out, in), nil
}

// over replaces the fields of a post-mortem with those of the merged incident, which
// includes corrections by people.
func (s Folded) over(out Incident, in folded) Incident {
	out.ID, out.Title, out.Severity, out.Services, out.Times = in.ID, in.Title, in.Severity, list(in.Services), in.Times
	out.DetectSeconds, out.DiagnoseSeconds, out.RecoverSeconds = in.DetectSeconds, in.DiagnoseSeconds, in.RecoverSeconds
	if in.DetectedBy != "" {
		out.DetectedBy = in.DetectedBy
	}
	if len(in.Alerts) > 0 {
		out.Alerts = in.Alerts
	}
	out.URL = s.Portal.absolute(in.URL)
	return out
}
