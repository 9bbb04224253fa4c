package openslo

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/postern/postern/portal/base/yamldoc"
	"github.com/postern/postern/postmortems"
)

// reader reads one file and collects its findings.
type reader struct {
	path     string
	lines    map[string]postmortems.Weight // by rule
	problems []postmortems.Problem
}

// find adds a finding at a value.
func (r *reader) find(rule string, at yamldoc.Value, format string, args ...any) {
	r.findAt(rule, placeOf(at), format, args...)
}

// findAt adds a finding at a place. The message may quote a file, so control characters
// are replaced: findings are printed to the terminal of the person who pushes.
func (r *reader) findAt(rule string, at place, format string, args ...any) {
	r.problems = append(r.problems, postmortems.Problem{
		Path: r.path, Line: at.line, Col: at.col, Excerpt: at.excerpt, Weight: r.lines[rule], Rule: rule,
		Message: postmortems.Printable(fmt.Sprintf(format, args...)),
	})
}

// issues adds the findings of the YAML reader under the rules of this package. The YAML
// reader does not know rules: Wrong is a value of another type than was read, Unknown a
// key that was not read, and all others are mistakes of the syntax.
func (r *reader) issues(issues []yamldoc.Issue) {
	for _, i := range issues {
		rule := ruleYAML
		switch i.Code {
		case yamldoc.Wrong:
			rule = ruleForm
		case yamldoc.Unknown:
			rule = ruleKey
		}
		r.findAt(rule, place{i.Line, i.Col, i.Excerpt}, "%s", i.Msg)
	}
}

// sorted returns the findings in the order of the file.
func (r *reader) sorted() []postmortems.Problem {
	slices.SortStableFunc(r.problems, func(a, b postmortems.Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	return r.problems
}

// object reads one definition. It returns false for an unknown version or kind. Other
// keys of such an object are not reported: their meaning is unknown.
func (r *reader) object(m *yamldoc.Map) (object, bool) {
	if v := m.Value("apiVersion"); v.String() != APIVersion {
		r.find(ruleKind, orKey(m, "apiVersion"), "apiVersion is %q: only %s is read", v.Text(), APIVersion)
		return object{}, false
	}
	kind := m.Value("kind").String()
	if !slices.Contains(kinds(), kind) {
		r.find(ruleKind, orKey(m, "kind"), "kind is %q: known are %s", kind, strings.Join(kinds(), ", "))
		return object{}, false
	}
	o := r.body(kind, m)
	finish(m)
	return o, true
}

// body reads metadata and spec of a definition, which is a document or is inline. It
// returns the object as far as it could be read. Callers finish m themselves, because
// only they know which further keys it may have.
func (r *reader) body(kind string, m *yamldoc.Map) object {
	meta := r.metadata(m)
	o := object{kind: kind, name: meta.name, at: meta.at}
	spec := m.Value("spec")
	if !spec.Present() {
		r.find(ruleForm, orKey(m, "spec"), "%s needs a spec", kind)
		return o
	}
	s := spec.Map()
	switch kind {
	case KindSLO:
		o.slo = r.slo(meta, s)
	case KindSLI:
		o.sli = r.sli(s)
	case KindService:
		o.service, o.depends = r.service(meta, s)
	case KindDataSource:
		o.sourceType = r.dataSource(s)
	case KindAlertPolicy:
		o.refs = r.alertPolicy(s)
	case KindAlertCondition:
		r.alertCondition(s)
	case KindAlertNotificationTarget:
		r.required(s, "target")
		_ = s.Value("description").String()
	}
	finish(s)
	return o
}

// finish adds a finding for each key of a mapping that was not read; Unknown does so.
// It must be called after all keys were read, once for each mapping.
func finish(m *yamldoc.Map) { _ = m.Unknown() }

// orKey returns the value of a key, or the mapping's own place if the key is missing, for
// findings.
func orKey(m *yamldoc.Map, key string) yamldoc.Value {
	if v := m.Value(key); v.Present() {
		return v
	}
	return m.Key(key)
}

// required reads a text, and adds a finding if it is missing. The result is "" then.
func (r *reader) required(m *yamldoc.Map, key string) string {
	text := m.Value(key).String()
	if text == "" {
		r.find(ruleForm, orKey(m, key), "%q is missing", key)
	}
	return text
}

// metadata is the metadata of an object.
type metadata struct {
	name, title string
	at          place // of the name
	labels      map[string][]string
	annotations map[string]annotation
}

// annotation is one annotation with its place.
type annotation struct {
	text string
	at   yamldoc.Value
}

// metadata reads the metadata of an object, which must have a valid name. The display
// name is free text. A name that is invalid is returned as "", so that nothing is
// registered under it.
func (r *reader) metadata(m *yamldoc.Map) metadata {
	v := m.Value("metadata")
	if !v.Present() {
		r.find(ruleForm, orKey(m, "metadata"), "metadata with a name is missing")
		return metadata{at: placeOf(orKey(m, "kind"))}
	}
	md := v.Map()
	meta := metadata{title: md.Value("displayName").String(), at: placeOf(orKey(md, "name"))}
	meta.name = r.name(md)
	meta.labels = r.labels(md.Value("labels"))
	meta.annotations = r.annotations(md.Value("annotations"))
	finish(md)
	return meta
}

// maxName is the length of an RFC 1123 label.
const maxName = 63

// validName reports whether a name is an RFC 1123 label: names are part of addresses and
// of file names.
func validName(s string) bool {
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return s != "" && len(s) <= maxName && s[0] != '-' && s[len(s)-1] != '-'
}

// name reads a name, "" if it is invalid.
func (r *reader) name(md *yamldoc.Map) string {
	name := md.Value("name").String()
	if !validName(name) {
		const text = "the name %q must be at most 63 lower-case letters, digits and hyphens, with a letter or digit at both ends"
		r.find(ruleName, orKey(md, "name"), text, name)
		return ""
	}
	return name
}

// labels reads labels, each of which is a text or a list of texts. It returns nil
// without labels.
func (r *reader) labels(v yamldoc.Value) map[string][]string {
	if !v.Present() {
		return nil
	}
	out := map[string][]string{}
	for key, value := range v.Map().All() {
		out[key] = value.Strings()
	}
	return out
}

// annotations reads annotations as texts; a list becomes one text with commas.
func (r *reader) annotations(v yamldoc.Value) map[string]annotation {
	if !v.Present() {
		return nil
	}
	out := map[string]annotation{}
	for key, value := range v.Map().All() {
		text := value.String()
		if value.List() {
			text = strings.Join(value.Strings(), ", ")
		}
		out[key] = annotation{text, value}
	}
	return out
}
