package deliver

import (
	"strings"
	"unicode/utf8"

	"github.com/postern/postern/portal/base/humanize"
)

// cutBytes shortens text to at most so many bytes, at the end of a line, or of a rune
// where one line alone is too long. An ellipsis marks the cut.
func cutBytes(s string, most int) string {
	const mark = "\n…"
	if len(s) <= most {
		return s
	}
	if most <= len(mark) {
		return ""
	}
	s = s[:most-len(mark)]
	if i := strings.LastIndexByte(s, '\n'); i > len(s)/2 {
		return s[:i] + mark
	}
	for len(s) > 0 && !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s + mark
}

// cutRunes shortens one line to at most so many characters, the ellipsis included.
func cutRunes(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

// oneLine returns text from feeds as one line with single spaces.
func oneLine(s string) string { return strings.Join(strings.Fields(humanize.Line(s)), " ") }

// markdown returns the short form of a message in the Markdown that DingTalk, Feishu
// and WeCom share: bold, links, lists, no tables. Text from feeds is escaped, so that a
// name cannot become a link or mention everyone.
func (m Message) markdown() string {
	var b strings.Builder
	b.WriteString("**" + escapeMarkdown(m.Verdict) + "**\n\n")
	for _, f := range m.Facts {
		b.WriteString("- " + escapeMarkdown(f.Label) + ": **" + escapeMarkdown(f.Value) + "**")
		if f.Note != "" {
			b.WriteString(" (" + escapeMarkdown(f.Note) + ")")
		}
		b.WriteByte('\n')
	}
	for _, list := range m.Lists {
		if len(list.Lines) == 0 {
			continue
		}
		b.WriteString("\n**" + escapeMarkdown(list.Heading) + "**\n")
		for _, line := range list.Lines {
			b.WriteString("- " + escapeMarkdown(line) + "\n")
		}
	}
	return b.String()
}

// footer returns the link to the whole report and the revision. It is never cut.
func (m Message) footer() string {
	return "\n[" + escapeMarkdown(m.Open) + "](" + m.URL + ")\n\n" + escapeMarkdown(m.Source)
}

// chatMarkdown returns markdown and footer in at most so many bytes. The cut may be
// inside an escape or bold text; the footer, which has the only link, is never cut.
func (m Message) chatMarkdown(most int) string {
	foot := m.footer()
	return cutBytes(m.markdown(), most-len(foot)) + foot
}

// markdownEscapes escapes the characters that format text, link or mention in the
// Markdown of DingTalk, Feishu, WeCom and Teams.
var markdownEscapes = strings.NewReplacer(
	`\`, `\\`, "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "#", `\#`,
	"@", "@\u200b", "~", `\~`, "|", `\|`, "://", ":\u200b//") // a zero width space ends mentions and addresses

// escapeMarkdown returns text as one line without formatting, links or mentions.
func escapeMarkdown(s string) string { return markdownEscapes.Replace(oneLine(s)) }
