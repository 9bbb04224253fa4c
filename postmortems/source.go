package postmortems

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"
)

// frontFormat is the language of a file's front matter.
type frontFormat uint8

const (
	frontNone frontFormat = iota
	frontYAML
	frontTOML
	frontUnclosed // a "---" line opens front matter that no line closes
)

// Source is a file split into front matter and body.
type Source struct {
	format frontFormat
	// Front is the front matter including its opening line "---" (which YAML reads as the
	// start of a document), so that its line numbers are those of the file.
	Front []byte
	// Body is the Markdown below it; LF line ends, no BOM.
	Body     []byte
	BodyLine int // 1-based line of the file at which Body begins
}

// Split splits a file. It removes the byte order mark and turns CRLF and CR into LF. It
// never fails. Without front matter the whole file is the body.
func Split(src []byte) Source {
	text := bytes.TrimPrefix(src, []byte("\uFEFF"))
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	// Only the first line can open front matter: further down "---" is a thematic break.
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	switch string(bytes.TrimRight(first, " \t")) {
	case "---":
		return splitFront(text, rest, frontYAML, "---", "...")
	case "+++":
		return splitFront(text, rest, frontTOML, "+++", "+++")
	}
	return Source{Body: text, BodyLine: 1}
}

// splitFront splits a text at the first line that closes its front matter. A "---" that
// nothing closes is a thematic break, unless a key follows it. rest is text behind its
// first line.
func splitFront(text, rest []byte, format frontFormat, closings ...string) Source {
	line, at := 1, len(text)-len(rest)
	for at < len(text) {
		line++
		row, _, _ := bytes.Cut(text[at:], []byte("\n"))
		next := min(at+len(row)+1, len(text))
		for _, closing := range closings {
			if string(bytes.TrimRight(row, " \t")) == closing {
				return Source{format: format, Front: text[:at], Body: text[next:], BodyLine: line + 1}
			}
		}
		at = next
	}
	if format == frontYAML && looksLikeKey(rest) {
		return Source{format: frontUnclosed, BodyLine: line + 1}
	}
	return Source{Body: text, BodyLine: 1} // the text begins with a thematic break
}

// firstKey matches "key:" after comments and blank lines.
var firstKey = regexp.MustCompile(`^(?:[ \t]*(?:#[^\n]*)?\n)*["']?[A-Za-z_][\w -]*["']?:(?:\s|$)`)

// looksLikeKey reports whether a text begins with a key, so that it was meant as front
// matter. A thematic break at the top of a text is followed by prose.
func looksLikeKey(text []byte) bool {
	return firstKey.Match(text)
}

// notText returns the 1-based line and column of the first byte that is not valid in a
// text file, 0 when the file is text. NUL is valid UTF-8 and not text: git and editors
// take such a file for binary.
func notText(src []byte) (line, col int) {
	line = 1
	for len(src) > 0 {
		r, size := utf8.DecodeRune(src)
		col++
		if r == utf8.RuneError && size == 1 || r == 0 {
			return line, col
		}
		if r == '\n' {
			line, col = line+1, 0
		}
		src = src[size:]
	}
	return 0, 0
}

// tomlValue reads a top-level string, date or list of strings from TOML if it is
// written on one line. The rest of TOML is not supported. It is nil without the key.
// Keys behind the first table belong to that table.
func tomlValue(front []byte, key string) []string {
	table := bytes.Index(front, []byte("\n["))
	if table >= 0 {
		front = front[:table+1]
	}
	m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(key) + `[ \t]*=[ \t]*(.+?)[ \t]*$`).FindSubmatch(front)
	if m == nil {
		return nil
	}
	value := string(m[1])
	if strings.HasPrefix(value, "[") || strings.HasPrefix(value, `"`) || strings.HasPrefix(value, "'") {
		var out []string
		for _, q := range regexp.MustCompile(`"([^"\\]*)"|'([^']*)'`).FindAllStringSubmatch(value, -1) {
			out = append(out, q[1]+q[2])
		}
		if len(out) > 1 && value[0] != '[' {
			return out[:1] // the others are in a comment
		}
		return out
	}
	value, _, _ = strings.Cut(value, "#")
	return []string{strings.TrimSpace(value)}
}
