package postmortems

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/postern/postern/portal/base/yamldoc"
)

// The keys by which Hugo, Jekyll, Docusaurus and MkDocs say that a page is not to
// be shown: `draft: true` and `published: false`.
const (
	keyDraft     = "draft"
	keyPublished = "published"
)

// KeptBack returns why a document is kept from being published, as its author
// wrote it ("draft: true"); "" for one that is to be shown. It reads the front
// matter alone.
func KeptBack(repoPath string, src []byte) string {
	fm, _ := readFront(&judge{path: repoPath}, Split(src))
	return fm.KeptBack
}

// keptBack reads `draft` and `published` of YAML front matter.
func (f *front) keptBack(m *yamldoc.Map) {
	for _, key := range []string{keyDraft, "Draft", "DRAFT", keyPublished, "Published", "PUBLISHED"} {
		if !m.Has(key) {
			continue
		}
		v := m.Value(key)
		if _, _, isTime := yamldoc.ParseTime(v.Text()); isTime && strings.EqualFold(key, keyPublished) {
			m.Hint(key, "date")
			continue // the day of publication, as some tools write it
		}
		text := v.Text()
		if v.Present() && !v.Scalar() {
			text = oneLine(v.YAML())
		}
		f.shown(key, text, at(v))
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
		kept = strings.EqualFold(key, keyDraft)
	case "false", "no", "off", "n", "0":
		kept = strings.EqualFold(key, keyPublished)
	default:
		known = false
	}
	if !known {
		f.find(ruleKeptBack, where, "%s: %q is neither true nor false: this document is not published until it is", key, cutRunes(oneLine(text), quotedRunes))
	}
	if (kept || !known) && f.fm.KeptBack == "" {
		f.fm.KeptBack = fmt.Sprintf("%s: %s", key, Printable(cutRunes(oneLine(text), quotedRunes)))
	}
}

// tomlKey finds `draft` and `published` where TOML may write them on one line.
var tomlKey = regexp.MustCompile(`(?mi)^[ \t]*["']?(draft|published)["']?[ \t]*=[ \t]*([^#\n]*)`)

// keptBackTOML reads the same of TOML front matter: top-level keys alone.
func (f *front) keptBackTOML(front []byte) {
	if table := bytes.Index(front, []byte("\n[")); table >= 0 {
		front = front[:table+1]
	}
	for _, m := range tomlKey.FindAllSubmatchIndex(front, -1) {
		key, text := string(front[m[2]:m[3]]), strings.Trim(strings.TrimSpace(string(front[m[4]:m[5]])), `"'`)
		if _, _, isTime := yamldoc.ParseTime(text); isTime && strings.EqualFold(key, keyPublished) {
			continue
		}
		f.shown(key, text, place{line: 1 + bytes.Count(front[:m[2]], []byte("\n")), col: 1})
	}
}

// keptBackJSON reads the same of JSON front matter, which is shown as text
// otherwise: an object that the file begins with.
func (f *front) keptBackJSON(body []byte) {
	if len(body) == 0 || body[0] != '{' {
		return
	}
	var front map[string]any
	if json.NewDecoder(bytes.NewReader(body[:min(len(body), frontLimits().Bytes)])).Decode(&front) != nil {
		return
	}
	for key, value := range front {
		if strings.EqualFold(key, keyDraft) || strings.EqualFold(key, keyPublished) {
			if _, _, isTime := yamldoc.ParseTime(fmt.Sprint(value)); !isTime && value != nil {
				f.shown(key, fmt.Sprint(value), place{line: 1, col: 1})
			}
		}
	}
}
