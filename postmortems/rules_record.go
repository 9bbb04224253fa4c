package postmortems

// timeRules are about the times of an incident.
func timeRules() []Rule {
	return []Rule{
		{
			ID: ruleTimeInvalid, Title: "A time is RFC 3339 or a date", Weight: Error,
			Why: "Durations are computed from these times. A time that is ambiguous or cannot be read would make them wrong.",
			Fix: "Write `2026-10-03T08:04:00Z`, `2026-10-03T16:04:00+08:00`, or `2026-10-03` when only the day is known. Use `null` when the " +
				"time is not known.",
			Bad:  sample("times:", "  started: 3/10/2026 8:04"),
			Good: sample("times:", "  started: 2026-10-03T08:04:00Z"),
		},
		{
			ID: ruleTimeZone, Title: "A time states its zone", Weight: Warning,
			Why:  "A time without a zone is read as UTC. If it is the author's local time, it is wrong by hours.",
			Fix:  "Add `Z` for UTC, or the offset: `+08:00`.",
			Bad:  sample("times:", "  started: 2026-10-03 08:04"),
			Good: sample("times:", "  started: 2026-10-03T08:04:00Z"),
		},
		{
			ID: ruleTimeOrder, Title: "No milestone is before `started` or after `resolved`", Weight: Error,
			Why: "An incident begins with its impact and ends when it is resolved. A milestone outside gives a wrong duration.",
			Fix: "Look for a mistyped day or hour, or for a different zone. `started` is when users were first affected, not when the " +
				"incident was detected.",
			Bad:  sample("times:", "  started: 2026-10-03T08:04:00Z", "  detected: 2026-10-03T07:08:00Z"),
			Good: sample("times:", "  started: 2026-10-03T08:04:00Z", "  detected: 2026-10-03T08:08:00Z"),
		},
		{
			ID: ruleTimeUnusual, Title: "Milestones follow one another in the usual order", Weight: Warning,
			Why: "Detected, acknowledged, diagnosed, recovered: another order is possible, but usually two values are swapped. Mitigation " +
				"before diagnosis is normal and not reported.",
			Fix:  "Check the two times that the message names. Leave them if they are correct.",
			Bad:  sample("times:", "  started: 2026-10-03T08:04:00Z", "  detected: 2026-10-03T08:20:00Z", "  acknowledged: 2026-10-03T08:09:00Z"),
			Good: sample("times:", "  started: 2026-10-03T08:04:00Z", "  detected: 2026-10-03T08:08:00Z", "  acknowledged: 2026-10-03T08:09:00Z"),
		},
		{
			ID: ruleTimeFuture, Title: "Past events are not in the future", Weight: Warning,
			Why:  "A future time usually has a mistyped year or month, and puts the document at the top of every list.",
			Fix:  "Correct the date.",
			Bad:  sample("times:", "  started: 2062-10-03T08:04:00Z"),
			Good: sample("times:", "  started: 2026-10-03T08:04:00Z"),
		},
		{
			ID: ruleTimeDay, Title: "Milestones are known to the minute", Weight: Warning,
			Why:  "Without a time no duration can be computed, and the document is missing from the 1-5-10 figures.",
			Fix:  "Add the time if it is known. Otherwise leave the day.",
			Bad:  sample("times:", "  started: 2026-10-03"),
			Good: sample("times:", "  started: 2026-10-03T08:04:00Z"),
		},
		{
			ID: ruleStartMissing, Title: "A post-mortem states when the impact started", Weight: Warning,
			Why:  "All durations count from `times.started`. Without it the incident has no date either, and is missing from reports.",
			Fix:  "Set `times: {started: 2026-10-03T08:04:00Z}`, or only the day if the time is not known.",
			Bad:  "---\ntitle: Checkout was slow\nowner: payments\n---\n\nRequests waited.\n",
			Good: sample(),
		},
	}
}

// timelineRules are about the timeline in the text.
func timelineRules() []Rule {
	return []Rule{
		{
			ID: ruleMilestone, Title: "Milestones in the timeline are in the front matter, too", Weight: Warning,
			Why: "Durations are computed only from the front matter, because prose is ambiguous. A time is suggested only when the timeline " +
				"states the day and the time zone of the row.",
			Fix: "Copy the time into `times:`. Write `detected: null` if the timeline means something else.",
			Bad: sampleBody("## Timeline\n\n- 08:00 impact begins\n- 08:04 detected by alert CheckoutSlow\n"),
			Good: sampleBody("## Timeline\n\n- 08:00 impact begins\n- 08:04 detected by alert CheckoutSlow\n",
				"times:", "  started: 2026-10-03T08:00:00Z", "  detected: 2026-10-03T08:04:00Z"),
		},
		{
			ID: ruleTimelineNoDay, Title: "The times of a timeline have a date", Weight: Warning,
			Why: "`08:04` without a date is not a point in time: the milestone strip and the exports leave such rows out.",
			Fix: "Set `times.started`, or put the date into the heading of the timeline or into its rows.",
			Bad: "---\ntitle: A drill of the failover\nowner: payments\ntimes:\n  started: null\n---\n\n## Timeline\n\n- 08:04 primary " +
				"stopped\n- 08:09 replica serves\n",
			Good: "---\ntitle: A drill of the failover\nowner: payments\ntimes:\n  started: null\n---\n\n## Timeline 2026-10-03 (UTC)\n\n- " +
				"08:04 primary stopped\n- 08:09 replica serves\n",
		},
		{
			ID: ruleTimelineZone, Title: "The time zone of a timeline is unambiguous", Weight: Warning,
			Why: "A stated zone that is not understood is not replaced by UTC: its rows are shown as written, without an exact time. " +
				"`CST`, `PT` and *local time* mean different zones in different places.",
			Fix: "State the zone once, in the heading, in the header of the column or in a sentence above: `UTC`, an offset such as `UTC+8`, " +
				"a name such as `Europe/Berlin`, or an unambiguous abbreviation such as `JST` or `PDT`.",
			Bad:  sampleBody("## Timeline (local time)\n\n- 08:00 impact begins\n"),
			Good: sampleBody("## Timeline (Europe/Berlin)\n\n- 10:00 impact begins\n"),
		},
		{
			ID: ruleTimelineDate, Title: "A day in a timeline is unambiguous", Weight: Warning,
			Why: "`03-10-2026` is in March for some readers and in October for others, and *the next day* depends on a day that the text may " +
				"not state. The date above no longer applies; the rows below are shown as written, without an exact time.",
			Fix:  "Write the date as `2026-10-03`, `3 October` or `10月3日`.",
			Bad:  sampleBody("## Timeline (UTC)\n\n### 03-10-2026\n\n- 08:00 impact begins\n"),
			Good: sampleBody("## Timeline (UTC)\n\n### 2026-10-03\n\n- 08:00 impact begins\n"),
		},
		{
			ID: ruleTimelineOutside, Title: "The rows of a timeline are near the incident", Weight: Warning,
			Why: "A row hours before `times.started` or after the end usually has another zone or day than the portal read. Rows before the " +
				"start are never quoted as the fix.",
			Fix: "State the time zone of the timeline and the date of the row, or correct `times`. A row with a stated day and zone may be up " +
				"to 31 days away.",
			Bad: sampleBody("## Timeline\n\n- 2026-10-01 08:00 first change\n",
				"times:", "  started: 2026-10-03T08:00:00Z", "  mitigated: 2026-10-03T09:00:00Z"),
			Good: sampleBody("## Timeline (UTC)\n\n- 2026-10-01 08:00 first change\n",
				"times:", "  started: 2026-10-03T08:00:00Z", "  mitigated: 2026-10-03T09:00:00Z"),
		},
	}
}

// recordRules are about the record of the incident: owner, severity, action items,
// budget.
func recordRules() []Rule {
	return []Rule{
		{
			ID: ruleOwnerMissing, Title: "A post-mortem has an owner", Weight: Warning,
			Why:  "Someone must answer questions about it and track its action items.",
			Fix:  "Set `owner:`, preferably a team.",
			Bad:  "---\ntitle: Checkout was slow\ntimes:\n  started: 2026-10-03T08:00:00Z\n---\n\nRequests waited.\n",
			Good: sample(),
		},
		{
			ID: ruleSeverity, Title: "`incident.severity` is SEV1 to SEV5 or a word that the portal maps to it", Weight: Error,
			Why:  "Reports count by severity. A document with an unknown word would be missing from all of them.",
			Fix:  "Use SEV1 (worst) to SEV5, or one of the words your portal knows, such as P1 or critical.",
			Bad:  sample("incident:", "  severity: huge"),
			Good: sample("incident:", "  severity: SEV2"),
		},
		{
			ID: ruleActionText, Title: "An action item has a text", Weight: Error,
			Why:  "An action item without text stays open permanently, and no one can do it.",
			Fix:  "Set `text:`, one sentence that begins with a verb, or remove the entry.",
			Bad:  sample("actions:", "  - owner: payments", "    due: 2026-11-01"),
			Good: sample("actions:", "  - text: Alert on pool waits", "    owner: payments", "    due: 2026-11-01"),
		},
		{
			ID: ruleActionWord, Title: "The type and the status of an action item are known words", Weight: Warning,
			Why:  "Reports count action items by type and status. An unknown type counts as none, an unknown status as open.",
			Fix:  "`type` is prevent, detect, mitigate or process; `status` is open, done or dropped.",
			Bad:  sample("actions:", "  - text: Alert on pool waits", "    status: parked"),
			Good: sample("actions:", "  - text: Alert on pool waits", "    status: open"),
		},
		{
			ID: ruleActionDate, Title: "The dates of an action item are unambiguous", Weight: Warning,
			Why: "`05/04/2026` is in April for some readers and in May for others, and `Friday` is another day each week. A date that is not " +
				"understood is ignored: the action item is never overdue.",
			Fix:  "Write `2026-05-04`, `4 May 2026` or `04.05.2026`, which is the fourth of May.",
			Bad:  sampleBody("## Action items\n\n- [ ] Alert on pool waits (@payments, due 05/04/2026)\n"),
			Good: sampleBody("## Action items\n\n- [ ] Alert on pool waits (@payments, due 2026-05-04)\n"),
		},
		{
			ID: ruleBudgetRef, Title: "Consumed error budget names its SLO", Weight: Error,
			Why:  "A share of an unnamed budget cannot be assigned to any SLO.",
			Fix:  "Set `ref:`, the name of the SLO's definition, and `budget_burned_pct:`.",
			Bad:  sample("impact:", "  slo:", "    - budget_burned_pct: 12"),
			Good: sample("impact:", "  slo:", "    - ref: checkout-availability", "      budget_burned_pct: 12"),
		},
	}
}
