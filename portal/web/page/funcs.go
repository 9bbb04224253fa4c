package page

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

// Funcs returns the functions that templates call. The first six print the texts of the
// catalogue; see package messages.
func Funcs(texts *messages.Printer) template.FuncMap {
	scripts, _ := json.Marshal(texts.Section("script")) // a map of strings always has a JSON form
	return template.FuncMap{
		"t":              texts.Text,
		"t_html":         texts.HTML,
		"count":          texts.Count,
		"count_html":     texts.CountHTML,
		"key":            func(prefix string, value any) string { return messages.Key(prefix, fmt.Sprint(value)) },
		"lang":           texts.Language,
		"scriptTexts":    func() string { return string(scripts) },
		"kindOne":        func(k any) string { return KindOf(postmortems.Kind(fmt.Sprint(k))).One },
		"kindPath":       func(k any) string { return KindOf(postmortems.Kind(fmt.Sprint(k))).Path },
		"day":            FormatDay,
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
		"suggestionKind": KindWord,
		"percent":        func(share float64) string { return Percent(&share) },
		"cut":            cutStatement,
		"marked":         func(s string) template.HTML { return markedHTML(s) },
		"verdictWord":    reports.Tone.Word,
		"zoned":          Zoned,
		"tookShort":      tookShort,
	}
}

// tookShort writes how long a run of a job took.
func tookShort(d time.Duration) string { return humanize.Duration(d) }

// Zoned writes an instant in the zone of a report. The zone is named once, at the top of
// the report.
func Zoned(zone string, t time.Time) string {
	return t.In(reports.Definition{Zone: zone}.Location()).Format("2 Jan 2006, 15:04")
}

// FormatDay writes a date in UTC, "unknown" for the zero time.
func FormatDay(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.UTC().Format("2 Jan 2006")
}

// formatSeconds writes a whole number of seconds, as search results have it.
func formatSeconds(n *int64) string {
	if n == nil {
		return "unknown"
	}
	return humanize.Seconds(float64(*n))
}

// Shorten cuts a text to at most n characters, with an ellipsis if something is left
// out.
func Shorten(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return strings.TrimSpace(string(runes[:n-1])) + "…"
}

// shortOID returns the digits of a commit that people read.
func shortOID(o postmortems.OID) string {
	const digits = 10
	if len(o) > digits {
		return string(o[:digits])
	}
	return string(o)
}

// severityClass returns the CSS class of a severity. The word is always shown beside the
// colour.
func severityClass(sev string) string { return string(severity.ToneOf(sev)) }

// pair passes two values to a shared template: the page's frame and a record.
type pair struct{ F, R any }

// markedHTML returns a fragment of search as HTML in which <mark> alone is markup.
// Search escapes its fragments; escaping again here does not rely on that.
func markedHTML(s string) template.HTML {
	safe := template.HTMLEscapeString(html.UnescapeString(s))
	safe = strings.ReplaceAll(safe, "&lt;mark&gt;", "<mark>")
	return template.HTML(strings.ReplaceAll(safe, "&lt;/mark&gt;", "</mark>"))
}

// Percent writes a share, "—" if it is unknown.
func Percent(share *float64) string {
	if share == nil || !humanize.Finite(*share) {
		return "—"
	}
	return humanize.Share(*share)
}

// cutStatement shortens an SQL statement for a list.
func cutStatement(statement string) string {
	const most = 160 // characters: three lines
	if runes := []rune(statement); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return statement
}

// WebLink returns the value if it is an address of another site, and "" otherwise.
func WebLink(s string) string {
	if strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") {
		return s
	}
	return ""
}
