package export

import (
	"regexp"
	"strings"

	"github.com/postern/postern/portal/base/humanize"
)

// link is a text that leads somewhere in the portal.
func (m *markdown) link(text, to string) string {
	if to == "" || text == "" {
		return esc(text)
	}
	return "[" + esc(text) + "](<" + m.base + linkEscapes.Replace(humanize.Line(to)) + ">)"
}

// linkEscapes keeps an address within its angle brackets and within its cell.
var linkEscapes = strings.NewReplacer("<", "%3C", ">", "%3E", "|", "%7C", `\`, "%5C", " ", "%20")

// esc makes text plain inside Markdown: one line, everything that could begin
// markup is escaped, and no blank at its ends keeps the stars around it from
// being bold.
func esc(s string) string {
	var b strings.Builder
	for _, r := range strings.TrimSpace(humanize.Line(s)) {
		switch {
		case r == '<':
			b.WriteString("&lt;") // never raw, whatever reads it
			continue
		case r == '&':
			b.WriteString("&amp;")
			continue
		case strings.ContainsRune("\\`*_{}[]()#+!|>~", r):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// runs are addresses that do something instead of leading somewhere.
var runs = regexp.MustCompile(`(?i)(javascript|vbscript|data)(\s*\\?:)`)

// quoteEscapes makes text of what could be loaded or run. An entity in an address
// would be read as the letter that it stands for.
var quoteEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", "![", `!\[`)

// quote sets somebody's own Markdown off from the report. It keeps its emphasis,
// lists and links; HTML, entities and pictures, which whoever shows the file might
// load or run, become text.
func quote(s string) string {
	s = quoteEscapes.Replace(humanize.Lines(s))
	s = runs.ReplaceAllString(s, "$1\u200b$2")
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimRight(s, "\n"), "\n") {
		b.WriteString("> " + line + "\n")
	}
	return b.String() + "\n"
}
