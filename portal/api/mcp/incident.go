package mcp

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/postern/postern/portal/base/fault"
)

// IncidentStore finds incidents by their reference.
type IncidentStore interface {
	// Incident returns the incident with a reference, or that of a post-mortem's id,
	// path or URL. It fails with fault.NotFound when there is no such incident.
	Incident(ctx context.Context, id string) (Incident, error)
}

// Incident is one incident in the form of the tools. Times are RFC 3339 in UTC, or a
// date; unknown values are null or left out.
type Incident struct {
	ID              string             `json:"id" jsonschema:"its reference, or the post-mortem's id"`
	Title           string             `json:"title"`
	Severity        string             `json:"severity,omitempty" jsonschema:"SEV1 to SEV5"`
	Services        []string           `json:"services"`
	Summary         string             `json:"summary,omitempty"`
	Impact          string             `json:"impact,omitempty" jsonschema:"the impact on users"`
	DetectedBy      string             `json:"detected_by,omitempty"`
	Alerts          []string           `json:"alerts" jsonschema:"the alerts that fired"`
	Times           map[string]*string `json:"times" jsonschema:"started, detected, acknowledged, diagnosed, mitigated, recovered, resolved; null unknown"`
	DetectSeconds   *int64             `json:"detect_seconds" jsonschema:"from the start of impact; null unknown"`
	DiagnoseSeconds *int64             `json:"diagnose_seconds" jsonschema:"from the start of impact; null unknown"`
	RecoverSeconds  *int64             `json:"recover_seconds" jsonschema:"from the start of impact; null unknown"`
	Trigger         string             `json:"trigger,omitempty"`
	RootCauses      []string           `json:"root_causes"`
	Factors         []string           `json:"contributing_factors"`
	Timeline        []TimelineEntry    `json:"timeline"`
	Actions         []Action           `json:"actions"`
	Document        string             `json:"document,omitempty" jsonschema:"id of the post-mortem, for get_document"`
	URL             string             `json:"url,omitempty" jsonschema:"URL of its page"`
}

// TimelineEntry is one row of a timeline.
type TimelineEntry struct {
	At   string `json:"at" jsonschema:"RFC 3339, or as written when the time is not known exactly"`
	Text string `json:"text"`
}

// Action is one action item.
type Action struct {
	ID     string `json:"id,omitempty"`
	Text   string `json:"text"`
	Type   string `json:"type,omitempty" jsonschema:"prevent, detect, mitigate or process"`
	Owner  string `json:"owner,omitempty"`
	Due    string `json:"due,omitempty"`
	Status string `json:"status" jsonschema:"open, done or dropped"`
}

// incidentInput is the input of get_incident.
type incidentInput struct {
	ID string `json:"id" jsonschema:"the incident's reference, or the id, path or url of its post-mortem"`
}

// incident is the tool get_incident. Blanks around the reference are ignored.
func (t tools) incident(ctx context.Context, in incidentInput) (Incident, error) {
	return t.incidents.Incident(ctx, strings.TrimSpace(in.ID))
}

// FromDocuments is the IncidentStore of a portal whose incidents are known only from
// post-mortems.
type FromDocuments struct{ Portal *Portal }

// refCandidates is how many post-mortems are read to find one with the reference.
const refCandidates = 5

// Incident implements IncidentStore. A document that is no post-mortem does not count;
// its id is then looked for as a reference.
func (s FromDocuments) Incident(ctx context.Context, id string) (Incident, error) {
	d, err := s.Portal.page(ctx, id)
	if err == nil && d.Kind == "postmortem" {
		return s.incident(d), nil
	}
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return Incident{}, err
	}
	return s.byReference(ctx, id)
}

// byReference searches for the post-mortem whose front matter has the reference. Search
// is not exact, so the first hits are read and compared.
func (s FromDocuments) byReference(ctx context.Context, ref string) (Incident, error) {
	var answer struct{ Hits []hit }
	// Quotes would end the phrase.
	phrase := `"` + strings.ReplaceAll(ref, `"`, " ") + `"`
	q := url.Values{"q": {phrase + " kind:postmortem"}, "limit": {limitOf(refCandidates)}}
	if err := s.Portal.get(ctx, "/api/v1/search?"+q.Encode(), &answer); err != nil {
		return Incident{}, err
	}
	for _, h := range answer.Hits[:min(len(answer.Hits), refCandidates)] {
		d, err := s.Portal.page(ctx, h.ID)
		if err != nil {
			return Incident{}, err
		}
		same := func(o string) bool { return strings.EqualFold(o, ref) }
		if same(d.Incident.Ref) || slices.ContainsFunc(d.Incident.Aliases, same) {
			return s.incident(d), nil
		}
	}
	return Incident{}, fault.Newf(fault.NotFound, "mcp", "there is no incident %q; search for it with kind:postmortem", ref)
}

// incident converts a post-mortem to an incident. A document without a reference has
// its own id as that of the incident.
func (s FromDocuments) incident(d page) Incident {
	out := Incident{
		ID: d.Incident.Ref, Title: d.Title, Severity: d.Severity, Services: list(d.Services), Summary: d.Summary, Impact: d.Impact.Summary,
		DetectedBy: d.Incident.DetectedBy, Alerts: list(d.Alerts), Times: d.Times, DetectSeconds: d.DetectSeconds,
		DiagnoseSeconds: d.DiagnoseSeconds, RecoverSeconds: d.RecoverSeconds, Trigger: d.Trigger, RootCauses: list(d.RootCauses),
		Factors: []string{}, Timeline: []TimelineEntry{}, Actions: []Action{}, Document: d.ID, URL: s.Portal.absolute(d.URL),
	}
	if out.ID == "" {
		out.ID = d.ID
	}
	for _, f := range d.Factors {
		out.Factors = append(out.Factors, strings.Trim(f.Tag+": "+f.Text, ": "))
	}
	for _, e := range d.Timeline {
		at := e.At
		if at == "" {
			at = e.Raw
		}
		out.Timeline = append(out.Timeline, TimelineEntry{at, e.Text})
	}
	for _, a := range d.Actions {
		out.Actions = append(out.Actions, Action(a))
	}
	return out
}
