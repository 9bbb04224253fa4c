package yamldoc

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// guardSlack is the factor between an upper bound of the guard and the limit that the
// tree is later checked against exactly. Without being a second parser the guard cannot
// distinguish a key from a colon in prose, so it only refuses extreme input.
const guardSlack = 8

// guard checks the bytes before the library parses them, in one pass. ok is false with
// the Issue of the first problem: size, encoding, or an upper bound of keys or nesting.
func guard(data []byte, limits Limits) (Issue, bool) {
	if len(data) > limits.Bytes {
		return Issue{Code: Limit, Line: 1, Col: 1,
			Msg: fmt.Sprintf("%d bytes of YAML: at most %d are read", len(data), limits.Bytes)}, false
	}
	lines := splitLines(data)
	for i, line := range lines {
		if col, msg := unreadable(line); col > 0 {
			return Issue{Code: Syntax, Line: i + 1, Col: col, Msg: msg, Excerpt: printable(line)}, false
		}
	}
	if line, ok := keysUnder(lines, limits.Keys*guardSlack); !ok {
		return limitIssue(lines, line, "more than %d keys", limits.Keys), false
	}
	if line, ok := depthUnder(lines, limits.Depth*guardSlack); !ok {
		return limitIssue(lines, line, "nested deeper than %d levels", limits.Depth), false
	}
	return Issue{}, true
}

// limitIssue returns the Issue of an exceeded limit.
func limitIssue(lines []string, line int, format string, n int) Issue {
	return Issue{Code: Limit, Line: line, Col: 1, Msg: fmt.Sprintf(format, n), Excerpt: lines[line-1]}
}

// unreadable finds the first character that YAML does not allow, or that makes the
// library count lines differently from editors. col is 0 for none.
func unreadable(line string) (col int, msg string) {
	for i, r := range line {
		col++
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(line[i:]); size == 1 {
				return col, "this is not UTF-8 text: save the file as UTF-8"
			}
		}
		if r != '\t' && (unicode.IsControl(r) || isSeparator(r)) {
			return col, fmt.Sprintf("the invisible character %U is not allowed here: delete it", r)
		}
	}
	return 0, ""
}

// isSeparator reports whether a rune is a line end of Unicode that no editor counts as
// one.
func isSeparator(r rune) bool { return r == '\u2028' || r == '\u2029' }

// printable returns a source line as valid UTF-8 without control characters.
func printable(line string) string { return clean(strings.ToValidUTF8(line, "\uFFFD")) }

// keysUnder compares an upper bound of the number of keys with limit and returns the
// line at which it is exceeded: every ':' before a blank, every '?', and every ','
// after a '{' was seen (entries of a flow mapping need no colon).
func keysUnder(lines []string, limit int) (line int, ok bool) {
	keys, flow := 0, false
	for n, text := range lines {
		for i := range len(text) {
			switch c := text[i]; {
			case c == '{':
				flow = true
			case c == ',' && flow, c == '?', c == ':' && (flow || i+1 == len(text) || text[i+1] <= ' '):
				keys++
			}
		}
		if keys > limit {
			return n + 1, false
		}
	}
	return 0, true
}

// depthUnder compares an upper bound of the nesting with limit: open brackets, plus
// indentation levels, plus the "- - -" run that opens several lists on one line. line
// is where it is exceeded. Brackets in quoted texts count as well, which guardSlack
// allows.
func depthUnder(lines []string, limit int) (line int, ok bool) {
	brackets := 0
	var indents []int
	for n, text := range lines {
		body := strings.TrimLeft(text, " ")
		if body == "" {
			continue
		}
		indent := len(text) - len(body)
		for len(indents) > 0 && indents[len(indents)-1] >= indent {
			indents = indents[:len(indents)-1]
		}
		indents = append(indents, indent)
		for i := range len(body) {
			switch body[i] {
			case '[', '{':
				brackets++
			case ']', '}':
				brackets = max(brackets-1, 0)
			}
		}
		if len(indents)+brackets+leadingRun([]byte(body)) > limit {
			return n + 1, false
		}
	}
	return 0, true
}

// leadingRun counts the block indicators "- ", "? " and ": " at the start of a line.
func leadingRun(body []byte) int {
	run := 0
	for len(body) >= 2 && bytes.IndexByte([]byte("-?:"), body[0]) >= 0 && (body[1] == ' ' || body[1] == '\t') {
		run++
		body = bytes.TrimLeft(body[1:], " \t")
	}
	return run
}
