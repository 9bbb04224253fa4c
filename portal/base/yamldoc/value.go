package yamldoc

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Value is one value with its place. The zero Value is absent.
type Value struct {
	doc  *Doc
	node *yaml.Node
	path string
}

// Present reports whether there is a value that is not null.
func (v Value) Present() bool { return v.node != nil && !isNull(v.node) }

// Null reports whether the author wrote null, or nothing after the colon.
func (v Value) Null() bool { return v.node != nil && isNull(v.node) }

// Scalar reports whether the value is a text, a number, a time or true or false.
func (v Value) Scalar() bool { return v.Present() && v.node.Kind == yaml.ScalarNode }

// List reports whether the value is a list.
func (v Value) List() bool { return v.node != nil && v.node.Kind == yaml.SequenceNode }

// Mapping reports whether the value is a mapping.
func (v Value) Mapping() bool { return v.node != nil && v.node.Kind == yaml.MappingNode }

// Line returns the 1-based line; 0 for the zero Value.
func (v Value) Line() int {
	if v.node == nil {
		return 0
	}
	return v.node.Line
}

// Col returns the 1-based column in runes; 0 for the zero Value.
func (v Value) Col() int {
	if v.node == nil {
		return 0
	}
	return v.node.Column
}

// Path returns the path of the value for messages, such as "incident.severity".
func (v Value) Path() string { return v.path }

// Report adds an Issue of code Wrong at this place; the message should state what is
// wrong and how to fix it.
func (v Value) Report(format string, args ...any) {
	if v.doc != nil {
		v.doc.report(Wrong, v.node, format, args...)
	}
}

// Excerpt returns the source line of the value.
func (v Value) Excerpt() string {
	if v.doc == nil || v.node == nil {
		return ""
	}
	return v.doc.excerpt(v.node.Line)
}

// Text returns the scalar as written, without its quotes; "" for anything else.
func (v Value) Text() string {
	if !v.Scalar() {
		return ""
	}
	return v.node.Value
}

// YAML returns the value in YAML, as written as far as possible. Front matter keys
// without a meaning are stored and shown in this form.
func (v Value) YAML() string {
	if v.node == nil {
		return ""
	}
	out, err := yaml.Marshal(v.node)
	if err != nil {
		return v.Text()
	}
	return strings.TrimRight(string(out), "\n")
}

// Items returns the elements of a list, nil for anything else. Their paths end in an
// index from 0: "actions[2]".
func (v Value) Items() []Value {
	if !v.List() {
		return nil
	}
	items := make([]Value, len(v.node.Content))
	for i, n := range v.node.Content {
		items[i] = Value{doc: v.doc, node: n, path: fmt.Sprintf("%s[%d]", v.path, i)}
	}
	return items
}

// Map reads the value as a mapping; anything else is an empty one, with an Issue.
func (v Value) Map() *Map {
	if v.Present() && !v.Mapping() {
		v.Report("%s must be a mapping: indented lines of \"key: value\" below it", quote(v.path))
	}
	return newMap(v.doc, v.node, v.path)
}

// String reads the value as one text. Numbers, times and words such as true are texts,
// too: an author who writes "title: 2026" means the text.
func (v Value) String() string {
	if v.Present() && !v.Scalar() {
		v.Report("%s must be one text, not a %s", quote(v.path), v.form())
	}
	return strings.TrimSpace(v.Text())
}

// Strings reads a list of texts; one text is a list of one, as authors write it. Empty
// texts are left out. A mapping is an Issue.
func (v Value) Strings() []string {
	if !v.List() {
		if v.Mapping() {
			v.Report("%s must be a list of texts", quote(v.path))
		}
		return nonEmpty([]string{strings.TrimSpace(v.Text())})
	}
	var out []string
	for _, item := range v.Items() {
		out = append(out, item.String())
	}
	return nonEmpty(out)
}

// Bool reads true or false, also as yes, no, on or off.
func (v Value) Bool() bool {
	switch strings.ToLower(v.scalar("true or false")) {
	case "true", "yes", "on":
		return true
	case "", "false", "no", "off":
		return false
	}
	v.Report("%s must be true or false, not %s", quote(v.path), quote(v.Text()))
	return false
}

// Int reads a whole number in decimal; "_" may group digits. An absent value is 0, and
// so is a wrong one, with an Issue.
func (v Value) Int() int64 {
	text := v.scalar("a whole number")
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(text, "_", ""), 10, 64)
	if err != nil {
		v.Report("%s must be a whole number, not %s", quote(v.path), quote(text))
		return 0
	}
	return n
}

// Float reads a finite number in decimal.
func (v Value) Float() float64 {
	n, _ := v.Number("")
	return n
}

// Number reads a finite number in decimal that may be followed by a unit; ok is false
// when it is absent or not a number, the latter with an Issue.
func (v Value) Number(unit string) (n float64, ok bool) {
	text := v.scalar("a number")
	if text == "" {
		return 0, false
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(text, unit)), 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		v.Report("%s must be a number, not %s", quote(v.path), quote(text))
		return 0, false
	}
	return n, true
}

// Duration reads a Go duration such as "30s" or "1h30m". An absent value is 0, and so
// is a wrong one, with an Issue.
func (v Value) Duration() time.Duration {
	text := v.scalar("a duration")
	if text == "" {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		v.Report("%s must be a duration such as 30s or 1h30m, not %s", quote(v.path), quote(text))
		return 0
	}
	return d
}

// Time reads an RFC 3339 time or a date; day reports whether it was a date, whose time
// is midnight UTC. A space is accepted instead of "T", and a time without a zone is
// UTC.
func (v Value) Time() (at time.Time, day bool) {
	text := v.scalar("a time")
	if text == "" {
		return time.Time{}, false
	}
	at, day, ok := ParseTime(text)
	if !ok {
		v.Report("%s must be a time such as 2026-10-03T08:04:00Z or a date such as 2026-10-03, not %s", quote(v.path), quote(text))
	}
	return at, day
}

// ParseTime is Value.Time for a text. Years outside 1900 to 9999 are refused as
// misspelled. Of zone names only UTC and GMT are accepted: others have different
// meanings in different countries.
func ParseTime(text string) (at time.Time, day, ok bool) {
	text = strings.TrimSpace(text)
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return t, true, plausible(t)
	}
	if len(text) > len(time.DateOnly) && (text[len(time.DateOnly)] == ' ' || text[len(time.DateOnly)] == 't') {
		text = text[:len(time.DateOnly)] + "T" + text[len(time.DateOnly)+1:]
	}
	for _, zone := range []string{"UTC", "GMT", "z"} {
		if rest, found := strings.CutSuffix(text, zone); found {
			text = strings.TrimSpace(rest) + "Z"
		}
	}
	for _, layout := range []string{
		time.RFC3339, "2006-01-02T15:04:05 Z07:00", "2006-01-02T15:04:05 Z0700", "2006-01-02T15:04:05",
		"2006-01-02T15:04Z07:00", "2006-01-02T15:04 Z07:00", "2006-01-02T15:04 Z0700", "2006-01-02T15:04",
	} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, false, plausible(t)
		}
	}
	return time.Time{}, false, false
}

// plausible reports whether the year of a time is one that an author can mean.
func plausible(t time.Time) bool { return t.Year() >= 1900 && t.Year() <= 9999 }

// scalar returns the trimmed text, with an Issue when the value is a list or a mapping.
func (v Value) scalar(want string) string {
	if v.Present() && !v.Scalar() {
		v.Report("%s must be %s, not a %s", quote(v.path), want, v.form())
	}
	return strings.TrimSpace(v.Text())
}

// form returns what a value that is not a scalar is, for messages.
func (v Value) form() string {
	if v.List() {
		return "list"
	}
	return "mapping"
}

// isNull reports whether a node is null.
func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// nonEmpty returns the texts that are not empty.
func nonEmpty(in []string) []string {
	var out []string
	for _, s := range in {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}
