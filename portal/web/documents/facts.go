package documents

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/postmortems"
)

// alertsFact is the name of the line whose values are links to the pages of alerts.
const alertsFact = "Alerts"

// factsOf returns the lines of the card beside a document: its front matter, in the
// order of an engineer's questions. Empty lines are left out; unknown times of a
// post-mortem are shown in the strip.
func factsOf(d postmortems.Document) []fact {
	f := d.Front
	facts := []fact{
		{Name: "Impact", Text: cmp.Or(f.Impact.Summary, f.Impact.Users)},
		{Name: "Requests", Text: percent(f.Impact.RequestsPct, "failed")},
		{Name: "Error budget", Text: budgets(f.Impact.SLO)},
		{Name: "Detected by", Text: f.Incident.DetectedBy},
		{Name: "Trigger", Text: f.Trigger},
		{Name: "Root causes", Text: strings.Join(f.RootCauses, "; ")},
		{Name: "Factors", Text: factors(f.Factors)},
		{Name: "Change", Text: f.ChangeRef, Link: page.WebLink(f.ChangeRef)},
		{Name: "Incident", Text: strings.Join(append(present(f.Incident.Ref), f.Incident.Aliases...), ", "), Link: page.WebLink(f.Incident.Ref)},
		{Name: "Related", Text: strings.Join(f.Incident.Related, ", ")},
		{Name: "Duplicate of", Text: f.Incident.DuplicateOf},
		{Name: "Product", Text: f.Incident.Product},
		{Name: "Environment", Text: f.Incident.Environment},
		{Name: alertsFact, Text: strings.Join(f.Alerts, ", ")},
		{Name: "Owner", Text: f.Owner},
		{Name: "Authors", Text: strings.Join(f.Authors, ", ")},
		{Name: "Reviewers", Text: strings.Join(f.Reviewers, ", ")},
		{Name: "Review by", Text: dayOrNothing(f.ReviewBy)},
		{Name: "Source", Text: hostOf(f.Source.URL), Link: page.WebLink(f.Source.URL)},
		{Name: "Archived copy", Text: hostOf(f.Source.ArchiveURL), Link: page.WebLink(f.Source.ArchiveURL)},
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

// percent writes a percentage and what it is of; "" if it is unknown.
func percent(p *float64, what string) string {
	if p == nil {
		return ""
	}
	return humanize.Decimal(*p, -1) + " % " + what
}

// budgets writes how much of which error budget an incident consumed, as its authors
// stated.
func budgets(spent []postmortems.BudgetSpent) string {
	var parts []string
	for _, b := range spent {
		parts = append(parts, fmt.Sprintf("%s %% of %s", humanize.Decimal(b.BurnedPct, -1), b.Ref))
	}
	return strings.Join(parts, ", ")
}

// factors writes contributing factors by their tags, or by their texts.
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

// hostOf returns the host of an address, as a short link text.
func hostOf(address string) string {
	_, rest, ok := strings.Cut(address, "://")
	if !ok {
		return ""
	}
	host, _, _ := strings.Cut(rest, "/")
	return host
}
