package api

import (
	"context"

	"github.com/postern/postern/reports/change"
)

type changesRequest struct {
	SpanRequest
	Service     string `query:"service" doc:"Only changes of this service."`
	Environment string `query:"environment" doc:"Only changes of this environment, as written."`
	Failed      bool   `query:"failed" doc:"Only deployments that failed, were rolled back or have a stated incident."`
}

// ChangesAnswer is the answer of GET /changes.
type ChangesAnswer struct {
	Changes []Change `json:"changes" nullable:"false" doc:"Changes, the newest first."`
	Next    *string  `json:"next" doc:"Give it back as cursor= for the next page; null at the end."`
}

// Change is one change to production or elsewhere.
type Change struct {
	ID           string           `json:"id" doc:"The source's id; with the source it is unique."`
	Source       string           `json:"source" doc:"The feed that told of it."`
	Service      *string          `json:"service" doc:"The service changed."`
	Environment  *string          `json:"environment" doc:"Where; null counts as production."`
	Time         *string          `json:"time" format:"date-time" doc:"When."`
	Kind         *string          `json:"kind" doc:"deployed, upgraded, rolledback, removed, merged or config."`
	Outcome      *string          `json:"outcome" doc:"succeeded, failed or rolledback."`
	Deployment   bool             `json:"deployment" doc:"It brought something new into production."`
	Failed       bool             `json:"failed" doc:"It failed, was rolled back, or has a stated incident."`
	RolledBackAt *string          `json:"rolled_back_at" format:"date-time" doc:"When the service was rolled back before it changed again."`
	Title        *string          `json:"title" doc:"Title."`
	Artifact     *string          `json:"artifact" doc:"What was deployed."`
	Author       *string          `json:"author" doc:"Who."`
	Link         *string          `json:"link" doc:"Where the source tells more."`
	CommittedAt  *string          `json:"committed_at" format:"date-time" doc:"Of the newest commit it carries."`
	Freeze       bool             `json:"freeze" doc:"Inside a stated freeze window."`
	RollbackPlan bool             `json:"rollback_plan" doc:"Its source says that it has one."`
	Incidents    []ChangeIncident `json:"incidents" nullable:"false" doc:"Incidents it caused or is suspected of."`
}

// ChangeIncident is an incident of a change.
type ChangeIncident struct {
	ID        string `json:"id" doc:"The incident's id."`
	URL       string `json:"url" doc:"Where people read it, path-absolute."`
	Suspected bool   `json:"suspected" doc:"Nobody stated it: the change is the last successful deployment of the service in the 24 hours before."`
}

func (s service) changes(ctx context.Context, in *changesRequest) (ChangesAnswer, error) {
	from, to, err := s.span(in.SpanRequest, factsReach())
	if err != nil {
		return ChangesAnswer{}, err
	}
	all, err := s.Signals.Changes(ctx, from, to)
	if err != nil {
		return ChangesAnswer{}, err
	}
	var some []change.Linked
	for _, c := range all {
		if fits(in.Service, c.Service) && fits(in.Environment, c.Environment) && (!in.Failed || c.Deployment() && c.Failed()) {
			some = append(some, c)
		}
	}
	page, next, err := pageAfter(some, func(l change.Linked) string { return l.Source + "\x00" + l.ID }, in.SpanRequest)
	return ChangesAnswer{each(page, s.change), next}, err
}

func (s service) change(l change.Linked) Change {
	return Change{
		ID: l.ID, Source: l.Source, Service: text(l.Service), Environment: text(l.Environment), Time: instant(l.At), Kind: text(l.Kind), Outcome: text(l.Outcome),
		Deployment: l.Deployment(), Failed: l.Deployment() && l.Failed(), RolledBackAt: instant(l.RolledBackAt), Title: text(l.Title), Artifact: text(l.Artifact),
		Author: text(l.Author), Link: text(l.URL), CommittedAt: instant(l.Committed), Freeze: l.Freeze, RollbackPlan: l.Rollback,
		Incidents: each(l.Incidents, func(i change.Link) ChangeIncident {
			return ChangeIncident{i.Incident, s.incidentURL(i.Incident), i.Suspected}
		}),
	}
}
