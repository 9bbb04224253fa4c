package convert

import (
	"regexp"
	"strings"

	"github.com/postern/postern/portal/base/yamldoc"
)

// fromDanluu converts the list of github.com/danluu/post-mortems: each paragraph of the
// form "[Company](url). Text" below a category becomes a document. The rest of the list
// becomes one README. The findings about the README are dropped: its generated title
// needs no action. Entries keep the order of the list.
func fromDanluu(path string, src []byte) ([]File, []Finding) {
	d := &draft{source: path}
	list := danluu{path: path}
	for _, p := range paragraphs(d.text(src)) {
		list.paragraph(p)
	}
	rest := &draft{source: path, body: strings.Join(list.rest, "\n\n")}
	if strings.TrimSpace(rest.body) != "" {
		files, _ := plainDocument(rest, "postmortems/danluu/README.md")
		list.files = append(list.files, files...)
	}
	return list.files, append(d.findings, list.findings...)
}

// block is a paragraph and the line at which it begins.
type block struct {
	text string
	line int // 1-based
}

// paragraphs returns the blocks between blank lines; a heading is a block of its own. A
// fenced block is never split at its blank lines. Only "#" at the beginning of a line
// makes a heading here, as in that list.
func paragraphs(text string) []block {
	var out []block
	var rows []string
	begin := 0
	// flush ends the current block, if it has any line.
	flush := func() {
		if len(rows) > 0 {
			out = append(out, block{strings.Join(rows, "\n"), begin})
		}
		rows = nil
	}
	for i, l := range lines(text) {
		if !l.code && strings.TrimSpace(l.text) == "" {
			flush()
			continue
		}
		heading := !l.code && strings.HasPrefix(l.text, "#")
		if heading {
			flush()
		}
		if len(rows) == 0 {
			begin = i + 1
		}
		rows = append(rows, l.text)
		if heading {
			flush()
		}
	}
	flush()
	return out
}

// danluu collects the entries of the list.
type danluu struct {
	path     string
	category string // heading of the current section; "" outside the categories
	files    []File
	findings []Finding
	rest     []string
}

// entryForm matches the beginning of an entry. The address may contain one level of
// parentheses, as those of Wikipedia do.
var entryForm = regexp.MustCompile(`^\[([^\[\]]+)\]\((https?://(?:[^()\s]|\([^()\s]*\))+)\)[.:,]?\s*`)

// paragraph converts an entry; any other paragraph goes to the README. A heading sets
// the category for the entries below it and stays in the README, which thus retains the
// structure of the list. Outside the categories (table of contents, links to other
// lists) paragraphs are expected not to be entries and cause no Finding.
func (l *danluu) paragraph(p block) {
	if strings.HasPrefix(p.text, "#") {
		l.category = category(strings.TrimSpace(strings.TrimLeft(p.text, "#")))
		l.rest = append(l.rest, p.text)
		return
	}
	m := entryForm.FindStringSubmatch(p.text)
	if m == nil || l.category == "" {
		if l.category != "" {
			l.findings = append(l.findings, Finding{l.path, p.line, "not of the form [Company](url). Text: moved to the README"})
		}
		l.rest = append(l.rest, p.text)
		return
	}
	text := strings.TrimSpace(p.text[len(m[0]):])
	// The body repeats the whole paragraph with its links; title and summary are derived
	// from it.
	d := &draft{source: l.path, body: p.text, title: oneLine(m[1])}
	if first := firstSentence(text); first != "" {
		d.title += ": " + first
	}
	d.summary(text)
	d.set("tags", texts([]string{m[1]}))
	if !strings.EqualFold(l.category, "uncategorized") {
		d.set("contributing_factors", factors([]string{Slug(l.category)}))
	}
	d.set("source", yamldoc.Pairs{{Key: "url", Value: m[2]}, {Key: "format", Value: "danluu"}})
	l.files = append(l.files, File{Path: "postmortems/danluu/" + Slug(d.title) + ".md", Data: d.bytes()})
	l.findings = append(l.findings, d.findings...)
}

// category returns the heading if it is a category of entries, "" for the other
// sections. The other sections are recognised by the beginning of their heading, in any
// case of letters.
func category(heading string) string {
	lower := strings.ToLower(heading)
	for _, other := range []string{"table of contents", "other lists", "analysis", "contributors"} {
		if strings.HasPrefix(lower, other) {
			return ""
		}
	}
	return heading
}

const (
	titleRunes  = 90 // fits on one line of a list
	minSentence = 20 // bytes; "Human error." does not distinguish entries
)

// sentenceEnd matches the end of a sentence.
var sentenceEnd = regexp.MustCompile(`[.!?](?:\s|$)`)

// firstSentence returns the plain text of the first sentence, or of the first two if
// the first is too short, truncated to titleRunes. A full stop inside a word, as in
// "v1.2", ends nothing. Without a sentence end, the whole text counts.
func firstSentence(text string) string {
	plain := unmark(text)
	for _, end := range sentenceEnd.FindAllStringIndex(plain, -1) {
		if end[0] >= minSentence {
			return cut(plain[:end[0]], titleRunes)
		}
	}
	return cut(strings.TrimRight(plain, "."), titleRunes)
}
