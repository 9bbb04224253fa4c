package api

import (
	"context"

	"github.com/postern/postern/reports/change"
)

// changesRequest is the query of GET /changes. Filters are combined: a change has to
// match all of them.
type changesRequest struct {
	SpanRequest
	Service     string `query:"service" doc:"Only changes to this service."`
	Environment string `query:"environment" doc:"Only changes in exactly this environment."`
	Failed      bool   `query:"failed" doc:"Only deployments that failed, were rolled back or caused a stated incident."`
}

// ChangesAnswer is the response of GET /changes: changes of every environment, newest
// first, unless a filter selects one.
type ChangesAnswer struct {
	Changes []Change `json:"changes" nullable:"false" doc:"Changes, newest first."`
	Next    *string  `json:"next" doc:"Cursor of the next page; null on the last page."`
}

// Change is one change to production or another environment. Deployment and Failed are
// derived by the rules of package change, in the same way as in reports.
type Change struct {
	ID           string           `json:"id" doc:"The source's id; unique together with source."`
	Source       string           `json:"source" doc:"The feed that reported it."`
	Service      *string          `json:"service" doc:"The service that was changed."`
	Environment  *string          `json:"environment" doc:"The environment; null counts as production."`
	Time         *string          `json:"time" format:"date-time" doc:"When the change was made."`
	Kind         *string          `json:"kind" doc:"deployed, upgraded, rolledback, removed, merged or config."`
	Outcome      *string          `json:"outcome" doc:"succeeded, failed or rolledback."`
	Deployment   bool             `json:"deployment" doc:"True if it brought a new version into production."`
	Failed       bool             `json:"failed" doc:"True if it failed, was rolled back or caused a stated incident."`
	RolledBackAt *string          `json:"rolled_back_at" format:"date-time" doc:"When it was rolled back, if that was before the next change."`
	Title        *string          `json:"title" doc:"The change's title."`
	Artifact     *string          `json:"artifact" doc:"What was deployed."`
	Author       *string          `json:"author" doc:"Who made the change."`
	Link         *string          `json:"link" doc:"The source's page about it."`
	CommittedAt  *string          `json:"committed_at" format:"date-time" doc:"Time of the newest commit it contains."`
	Freeze       bool             `json:"freeze" doc:"True if it was made in a stated change freeze."`
	RollbackPlan bool             `json:"rollback_plan" doc:"True if the source states a rollback plan."`
	Incidents    []ChangeIncident `json:"incidents" nullable:"false" doc:"Incidents that it caused or may have caused."`
}

// ChangeIncident is an incident that a change caused, because a source states it, or
// may have caused, because it was the last deployment before.
type ChangeIncident struct {
	ID        string `json:"id" doc:"The incident's id."`
	URL       string `json:"url" doc:"Path-absolute URL of its page."`
	Suspected bool   `json:"suspected" doc:"Inferred: the last successful deployment of the service in the 24 hours before the incident."`
}

// changes lists the changes that match all filters. failed selects deployments only, as
// the change failure rate of reports does.
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

// change converts a change with its incidents to its JSON form. Failed is false for
// what is no deployment, whatever its outcome.
func (s service) change(l change.Linked) Change {
	return Change{
		ID: l.ID, Source: l.Source, Service: text(l.Service), Environment: text(l.Environment), Time: instant(l.At),
		Kind: text(l.Kind), Outcome: text(l.Outcome),
		Deployment: l.Deployment(), Failed: l.Deployment() && l.Failed(), RolledBackAt: instant(l.RolledBackAt), Title: text(l.Title),
		Artifact: text(l.Artifact),
		Author:   text(l.Author), Link: text(l.URL), CommittedAt: instant(l.Committed), Freeze: l.Freeze, RollbackPlan: l.Rollback,
		Incidents: each(l.Incidents, func(i change.Link) ChangeIncident {
			return ChangeIncident{i.Incident, s.incidentURL(i.Incident), i.Suspected}
		}),
	}
}
