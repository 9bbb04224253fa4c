package documents

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/postmortems"
)

// factsOf returns the lines of the card beside a document: its front matter, in the order
// of an engineer's questions. Empty lines are left out; unknown times of a post-mortem
// are shown in the strip. Values are text and are escaped by the template. Links lead
// outside only if they are web addresses.
func (h *Handler) factsOf(d postmortems.Document) []fact {
	f, texts := d.Front, h.Texts()
	facts := []fact{
		{Name: texts.Text("document.fact_impact"), Text: cmp.Or(f.Impact.Summary, f.Impact.Users)},
		{Name: texts.Text("document.fact_requests"), Text: percent(texts, f.Impact.RequestsPct)},
		{Name: texts.Text("document.fact_error_budget"), Text: budgets(texts, f.Impact.SLO)},
		{Name: texts.Text("incident.detected_by"), Text: f.Incident.DetectedBy},
		{Name: texts.Text("document.fact_trigger"), Text: f.Trigger},
		{Name: texts.Text("document.fact_root_causes"), Text: strings.Join(f.RootCauses, "; ")},
		{Name: texts.Text("document.fact_factors"), Text: factors(f.Factors)},
		{Name: texts.Text("document.fact_change"), Text: f.ChangeRef, Link: page.WebLink(f.ChangeRef)},
		{Name: texts.Text("document.fact_incident"), Text: strings.Join(append(present(f.Incident.Ref), f.Incident.Aliases...), ", "),
			Link: page.WebLink(f.Incident.Ref)},
		{Name: texts.Text("document.fact_related"), Text: strings.Join(f.Incident.Related, ", ")},
		{Name: texts.Text("document.fact_duplicate_of"), Text: f.Incident.DuplicateOf},
		{Name: texts.Text("document.fact_product"), Text: f.Incident.Product},
		{Name: texts.Text("change.environment"), Text: f.Incident.Environment},
		{Name: texts.Text("layout.alerts"), Text: strings.Join(f.Alerts, ", "), Links: h.alertLinks(f.Alerts)},
		{Name: texts.Text("word.owner"), Text: f.Owner},
		{Name: texts.Text("document.fact_authors"), Text: strings.Join(f.Authors, ", ")},
		{Name: texts.Text("document.fact_reviewers"), Text: strings.Join(f.Reviewers, ", ")},
		{Name: texts.Text("document.fact_review_by"), Text: dayOrNothing(f.ReviewBy)},
		{Name: texts.Text("word.source"), Text: hostOf(f.Source.URL), Link: page.WebLink(f.Source.URL)},
		{Name: texts.Text("document.fact_archived_copy"), Text: hostOf(f.Source.ArchiveURL), Link: page.WebLink(f.Source.ArchiveURL)},
	}
	return slices.DeleteFunc(facts, func(f fact) bool { return f.Text == "" })
}

// present returns a list of one, empty for "".
func present(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// percent writes a percentage and what it is of; "" if it is unknown. The decimals are
// those that the author wrote.
func percent(texts *messages.Printer, p *float64) string {
	if p == nil {
		return ""
	}
	return texts.Text("document.requests_failed", "Percent", humanize.Decimal(*p, -1))
}

// budgets writes how much of which error budget an incident consumed, as its authors
// stated.
func budgets(texts *messages.Printer, spent []postmortems.BudgetSpent) string {
	var parts []string
	for _, b := range spent {
		parts = append(parts, texts.Text("document.budget_consumed", "Percent", humanize.Decimal(b.BurnedPct, -1), "SLO", b.Ref))
	}
	return strings.Join(parts, ", ")
}

// factors writes contributing factors by their tags, or by their texts. Factors are
// joined by commas, root causes by semicolons, as they are sentences.
func factors(all []postmortems.Factor) string {
	var parts []string
	for _, f := range all {
		parts = append(parts, cmp.Or(f.Tag, f.Text))
	}
	return strings.Join(parts, ", ")
}

// dayOrNothing writes a date, "" for the zero time.
func dayOrNothing(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return page.FormatDay(t)
}

// hostOf returns the host of an address, as a short link text. It is "" for what is no
// address. Only the text is shortened; the link has the whole address.
func hostOf(address string) string {
	_, rest, ok := strings.Cut(address, "://")
	if !ok {
		return ""
	}
	host, _, _ := strings.Cut(rest, "/")
	return host
}
