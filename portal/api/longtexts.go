package api

import (
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// longTexts returns the descriptions that are longer than a line, by schema and
// property. The field tags of the answer types hold the short ones.
func longTexts() map[string]string {
	return map[string]string{
		"AmendRequestBody.times": "Milestones as RFC 3339 times; null if unknown. Milestones that are not named keep their value.",
		"ChangeIncident.suspected": "True if no source states the connection: the change is the last successful deployment of the " +
			"service in the 24 hours before the incident.",
		"DeadLetter.body_kept": "False if the body was refused before it was read (too large, compressed, truncated, wrong source name " +
			"or format) and cannot be processed again; times then counts such bodies of one hour.",
		"DeadLetter.excerpt": "The start of the item as received, without secrets and without literals of SQL statements; null for " +
			"callers other than administrators and the feeder of the source.",
		"DeadLetter.over_budget": "True if the entry stands for all items of the source over its budget in one hour: times counts " +
			"them, and excerpt is from the first.",
		"EnterRequestBody.id": "An id of your choice: letters, digits, - and _, not only digits. If another source reports an incident " +
			"under this id, the entry joins it. Without an id one is generated.",
		"EnterRequestBody.times": "Milestones as RFC 3339 times: started is required; detected, acknowledged, diagnosed, mitigated, " +
			"recovered and resolved if known.",
		"FeedRejected.reason": "Why the item was rejected. It starts with conflict if the same revision was received with other " +
			"content, and with over budget if the source sent too many new facts.",
		"FeedSource.signature": "Verification of PagerDuty signatures. checked: a valid signature is required; unsigned: a token is " +
			"enough; missing: a signature is required but no secret is configured. Null for formats without signatures.",
		"FeedSource.state": "over_budget: new facts of today were rejected; silent: nothing received for a day; skewed: the clock of " +
			"the source is ahead; rejecting: its last body had rejected items.",
		"IncidentItem.times": "Started, detected, acknowledged, diagnosed, mitigated, recovered and resolved: a time, a date if only " +
			"that is known, null if unknown.",
		"RefsRequest.refs": "Merge: ids or other references of the incidents to merge into this one. Split: the sources to split off, " +
			"each as source:ref.",
		"SimilarRequestBody.text": "An alert notification in any form, a stack trace, log lines, a slow query or cluster events. The " +
			"first 64 KB are read; nothing is stored.",
		"SlowStatement.logged_one_in": "The source logs one execution in this many, and all numbers are of the logged ones; 0 if it logs " +
			"all or does not state it.",
	}
}

// idempotencyText describes the header Idempotency-Key.
const idempotencyText = "A key of your choice for this request. The same request with the same key, within a week, is executed once and " +
	"answered again; a different request with the same key is refused with 409."

// describeLong puts the long descriptions into the description of the API.
func describeLong(d *huma.OpenAPI) {
	schemas := d.Components.Schemas.Map()
	for name, text := range longTexts() {
		schema, property, _ := strings.Cut(name, ".")
		// A test holds that every entry has its property; here it is only skipped.
		if s := schemas[schema]; s != nil && s.Properties[property] != nil {
			s.Properties[property].Description = text
		}
	}
	for _, path := range d.Paths {
		for _, op := range []*huma.Operation{path.Post, path.Patch} {
			if op == nil {
				continue
			}
			for _, p := range op.Parameters {
				if p.Name == "Idempotency-Key" {
					p.Description = idempotencyText
				}
			}
		}
	}
}
