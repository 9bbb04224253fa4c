package synonyms

import (
	"fmt"
	"slices"
	"strings"

	"github.com/postern/postern/portal/base/yamldoc"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/search/analysis"
)

// Path is the file in the knowledge repository.
const Path = "search/synonyms.yaml"

// Limits of the file: every search looks its words up, and each meaning is one
// more list to read.
const (
	MaxBytes    = 256 << 10
	maxEntries  = 2000
	maxMeanings = 16 // of one form
	maxWords    = 6  // of one form; an ideograph counts as half
)

// Parse reads the file over the built-in set. What is wrong is left out and told;
// the rest holds.
func Parse(data []byte) (Set, []postmortems.Problem) {
	r := reader{}
	groups := builtin()
	doc, issues := yamldoc.Parse(data, yamldoc.Limits{Bytes: MaxBytes, Keys: maxEntries, Depth: 2})
	if doc == nil {
		r.yaml(issues)
		return newSet(groups), r.problems
	}
	for name, value := range doc.Root().All() {
		if g, ok := r.entry(name, doc.Root().Key(name), value); ok {
			groups = append(groups, g)
		}
	}
	r.yaml(doc.Issues())
	slices.SortStableFunc(r.problems, func(a, b postmortems.Problem) int { return a.Line - b.Line })
	return newSet(groups), r.problems
}

// Builtin is the set that holds without a file.
func Builtin() Set { return newSet(builtin()) }

// reader collects what is wrong with one file.
type reader struct {
	problems []postmortems.Problem
}

func (r *reader) find(rule string, at yamldoc.Value, format string, args ...any) {
	r.problems = append(r.problems, postmortems.Problem{
		Path: Path, Line: at.Line(), Col: at.Col(), Weight: postmortems.Error, Rule: rule,
		Message: postmortems.Printable(fmt.Sprintf(format, args...)), Excerpt: at.Excerpt(),
	})
}

// yaml tells what was found about the YAML itself.
func (r *reader) yaml(issues []yamldoc.Issue) {
	for _, i := range issues {
		r.problems = append(r.problems, postmortems.Problem{
			Path: Path, Line: i.Line, Col: i.Col, Weight: postmortems.Error, Rule: RuleForm,
			Message: i.Msg, Excerpt: i.Excerpt,
		})
	}
}

// entry reads one line of the mapping.
func (r *reader) entry(name string, at, value yamldoc.Value) (group, bool) {
	ok := r.form(name, at)
	if value.List() && len(value.Items()) == 0 {
		return group{name: name}, ok
	}
	if !value.Present() {
		r.find(RuleForm, at, `%q has nothing that means the same: write it after the colon, or [] to take a built-in meaning away`, name)
		return group{}, false
	}
	texts := value.Strings()
	values := value.Items()
	if !value.List() {
		values = []yamldoc.Value{value}
	}
	if len(values) > maxMeanings {
		r.find(RuleForm, at, "%q has %d meanings: at most %d are looked for", name, len(values), maxMeanings)
		return group{}, false
	}
	for _, v := range values {
		if v.Scalar() {
			ok = r.form(v.Text(), v) && ok
		}
	}
	if !ok || len(texts) == 0 {
		return group{}, false
	}
	g := group{name: name, texts: []string{analysis.Normalize(name)}}
	for _, t := range texts {
		g.texts = append(g.texts, analysis.Normalize(t))
	}
	if slices.ContainsFunc(g.texts[1:], func(t string) bool { return key(t) == key(name) }) {
		r.find(RuleWord, at, "%q is found by its other forms anyway: a synonym is another word", name)
		return group{}, false
	}
	return g, true
}

// form judges one text: that it has words, not too many, and not only such as
// are left out of queries.
func (r *reader) form(text string, at yamldoc.Value) bool {
	tokens := analysis.Scan(nil, analysis.Normalize(text))
	size, said := 0, false
	for _, t := range tokens {
		if size += 2; t.Ideograph {
			size--
		}
		said = said || !analysis.IsStop(t.Text)
	}
	switch {
	case len(tokens) == 0:
		r.find(RuleWord, at, "%q has no word that could be searched for", text)
	case !said:
		r.find(RuleWord, at, "%q is left out of every search: it cannot mean anything else", strings.TrimSpace(text))
	case size > 2*maxWords:
		r.find(RuleWord, at, "%q is too long: a synonym has at most %d words", text, maxWords)
	default:
		return true
	}
	return false
}
