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

// Limits of the file. Every search looks up its words, and every synonym is one more
// posting list to read.
const (
	MaxBytes   = 256 << 10
	maxEntries = 2000
	// Of one form.
	maxMeanings = 16
	// Of one form; an ideograph counts as half.
	maxWords = 6
)

// Parse parses the file and returns the built-in set with its entries added. Entries
// with an error are skipped and reported as problems, in the order of their lines;
// the others apply.
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

// Builtin returns the built-in set, which applies when there is no file.
func Builtin() Set { return newSet(builtin()) }

// reader collects the problems of one file.
type reader struct {
	problems []postmortems.Problem
}

// report adds a problem at a value.
func (r *reader) report(rule string, at yamldoc.Value, format string, args ...any) {
	r.problems = append(r.problems, postmortems.Problem{
		Path: Path, Line: at.Line(), Col: at.Col(), Weight: postmortems.Error, Rule: rule,
		Message: postmortems.Printable(fmt.Sprintf(format, args...)), Excerpt: at.Excerpt(),
	})
}

// yaml reports the issues of the YAML syntax.
func (r *reader) yaml(issues []yamldoc.Issue) {
	for _, i := range issues {
		r.problems = append(r.problems, postmortems.Problem{
			Path: Path, Line: i.Line, Col: i.Col, Weight: postmortems.Error, Rule: RuleForm,
			Message: i.Msg, Excerpt: i.Excerpt,
		})
	}
}

// entry converts one entry of the mapping to a group. It returns false if the entry
// has an error. An empty list is a group without texts: it removes synonyms.
func (r *reader) entry(name string, at, value yamldoc.Value) (group, bool) {
	// Values are checked even if the name has an error, so that one push shows all.
	ok := r.form(name, at)
	if value.List() && len(value.Items()) == 0 {
		return group{name: name}, ok
	}
	if !value.Present() {
		r.report(RuleForm, at, `%q has no synonym: write one after the colon, or [] to remove a built-in synonym`, name)
		return group{}, false
	}
	// A single text is a list of one.
	texts := value.Strings()
	values := value.Items()
	if !value.List() {
		values = []yamldoc.Value{value}
	}
	if len(values) > maxMeanings {
		r.report(RuleForm, at, "%q has %d synonyms: at most %d are allowed", name, len(values), maxMeanings)
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
	// A form equal to the name would be its own synonym.
	if slices.ContainsFunc(g.texts[1:], func(t string) bool { return key(t) == key(name) }) {
		r.report(RuleWord, at, "%q is found by its other word forms already: a synonym is a different word", name)
		return group{}, false
	}
	return g, true
}

// form checks one text: it must have words, not too many of them, and not only stop
// words.
func (r *reader) form(text string, at yamldoc.Value) bool {
	tokens := analysis.Scan(nil, analysis.Normalize(text))
	// size counts half words: an ideograph is half a word.
	size, content := 0, false
	for _, t := range tokens {
		if size += 2; t.Ideograph {
			size--
		}
		content = content || !analysis.IsStop(t.Text)
	}
	switch {
	case len(tokens) == 0:
		r.report(RuleWord, at, "%q has no word that can be searched for", text)
	case !content:
		r.report(RuleWord, at, "%q is ignored in every search, so it cannot have a synonym", strings.TrimSpace(text))
	case size > 2*maxWords:
		r.report(RuleWord, at, "%q is too long: a synonym has at most %d words", text, maxWords)
	default:
		return true
	}
	return false
}
