package api

import "github.com/postern/postern/postmortems"

// FrontMatter is what the author stated above the text, under the same keys,
// but those that lists tell too.
type FrontMatter struct {
	Summary     *string           `json:"summary" doc:"The stated summary, else the beginning of the text."`
	Authors     []string          `json:"authors" nullable:"false" doc:"Authors."`
	Owner       *string           `json:"owner" doc:"Who keeps the document up to date."`
	Reviewers   []string          `json:"reviewers" nullable:"false" doc:"Reviewers."`
	ReviewBy    *string           `json:"review_by" format:"date" doc:"When it should be looked at again."`
	Tags        []string          `json:"tags" nullable:"false" doc:"Tags."`
	Redirects   []string          `json:"redirects" nullable:"false" doc:"Old addresses that lead here, without the portal's prefix."`
	Incident    Incident          `json:"incident" doc:"The incident it is about."`
	Times       Times             `json:"times" doc:"Milestones of the incident."`
	Impact      Impact            `json:"impact" doc:"What users felt."`
	Trigger     *string           `json:"trigger" doc:"What set it off."`
	RootCauses  []string          `json:"root_causes" nullable:"false" doc:"Root causes."`
	Factors     []Factor          `json:"contributing_factors" nullable:"false" doc:"Contributing factors."`
	ChangeRef   *string           `json:"change_ref" doc:"The change that was involved."`
	Alerts      []string          `json:"alerts" nullable:"false" doc:"Names of the alerts it is about."`
	Source      Origin            `json:"source" doc:"Where an imported document came from."`
	UnknownKeys map[string]string `json:"unknown_keys" doc:"Keys of the front matter that have no meaning here, as YAML."`
}

// Incident says which incident a document is about.
type Incident struct {
	Ref         *string  `json:"ref" doc:"Its name elsewhere."`
	Aliases     []string `json:"aliases" nullable:"false" doc:"Other names."`
	Severity    *string  `json:"severity" doc:"SEV1 to SEV5."`
	RawSeverity *string  `json:"raw_severity" doc:"The severity as the author wrote it."`
	Services    []string `json:"services" nullable:"false" doc:"Services concerned."`
	Product     *string  `json:"product" doc:"Product."`
	Environment *string  `json:"environment" doc:"Environment."`
	DetectedBy  *string  `json:"detected_by" doc:"How it was noticed, as written."`
	DuplicateOf *string  `json:"duplicate_of" doc:"The incident that it is the same as."`
	Related     []string `json:"related" nullable:"false" doc:"Related incidents."`
}

// Times are milestones: RFC 3339 in UTC, or a day when only that is known.
type Times struct {
	Started      *string `json:"started" doc:"Start of impact: RFC 3339 in UTC, or a day."`
	Detected     *string `json:"detected" doc:"Noticed: RFC 3339 in UTC, or a day."`
	Acknowledged *string `json:"acknowledged" doc:"Somebody took it: RFC 3339 in UTC, or a day."`
	Diagnosed    *string `json:"diagnosed" doc:"Understood: RFC 3339 in UTC, or a day."`
	Mitigated    *string `json:"mitigated" doc:"Users felt no more of it: RFC 3339 in UTC, or a day."`
	Recovered    *string `json:"recovered" doc:"Service restored: RFC 3339 in UTC, or a day."`
	Resolved     *string `json:"resolved" doc:"Over: RFC 3339 in UTC, or a day."`
}

// Impact is what users felt.
type Impact struct {
	Summary     *string       `json:"summary" doc:"In words."`
	Users       *string       `json:"users" doc:"How many, as written."`
	RequestsPct *float64      `json:"requests_pct" doc:"Per cent of requests, as stated."`
	SLO         []BudgetSpent `json:"slo" nullable:"false" doc:"What it took of error budgets."`
}

// BudgetSpent is what an incident took of one error budget.
type BudgetSpent struct {
	Ref       string  `json:"ref" doc:"The SLO."`
	BurnedPct float64 `json:"budget_burned_pct" doc:"Per cent of its error budget, as stated."`
}

// Factor is a contributing factor.
type Factor struct {
	Tag  *string `json:"tag" doc:"A short name for counting."`
	Text *string `json:"text" doc:"In words."`
}

// Origin says where an imported document came from.
type Origin struct {
	URL         *string `json:"url" doc:"Where it was published."`
	ArchiveURL  *string `json:"archive_url" doc:"A copy in an archive."`
	PublishedAt *string `json:"published_at" format:"date-time" doc:"When it was published there."`
	FetchedAt   *string `json:"fetched_at" format:"date-time" doc:"When it was copied."`
	Format      *string `json:"format" doc:"What it was converted from."`
}

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

func incidentOf(i postmortems.Incident) Incident {
	return Incident{
		Ref: text(i.Ref), Aliases: list(i.Aliases), Severity: text(i.Severity), RawSeverity: text(i.RawSeverity),
		Services: list(i.Services), Product: text(i.Product), Environment: text(i.Environment),
		DetectedBy: text(i.DetectedBy), DuplicateOf: text(i.DuplicateOf), Related: list(i.Related),
	}
}

func timesOf(t postmortems.Times) Times {
	return Times{
		Started: dayOrInstant(t.Started), Detected: dayOrInstant(t.Detected), Acknowledged: dayOrInstant(t.Acknowledged),
		Diagnosed: dayOrInstant(t.Diagnosed), Mitigated: dayOrInstant(t.Mitigated),
		Recovered: dayOrInstant(t.Recovered), Resolved: dayOrInstant(t.Resolved),
	}
}

func impactOf(i postmortems.Impact) Impact {
	return Impact{
		Summary: text(i.Summary), Users: text(i.Users), RequestsPct: i.RequestsPct,
		SLO: each(i.SLO, func(b postmortems.BudgetSpent) BudgetSpent { return BudgetSpent(b) }),
	}
}

func originOf(o postmortems.Origin) Origin {
	return Origin{
		URL: text(o.URL), ArchiveURL: text(o.ArchiveURL), Format: text(o.Format),
		PublishedAt: instant(o.PublishedAt), FetchedAt: instant(o.FetchedAt),
	}
}
