package web

import (
	"encoding/json"
	"fmt"
	"html"
	"html/template"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/portal/base/severity"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports"
)

// kindName is how a kind of document is named to readers.
type kindName struct {
	Kind         postmortems.Kind
	One, Many    string
	Path         string // of its list
	What         string // what such a document is for: the list's first line
	InNavigation bool
}

// kindNames lists the kinds in the order of the navigation.
func kindNames() []kindName {
	return []kindName{
		{postmortems.Postmortem, "Post-mortem", "Post-mortems", "/postmortems", "What broke, how it was found and mended, and what changes because of it.", true},
		{postmortems.Runbook, "Runbook", "Runbooks", "/runbooks", "What to do when an alert fires.", true},
		{postmortems.Guide, "Guide", "Guides", "/guides", "How something is done here.", false},
		{postmortems.Framework, "Framework", "Frameworks", "/frameworks", "How we think about reliability: levels, roles, processes.", false},
		{postmortems.Standard, "Standard", "Standards", "/standards", "What every service has to meet.", false},
		{postmortems.Drill, "Drill", "Drills", "/drills", "Exercises, and what they showed.", false},
		{postmortems.Training, "Training", "Training", "/training", "For those who begin.", false},
		{postmortems.Page, "Page", "Pages", "/pages", "Everything else in the repository.", false},
	}
}

// nameOf gives the names of a kind; an unknown one is named by its own word.
func nameOf(k postmortems.Kind) kindName {
	for _, n := range kindNames() {
		if n.Kind == k {
			return n
		}
	}
	if k == "report" { // compiled, not pushed: it has pages of its own
		return kindName{Kind: k, One: "Report", Many: "Reports", Path: "/reports"}
	}
	return kindName{Kind: k, One: string(k), Many: string(k), Path: "/"}
}

// templateFuncs returns the functions that templates call. The first six print the
// texts of the catalogue; see package messages.
func templateFuncs(texts *messages.Printer) template.FuncMap {
	scripts, _ := json.Marshal(texts.Section("script")) // a map of strings always has a JSON form
	return template.FuncMap{
		"t":              texts.Text,
		"t_html":         texts.HTML,
		"count":          texts.Count,
		"count_html":     texts.CountHTML,
		"key":            func(prefix string, value any) string { return messages.Key(prefix, fmt.Sprint(value)) },
		"lang":           texts.Language,
		"scriptTexts":    func() string { return string(scripts) },
		"kindOne":        func(k any) string { return nameOf(postmortems.Kind(fmt.Sprint(k))).One },
		"kindPath":       func(k any) string { return nameOf(postmortems.Kind(fmt.Sprint(k))).Path },
		"day":            formatDay,
		"moment":         func(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04 UTC") },
		"stamp":          func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"isoDay":         func(t time.Time) string { return t.UTC().Format(time.DateOnly) },
		"took":           postmortems.FormatDuration,
		"seconds":        formatSeconds,
		"plural":         humanize.Plural,
		"number":         humanize.Number,
		"short":          func(o postmortems.OID) string { return shortOID(o) },
		"sev":            severityClass,
		"list":           func(s []string) string { return strings.Join(s, ", ") },
		"with2":          func(f, r any) pair { return pair{f, r} },
		"suggestionKind": kindWord,
		"percent":        func(share float64) string { return percentOf(&share) },
		"cut":            cutStatement,
		"marked":         func(s string) template.HTML { return markedHTML(s) },
		"verdictWord":    reports.Tone.Word,
		"zoned":          zoned,
		"tookShort":      tookShort,
	}
}

// tookShort is how long a run took, in one unit.
func tookShort(d time.Duration) string {
	return humanize.Duration(d)
}

// zoned writes an instant in a report's own zone, which is said once at its top.
func zoned(zone string, t time.Time) string {
	return t.In(reports.Definition{Zone: zone}.Location()).Format("2 Jan 2006, 15:04")
}

func formatDay(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.UTC().Format("2 Jan 2006")
}

// formatSeconds is FormatDuration for the whole seconds that search knows.
func formatSeconds(n *int64) string {
	if n == nil {
		return "unknown"
	}
	return humanize.Seconds(float64(*n))
}

// shortened is the beginning of a text, at most n characters.
func shortened(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return strings.TrimSpace(string(runes[:n-1])) + "…"
}

// shortOID is as much of a commit's name as people read.
func shortOID(o postmortems.OID) string {
	const digits = 10
	if len(o) > digits {
		return string(o[:digits])
	}
	return string(o)
}

// severityClass colours a severity; the word always stands beside the colour.
func severityClass(sev string) string { return string(severity.ToneOf(sev)) }

// pair gives a shared template two things: the page's frame and a record.
type pair struct{ F, R any }

// markedHTML lets <mark> through in a fragment, and nothing else: search escapes
// its quotes, and this holds it to that.
func markedHTML(s string) template.HTML {
	safe := template.HTMLEscapeString(html.UnescapeString(s))
	safe = strings.ReplaceAll(safe, "&lt;mark&gt;", "<mark>")
	return template.HTML(strings.ReplaceAll(safe, "&lt;/mark&gt;", "</mark>"))
}
