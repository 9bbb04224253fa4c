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
	frontUnclosed // a "---" line that opens front matter and nothing that closes it
)

// Source is a file taken apart. Lines of both parts are lines of the file.
type Source struct {
	format frontFormat
	// Front is the front matter with its opening line "---" (which YAML reads as
	// the start of a document), so that its line numbers are those of the file.
	Front []byte
	// Body is the Markdown below it; LF line ends, no BOM.
	Body     []byte
	BodyLine int // 1-based line of the file at which Body begins
}

// Split takes a file apart: the byte order mark goes, CRLF and CR become LF.
func Split(src []byte) Source {
	text := bytes.TrimPrefix(src, []byte("\uFEFF"))
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	switch string(bytes.TrimRight(first, " \t")) {
	case "---":
		return splitFront(text, rest, frontYAML, "---", "...")
	case "+++":
		return splitFront(text, rest, frontTOML, "+++", "+++")
	}
	return Source{Body: text, BodyLine: 1}
}

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
	return Source{Body: text, BodyLine: 1} // a thematic break opens the text
}

var firstKey = regexp.MustCompile(`^(?:[ \t]*(?:#[^\n]*)?\n)*["']?[A-Za-z_][\w -]*["']?:(?:\s|$)`)

// looksLikeKey tells whether a text begins with "key:", after comments and blank
// lines, and so was meant as front matter.
func looksLikeKey(text []byte) bool {
	return firstKey.Match(text)
}

// notText finds the first byte that no text file has: 1-based line and column,
// 0 when the file is text.
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

// tomlValue reads a top-level string, date or list of strings from TOML where it
// is written on one line; nothing more of TOML is understood.
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
			return out[:1] // the rest is a comment with quotes in it
		}
		return out
	}
	value, _, _ = strings.Cut(value, "#")
	return []string{strings.TrimSpace(value)}
}
