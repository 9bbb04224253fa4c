package postmortems

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/postern/postern/portal/base/humanize"
)

// Bounds of the answer to one push: an author reads a screen, not a log.
const (
	documentsListed = 20 // documents listed one by one; more are counted by kind
	linksListed     = 50 // broken links of an accepted push
)

// FormatReceipt returns the answer to an accepted push (or a check), line by line, as
// the author reads it after "remote: ". baseURL is the portal's public address with its
// prefix. Lines contain no control characters. The receipt is not changed. The order
// is: what happened, documents, other files, warnings, broken links; empty lines
// separate the last two.
func FormatReceipt(r Receipt, baseURL string) []string {
	baseURL = strings.TrimRight(baseURL, "/")
	out := []string{headline(r)}
	if r.Already {
		return out
	}
	// The first push of an existing repository has thousands of documents.
	if len(r.Documents) > documentsListed {
		out = append(out, countDocuments(r.Documents)...)
	} else {
		for _, d := range r.Documents {
			out = append(out, documentLines(d, baseURL)...)
		}
	}
	out = append(append(out, keptBackLines(r)...), r.Other...)
	if r.Files > 0 {
		out = append(out, "stored "+humanize.Plural(r.Files, "other file"))
	}
	if lines := formatWarnings(r.Problems, baseURL); len(lines) > 0 {
		out = append(append(out, ""), lines...)
	}
	if len(r.Broken) > 0 {
		out = append(append(out, ""), brokenLines(r.Broken, baseURL)...)
	}
	return printableLines(out)
}

// headline returns the first line of the answer. Every case answers the author's first
// question: is it published?
func headline(r Receipt) string {
	nothing := len(r.Documents) == 0 && r.Files == 0 && len(r.Other) == 0
	switch {
	case r.Already:
		return "already published: everything in this push was published before"
	case r.CheckOnly:
		return "checked, not published: this push would be accepted"
	case r.Draft && nothing:
		return "draft " + r.Branch + ": stored, no document differs from what is published"
	case r.Draft:
		return "draft " + r.Branch + ": previews only, not in search until it is pushed to main"
	case nothing:
		return "published: no document changed"
	}
	return "published"
}

// documentLines returns the lines about one document. They are not printable yet:
// titles are the author's.
func documentLines(d DocumentChange, baseURL string) []string {
	out := []string{fmt.Sprintf("%s %s: %s", d.Status, d.Kind, d.Title), "  " + baseURL + d.Address}
	if d.Status == Deleted {
		out[1] += " now says that it was removed"
	}
	if d.Status == Renamed && d.From != "" {
		out = append(out, "  "+baseURL+d.From+" redirects there")
	}
	if d.Timed && d.Status != Deleted {
		out = append(out, "  "+d.Durations.String())
	}
	return out
}

// keptBackLines lists the documents that are not published at the request of their
// authors.
func keptBackLines(r Receipt) []string {
	what := "not published"
	if r.Draft {
		what = "shown on this draft, not published from main"
	}
	var out []string
	for _, d := range r.KeptBack[:min(len(r.KeptBack), documentsListed)] {
		out = append(out, fmt.Sprintf("kept back: %s (%s): %s", d.Reason, d.Path, what))
	}
	if more := len(r.KeptBack) - documentsListed; more > 0 {
		out = append(out, fmt.Sprintf("and %s more", humanize.Plural(more, "document kept back")))
	}
	return out
}

// countDocuments returns the number of documents by kind and status. Kinds are in the
// order of Kinds, and kinds without documents have no line.
func countDocuments(documents []DocumentChange) []string {
	counts := map[Kind]map[ChangeStatus]int{}
	for _, d := range documents {
		if counts[d.Kind] == nil {
			counts[d.Kind] = map[ChangeStatus]int{}
		}
		counts[d.Kind][d.Status]++
	}
	out := []string{humanize.Plural(len(documents), "document")}
	for _, kind := range Kinds() {
		var parts []string
		for _, status := range []ChangeStatus{Added, Modified, Renamed, Deleted} {
			if n := counts[kind][status]; n > 0 {
				parts = append(parts, fmt.Sprintf("%d %s", n, status))
			}
		}
		if len(parts) > 0 {
			out = append(out, fmt.Sprintf("  %-10s %s", kind, strings.Join(parts, ", ")))
		}
	}
	return out
}

// brokenLines returns a warning for each broken link, without duplicates. links must be
// grouped, as Receipt has them: only adjacent duplicates are removed. There is at least
// one.
func brokenLines(links []BrokenLink, baseURL string) []string {
	var out []string
	once := slices.Compact(slices.Clone(links))
	for _, l := range once[:min(len(once), linksListed)] {
		out = append(out, l.Problem().String())
	}
	if more := len(once) - linksListed; more > 0 {
		out = append(out, fmt.Sprintf("and %s more", humanize.Plural(more, "broken link")))
	}
	return append(out, ruleAddress(baseURL, RuleLinkMissing))
}

// Problem returns the warning about the link.
func (l BrokenLink) Problem() Problem {
	return Problem{Path: l.Path, Line: l.Line, Col: l.Col, Weight: Warning, Rule: RuleLinkMissing,
		Message: fmt.Sprintf("the %s %q leads nowhere", l.Kind, l.Raw)}
}

// String returns the word for the link in a message. An unknown kind is a link.
func (k LinkKind) String() string {
	switch k {
	case LinkImage:
		return "image"
	case LinkWiki:
		return "wiki link"
	}
	return "link"
}

// FormatProblems returns the lines about problems: one for each, errors first, below it
// the source line and a caret if the problem has an excerpt, then the addresses of the
// rules' documentation. At most limit problems are listed; the rest is counted. reason
// is the line that git prints for the refused ref, "" when no problem is an error.
// problems is not changed. A limit of 0 or less lists none. Rules are named once, in
// the order of the problems.
func FormatProblems(problems []Problem, baseURL string, limit int) (lines []string, reason string) {
	sorted := slices.Clone(problems)
	slices.SortStableFunc(sorted, func(a, b Problem) int { return cmp.Compare(b.Weight, a.Weight) })
	var rules []string
	for _, p := range sorted[:min(len(sorted), max(limit, 0))] {
		p.Message = cutRunes(p.Message, messageRunes)
		lines = append(lines, p.String())
		if p.Excerpt != "" && p.Col > 0 {
			source, caret := pointAt(p.Excerpt, p.Col)
			lines = append(lines, "    "+source, "    "+caret)
		}
		if p.Rule != "" && !slices.Contains(rules, p.Rule) {
			rules = append(rules, p.Rule)
		}
	}
	if more := len(sorted) - limit; more > 0 {
		lines = append(lines, fmt.Sprintf("and %s more", humanize.Plural(more, "problem")))
	}
	for _, rule := range rules {
		lines = append(lines, ruleAddress(baseURL, rule))
	}
	return printableLines(lines), reasonOf(sorted)
}

// messageRunes bounds a message, which may quote the author's text: ten lines of a
// terminal. Longer ones end with an ellipsis.
const messageRunes = 800

// reasonRunes bounds the reason of a ref, which git prints on one line after the ref
// names.
const reasonRunes = 160

// reasonOf returns the first error and the number of the others. sorted must have the
// errors first. The first of them is named.
func reasonOf(sorted []Problem) string {
	errors := 0
	for _, p := range sorted {
		if p.Weight == Error {
			errors++
		}
	}
	if errors == 0 {
		return ""
	}
	first := sorted[0]
	reason := Printable(cutRunes(fmt.Sprintf("%s:%d: %s [%s]", first.Path, max(first.Line, 1), first.Message, first.Rule), reasonRunes))
	if errors > 1 {
		reason += fmt.Sprintf(" and %s more", humanize.Plural(errors-1, "error"))
	}
	return reason
}

// ruleAddress returns the line that refers to the documentation of a rule. baseURL may
// end with a slash.
func ruleAddress(baseURL, rule string) string {
	return "see " + strings.TrimRight(baseURL, "/") + "/rules/" + rule
}

// printableLines makes lines safe to print, in place.
func printableLines(lines []string) []string {
	for i, l := range lines {
		lines[i] = Printable(l)
	}
	return lines
}
