package convert

import (
	"net/url"
	"regexp"
	"strings"
)

// line is one line of Markdown; code reports that it is in a fenced block or is one of
// its fences.
type line struct {
	text string
	code bool
}

// fenceMark matches a line that opens or closes a fenced block.
var fenceMark = regexp.MustCompile("^ {0,3}(`{3,}|~{3,})(.*)$")

// lines splits Markdown into lines. Joined with "\n" they are the original text. It
// follows CommonMark for fenced blocks: a fence closes with at least as many of its
// characters and nothing behind them, a backquote fence may not contain backquotes
// behind its opening, and a fence that is not closed reaches to the end. Indented code
// blocks are not recognised, because they look like the text of a list.
func lines(body string) []line {
	var out []line
	fence := ""
	for text := range strings.SplitSeq(body, "\n") {
		m := fenceMark.FindStringSubmatch(text)
		switch {
		case fence == "" && m != nil && !(m[1][0] == '`' && strings.Contains(m[2], "`")):
			fence = m[1]
			out = append(out, line{text, true})
		case fence != "" && m != nil && strings.HasPrefix(m[1], fence) && strings.TrimSpace(m[2]) == "":
			fence = ""
			out = append(out, line{text, true})
		default:
			out = append(out, line{text, fence != ""})
		}
	}
	return out
}

// Links and addresses.
var (
	// inlineLink matches "](" and the destination of a link or image; linkTarget is a
	// reference definition; scheme matches destinations that are not paths in the source,
	// among them shortcodes.
	inlineLink = regexp.MustCompile(`(\]\(\s*)(<[^<>\n]*>|[^()<>\s]+)`)
	linkTarget = regexp.MustCompile(`^( {0,3}\[[^\]]+\]:\s*)(<[^<>\n]*>|[^<>\s]+)`)
	scheme     = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:|^//|^#|^\{\{`)
)

// relink applies the renaming of safePath to the links between files of a source. Code
// is not changed. Documents link to each other by the names that the source has, and
// the importers write files under other names. Inline code is not recognised, so a link
// shown in backquotes is renamed too.
func relink(body string) string {
	all := lines(body)
	out := make([]string, len(all))
	for i, l := range all {
		out[i] = l.text
		if l.code {
			continue
		}
		for _, form := range []*regexp.Regexp{inlineLink, linkTarget} {
			out[i] = form.ReplaceAllStringFunc(out[i], func(found string) string {
				m := form.FindStringSubmatch(found)
				return m[1] + retarget(m[2])
			})
		}
	}
	return strings.Join(out, "\n")
}

// retarget returns a link destination after files were renamed. Absolute addresses,
// fragments and destinations that cannot be decoded are returned unchanged, as are
// those that no renaming concerns. Query and fragment stay. The result is
// percent-encoded and has no angle brackets.
func retarget(dest string) string {
	bare := strings.TrimSuffix(strings.TrimPrefix(dest, "<"), ">")
	if scheme.MatchString(bare) {
		return dest
	}
	file, tail := bare, ""
	if at := strings.IndexAny(bare, "?#"); at >= 0 {
		file, tail = bare[:at], bare[at:]
	}
	decoded, err := url.PathUnescape(file)
	if err != nil || decoded == "" {
		return dest
	}
	parts := strings.Split(decoded, "/")
	for i, name := range parts {
		if name != "" && name != "." && name != ".." {
			parts[i] = safeName(name)
		}
	}
	renamed := strings.Join(parts, "/")
	if renamed == decoded {
		return dest
	}
	renamed = (&url.URL{Path: renamed}).EscapedPath()
	return renamed + tail
}
