package postmortems

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/postern/postern/portal/base/yamldoc"
)

// frontLimits bound front matter: the largest seen in a thousand public
// documents had 2 KiB and 40 keys.
func frontLimits() yamldoc.Limits {
	return yamldoc.Limits{Bytes: 32 << 10, Keys: 512, Depth: 16}
}

// stated is what the front matter says beyond its typed form: what the reading
// of the body needs to know.
type stated struct {
	zone     *time.Location // of times.started as written; nil: not given
	unread   bool           // there is front matter of which nothing, or not all, was understood
	started  bool           // the key is there, if only to say null
	detected bool
}

// front reads front matter into typed form. Problems go to the judge; what could
// not be read stays zero.
type front struct {
	*judge
	fm     FrontMatter
	stated stated
}

// readFront reads the front matter of a source.
func readFront(j *judge, src Source) (FrontMatter, stated) {
	f := &front{judge: j}
	f.stated.unread = src.format != frontNone && src.format != frontYAML
	switch src.format {
	case frontUnclosed:
		j.find(ruleFrontUnclosed, place{line: 1, col: 1}, `the front matter that begins here has no closing line "---"`)
	case frontNone:
		f.keptBackBelow(src.Body)
	case frontTOML:
		f.toml(src.Front)
	case frontYAML:
		f.yaml(src.Front)
	}
	return f.fm, f.stated
}

// toml takes what is trivially readable.
func (f *front) toml(text []byte) {
	f.find(ruleFrontTOML, place{line: 1, col: 1}, "this front matter is TOML: only title, date, authors, draft and published are read from it")
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

func (f *front) yaml(text []byte) {
	doc, issues := yamldoc.Parse(text, frontLimits())
	if doc == nil {
		f.stated.unread = true
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
	for key, value := range m.Unknown() {
		if f.fm.Extra == nil {
			f.fm.Extra = map[string]string{}
		}
		f.fm.Extra[key] = value.YAML()
	}
	f.issues(doc.Issues(), false)
}

// templateMarks open what another tool is meant to fill in.
var templateMarks = regexp.MustCompile(`\{\{|\{%|<%`)

// issues tells what was found about the YAML.
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
			f.find(ruleFrontTemplate, p, "this front matter is a template for another tool, not YAML: write the values out")
			return
		}
		f.find(rule, p, "%s", i.Msg)
	}
}

// hints suggests our key for those of other tools and for keys of the wrong level.
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

// identity reads what every document may say about itself.
func (f *front) identity(m *yamldoc.Map) {
	f.fm.Title = oneLine(m.Value("title").String())
	f.fm.Summary = prose(m.Value("summary").String())
	f.fm.Tags = lines(m.Value("tags").Strings())
	if v := m.Value("id"); v.Present() {
		f.fm.ID = v.String()
		if v.Scalar() && !validID(f.fm.ID) {
			f.find(ruleIDInvalid, at(v), "id %q must be 1 to 64 letters, digits, dots, hyphens or underscores, and begin with a letter or digit", f.fm.ID)
			f.fm.ID = ""
		}
	}
	if v := m.Value("kind"); v.Present() {
		f.fm.Kind = Kind(strings.ToLower(v.String()))
		if kind, _ := KindOf(f.path); f.fm.Kind != kind {
			f.find(ruleKindFolder, at(v), "kind %q does not agree with the folder, which makes this a %s: leave kind out or move the file", f.fm.Kind, kind)
		}
	}
	if v := m.Value("status"); v.Present() {
		f.fm.Status = Status(strings.ToLower(v.String()))
		if v.Scalar() && !f.fm.Status.Valid() {
			f.find(ruleStatusUnknown, at(v), "status %q is not known: use draft, review, published or archived", f.fm.Status)
			f.fm.Status = ""
		}
	}
	f.fm.Date, _ = f.time(m.Value("date"), true)
	redirects := m.Value("redirects")
	for i, address := range redirects.Strings() {
		v := redirects
		if items := redirects.Items(); i < len(items) {
			v = items[i]
		}
		if !validRedirect(address) {
			f.find(ruleRedirect, at(v), "redirect %q must be an old address of this portal that begins with a single /", address)
			continue
		}
		f.fm.Redirects = append(f.fm.Redirects, address)
	}
}

// Valid tells whether s is a status of the contract.
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

// validID tells whether a text can be a permanent id.
func validID(id string) bool {
	return idForm.MatchString(id)
}

func validRedirect(address string) bool {
	return redirectForm.MatchString(address)
}

func (f *front) people(m *yamldoc.Map) {
	f.fm.Authors = lines(m.Value("authors").Strings())
	f.fm.Owner = oneLine(m.Value("owner").String())
	f.fm.Reviewers = lines(m.Value("reviewers").Strings())
	f.fm.ReviewBy, _ = f.time(m.Value("review_by"), false)
}

// lines makes single lines of texts and drops empty ones.
func lines(texts []string) []string {
	var out []string
	for _, t := range texts {
		if t = oneLine(t); t != "" {
			out = append(out, t)
		}
	}
	return out
}
