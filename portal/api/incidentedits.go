package api

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/problem"
	"github.com/postern/postern/reports/incident"
)

// maxEditBody bounds the body of a correction, in bytes: fifty long names and a reason.
const maxEditBody = 64 << 10

// KeyRequest is the part of a writing request that makes a retry safe: a client that
// lost the response repeats the request with the same key.
type KeyRequest struct {
	Key string `header:"Idempotency-Key" maxLength:"200" doc:"A key of your choice that makes retries safe."`
}

// enterRequest is the request of POST /incidents. Unknown fields are refused, so that a
// misspelled milestone is not lost.
type enterRequest struct {
	KeyRequest
	Body struct {
		_           struct{}           `additionalProperties:"false"`
		ID          string             `json:"id,omitempty" maxLength:"64" doc:"An id of your choice."`
		Title       string             `json:"title" doc:"One-line title."`
		Severity    string             `json:"severity,omitempty" doc:"SEV1 to SEV5."`
		Services    []string           `json:"services,omitempty" maxItems:"50" doc:"The affected services."`
		Environment string             `json:"environment,omitempty" doc:"The environment."`
		DetectedBy  string             `json:"detected_by,omitempty" doc:"alert, customer, staff, …"`
		Aliases     []string           `json:"aliases,omitempty" maxItems:"50" doc:"Other references under which sources know the incident."`
		Alerts      []string           `json:"alerts,omitempty" maxItems:"50" doc:"Names of its alerts, or fingerprints of their episodes."`
		Changes     []string           `json:"changes,omitempty" maxItems:"50" doc:"Ids of the changes that caused it."`
		SLOs        []string           `json:"slos,omitempty" maxItems:"50" doc:"SLOs that it affected."`
		Times       map[string]*string `json:"times" doc:"Milestones as RFC 3339 times. started is required; see the response for the names."`
	}
}

// amendRequest is the request of PATCH /incidents/{id}. Only the given fields change.
type amendRequest struct {
	KeyRequest
	ID   string `path:"id" doc:"The incident's id or another reference of it."`
	Body struct {
		_           struct{}           `additionalProperties:"false"`
		Why         string             `json:"why" doc:"The reason, which is recorded with your name."`
		Title       *string            `json:"title,omitempty" doc:"The new title."`
		Severity    *string            `json:"severity,omitempty" doc:"SEV1 to SEV5."`
		Services    []string           `json:"services,omitempty" nullable:"false" maxItems:"50" doc:"The affected services; replaces the list."`
		Environment *string            `json:"environment,omitempty" doc:"The environment."`
		DetectedBy  *string            `json:"detected_by,omitempty" doc:"alert, customer, staff, …"`
		Maintenance *bool              `json:"maintenance,omitempty" doc:"True for planned maintenance, excluded from all figures."`
		Counted     *bool              `json:"counted,omitempty" doc:"True to include it in the figures despite problems, false to exclude it."`
		Times       map[string]*string `json:"times,omitempty" doc:"Milestones as RFC 3339 times; null for unknown. Others keep their value."`
	}
}

// RefsRequest names incidents to merge or sources to split off, and the reason.
type RefsRequest struct {
	_    struct{} `additionalProperties:"false"`
	Refs []string `json:"refs" nullable:"false" minItems:"1" maxItems:"100" doc:"Incidents to merge, or sources to split off."`
	Why  string   `json:"why" doc:"The reason, which is recorded with your name."`
}

// regroupRequest is the request of a merge or a split.
type regroupRequest struct {
	KeyRequest
	ID   string `path:"id" doc:"The incident's id or another reference of it."`
	Body RefsRequest
}

// IncidentLink is something linked to an incident.
type IncidentLink struct {
	_    struct{} `additionalProperties:"false"`
	Kind linkKind `json:"kind" doc:"The kind of thing."`
	ID   string   `json:"id" doc:"Its id; for an alert its name, or the fingerprint of an episode."`
}

// linkRequest is the request of POST /incidents/{id}/links.
type linkRequest struct {
	KeyRequest
	ID   string `path:"id" doc:"The incident's id or another reference of it."`
	Body struct {
		_      struct{}       `additionalProperties:"false"`
		Add    []IncidentLink `json:"add,omitempty" nullable:"false" maxItems:"50" doc:"Links to add."`
		Remove []IncidentLink `json:"remove,omitempty" nullable:"false" maxItems:"50" doc:"Links to remove, even if a source states them."`
		Why    string         `json:"why" doc:"The reason, which is recorded with your name."`
	}
}

// entered is the response to an entry: 201 for a new incident, 200 for the same entry
// under the same id.
type entered struct {
	Status   int
	Location string `header:"Location" doc:"URL of the incident."`
	Body     IncidentAnswer
}

// registerIncidentEdits registers the operations that enter and correct incidents.
func (s service) registerIncidentEdits(api huma.API) {
	write(api, huma.Operation{
		OperationID: "enter-incident", Method: http.MethodPost, Path: root + "/incidents", Summary: "Enter an incident",
		DefaultStatus: http.StatusCreated,
		Description: "For incidents that no feed reports. The entry is one source of the incident, beside feeds and post-mortems that " +
			"name it. The same entry under the same id is answered with 200, a different one with 409.",
	}, s.enter)
	write(api, huma.Operation{OperationID: "amend-incident", Method: http.MethodPatch, Path: root + "/incidents/{id}",
		Summary: "Correct fields and milestones of an incident"}, s.amend)
	write(api, huma.Operation{OperationID: "merge-incidents", Method: http.MethodPost, Path: root + "/incidents/{id}/merge",
		Summary: "Merge other incidents into one"}, s.regroup(incident.Merge))
	write(api, huma.Operation{OperationID: "split-incident", Method: http.MethodPost, Path: root + "/incidents/{id}/split",
		Summary: "Split sources off an incident into a new incident"}, s.regroup(incident.Split))
	write(api, huma.Operation{OperationID: "link-incident", Method: http.MethodPost, Path: root + "/incidents/{id}/links",
		Summary: "Link an incident with alerts, changes, SLOs and post-mortems"}, s.links)
}

// write registers an operation that changes something and needs an author's token. The
// limit of the body is enforced before it is decoded.
func write[I, O any](api huma.API, op huma.Operation, do func(context.Context, *I) (*O, error)) {
	op.MaxBodyBytes, op.Security = maxEditBody, []map[string][]string{{"token": {}}}
	op.Description = strings.TrimSpace(op.Description + " Needs a token with the role author or higher.")
	huma.Register(api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := do(ctx, in)
		if err != nil {
			return nil, problem.Of(err)
		}
		return out, nil
	})
}

// hand returns the caller as the author of a correction. The route checked the role
// before; the check is repeated so that a new route cannot bypass it.
func (s service) hand(ctx context.Context, key string) (incident.Hand, error) {
	who := auth.Caller(ctx)
	if !who.May(auth.PushDraft) {
		return incident.Hand{}, fault.New(fault.Forbidden, "api", "this needs a token of the role author or higher")
	}
	h := incident.Hand{Who: who.Name, Key: key}
	if key != "" {
		h.Key = who.TokenID + "/" + key // two clients may choose the same key
	}
	return h, nil
}

// enter stores an incident that a person entered. Kinds: fault.Invalid with the field,
// and fault.Conflict for another entry under the same id.
func (s service) enter(ctx context.Context, in *enterRequest) (*entered, error) {
	hand, err := s.hand(ctx, in.Key)
	if err != nil {
		return nil, err
	}
	b := in.Body
	v := incident.Record{Ref: b.ID, Title: b.Title, Severity: strings.ToUpper(b.Severity), Services: b.Services,
		Environment: b.Environment, DetectedBy: b.DetectedBy,
		Aliases: b.Aliases, Alerts: b.Alerts, Changes: b.Changes, SLOs: b.SLOs, Times: map[incident.Milestone]incident.Moment{}}
	// Names that are no milestones are refused by Enter, with the field.
	for m, text := range b.Times {
		if text == nil {
			continue
		}
		at, err := time.Parse(time.RFC3339, *text)
		if err != nil {
			return nil, fault.Newf(fault.Invalid, "api", "%.40s takes a time such as 2026-11-21T14:03:00Z", m).In(m)
		}
		v.Times[incident.Milestone(m)] = incident.Moment{At: at.UTC()}
	}
	i, fresh, err := s.Signals.Enter(ctx, hand, v)
	if err != nil {
		return nil, err
	}
	// The location is that of the API, not of the page.
	out := &entered{Status: http.StatusOK, Location: s.prefix + root + "/incidents/" + i.ID, Body: s.incidentAnswer(i)}
	if fresh {
		out.Status = http.StatusCreated
	}
	return out, nil
}

// amend corrects fields and milestones of an incident, all or none. A milestone that is
// null becomes unknown, whatever the sources state; an empty string is refused, since
// it may be either.
func (s service) amend(ctx context.Context, in *amendRequest) (*output[IncidentAnswer], error) {
	var edits []incident.Edit
	set := func(field, value string) {
		edits = append(edits, incident.Edit{Action: incident.Set, Field: field, Value: value, Why: in.Body.Why})
	}
	b := in.Body
	for _, f := range []struct {
		name  string
		value *string
	}{{"title", b.Title}, {"severity", upper(b.Severity)}, {"environment", b.Environment}, {"detected_by", b.DetectedBy},
		{"maintenance", yesOrNo(b.Maintenance)}, {"counted", yesOrNo(b.Counted)}} {
		if f.value != nil {
			set(f.name, strings.TrimSpace(*f.value))
		}
	}
	if b.Services != nil {
		set("services", strings.Join(b.Services, ","))
	}
	// Sorted, so that the corrections of one request are always stored in one order.
	for _, m := range slices.Sorted(maps.Keys(b.Times)) {
		switch at := b.Times[m]; {
		case !slices.Contains(incident.Milestones(), incident.Milestone(m)):
			return nil, fault.Newf(fault.Invalid, "api", "%.40q is no milestone", m).In(m)
		case at == nil:
			set(m, "")
		case *at == "":
			return nil, fault.Newf(fault.Invalid, "api", "%s takes a time, or null for unknown", m).In(m)
		default:
			set(m, *at)
		}
	}
	return s.edit(ctx, in.Key, in.ID, edits)
}

// regroup returns the operation that merges incidents or splits sources off one. Both
// can be undone by the other.
func (s service) regroup(action string) func(context.Context, *regroupRequest) (*output[IncidentAnswer], error) {
	return func(ctx context.Context, in *regroupRequest) (*output[IncidentAnswer], error) {
		return s.edit(ctx, in.Key, in.ID, []incident.Edit{{Action: action, Refs: in.Body.Refs, Why: in.Body.Why}})
	}
}

// links adds and removes links of an incident, all or none. A link that is in both
// lists is removed, because removals follow.
func (s service) links(ctx context.Context, in *linkRequest) (*output[IncidentAnswer], error) {
	var edits []incident.Edit
	each := func(action string, links []IncidentLink) {
		for _, l := range links {
			edits = append(edits, incident.Edit{Action: action, Field: string(l.Kind), Value: strings.TrimSpace(l.ID), Why: in.Body.Why})
		}
	}
	each(incident.Link, in.Body.Add)
	each(incident.Unlink, in.Body.Remove)
	return s.edit(ctx, in.Key, in.ID, edits)
}

// upper returns a severity in the form in which it is stored: a request may use lower
// case.
func upper(severity *string) *string {
	if severity == nil {
		return nil
	}
	word := strings.ToUpper(*severity)
	return &word
}

// yesOrNo returns a truth value in the form in which an edit stores it; nil for nil.
func yesOrNo(b *bool) *string {
	if b == nil {
		return nil
	}
	word := map[bool]string{true: "yes", false: "no"}[*b]
	return &word
}

// edit stores corrections and returns the corrected incident. Kinds: fault.Forbidden,
// and those of Signals.Edit.
func (s service) edit(ctx context.Context, key, id string, edits []incident.Edit) (*output[IncidentAnswer], error) {
	hand, err := s.hand(ctx, key)
	if err != nil {
		return nil, err
	}
	i, err := s.Signals.Edit(ctx, hand, id, edits...)
	if err != nil {
		return nil, err
	}
	return &output[IncidentAnswer]{s.incidentAnswer(i)}, nil
}
