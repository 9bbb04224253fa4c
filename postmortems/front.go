package postmortems

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/postern/postern/portal/base/yamldoc"
)

// frontLimits returns the bounds of front matter. The largest in a thousand public
// documents had 2 KiB and 40 keys.
func frontLimits() yamldoc.Limits {
	return yamldoc.Limits{Bytes: 32 << 10, Keys: 512, Depth: 16}
}

// frontContext holds facts about the front matter, beyond its typed form, that reading
// the body requires. An absent key and one that is null differ: null states that the
// time is not known, and the rules then ask no further.
type frontContext struct {
	zone       *time.Location // of times.started as written; nil: not given
	incomplete bool           // some or all of the front matter was not understood
	started    bool           // the key is present, even if it is null
	detected   bool
}

// front reads front matter into typed form. Problems go to the checker; what could not be
// read stays zero.
type front struct {
	*checker
	fm      FrontMatter
	context frontContext
}

// readFront reads the front matter of a source into its typed form. It never fails: a
// document is readable without its front matter.
func readFront(c *checker, src Source) (FrontMatter, frontContext) {
	f := &front{checker: c}
	f.context.incomplete = src.format != frontNone && src.format != frontYAML
	switch src.format {
	case frontUnclosed:
		c.report(ruleFrontUnclosed, place{line: 1, col: 1}, `the front matter that begins here has no closing line "---"`)
	case frontNone:
		f.keptBackBelow(src.Body)
	case frontTOML:
		f.toml(src.Front)
	case frontYAML:
		f.yaml(src.Front)
	}
	return f.fm, f.context
}

// toml reads the values that need no TOML parser. Importing a site of Hugo converts the
// rest.
func (f *front) toml(text []byte) {
	f.report(ruleFrontTOML, place{line: 1, col: 1},
		"this front matter is TOML: only title, date, authors, draft and published are read from it")
	f.keptBackTOML(text)
	if title := tomlValue(text, "title"); len(title) > 0 {
		f.fm.Title = oneLine(title[0])
	}
	if date := tomlValue(text, "date"); len(date) > 0 {
		if t, _, ok := yamldoc.ParseTime(date[0]); ok {
			f.fm.Date = t.UTC()
		}
	}
	f.fm.Authors = lines(tomlValue(text, "authors"))
}

// yaml reads all keys of YAML front matter. Each call reads its keys, and what remains
// at the end is unknown.
func (f *front) yaml(text []byte) {
	doc, issues := yamldoc.Parse(text, frontLimits())
	if doc == nil {
		f.context.incomplete = true
		f.issues(issues, templateMarks.Match(text))
		return
	}
	m := doc.Root()
	f.identity(m)
	f.keptBack(m)
	f.people(m)
	f.incident(m.Value("incident").Map())
	f.times(m.Value("times").Map())
	f.impact(m.Value("impact").Map())
	f.causes(m)
	f.actions(m.Value("actions"))
	f.origin(m.Value("source"))
	hints(m)
	// Keys for other tools are stored as written, so that an export does not lose them.
	for key, value := range m.Unknown() {
		if f.fm.Extra == nil {
			f.fm.Extra = map[string]string{}
		}
		f.fm.Extra[key] = value.YAML()
	}
	f.issues(doc.Issues(), false)
}

// templateMarks match the start of what another tool would replace.
var templateMarks = regexp.MustCompile(`\{\{|\{%|<%`)

// issues reports the problems of the YAML itself. For a template only the first one is
// reported, as a template. doc.Issues includes what typed readers found.
func (f *front) issues(issues []yamldoc.Issue, template bool) {
	for _, i := range issues {
		rule := map[yamldoc.Code]string{
			yamldoc.Syntax: ruleYAMLSyntax, yamldoc.Limit: ruleFrontLimit, yamldoc.Feature: ruleYAMLFeature,
			yamldoc.Duplicate: ruleYAMLDuplicate, yamldoc.Wrong: ruleValueForm, yamldoc.Unknown: ruleKeyUnknown,
		}[i.Code]
		p := place{i.Line, i.Col, i.Excerpt}
		if template && (rule == ruleYAMLSyntax || rule == ruleYAMLFeature) {
			if mark := templateMarks.FindStringIndex(p.excerpt); mark != nil {
				p.col = utf8.RuneCountInString(p.excerpt[:mark[0]]) + 1
			}
			f.report(ruleFrontTemplate, p, "this front matter is a template for another tool, not YAML: write the values out")
			return
		}
		f.report(rule, p, "%s", i.Msg)
	}
}

// hints suggests the right key for keys of other tools and for keys at the wrong level.
// A hint is part of the message about an unknown key.
func hints(m *yamldoc.Map) {
	for _, key := range []string{"ref", "severity", "services", "product", "environment", "detected_by", "duplicate_of", "related"} {
		m.Hint(key, "incident."+key)
	}
	for _, key := range []string{"started", "detected", "acknowledged", "diagnosed", "mitigated", "recovered", "resolved"} {
		m.Hint(key, "times."+key)
	}
	for key, ours := range map[string]string{
		"service": "incident.services", "sev": "incident.severity", "sevrity": "incident.severity",
		"start_time": "times.started", "end_time": "times.resolved", "start": "times.started", "end": "times.resolved",
		"description": "summary", "tldr": "summary", "aliases": "redirects", "author": "authors", "keywords": "tags",
		"categories": "contributing_factors", "factors": "contributing_factors", "root_cause": "root_causes",
		"action_items": "actions", "team": "owner", "url": "source.url",
	} {
		m.Hint(key, ours)
	}
}

// identity reads the keys that every kind of document has. The kind of the folder
// always counts: a different one in the file is an error and has no other effect.
func (f *front) identity(m *yamldoc.Map) {
	f.fm.Title = oneLine(m.Value("title").String())
	f.fm.Summary = prose(m.Value("summary").String())
	f.fm.Tags = lines(m.Value("tags").Strings())
	if v := m.Value("id"); v.Present() {
		f.fm.ID = v.String()
		if v.Scalar() && !validID(f.fm.ID) {
			f.report(ruleIDInvalid, at(v), "id %q must be 1 to 64 letters, digits, dots, hyphens or underscores, "+
				"and begin with a letter or digit", f.fm.ID)
			f.fm.ID = ""
		}
	}
	if v := m.Value("kind"); v.Present() {
		f.fm.Kind = Kind(strings.ToLower(v.String()))
		if kind, _ := KindOf(f.path); f.fm.Kind != kind {
			f.report(ruleKindFolder, at(v), "kind %q does not agree with the folder, which makes this a %s: leave kind out or move the file",
				f.fm.Kind, kind)
		}
	}
	if v := m.Value("status"); v.Present() {
		f.fm.Status = Status(strings.ToLower(v.String()))
		if v.Scalar() && !f.fm.Status.Valid() {
			f.report(ruleStatusUnknown, at(v), "status %q is not known: use draft, review, published or archived", f.fm.Status)
			f.fm.Status = ""
		}
	}
	f.fm.Date, _ = f.time(m.Value("date"), true)
	// A single text is a list of one and has no items, so its place is that of the key's
	// value.
	redirects := m.Value("redirects")
	for i, address := range redirects.Strings() {
		v := redirects
		if items := redirects.Items(); i < len(items) {
			v = items[i]
		}
		if !validRedirect(address) {
			f.report(ruleRedirect, at(v), "redirect %q must be an old address of this portal that begins with a single /", address)
			continue
		}
		f.fm.Redirects = append(f.fm.Redirects, address)
	}
}

// Valid reports whether s is one of the four states. "" is not valid, although an
// absent status is allowed.
func (s Status) Valid() bool {
	switch s {
	case StatusDraft, StatusReview, StatusPublished, StatusArchived:
		return true
	}
	return false
}

var (
	idForm       = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	redirectForm = regexp.MustCompile(`^/[^/\s\\?#\p{Cc}][^\s\\?#\p{Cc}]*$`)
)

// validID reports whether a text can be a permanent id. The form is safe in addresses,
// file names and keys of the database.
func validID(id string) bool {
	return idForm.MatchString(id)
}

// validRedirect reports whether a text can be an old address of this portal. "//host"
// is excluded: browsers would take it for another site.
func validRedirect(address string) bool {
	return redirectForm.MatchString(address)
}

// people reads who wrote, owns and reviews the document. Names are not checked against
// any directory.
func (f *front) people(m *yamldoc.Map) {
	f.fm.Authors = lines(m.Value("authors").Strings())
	f.fm.Owner = oneLine(m.Value("owner").String())
	f.fm.Reviewers = lines(m.Value("reviewers").Strings())
	f.fm.ReviewBy, _ = f.time(m.Value("review_by"), false)
}

// lines turns texts into single lines and drops empty ones.
func lines(texts []string) []string {
	var out []string
	for _, t := range texts {
		if t = oneLine(t); t != "" {
			out = append(out, t)
		}
	}
	return out
}
