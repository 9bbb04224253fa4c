package yamldoc

import (
	"regexp"
	"strings"
)

// explanation is how one of the library's errors is reported. The table of explain is
// searched in order: an earlier entry wins.
type explanation struct {
	told  string // a part of the library's message that identifies the error
	text  string
	place func(line string) int // the column at which the line went wrong
	code  Code
}

// needsQuotes explains which texts must be quoted.
const needsQuotes = `a text that begins with one of * & ! % @ [ { or a back quote must be put into quotes`

// explain returns the explanation of an error of the library for a reader who does not
// know YAML. An error without one is quoted: the library may have new messages.
func explain(told string) explanation {
	for _, w := range []explanation{
		{told: "mapping values are not allowed", text: `a second ": " on one line: put the whole value into quotes`, place: secondColon},
		{
			told: "could not find expected ':'", place: firstText,
			text: `this line has no "key: value": indent it to continue the line above, or add the colon`,
		},
		{told: "found unexpected end of stream", text: "a quote that opens here is never closed", place: valueStart},
		{told: "found unknown escape character", text: `a backslash inside "..." must be doubled: use '...' quotes instead`, place: backslash},
		{told: "cannot start any token", text: needsQuotes + "; indent with spaces, not tabs", place: tabOrValue},
		{told: "tab character", text: "a tab indents this line: use spaces", place: tabOrValue},
		{told: "did not find expected key", text: "this does not fit the lines above: check the indentation and the quotes", place: afterQuote},
		{
			told: "did not find expected '-'", place: firstText,
			text: `this does not fit the list above: begin every entry with "- " at the same indentation`,
		},
		{told: "block sequence entries are not", text: `a list begins on its own line: put "- " below the key`, place: valueStart},
		{
			told: "did not find expected ','", place: valueStart,
			text: `a list in [...] or {...} is not closed or lacks a comma; a text that ` +
				`begins with [ or { must be put into quotes`,
		},
		{told: "did not find expected node content", text: "a value is missing; " + needsQuotes, place: valueStart},
		{told: "alphabetic or numeric character", text: needsQuotes, place: valueStart, code: Feature},
		{told: "unknown anchor", text: `a text that begins with "*" must be quoted: aliases are not read`, place: valueStart, code: Feature},
		{told: "exceeded max depth", text: "nested too deep", place: firstText, code: Limit},
	} {
		if strings.Contains(told, w.told) {
			return w
		}
	}
	return explanation{text: "this is not YAML (" + clean(told) + "): check colons, quotes and indentation", place: firstText}
}

// refine returns a more precise explanation where the line itself shows the mistake.
// The library often reports the consequence of these two mistakes and not their cause.
func (w explanation) refine(line string) explanation {
	switch {
	case tabOrValue(line) != valueStart(line):
		w.text, w.place = "a tab indents this line: use spaces", tabOrValue
	case afterQuote(line) != firstText(line):
		w.text, w.place = "text follows a closing quote: put the whole value into one pair of quotes", afterQuote
	}
	return w
}

// column returns the 1-based column in runes of a byte offset in line.
func column(line string, offset int) int {
	return len([]rune(line[:min(max(offset, 0), len(line))])) + 1
}

// firstText returns the column of the first character that is not a blank, or the
// column behind the line if all are.
func firstText(line string) int {
	return column(line, len(line)-len(strings.TrimLeft(line, " \t")))
}

// valueStart returns the column behind "- " and "key: ", where a value that should be
// quoted begins; or of the first text when nothing follows.
func valueStart(line string) int {
	m := regexp.MustCompile(`^[ \t]*(?:- +)*(?:[^:"'{}\[\]]+:(?:[ \t]+|$))?`).FindString(line)
	if m == line {
		return firstText(line)
	}
	return column(line, len(m))
}

// secondColon returns the column of the second ": " of a line, which is where the value
// of the first key ends.
func secondColon(line string) int {
	colons := regexp.MustCompile(`:(?:[ \t]|$)`).FindAllStringIndex(line, 2)
	if len(colons) < 2 {
		return firstText(line)
	}
	return column(line, colons[1][0])
}

// backslash returns the column of the first backslash that begins no known escape, or
// of the value when none is found.
func backslash(line string) int {
	m := regexp.MustCompile(`\\[^0abtnvfre "/\\N_LPxuU\t]`).FindStringIndex(line)
	if m == nil {
		return valueStart(line)
	}
	return column(line, m[0])
}

// tabOrValue returns the column of the first tab in the indentation, or of the value.
func tabOrValue(line string) int {
	indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	if at := strings.IndexByte(indent, '\t'); at >= 0 {
		return column(line, at)
	}
	return valueStart(line)
}

// afterQuote returns the column of the text behind a closing quote, which often ends a
// mapping by accident; or of the first text.
func afterQuote(line string) int {
	m := regexp.MustCompile(`^[ \t]*(?:- +)*[^:"'{}\[\]]+:[ \t]+(?:"[^"]*"|'[^']*')[ \t]*`).FindString(line)
	if m == "" || m == line {
		return firstText(line)
	}
	return column(line, len(m))
}
