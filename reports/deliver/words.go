package deliver

import (
	"strings"
	"unicode/utf8"

	"github.com/postern/postern/portal/base/humanize"
)

// cutBytes shortens text to so many bytes at the end of a line, or of a rune
// when one line alone is too long; what is cut is marked.
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

// cutRunes shortens one line to so many characters.
func cutRunes(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

// oneLine makes text fit into a line: names come from feeds.
func oneLine(s string) string { return strings.Join(strings.Fields(humanize.Line(s)), " ") }

// markdown writes the short form of a letter in the Markdown that DingTalk,
// Feishu and WeCom share: bold, links, lists, no tables. What comes from feeds is
// escaped, so that a name cannot become a link or mention everybody.
func (l Letter) markdown() string {
	var b strings.Builder
	b.WriteString("**" + escapeMarkdown(l.Verdict) + "**\n\n")
	for _, f := range l.Facts {
		b.WriteString("- " + escapeMarkdown(f.Label) + ": **" + escapeMarkdown(f.Value) + "**")
		if f.Note != "" {
			b.WriteString(" (" + escapeMarkdown(f.Note) + ")")
		}
		b.WriteByte('\n')
	}
	for _, list := range l.Lists {
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

// footer names the revision and leads to the whole report; it is never cut.
func (l Letter) footer() string {
	return "\n[Open the report](" + l.URL + ")\n\n" + escapeMarkdown(l.revisionLine())
}

// chatMarkdown is markdown and footer within so many bytes.
func (l Letter) chatMarkdown(most int) string {
	foot := l.footer()
	return cutBytes(l.markdown(), most-len(foot)) + foot
}

var markdownEscapes = strings.NewReplacer(
	`\`, `\\`, "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "#", `\#`, "@", "@\u200b", "~", `\~`, "|", `\|`, "://", ":\u200b//")

func escapeMarkdown(s string) string { return markdownEscapes.Replace(oneLine(s)) }
