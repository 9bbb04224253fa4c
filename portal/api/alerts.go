package api

import (
	"context"
	"time"

	"github.com/postern/postern/reports/alert"
)

// alertsRequest is the query of GET /alerts.
type alertsRequest struct {
	SpanRequest
	Service  string `query:"service" doc:"Only alerts for this service."`
	Rule     string `query:"rule" doc:"Only alerts with this name."`
	Incident string `query:"incident" doc:"Only episodes linked to the incident with this id."`
	Paging   bool   `query:"paging" doc:"Only episodes that paged a person."`
}

// AlertsAnswer is the response of GET /alerts.
type AlertsAnswer struct {
	Episodes []Episode `json:"episodes" nullable:"false" doc:"Episodes that overlap the requested time, latest start first."`
	Next     *string   `json:"next" doc:"Cursor of the next page; null on the last page."`
}

// Episode is one firing of one alert, identified by source, fingerprint and start. It
// was merged from all notifications about the firing.
type Episode struct {
	Source         string            `json:"source" doc:"The feed that reported it."`
	Fingerprint    string            `json:"fingerprint" doc:"The source's hash of the labels."`
	Name           *string           `json:"name" doc:"The alerting rule."`
	Service        *string           `json:"service" doc:"The service."`
	Severity       *string           `json:"severity" doc:"The value of the severity label."`
	StartsAt       *string           `json:"starts_at" format:"date-time" doc:"When the alert started firing."`
	EndsAt         *string           `json:"ends_at" format:"date-time" doc:"When the alert stopped firing; null while it fires."`
	Firing         *int64            `json:"firing_seconds" doc:"How long the alert fired, up to now while it fires."`
	AcknowledgedAt *string           `json:"acknowledged_at" format:"date-time" doc:"When a person acknowledged it."`
	Paging         bool              `json:"paging" doc:"True if it paged a person."`
	Flapping       bool              `json:"flapping" doc:"True for one of 3 or more episodes of the same fingerprint within an hour."`
	SelfHealed     bool              `json:"self_healed" doc:"True if it ended within 5 minutes without acknowledgement."`
	Notifications  int               `json:"notifications" doc:"Notifications received; those of a replicated sender count once."`
	Truncated      int               `json:"truncated" doc:"Alerts that the sender left out of those notifications."`
	Incident       *string           `json:"incident" doc:"Id of the incident it is linked to."`
	Labels         map[string]string `json:"labels" doc:"The alert's labels."`
}

// alerts lists the episodes that match all filters. All episodes of the span are read
// for one response; see reach.
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

// episodeOf converts an episode to its JSON form. now is the end of an episode that
// still fires. Labels are never null.
func episodeOf(e alert.Episode, now time.Time) Episode {
	firing := e.Firing(now)
	out := Episode{
		Source: e.Source, Fingerprint: e.Fingerprint, Name: text(e.Name), Service: text(e.Service), Severity: text(e.Severity),
		StartsAt: instant(e.StartsAt),
		EndsAt:   instant(e.EndsAt), Firing: seconds(&firing), AcknowledgedAt: instant(e.AckedAt), Paging: e.Paging, Flapping: e.Flapping,
		SelfHealed: e.SelfHealed(), Notifications: e.Notifications, Truncated: e.Truncated, Incident: text(e.Incident), Labels: e.Labels,
	}
	if out.Labels == nil {
		out.Labels = map[string]string{}
	}
	return out
}
