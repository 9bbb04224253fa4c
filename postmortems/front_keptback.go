package postmortems

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/postern/postern/portal/base/yamldoc"
)

// The keys by which Hugo, Jekyll, Docusaurus, MkDocs and Obsidian mark a page as not to
// be shown: `draft: true`, `published: false` and `publish: false`.
const (
	keyDraft     = "draft"
	keyPublished = "published"
	keyPublish   = "publish"
)

// shownKey returns which of the keys an author means, in any case and with any blanks or
// invisible characters around it; "" for another key. A key that looks right and is
// ignored would publish what its author wants to keep back.
func shownKey(key string) string {
	key = strings.ToLower(strings.TrimFunc(key, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }))
	switch key {
	case keyDraft, keyPublished, keyPublish:
		return key
	}
	return ""
}

// KeptBack returns why a document is not published, as its author wrote it ("draft:
// true"); "" for a document that is published. It reads only the front matter. It
// agrees with Document.Front.KeptBack after Compile, at a fraction of the cost.
func KeptBack(repoPath string, src []byte) string {
	fm, _ := readFront(&checker{path: repoPath}, Split(src))
	return fm.KeptBack
}

// keptBack reads the keys from YAML front matter. All keys are tried, because the same
// key may be written in several spellings.
func (f *front) keptBack(m *yamldoc.Map) {
	_, _ = m.Has(keyDraft), m.Has(keyPublished) // marks them as known keys, for suggestions
	for _, name := range m.Keys() {
		key := shownKey(name)
		if key == "" {
			continue
		}
		v := m.Value(name)
		if _, _, isTime := yamldoc.ParseTime(v.Text()); isTime && key == keyPublished {
			m.Hint(name, "date")
			continue // some tools write the day of publication here
		}
		text := v.Text()
		if v.Present() && !v.Scalar() {
			text = oneLine(v.YAML())
		}
		f.shown(name, text, at(v))
	}
}

// shown applies one statement about whether the document is to be shown. A value that
// is not understood withholds the document, because publishing by mistake cannot be
// undone. The first reason is the one that is shown. An empty value or null has no
// effect.
func (f *front) shown(key, text string, where place) {
	// The words are those that YAML 1.1 and the tools above accept.
	kept, known := false, true
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "", "null", "~":
		return
	case "true", "yes", "on", "y", "1":
		kept = shownKey(key) == keyDraft
	case "false", "no", "off", "n", "0":
		kept = shownKey(key) != keyDraft
	default:
		known = false
	}
	if !known {
		f.report(ruleKeptBack, where, "%s: %q is neither true nor false: this document is not published until it is",
			key, cutRunes(oneLine(text), quotedRunes))
	}
	if (kept || !known) && f.fm.KeptBack == "" {
		f.fm.KeptBack = fmt.Sprintf("%s: %s", strings.TrimSpace(Printable(key)), Printable(cutRunes(oneLine(text), quotedRunes)))
	}
}

// The keys on one line, as TOML, YAML and JSON write them.
var (
	tomlKey = regexp.MustCompile(`(?mi)^[ \t]*["']?(draft|published|publish)["']?[ \t]*=[ \t]*([^#\n]*)`)
	yamlKey = regexp.MustCompile(`(?mi)^["']?(draft|published|publish)["']?[ \t]*:[ \t]*([^#\n]*)`)
	jsonKey = regexp.MustCompile(`(?i)"(draft|published|publish)"\s*:\s*("[^"\n]*"|[^\s,}\]]*)`)
)

// keptBackText finds the keys in front matter that is not parsed. line is the line of the
// file at which text begins.
func (f *front) keptBackText(text []byte, expr *regexp.Regexp, line int) {
	for _, m := range expr.FindAllSubmatchIndex(text, -1) {
		key, value := string(text[m[2]:m[3]]), strings.Trim(strings.TrimSpace(string(text[m[4]:m[5]])), `"'`)
		if _, _, isTime := yamldoc.ParseTime(value); isTime && shownKey(key) == keyPublished {
			continue
		}
		f.shown(key, value, place{line: line + bytes.Count(text[:m[2]], []byte("\n")), col: 1})
	}
}

// keptBackTOML finds the keys in TOML front matter, in any table: without a TOML parser
// the tables are not known.
func (f *front) keptBackTOML(text []byte) { f.keptBackText(text, tomlKey, 1) }

// keptBackBelow finds the keys in a file that does not begin with front matter: it begins
// with a JSON object, or its front matter is below blank lines or a comment, where it is
// rendered as text. Only the first bytes are searched, as many as front matter may
// have.
func (f *front) keptBackBelow(body []byte) {
	body = body[:min(len(body), frontLimits().Bytes)]
	at := len(body) - len(aboveFront.ReplaceAll(body, nil))
	line, rest := 1+bytes.Count(body[:at], []byte("\n")), body[at:]
	switch below := Split(rest); {
	case below.format == frontTOML:
		f.keptBackText(below.Front, tomlKey, line)
	case below.format == frontYAML:
		f.keptBackText(below.Front, yamlKey, line)
	case len(rest) > 0 && rest[0] == '{':
		f.keptBackJSON(rest, line)
	}
}

// aboveFront matches what may precede front matter: blank lines, comments and the line
// ";;;" that begins an object of Hugo.
var aboveFront = regexp.MustCompile(`^(?:[ \t\n]+|<!--(?s:.*?)-->|;;;[ \t]*\n)+`)

// keptBackJSON reads the keys of the object that a file begins with. If the object is not
// valid JSON, it searches the text up to the first blank line. Text behind the object
// is the body and is ignored. Keys are in alphabetical order, so that the reason is
// reproducible.
func (f *front) keptBackJSON(body []byte, line int) {
	var front map[string]any
	if json.NewDecoder(bytes.NewReader(body)).Decode(&front) != nil {
		if !jsonObject.Match(body) {
			return // a template: {{ … }}
		}
		text, _, _ := bytes.Cut(body, []byte("\n\n"))
		f.keptBackText(text, jsonKey, line)
		return
	}
	for _, key := range slices.Sorted(maps.Keys(front)) {
		value := front[key]
		if shownKey(key) == "" || value == nil {
			continue
		}
		if _, _, isTime := yamldoc.ParseTime(fmt.Sprint(value)); !isTime || shownKey(key) != keyPublished {
			f.shown(key, fmt.Sprint(value), place{line: line, col: 1})
		}
	}
}

// jsonObject matches the beginning of an object with a key.
var jsonObject = regexp.MustCompile(`^\{\s*"`)
