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

// The keys by which Hugo, Jekyll, Docusaurus, MkDocs and Obsidian say that a page is
// not to be shown: `draft: true`, `published: false` and `publish: false`.
const (
	keyDraft     = "draft"
	keyPublished = "published"
	keyPublish   = "publish"
)

// shownKey returns which of the keys an author means, in any case of letters and
// with the spaces that an editor may put beside it; "" for another key.
func shownKey(key string) string {
	key = strings.ToLower(strings.TrimFunc(key, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }))
	switch key {
	case keyDraft, keyPublished, keyPublish:
		return key
	}
	return ""
}

// KeptBack returns why a document is kept from being published, as its author
// wrote it ("draft: true"); "" for one that is to be shown. It reads the front
// matter alone.
func KeptBack(repoPath string, src []byte) string {
	fm, _ := readFront(&judge{path: repoPath}, Split(src))
	return fm.KeptBack
}

// keptBack reads the keys of YAML front matter.
func (f *front) keptBack(m *yamldoc.Map) {
	_, _ = m.Has(keyDraft), m.Has(keyPublished) // known, so that others are held against them
	for _, name := range m.Keys() {
		key := shownKey(name)
		if key == "" {
			continue
		}
		v := m.Value(name)
		if _, _, isTime := yamldoc.ParseTime(v.Text()); isTime && key == keyPublished {
			m.Hint(name, "date")
			continue // the day of publication, as some tools write it
		}
		text := v.Text()
		if v.Present() && !v.Scalar() {
			text = oneLine(v.YAML())
		}
		f.shown(name, text, at(v))
	}
}

// shown takes over one statement about whether the document is to be shown. What
// is not understood keeps it back: shown by mistake cannot be taken back.
func (f *front) shown(key, text string, where place) {
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
		f.find(ruleKeptBack, where, "%s: %q is neither true nor false: this document is not published until it is", key, cutRunes(oneLine(text), quotedRunes))
	}
	if (kept || !known) && f.fm.KeptBack == "" {
		f.fm.KeptBack = fmt.Sprintf("%s: %s", strings.TrimSpace(Printable(key)), Printable(cutRunes(oneLine(text), quotedRunes)))
	}
}

// The keys where TOML, YAML and JSON may write them on one line.
var (
	tomlKey = regexp.MustCompile(`(?mi)^[ \t]*["']?(draft|published|publish)["']?[ \t]*=[ \t]*([^#\n]*)`)
	yamlKey = regexp.MustCompile(`(?mi)^["']?(draft|published|publish)["']?[ \t]*:[ \t]*([^#\n]*)`)
	jsonKey = regexp.MustCompile(`(?i)"(draft|published|publish)"\s*:\s*("[^"\n]*"|[^\s,}\]]*)`)
)

// keptBackText reads the keys of a text that is front matter and is not parsed as
// such.
func (f *front) keptBackText(text []byte, expr *regexp.Regexp, line int) {
	for _, m := range expr.FindAllSubmatchIndex(text, -1) {
		key, value := string(text[m[2]:m[3]]), strings.Trim(strings.TrimSpace(string(text[m[4]:m[5]])), `"'`)
		if _, _, isTime := yamldoc.ParseTime(value); isTime && shownKey(key) == keyPublished {
			continue
		}
		f.shown(key, value, place{line: line + bytes.Count(text[:m[2]], []byte("\n")), col: 1})
	}
}

// keptBackTOML reads the keys of TOML front matter, in whatever table they stand:
// where a table begins is not known without reading TOML.
func (f *front) keptBackTOML(text []byte) { f.keptBackText(text, tomlKey, 1) }

// keptBackBelow reads the keys of a file that does not begin with front matter: it
// begins with a JSON object, or its front matter stands below blank lines or a
// comment, where it is shown as text.
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

// aboveFront is what may stand above front matter: blank lines, comments and the
// line ";;;" that begins an object of Hugo.
var aboveFront = regexp.MustCompile(`^(?:[ \t\n]+|<!--(?s:.*?)-->|;;;[ \t]*\n)+`)

// keptBackJSON reads the keys of an object that a file begins with; of one that is
// no JSON up to the first blank line.
func (f *front) keptBackJSON(body []byte, line int) {
	var front map[string]any
	if json.NewDecoder(bytes.NewReader(body)).Decode(&front) != nil {
		if !jsonObject.Match(body) {
			return // {{ a template }}
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

var jsonObject = regexp.MustCompile(`^\{\s*"`)
