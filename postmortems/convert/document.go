package convert

import (
	"bytes"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/postern/postern/portal/base/yamldoc"
	"github.com/postern/postern/postmortems"
)

// frontBytes bounds generated front matter: a little less than the 32 KiB that a push
// may have.
const frontBytes = 30 << 10

// summaryRunes is the longest summary in front matter; a longer one is only in the body.
const summaryRunes = 2000

// draft is a document during conversion.
type draft struct {
	source   string // path of the source, for findings
	title    string // not empty at the end
	front    yamldoc.Pairs
	body     string
	findings []Finding
}

// find adds a finding. line is 1-based in the source; 0 means the file as a whole.
func (d *draft) find(line int, message string) {
	d.findings = append(d.findings, Finding{Path: d.source, Line: line, Message: message})
}

// set adds a front matter value unless it is empty. Keys are written in the order of
// the calls, after the title.
func (d *draft) set(key string, value any) { d.front = with(d.front, key, value) }

// with adds a pair unless its value is empty. Empty are "", and lists and mappings
// without elements; other types are always added.
func with(pairs yamldoc.Pairs, key string, value any) yamldoc.Pairs {
	switch v := value.(type) {
	case string:
		if v == "" {
			return pairs
		}
	case []string:
		if len(v) == 0 {
			return pairs
		}
	case yamldoc.Pairs:
		if len(v) == 0 {
			return pairs
		}
	case []yamldoc.Pairs:
		if len(v) == 0 {
			return pairs
		}
	}
	return append(pairs, yamldoc.Pair{Key: key, Value: value})
}

// summary stores a summary in the front matter, or in the body if it is long. An empty
// summary sets nothing. Runes are counted and not bytes, because readers see runes.
func (d *draft) summary(text string) {
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) <= summaryRunes {
		d.set("summary", text)
		return
	}
	d.body = "## Summary\n\n" + text + "\n\n" + d.body
}

// bytes returns the file. Front matter over the limit is moved to the body. The body is
// separated from the front matter by one blank line, and the file ends with one line
// feed, so that two imports of the same source give the same bytes.
func (d *draft) bytes() []byte {
	pairs := append(yamldoc.Pairs{{Key: "title", Value: oneLine(d.title)}}, d.front...)
	// Parsing the result applies the limits of a push: size, depth and aliases.
	front, err := yamldoc.Encode(pairs)
	_, issues := yamldoc.Parse(front, yamldoc.Limits{Bytes: frontBytes})
	if err != nil || len(issues) > 0 {
		d.find(0, "the front matter exceeds its limits: everything but the title was moved to the end of the text")
		d.body = strings.TrimRight(d.body, "\n") + "\n\n" + fenced("yaml", string(front))
		front, _ = yamldoc.Encode(yamldoc.Pairs{{Key: "title", Value: cut(oneLine(d.title), summaryRunes)}})
	}
	var out bytes.Buffer
	out.WriteString("---\n")
	out.Write(front)
	out.WriteString("---\n")
	if body := strings.Trim(d.body, "\n"); body != "" {
		out.WriteString("\n" + body + "\n")
	}
	return out.Bytes()
}

// text returns a source as UTF-8, with LF line ends and without a byte order mark. NUL
// bytes are replaced as well: YAML and git's text detection do not accept them. All
// importers call it first; line numbers of findings count the lines of its result.
func (d *draft) text(src []byte) string {
	s := string(bytes.TrimPrefix(src, []byte("\uFEFF")))
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	clean := strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
	if clean != s {
		d.find(0, "bytes that are not UTF-8 text became \uFFFD: save the source as UTF-8 and import it again")
	}
	return clean
}

// split splits a text into front matter without its fences and body. style is "---",
// "+++", or "" when there is no closed front matter. bodyLine is the 1-based line of
// the file at which body begins.
func split(text string) (style, front, body string, bodyLine int) {
	src := postmortems.Split([]byte(text))
	if len(src.Front) == 0 {
		return "", "", text, 1
	}
	first, rest, _ := strings.Cut(string(src.Front), "\n")
	return strings.TrimSpace(first), rest, string(src.Body), src.BodyLine
}

// sourceLimits bound the front matter of other tools. They are larger than those of a
// push, because other tools have no bound; what does not fit in the end is moved to the
// body by draft.bytes.
func sourceLimits() yamldoc.Limits { return yamldoc.Limits{Bytes: 128 << 10} }

// yaml parses front matter. If that fails, its text is moved to the body. It reports
// every issue, also those of a text that can be used. ok is false when there are no
// values at all.
func (d *draft) yaml(front string) (*yamldoc.Map, bool) {
	// The fence is added so that the lines of issues are those of the file.
	doc, issues := yamldoc.Parse([]byte("---\n"+front), sourceLimits())
	for _, i := range issues {
		d.find(i.Line, i.Msg)
	}
	if doc == nil {
		d.find(1, "the front matter cannot be read: it was moved to the end of the text")
		d.body = strings.TrimRight(d.body, "\n") + "\n\n" + fenced("yaml", front)
		return nil, false
	}
	return doc.Root(), true
}

// dropped reports every key that was not read. It must be called after the last read of
// m: a key counts as read once its value was asked for. Values are quoted up to 300
// runes.
func (d *draft) dropped(m *yamldoc.Map) {
	for key, v := range m.Unknown() {
		d.find(v.Line(), "key "+key+" has no equivalent here and was left out: "+cut(oneLine(v.YAML()), 300))
	}
}

// fenced returns a code block whose fence is longer than any in the text.
func fenced(lang, text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + lang + "\n" + strings.TrimRight(text, "\n") + "\n" + fence + "\n"
}

// when returns a time for front matter: a date when only the day is known. A time.Time
// is written with its zone.
func when(t time.Time, day bool) any {
	if day {
		return yamldoc.Date(t)
	}
	return t
}

// oneLine collapses white space.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// cut truncates a text to a number of runes. The ellipsis counts as one of the runes.
func cut(s string, runes int) string {
	if utf8.RuneCountInString(s) <= runes {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:runes-1])) + "…"
}
