package api

import (
	"context"
	"time"

	"github.com/postern/postern/reports/alert"
)

type alertsRequest struct {
	SpanRequest
	Service  string `query:"service" doc:"Only alerts of this service."`
	Rule     string `query:"rule" doc:"Only alerts of this name."`
	Incident string `query:"incident" doc:"Only episodes of the incident with this id."`
	Paging   bool   `query:"paging" doc:"Only episodes that reached a person's pager."`
}

// AlertsAnswer is the answer of GET /alerts.
type AlertsAnswer struct {
	Episodes []Episode `json:"episodes" nullable:"false" doc:"Firings that overlap the time asked for, the newest start first."`
	Next     *string   `json:"next" doc:"Give it back as cursor= for the next page; null at the end."`
}

// Episode is one firing of one alert: source, fingerprint and start name it.
type Episode struct {
	Source         string            `json:"source" doc:"The feed that told of it."`
	Fingerprint    string            `json:"fingerprint" doc:"The source's hash of the labels."`
	Name           *string           `json:"name" doc:"The alerting rule."`
	Service        *string           `json:"service" doc:"The service it is about."`
	Severity       *string           `json:"severity" doc:"The label's word."`
	StartsAt       *string           `json:"starts_at" format:"date-time" doc:"When it began to fire."`
	EndsAt         *string           `json:"ends_at" format:"date-time" doc:"When it ended; null while it fires."`
	Firing         *int64            `json:"firing_seconds" doc:"How long it fired, or has fired."`
	AcknowledgedAt *string           `json:"acknowledged_at" format:"date-time" doc:"When somebody took it."`
	Paging         bool              `json:"paging" doc:"It reached a person's pager."`
	Flapping       bool              `json:"flapping" doc:"One of 3 or more firings of its fingerprint within an hour."`
	SelfHealed     bool              `json:"self_healed" doc:"It ended within 5 minutes and nobody acknowledged it."`
	Notifications  int               `json:"notifications" doc:"Messages about it; those of twins count once."`
	Truncated      int               `json:"truncated" doc:"Alerts that those messages left out."`
	Incident       *string           `json:"incident" doc:"Id of its incident."`
	Labels         map[string]string `json:"labels" doc:"Its labels."`
}

func (s service) alerts(ctx context.Context, in *alertsRequest) (AlertsAnswer, error) {
	from, to, err := s.span(in.SpanRequest, factsReach())
	if err != nil {
		return AlertsAnswer{}, err
	}
	all, err := s.Signals.Episodes(ctx, from, to)
	if err != nil {
		return AlertsAnswer{}, err
	}
	var some []alert.Episode
	for _, e := range all {
		if fits(in.Service, e.Service) && fits(in.Rule, e.Name) && fits(in.Incident, e.Incident) && (!in.Paging || e.Paging) {
			some = append(some, e)
		}
	}
	page, next, err := pageAfter(some, alert.Episode.Key, in.SpanRequest)
	now := s.now()
	return AlertsAnswer{each(page, func(e alert.Episode) Episode { return episodeOf(e, now) }), next}, err
}

func episodeOf(e alert.Episode, now time.Time) Episode {
	firing := e.Firing(now)
	out := Episode{
		Source: e.Source, Fingerprint: e.Fingerprint, Name: text(e.Name), Service: text(e.Service), Severity: text(e.Severity), StartsAt: instant(e.StartsAt),
		EndsAt: instant(e.EndsAt), Firing: seconds(&firing), AcknowledgedAt: instant(e.AckedAt), Paging: e.Paging, Flapping: e.Flapping,
		SelfHealed: e.SelfHealed(), Notifications: e.Notifications, Truncated: e.Truncated, Incident: text(e.Incident), Labels: e.Labels,
	}
	if out.Labels == nil {
		out.Labels = map[string]string{}
	}
	return out
}
