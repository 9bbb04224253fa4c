package api

import "github.com/postern/postern/postmortems"

// FrontMatter is the front matter under the same keys, without those that Item has.
// Values are normalized: a severity word is mapped to SEV1 to SEV5, and the word is in
// raw_severity.
type FrontMatter struct {
	Summary     *string           `json:"summary" doc:"The stated summary, or the beginning of the text."`
	Authors     []string          `json:"authors" nullable:"false" doc:"The authors."`
	Owner       *string           `json:"owner" doc:"The owner, who keeps the document up to date."`
	Reviewers   []string          `json:"reviewers" nullable:"false" doc:"The reviewers."`
	ReviewBy    *string           `json:"review_by" format:"date" doc:"When the document should be reviewed."`
	Tags        []string          `json:"tags" nullable:"false" doc:"Tags."`
	Redirects   []string          `json:"redirects" nullable:"false" doc:"Old addresses that redirect here, without the portal's path prefix."`
	Incident    Incident          `json:"incident" doc:"The incident."`
	Times       Times             `json:"times" doc:"Milestones of the incident."`
	Impact      Impact            `json:"impact" doc:"The impact on users."`
	Trigger     *string           `json:"trigger" doc:"What triggered the incident."`
	RootCauses  []string          `json:"root_causes" nullable:"false" doc:"Root causes."`
	Factors     []Factor          `json:"contributing_factors" nullable:"false" doc:"Contributing factors."`
	ChangeRef   *string           `json:"change_ref" doc:"The change that was involved."`
	Alerts      []string          `json:"alerts" nullable:"false" doc:"Names of its alerts."`
	Source      Origin            `json:"source" doc:"Origin of an imported document."`
	UnknownKeys map[string]string `json:"unknown_keys" doc:"Front matter keys that Postern does not use, as YAML."`
}

// Incident identifies the incident of a document.
type Incident struct {
	Ref         *string  `json:"ref" doc:"Its reference in another system."`
	Aliases     []string `json:"aliases" nullable:"false" doc:"Other references."`
	Severity    *string  `json:"severity" doc:"SEV1 to SEV5."`
	RawSeverity *string  `json:"raw_severity" doc:"The severity as the author wrote it."`
	Services    []string `json:"services" nullable:"false" doc:"The services it names."`
	Product     *string  `json:"product" doc:"The product."`
	Environment *string  `json:"environment" doc:"The environment."`
	DetectedBy  *string  `json:"detected_by" doc:"How it was detected, as written."`
	DuplicateOf *string  `json:"duplicate_of" doc:"The incident that this one duplicates."`
	Related     []string `json:"related" nullable:"false" doc:"Related incidents."`
}

// Times are milestones: RFC 3339 in UTC, or a date if only that is known. They are what
// this document states; an incident's merged milestones are in IncidentItem.
type Times struct {
	Started      *string `json:"started" doc:"Start of impact: RFC 3339 in UTC, or a date."`
	Detected     *string `json:"detected" doc:"Detected: RFC 3339 in UTC, or a date."`
	Acknowledged *string `json:"acknowledged" doc:"Acknowledged by a person: RFC 3339 in UTC, or a date."`
	Diagnosed    *string `json:"diagnosed" doc:"Cause understood: RFC 3339 in UTC, or a date."`
	Mitigated    *string `json:"mitigated" doc:"End of impact on users: RFC 3339 in UTC, or a date."`
	Recovered    *string `json:"recovered" doc:"Service restored: RFC 3339 in UTC, or a date."`
	Resolved     *string `json:"resolved" doc:"Resolved: RFC 3339 in UTC, or a date."`
}

// Impact is the impact on users. Numbers are as stated by the author and are not
// checked.
type Impact struct {
	Summary     *string       `json:"summary" doc:"The impact in words."`
	Users       *string       `json:"users" doc:"Number of users, as written."`
	RequestsPct *float64      `json:"requests_pct" doc:"Percentage of requests, as stated."`
	SLO         []BudgetSpent `json:"slo" nullable:"false" doc:"Error budget consumed, by SLO."`
}

// BudgetSpent is the share of one error budget that an incident consumed.
type BudgetSpent struct {
	Ref       string  `json:"ref" doc:"The SLO."`
	BurnedPct float64 `json:"budget_burned_pct" doc:"Percentage of its error budget, as stated."`
}

// Factor is a contributing factor.
type Factor struct {
	Tag  *string `json:"tag" doc:"Short name, for counting."`
	Text *string `json:"text" doc:"Description."`
}

// Origin is where an imported document came from.
type Origin struct {
	URL         *string `json:"url" doc:"Where it was published."`
	ArchiveURL  *string `json:"archive_url" doc:"URL of an archived copy."`
	PublishedAt *string `json:"published_at" format:"date-time" doc:"When it was published there."`
	FetchedAt   *string `json:"fetched_at" format:"date-time" doc:"When it was copied."`
	Format      *string `json:"format" doc:"The format it was converted from."`
}

// frontMatterOf converts the front matter of a document to its JSON form. The severity
// of a document is normalized; RawSeverity has the author's word.
func frontMatterOf(d postmortems.Document) FrontMatter {
	f := d.Front
	extra := f.Extra
	if extra == nil {
		extra = map[string]string{}
	}
	return FrontMatter{
		Summary: text(d.Summary), Authors: list(f.Authors), Owner: text(f.Owner), Reviewers: list(f.Reviewers),
		ReviewBy: day(f.ReviewBy), Tags: list(f.Tags), Redirects: list(f.Redirects),
		Incident: incidentOf(f.Incident), Times: timesOf(f.Times), Impact: impactOf(f.Impact),
		Trigger: text(f.Trigger), RootCauses: list(f.RootCauses),
		Factors:   each(f.Factors, func(x postmortems.Factor) Factor { return Factor{text(x.Tag), text(x.Text)} }),
		ChangeRef: text(f.ChangeRef), Alerts: list(f.Alerts), Source: originOf(f.Source), UnknownKeys: extra,
	}
}

// incidentOf converts the incident of a front matter. All of it is what this document
// states, without other sources.
func incidentOf(i postmortems.Incident) Incident {
	return Incident{
		Ref: text(i.Ref), Aliases: list(i.Aliases), Severity: text(i.Severity), RawSeverity: text(i.RawSeverity),
		Services: list(i.Services), Product: text(i.Product), Environment: text(i.Environment),
		DetectedBy: text(i.DetectedBy), DuplicateOf: text(i.DuplicateOf), Related: list(i.Related),
	}
}

// timesOf converts the milestones of a front matter. An unknown one is null.
func timesOf(t postmortems.Times) Times {
	return Times{
		Started: dayOrInstant(t.Started), Detected: dayOrInstant(t.Detected), Acknowledged: dayOrInstant(t.Acknowledged),
		Diagnosed: dayOrInstant(t.Diagnosed), Mitigated: dayOrInstant(t.Mitigated),
		Recovered: dayOrInstant(t.Recovered), Resolved: dayOrInstant(t.Resolved),
	}
}

// impactOf converts the impact of a front matter. RequestsPct is null unless it is
// stated.
func impactOf(i postmortems.Impact) Impact {
	return Impact{
		Summary: text(i.Summary), Users: text(i.Users), RequestsPct: i.RequestsPct,
		SLO: each(i.SLO, func(b postmortems.BudgetSpent) BudgetSpent { return BudgetSpent(b) }),
	}
}

// originOf converts the origin of an imported document.
func originOf(o postmortems.Origin) Origin {
	return Origin{
		URL: text(o.URL), ArchiveURL: text(o.ArchiveURL), Format: text(o.Format),
		PublishedAt: instant(o.PublishedAt), FetchedAt: instant(o.FetchedAt),
	}
}
