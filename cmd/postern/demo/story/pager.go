package story

import (
	"fmt"
	"iter"
	"time"
)

// pages returns the pager's events about every incident, one request each. The pager
// knows when it was triggered and acknowledged. What only people know (the start of
// impact, the cause) comes from the incident desk as NDJSON. Two sources of one
// incident let the demo show how they are merged.
func (s *Story) pages() iter.Seq[Post] {
	return func(yield func(Post) bool) {
		for _, t := range s.troubles {
			for _, p := range s.events(t) {
				if !yield(p) {
					return
				}
			}
		}
	}
}

// events returns the posts about one incident: the pager's in the order of time, then
// the entry of the incident desk. A resolution after now is left out.
func (s *Story) events(t Trouble) []Post {
	out := []Post{s.pagerEvent(t, "triggered", t.Detected)}
	if !t.Acknowledged.IsZero() {
		out = append(out, s.pagerEvent(t, "acknowledged", t.Acknowledged))
	}
	if !t.Resolved.IsZero() && t.Resolved.Before(s.now) {
		out = append(out, s.pagerEvent(t, "resolved", t.Resolved))
	}
	return append(out, Post{"ndjson", "incident-desk", ndjson, append(s.encode(deskEntry(t)), '\n')})
}

// number returns the pager's own number of an incident: the digits of its reference.
func number(ref string) int {
	n := 0
	for _, r := range ref {
		if r >= '0' && r <= '9' {
			n = n*10 + int(r-'0')
		}
	}
	return n
}

// pagerEvent returns one PagerDuty V3 webhook. what is the event without its prefix:
// "triggered", "acknowledged" or "resolved". Urgency is high for SEV1 and SEV2; the
// priority of SEV2 is P2.
func (s *Story) pagerEvent(t Trouble, what string, at time.Time) Post {
	urgency := "low"
	if t.Severity == "SEV1" || t.Severity == "SEV2" {
		urgency = "high"
	}
	body := map[string]any{"event": map[string]any{
		"id": fmt.Sprintf("%s-%s", t.Ref, what), "event_type": "incident." + what, "resource_type": "incident", "occurred_at": stamp(at),
		"agent": map[string]any{"id": "PAGER", "type": "user_reference", "summary": "On call, " + team(t.Services[0])},
		"data": map[string]any{
			"id": "P" + t.Ref, "type": "incident", "number": number(t.Ref), "status": what, "incident_key": t.Ref, "created_at": stamp(t.Detected),
			"title":    t.Title,
			"service":  map[string]any{"id": "S" + t.Services[0], "summary": t.Services[0], "type": "service_reference"},
			"priority": map[string]any{"id": "PRIO", "summary": "P" + t.Severity[3:]}, "urgency": urgency, "resolve_reason": nil,
		},
	}}
	return Post{"pagerduty", "pager", jsonType, s.encode(body)}
}

// deskEntry returns the NDJSON entry of an incident, as the incident desk writes it.
// Its alias is the pager's id, by which the portal merges both. Milestones that are
// unknown are left out, not sent as a zero time.
func deskEntry(t Trouble) map[string]any {
	entry := map[string]any{
		"v": 1, "type": "incident", "id": t.Ref, "title": t.Title, "severity": t.Severity, "services": t.Services, "rev": 1,
		"environment": "production",
		"aliases":     []string{"P" + t.Ref}, "alerts": t.Alerts, "detected_by": "customer",
	}
	if t.ByAlert {
		entry["detected_by"] = "alert"
	}
	if t.Change != "" {
		entry["changes"] = []string{t.Change}
	}
	for name, at := range map[string]time.Time{
		"started": t.Started, "detected": t.Detected, "acknowledged": t.Acknowledged, "diagnosed": t.Diagnosed, "mitigated": t.Mitigated,
		"resolved": t.Resolved,
	} {
		if !at.IsZero() {
			entry[name] = stamp(at)
		}
	}
	return entry
}
