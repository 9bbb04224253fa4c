package story

import (
	"crypto/sha256"
	"fmt"
	"iter"
	"math/rand/v2"
	"time"
)

// deployed is how many times per week each service is deployed.
var deployed = map[string]float64{
	"checkout": 4, "payment-gw": 2, "orders-api": 5, "cart": 4, "catalog": 6, "search-api": 5, "identity": 2, "inventory": 3, "notify": 3,
	"shipping":   2,
	"edge-proxy": 1, "config-hub": 1,
}

// services lists the keys of deployed in a fixed order: ranging over the map would give
// the random numbers to other services in each run.
var services = []string{"cart", "catalog", "checkout", "config-hub", "edge-proxy", "identity", "inventory", "notify", "orders-api",
	"payment-gw", "search-api", "shipping"}

// deployments returns CDEvents in one batch per day: ordinary deployments on working
// days, and those that caused an incident with their rollback. A deployment that causes
// an incident precedes its start by seven minutes, inside the span in which the portal
// looks for a cause; the rollback is at the mitigation, in the same batch.
func (s *Story) deployments() iter.Seq[Post] {
	return func(yield func(Post) bool) {
		for day := range s.days() {
			var events []any
			if w := day.Weekday(); w != time.Saturday && w != time.Sunday {
				events = s.ordinary(day)
			}
			for _, t := range s.troubles {
				if at := t.Started.Add(-7 * time.Minute); t.Change != "" && !at.Before(day) && at.Before(day.Add(24*time.Hour)) {
					events = append(events, deployment(t.Change, "upgraded", t.Services[0], at),
						deployment(t.Change+"-back", "rolledback", t.Services[0], t.Mitigated))
				}
			}
			if len(events) > 0 && !yield(Post{"cloudevents", "pipeline", "application/cloudevents-batch+json", s.encode(events)}) {
				return
			}
		}
	}
}

// ordinary returns the deployments of one working day that caused no incident.
func (s *Story) ordinary(day time.Time) (events []any) {
	const workdays = 5
	d := s.dice("deploy " + stamp(day))
	for _, service := range services {
		for count := int(deployed[service]/workdays + d.Float64()); count > 0; count-- {
			at := day.Add(time.Duration(60+d.IntN(9*60)) * time.Minute) // 09:00 to 18:00 in Shanghai
			if at.After(s.now) {
				continue
			}
			events = append(events, deployment(fmt.Sprintf("deploy-%s-%d", service, at.Unix()), s.kind(d), service, at))
		}
	}
	return events
}

// kind returns the event type of a deployment: 1 of 25 is rolled back.
func (s *Story) kind(d *rand.Rand) string {
	if d.IntN(25) == 0 {
		return "rolledback"
	}
	return "upgraded"
}

// deployment returns a CloudEvent that holds a CDEvent. what is the CDEvents predicate,
// "upgraded" or "rolledback". The digest of the artifact is derived from id: it
// identifies no image.
func deployment(id, what, service string, at time.Time) any {
	kind := "dev.cdevents.service." + what + ".0.2.0"
	subject := "/services/" + service
	return map[string]any{
		"specversion": "1.0", "id": id, "source": "/pipeline/meridian", "type": kind, "time": stamp(at), "subject": subject,
		"datacontenttype": "application/json",
		"data": map[string]any{
			"context": map[string]any{"version": "0.4.1", "id": id, "source": "/pipeline/meridian", "type": kind, "timestamp": stamp(at)},
			"subject": map[string]any{
				"id": subject, "source": "/pipeline/meridian", "type": "service",
				"content": map[string]any{"environment": map[string]any{"id": "production"}, "artifactId": "pkg:oci/" + service + "@sha256:" +
					fmt.Sprintf("%x", sha256.Sum256([]byte(id)))},
			},
			"customData": map[string]any{"service": service}, "customDataContentType": "application/json",
		},
	}
}
