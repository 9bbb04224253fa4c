package postmortems

// timeRules are about the times of an incident.
func timeRules() []Rule {
	return []Rule{
		{
			ID: ruleTimeInvalid, Title: "A time is RFC 3339 or a date", Weight: Error,
			Why:  "Durations are counted from these times. A time that cannot be read, or only by one country's habits, would falsify them.",
			Mend: "Write `2026-10-03T08:04:00Z`, `2026-10-03T16:04:00+08:00`, or `2026-10-03` when only the day is known. A time that is not known is `null`.",
			Bad:  sample("times:", "  started: 3/10/2026 8:04"),
			Good: sample("times:", "  started: 2026-10-03T08:04:00Z"),
		},
		{
			ID: ruleTimeZone, Title: "A time states its zone", Weight: Warning,
			Why:  "A time without a zone is read as UTC. If it was the author's local time, it is hours off.",
			Mend: "Add `Z` for UTC, or the offset: `+08:00`.",
			Bad:  sample("times:", "  started: 2026-10-03 08:04"),
			Good: sample("times:", "  started: 2026-10-03T08:04:00Z"),
		},
		{
			ID: ruleTimeOrder, Title: "No milestone lies before `started` or after `resolved`", Weight: Error,
			Why:  "An incident begins with its impact and ends when all is done. A milestone outside gives a duration that is wrong.",
			Mend: "Look for a mistyped day or hour, or for a zone that differs. `started` is when users began to feel it, not when somebody noticed.",
			Bad:  sample("times:", "  started: 2026-10-03T08:04:00Z", "  detected: 2026-10-03T07:08:00Z"),
			Good: sample("times:", "  started: 2026-10-03T08:04:00Z", "  detected: 2026-10-03T08:08:00Z"),
		},
		{
			ID: ruleTimeUnusual, Title: "Milestones follow one another in the usual order", Weight: Warning,
			Why:  "Detected, acknowledged, diagnosed, recovered: another order happens, but more often two values are swapped. Mitigating before diagnosing is normal and not told.",
			Mend: "Check the two times that the message names. Leave them when they are right.",
			Bad:  sample("times:", "  started: 2026-10-03T08:04:00Z", "  detected: 2026-10-03T08:20:00Z", "  acknowledged: 2026-10-03T08:09:00Z"),
			Good: sample("times:", "  started: 2026-10-03T08:04:00Z", "  detected: 2026-10-03T08:08:00Z", "  acknowledged: 2026-10-03T08:09:00Z"),
		},
		{
			ID: ruleTimeFuture, Title: "What happened does not lie in the future", Weight: Warning,
			Why:  "A future time is a mistyped year or month, and puts the document at the top of every list.",
			Mend: "Correct the date.",
			Bad:  sample("times:", "  started: 2062-10-03T08:04:00Z"),
			Good: sample("times:", "  started: 2026-10-03T08:04:00Z"),
		},
		{
			ID: ruleTimeDay, Title: "Milestones are known to the minute", Weight: Warning,
			Why:  "From a day alone no duration can be counted: the document does not count in the 1-5-10 figures.",
			Mend: "Give the time if anybody knows it. Leave the day if nobody does: it is the truth.",
			Bad:  sample("times:", "  started: 2026-10-03"),
			Good: sample("times:", "  started: 2026-10-03T08:04:00Z"),
		},
		{
			ID: ruleStartMissing, Title: "A post-mortem says when the impact started", Weight: Warning,
			Why:  "All durations count from `times.started`. Without it the incident has no day either, and reports do not find it.",
			Mend: "Give `times: {started: 2026-10-03T08:04:00Z}`, or the day alone when the time is not known.",
			Bad:  "---\ntitle: Checkout was slow\nowner: payments\n---\n\nRequests waited.\n",
			Good: sample(),
		},
	}
}

// timelineRules are about the timeline of the text beside the times.
func timelineRules() []Rule {
	return []Rule{
		{
			ID: ruleMilestone, Title: "Milestones in the timeline are stated in the front matter too", Weight: Warning,
			Why:  "Durations are counted from the front matter alone, because prose is ambiguous.",
			Mend: "Copy the time into `times:`. Write `detected: null` when the timeline means something else.",
			Bad:  sampleBody("## Timeline\n\n- 08:00 impact begins\n- 08:04 detected by alert CheckoutSlow\n"),
			Good: sampleBody("## Timeline\n\n- 08:00 impact begins\n- 08:04 detected by alert CheckoutSlow\n",
				"times:", "  started: 2026-10-03T08:00:00Z", "  detected: 2026-10-03T08:04:00Z"),
		},
		{
			ID: ruleTimelineNoDay, Title: "The times of a timeline can be placed on a day", Weight: Warning,
			Why:  "`08:04` alone says nothing without a date: the strip and the exports leave such rows out.",
			Mend: "Give `times.started`, or put the date into the heading of the timeline or into its rows.",
			Bad:  "---\ntitle: A drill of the failover\nowner: payments\ntimes:\n  started: null\n---\n\n## Timeline\n\n- 08:04 primary stopped\n- 08:09 replica serves\n",
			Good: "---\ntitle: A drill of the failover\nowner: payments\ntimes:\n  started: null\n---\n\n## Timeline 2026-10-03\n\n- 08:04 primary stopped\n- 08:09 replica serves\n",
		},
	}
}

// recordRules are about what a post-mortem records.
func recordRules() []Rule {
	return []Rule{
		{
			ID: ruleOwnerMissing, Title: "A post-mortem has an owner", Weight: Warning,
			Why:  "Somebody has to answer questions about it and to see that its actions are done.",
			Mend: "Give `owner:`, a team rather than a person.",
			Bad:  "---\ntitle: Checkout was slow\ntimes:\n  started: 2026-10-03T08:00:00Z\n---\n\nRequests waited.\n",
			Good: sample(),
		},
		{
			ID: ruleSeverity, Title: "`incident.severity` is SEV1 to SEV5 or a word the portal maps to it", Weight: Error,
			Why:  "Reports count by severity. A word that nobody mapped would fall out of all of them.",
			Mend: "Use SEV1 (worst) to SEV5, or one of the words your portal knows, such as P1 or critical.",
			Bad:  sample("incident:", "  severity: huge"),
			Good: sample("incident:", "  severity: SEV2"),
		},
		{
			ID: ruleActionText, Title: "An action says what is to be done", Weight: Error,
			Why:  "An action without text is counted as open for ever, and nobody can do it.",
			Mend: "Give `text:`, one sentence that begins with a verb, or remove the entry.",
			Bad:  sample("actions:", "  - owner: payments", "    due: 2026-11-01"),
			Good: sample("actions:", "  - text: Alert on pool waits", "    owner: payments", "    due: 2026-11-01"),
		},
		{
			ID: ruleActionWord, Title: "The type and status of an action are known words", Weight: Warning,
			Why:  "Reports count actions by type and status. An unknown type is counted as none, an unknown status as open.",
			Mend: "`type` is prevent, detect, mitigate or process; `status` is open, done or dropped.",
			Bad:  sample("actions:", "  - text: Alert on pool waits", "    status: parked"),
			Good: sample("actions:", "  - text: Alert on pool waits", "    status: open"),
		},
		{
			ID: ruleBudgetRef, Title: "Spent error budget names its SLO", Weight: Error,
			Why:  "A share of an unnamed budget cannot be added to anything.",
			Mend: "Give `ref:`, the name of the SLO's definition, and `budget_burned_pct:`.",
			Bad:  sample("impact:", "  slo:", "    - budget_burned_pct: 12"),
			Good: sample("impact:", "  slo:", "    - ref: checkout-availability", "      budget_burned_pct: 12"),
		},
	}
}
