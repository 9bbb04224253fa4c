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

// maxHandBody bounds what is said by hand, in bytes: fifty long names and a reason.
const maxHandBody = 64 << 10

// KeyRequest is the part of a writing request that makes a retry safe.
type KeyRequest struct {
	Key string `header:"Idempotency-Key" maxLength:"200" doc:"A name of your own for this request. The same request under the same name, within a week, is answered again and done once; another request under it is refused with 409."`
}

type enterRequest struct {
	KeyRequest
	Body struct {
		_           struct{}           `additionalProperties:"false"`
		ID          string             `json:"id,omitempty" maxLength:"64" doc:"An id of your choice: letters, digits, - and _, no bare number. Of an incident that another source tells of, the entry joins it. Without one, an id is made."`
		Title       string             `json:"title" doc:"What happened, in one line."`
		Severity    string             `json:"severity,omitempty" doc:"SEV1 to SEV5."`
		Services    []string           `json:"services,omitempty" maxItems:"50" doc:"The services hit."`
		Environment string             `json:"environment,omitempty" doc:"Where it happened."`
		DetectedBy  string             `json:"detected_by,omitempty" doc:"alert, customer, staff, …"`
		Aliases     []string           `json:"aliases,omitempty" maxItems:"50" doc:"Other names of it: what others tell under one of them is the same incident."`
		Alerts      []string           `json:"alerts,omitempty" maxItems:"50" doc:"Names of alerts, or fingerprints of episodes, that belong to it."`
		Changes     []string           `json:"changes,omitempty" maxItems:"50" doc:"Ids of changes that belong to it."`
		SLOs        []string           `json:"slos,omitempty" maxItems:"50" doc:"Objectives that it hit."`
		Times       map[string]*string `json:"times" doc:"Milestones as RFC 3339 instants: started, and those of detected, acknowledged, diagnosed, mitigated, recovered and resolved that are known."`
	}
}

type amendRequest struct {
	KeyRequest
	ID   string `path:"id" doc:"The incident's id or any other name of it."`
	Body struct {
		_           struct{}           `additionalProperties:"false"`
		Why         string             `json:"why" doc:"The reason; it stays beside your name for ever."`
		Title       *string            `json:"title,omitempty" doc:"A new title."`
		Severity    *string            `json:"severity,omitempty" doc:"SEV1 to SEV5."`
		Services    []string           `json:"services,omitempty" nullable:"false" maxItems:"50" doc:"The services hit, all of them."`
		Environment *string            `json:"environment,omitempty" doc:"Where it happened."`
		DetectedBy  *string            `json:"detected_by,omitempty" doc:"alert, customer, staff, …"`
		Maintenance *bool              `json:"maintenance,omitempty" doc:"It was announced work, and is in no figure."`
		Counted     *bool              `json:"counted,omitempty" doc:"true: it is in the figures whatever is doubted; false: it is in none."`
		Times       map[string]*string `json:"times,omitempty" doc:"Milestones as RFC 3339 instants; null says that nobody knows. What is not named stays."`
	}
}

// RefsRequest says which incidents or voices, and why.
type RefsRequest struct {
	_    struct{} `additionalProperties:"false"`
	Refs []string `json:"refs" nullable:"false" minItems:"1" maxItems:"100" doc:"Merge: ids or names of the incidents that are merged into this one. Split: the voices that tell of another incident, as source:ref."`
	Why  string   `json:"why" doc:"The reason; it stays beside your name for ever."`
}

type regroupRequest struct {
	KeyRequest
	ID   string `path:"id" doc:"The incident's id or any other name of it."`
	Body RefsRequest
}

// IncidentLink is something that belongs to an incident.
type IncidentLink struct {
	_    struct{} `additionalProperties:"false"`
	Kind string   `json:"kind" enum:"alert,change,slo,postmortem" doc:"What it is."`
	ID   string   `json:"id" doc:"Its id; of an alert its name, or the fingerprint of an episode."`
}

type linkRequest struct {
	KeyRequest
	ID   string `path:"id" doc:"The incident's id or any other name of it."`
	Body struct {
		_      struct{}       `additionalProperties:"false"`
		Add    []IncidentLink `json:"add,omitempty" nullable:"false" maxItems:"50" doc:"What belongs to it."`
		Remove []IncidentLink `json:"remove,omitempty" nullable:"false" maxItems:"50" doc:"What does not, whichever source says so."`
		Why    string         `json:"why" doc:"The reason; it stays beside your name for ever."`
	}
}

// entered is the answer to an entry: 201 for a new one, 200 for one that was there.
type entered struct {
	Status   int
	Location string `header:"Location" doc:"Where the incident is read."`
	Body     IncidentAnswer
}

func (s service) registerHand(api huma.API) {
	write(api, huma.Operation{
		OperationID: "enter-incident", Method: http.MethodPost, Path: root + "/incidents", Summary: "Tell of an incident", DefaultStatus: http.StatusCreated,
		Description: "For what no machine knows. It is one voice of the incident; feeds and post-mortems that name it join in. The same entry under the same id is answered with 200, another one with 409.",
	}, s.enter)
	write(api, huma.Operation{OperationID: "amend-incident", Method: http.MethodPatch, Path: root + "/incidents/{id}", Summary: "Put fields and milestones of an incident right"}, s.amend)
	write(api, huma.Operation{OperationID: "merge-incidents", Method: http.MethodPost, Path: root + "/incidents/{id}/merge", Summary: "Merge other incidents into one"}, s.regroup(incident.Merge))
	write(api, huma.Operation{OperationID: "split-incident", Method: http.MethodPost, Path: root + "/incidents/{id}/split", Summary: "Split sources off an incident; they become one of their own"}, s.regroup(incident.Split))
	write(api, huma.Operation{OperationID: "link-incident", Method: http.MethodPost, Path: root + "/incidents/{id}/links", Summary: "Link an incident with alerts, changes, objectives and post-mortems"}, s.links)
}

// write registers an operation that changes something and needs an author's token.
func write[I, O any](api huma.API, op huma.Operation, do func(context.Context, *I) (*O, error)) {
	op.MaxBodyBytes, op.Security = maxHandBody, []map[string][]string{{"token": {}}}
	op.Description = strings.TrimSpace(op.Description + " Needs a token of the role author or higher.")
	huma.Register(api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := do(ctx, in)
		if err != nil {
			return nil, problem.Of(err)
		}
		return out, nil
	})
}

// hand is who asks. The route asked the same before; this holds should another
// route ever lead here.
func (s service) hand(ctx context.Context, key string) (incident.Hand, error) {
	who := auth.Caller(ctx)
	if !who.May(auth.PushDraft) {
		return incident.Hand{}, fault.New(fault.Forbidden, "api", "this needs a token of the role author or higher")
	}
	h := incident.Hand{Who: who.Name, Key: key}
	if key != "" {
		h.Key = who.TokenID + "/" + key // two clients may choose one name
	}
	return h, nil
}

func (s service) enter(ctx context.Context, in *enterRequest) (*entered, error) {
	hand, err := s.hand(ctx, in.Key)
	if err != nil {
		return nil, err
	}
	b := in.Body
	v := incident.Voice{Ref: b.ID, Title: b.Title, Severity: strings.ToUpper(b.Severity), Services: b.Services, Environment: b.Environment, DetectedBy: b.DetectedBy,
		Aliases: b.Aliases, Alerts: b.Alerts, Changes: b.Changes, SLOs: b.SLOs, Times: map[incident.Milestone]incident.Moment{}}
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
	out := &entered{Status: http.StatusOK, Location: s.prefix + root + "/incidents/" + i.ID, Body: s.incidentAnswer(i)}
	if fresh {
		out.Status = http.StatusCreated
	}
	return out, nil
}

func (s service) amend(ctx context.Context, in *amendRequest) (*output[IncidentAnswer], error) {
	var edits []incident.Edit
	set := func(field, value string) {
		edits = append(edits, incident.Edit{Action: incident.Set, Field: field, Value: value, Why: in.Body.Why})
	}
	b := in.Body
	for _, f := range []struct {
		name  string
		value *string
	}{{"title", b.Title}, {"severity", upper(b.Severity)}, {"environment", b.Environment}, {"detected_by", b.DetectedBy}, {"maintenance", yesNo(b.Maintenance)}, {"counted", yesNo(b.Counted)}} {
		if f.value != nil {
			set(f.name, strings.TrimSpace(*f.value))
		}
	}
	if b.Services != nil {
		set("services", strings.Join(b.Services, ","))
	}
	for _, m := range slices.Sorted(maps.Keys(b.Times)) {
		switch at := b.Times[m]; {
		case !slices.Contains(incident.Milestones(), incident.Milestone(m)):
			return nil, fault.Newf(fault.Invalid, "api", "%.40q is no milestone", m).In(m)
		case at == nil:
			set(m, "")
		case *at == "":
			return nil, fault.Newf(fault.Invalid, "api", "%s takes a time, or null where nobody knows", m).In(m)
		default:
			set(m, *at)
		}
	}
	return s.edit(ctx, in.Key, in.ID, edits)
}

func (s service) regroup(action string) func(context.Context, *regroupRequest) (*output[IncidentAnswer], error) {
	return func(ctx context.Context, in *regroupRequest) (*output[IncidentAnswer], error) {
		return s.edit(ctx, in.Key, in.ID, []incident.Edit{{Action: action, Refs: in.Body.Refs, Why: in.Body.Why}})
	}
}

func (s service) links(ctx context.Context, in *linkRequest) (*output[IncidentAnswer], error) {
	var edits []incident.Edit
	each := func(action string, links []IncidentLink) {
		for _, l := range links {
			edits = append(edits, incident.Edit{Action: action, Field: l.Kind, Value: strings.TrimSpace(l.ID), Why: in.Body.Why})
		}
	}
	each(incident.Link, in.Body.Add)
	each(incident.Unlink, in.Body.Remove)
	return s.edit(ctx, in.Key, in.ID, edits)
}

// upper is a severity as it is kept: enter takes sev2 as well.
func upper(severity *string) *string {
	if severity == nil {
		return nil
	}
	word := strings.ToUpper(*severity)
	return &word
}

// yesNo is how an edit writes a truth.
func yesNo(b *bool) *string {
	if b == nil {
		return nil
	}
	word := map[bool]string{true: "yes", false: "no"}[*b]
	return &word
}

// edit keeps corrections and answers with the incident as it is then.
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
