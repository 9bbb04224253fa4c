// Package severity has the one table of incident severities, which documents,
// incidents, reports, pages, the query language and the configuration share. It is
// pure.
package severity

import (
	"slices"
	"strings"
)

// Tone is how a severity is marked beside its name.
type Tone string

// The tones of severities.
const (
	Bad   Tone = "bad"
	Warn  Tone = "warn"
	Plain Tone = "none"
)

// Level is one severity.
type Level struct {
	Name string // as it is stored and shown: "SEV1"
	Tone Tone
	// Words are words in common use for it, in lower case: the P and S scales, numbers
	// as Morgue has them, and the words of PagerDuty, Atlassian and Statuspage.
	Words []string
}

// Range names all severities in a sentence.
const Range = "SEV1 to SEV5"

// All returns the severities, the gravest first.
func All() []Level {
	return []Level{
		{"SEV1", Bad, []string{"sev0", "p0", "s0", "1", "p1", "s1", "critical", "blocker", "致命", "一级"}},
		{"SEV2", Bad, []string{"2", "p2", "s2", "major", "high", "严重", "二级"}},
		{"SEV3", Warn, []string{"3", "p3", "s3", "moderate", "medium", "一般", "三级"}},
		{"SEV4", Plain, []string{"4", "p4", "s4", "minor", "low", "轻微", "四级"}},
		{"SEV5", Plain, []string{"5", "p5", "s5", "trivial", "info", "informational", "五级"}},
	}
}

// Names returns the names of all severities, the gravest first.
func Names() []string {
	var names []string
	for _, l := range All() {
		names = append(names, l.Name)
	}
	return names
}

// Known reports whether a text is the name of a severity.
func Known(name string) bool { return slices.Contains(Names(), name) }

// Parse returns the name of the severity that a person wrote: "SEV2" in any case, or
// "2".
func Parse(text string) (name string, ok bool) {
	text = strings.ToUpper(text)
	for _, name := range Names() {
		if text == name || text == strings.TrimPrefix(name, "SEV") {
			return name, true
		}
	}
	return "", false
}

// ToneOf returns the tone of a severity; Plain if the name is not known.
func ToneOf(name string) Tone {
	for _, l := range All() {
		if l.Name == name {
			return l.Tone
		}
	}
	return Plain
}

// Aliases returns the words in common use with the name of the severity that each
// means.
func Aliases() map[string]string {
	aliases := map[string]string{}
	for _, l := range All() {
		for _, word := range l.Words {
			aliases[word] = l.Name
		}
	}
	return aliases
}

// AtLeast reports whether a severity is as grave as least or graver. A severity that is
// not known is not.
func AtLeast(name, least string) bool {
	names := Names()
	i, j := slices.Index(names, name), slices.Index(names, least)
	return i >= 0 && i <= j
}
