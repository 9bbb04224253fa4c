package export

import (
	"regexp"
	"strings"

	"github.com/postern/postern/portal/base/humanize"
)

// link returns a text with a link to a page of the portal, or the text alone if to is "".
// The address is in angle brackets, in which parentheses need no escape.
func (m *markdown) link(text, to string) string {
	if to == "" || text == "" {
		return esc(text)
	}
	return "[" + esc(text) + "](<" + m.base + linkEscapes.Replace(humanize.Line(to)) + ">)"
}

// linkEscapes keeps an address within its angle brackets and its table cell.
var linkEscapes = strings.NewReplacer("<", "%3C", ">", "%3E", "|", "%7C", `\`, "%5C", " ", "%20")

// esc returns text as one line of Markdown without markup: everything that could begin
// markup is escaped. Spaces at its ends are removed, since text between stars would not
// be bold with them. Line breaks become spaces, since a line of its own could begin a
// heading or a list.
func esc(s string) string {
	var b strings.Builder
	for _, r := range strings.TrimSpace(humanize.Line(s)) {
		switch {
		case r == '<':
			b.WriteString("&lt;") // never raw, for any reader
			continue
		case r == '&':
			b.WriteString("&amp;")
			continue
		// A backslash before punctuation is removed by every CommonMark reader.
		case strings.ContainsRune("\\`*_{}[]()#+!|>~", r):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// runs matches addresses that run code. Space and a backslash before the colon are
// ignored by some readers, and are matched as well.
var runs = regexp.MustCompile(`(?i)(javascript|vbscript|data)(\s*\\?:)`)

// quoteEscapes makes HTML, entities and pictures text. An entity in an address would be
// read as the character that it encodes.
var quoteEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", "![", `!\[`)

// quote returns a person's Markdown as a quotation. Emphasis, lists and links are
// retained; HTML, entities and pictures, which a viewer might load or run, become text.
// Every line is prefixed, so that no line of the text leaves the quotation. A zero-width
// space after the scheme makes an address that runs code a name without a meaning.
func quote(s string) string {
	s = quoteEscapes.Replace(humanize.Lines(s))
	s = runs.ReplaceAllString(s, "$1\u200b$2")
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimRight(s, "\n"), "\n") {
		b.WriteString("> " + line + "\n")
	}
	return b.String() + "\n"
}
