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
			Why:  "Durations are counted from the front matter alone, because prose is ambiguous. A time is suggested only when the timeline states day and time zone of the row.",
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
			Good: "---\ntitle: A drill of the failover\nowner: payments\ntimes:\n  started: null\n---\n\n## Timeline 2026-10-03 (UTC)\n\n- 08:04 primary stopped\n- 08:09 replica serves\n",
		},
		{
			ID: ruleTimelineZone, Title: "The time zone of a timeline can be read", Weight: Warning,
			Why: "A zone that is stated and not understood is never taken for UTC: its rows are shown as written, without an instant. " +
				"`CST`, `PT` and *local time* mean different zones to different readers.",
			Mend: "State the zone once, in the heading, in the header of the column or in a sentence above: `UTC`, an offset such as `UTC+8`, a name such as `Europe/Berlin`, or an abbreviation with one meaning such as `JST` or `PDT`.",
			Bad:  sampleBody("## Timeline (local time)\n\n- 08:00 impact begins\n"),
			Good: sampleBody("## Timeline (Europe/Berlin)\n\n- 10:00 impact begins\n"),
		},
		{
			ID: ruleTimelineDate, Title: "A day in a timeline can be read in one way", Weight: Warning,
			Why:  "`03-10-2026` is a day in March to some and in October to others, and *the next day* counts from a day that the text may not say. Such a day ends the day above it; the rows below it are shown as written, without an instant.",
			Mend: "Write the date as `2026-10-03`, `3 October` or `10月3日`.",
			Bad:  sampleBody("## Timeline (UTC)\n\n### 03-10-2026\n\n- 08:00 impact begins\n"),
			Good: sampleBody("## Timeline (UTC)\n\n### 2026-10-03\n\n- 08:00 impact begins\n"),
		},
		{
			ID: ruleTimelineOutside, Title: "The rows of a timeline lie near the incident", Weight: Warning,
			Why:  "A row hours before `times.started` or after the end most often has another zone or day than it was read with. Rows before the start are never quoted as what fixed it.",
			Mend: "State the time zone of the timeline and the date of the row, or correct `times`. A row whose day and zone are stated may lie up to 31 days away.",
			Bad: sampleBody("## Timeline\n\n- 2026-10-01 08:00 first change\n",
				"times:", "  started: 2026-10-03T08:00:00Z", "  mitigated: 2026-10-03T09:00:00Z"),
			Good: sampleBody("## Timeline (UTC)\n\n- 2026-10-01 08:00 first change\n",
				"times:", "  started: 2026-10-03T08:00:00Z", "  mitigated: 2026-10-03T09:00:00Z"),
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
			ID: ruleActionDate, Title: "The dates of an action can be read in one way", Weight: Warning,
			Why:  "`05/04/2026` is in April to some and in May to others, and `Friday` is another day each week. A date that is not understood is none: the action is never overdue.",
			Mend: "Write `2026-05-04`, `4 May 2026` or `04.05.2026`, which is the fourth of May.",
			Bad:  sampleBody("## Action items\n\n- [ ] Alert on pool waits (@payments, due 05/04/2026)\n"),
			Good: sampleBody("## Action items\n\n- [ ] Alert on pool waits (@payments, due 2026-05-04)\n"),
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
