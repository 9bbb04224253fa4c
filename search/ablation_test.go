package search

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/postern/postern/portal/base/realdata"
	"github.com/postern/postern/search/analysis"
	"github.com/postern/postern/search/query"
	"github.com/postern/postern/search/segment"
	"github.com/postern/postern/search/synonyms"
)

// ablation is search with one part of it taken away.
type ablation struct {
	name string
	doc  func(d *Document)     // changes documents before they are indexed
	text func(q string) string // changes queries
	with Thesaurus             // nil: as always
	plan func(*plan, *matches) // changes what was planned and found
	find func(q judged) bool   // tells which queries are pastes; nil: as always
}

// TestRelevanceAblation prints, as the table of docs/search.md, what each part of
// the ranking gives: the means over the kinds with that part taken away.
func TestRelevanceAblation(t *testing.T) {
	if os.Getenv("POSTERN_RELEVANCE") == "" {
		t.Skip("set POSTERN_RELEVANCE=1 to measure ranking")
	}
	dir := realdata.Find(t, "relevance")
	set, zh := loadSet(t, dir), loadSet(t, filepath.Join(dir, "xquad-zh"))
	t.Log("| | S@1 | S@5 | MRR@10 | xquad-zh S@1 |")
	t.Log("|---|---|---|---|---|")
	for _, a := range ablations() {
		kinds := measure(set, a.over(t, set))
		var mean score
		for _, s := range kinds {
			mean.add(s)
		}
		chinese := measure(zh, a.over(t, zh))["xquad-zh"]
		n := float64(mean.n)
		t.Logf("| %s | %.1f | %.1f | %.1f | %.1f |", a.name, 100*mean.s1/n, 100*mean.s5/n, 100*mean.mrr/n,
			100*chinese.s1/float64(chinese.n))
	}
}

func ablations() []ablation {
	return []ablation{
		{name: "all parts"},
		{name: "pastes searched as words", find: func(judged) bool { return false }},
		{name: "no words side by side", plan: func(p *plan, _ *matches) { p.nearby = nil }},
		{name: "no synonyms", with: builtinSynonyms{synonyms.Set{}}},
		{name: "all words no better than some", plan: mixed},
		{name: "identifiers not cut at capitals", doc: eachText(strings.ToLower), text: strings.ToLower},
		{name: "title as body", doc: titleAsBody},
		{name: "headings as body", doc: headingsAsBody},
		{name: "code as body", doc: codeAsBody},
		{name: "ideographs one by one", doc: eachText(apart), text: apart},
	}
}

// over indexes a set and asks as search does, with the part taken away.
func (a ablation) over(t *testing.T, set relevanceSet) asker {
	docs := make([]Document, len(set.docs))
	for i, d := range set.docs {
		d.Sections = append([]Section(nil), d.Sections...)
		if a.doc != nil {
			a.doc(&d)
		}
		docs[i] = d
	}
	x := indexOf(t, docs...)
	if a.with != nil {
		x.opt.Synonyms = a.with
	}
	paste := a.find
	if paste == nil {
		paste = func(q judged) bool { return q.kind == "alert-paste" || q.kind == "error-line" }
	}
	return func(q judged) []scoredID {
		text := q.text
		if a.text != nil {
			text = a.text(text)
		}
		if paste(q) {
			return similarOf(t, x, text)
		}
		return a.ask(t, x, text)
	}
}

// ask is Search without what a page shows, with a changed plan.
func (a ablation) ask(t *testing.T, x *Index, text string) (out []scoredID) {
	err := x.reading(func(g *engine) error {
		return g.evaluate(context.Background(), func(e *evaluation) error {
			p, m, err := x.matching(e, query.Parse(text), false)
			if err != nil {
				return err
			}
			if a.plan != nil {
				a.plan(&p, &m)
			}
			best, err := e.rank(p, m, false, 10)
			for _, s := range best {
				id, _ := e.leaves[s.leaf].ID(s.doc)
				out = append(out, scoredID{id, float64(s.score)})
			}
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// mixed ranks those with all words among those with some.
func mixed(_ *plan, m *matches) {
	if m.some == nil {
		return
	}
	for i := range m.some {
		if both := segment.Union(m.full[i], m.some[i]); both != nil {
			m.full[i], m.some[i] = both, roaring.New()
		}
	}
}

// eachText changes every text of a document.
func eachText(fn func(string) string) func(*Document) {
	return func(d *Document) {
		d.Title = fn(d.Title)
		for i := range d.Sections {
			s := &d.Sections[i]
			s.Heading, s.Text, s.Code = fn(s.Heading), fn(s.Text), fn(s.Code)
		}
	}
}

func titleAsBody(d *Document) {
	d.Sections = append(d.Sections, Section{Text: d.Title})
	d.Title = ""
}

func headingsAsBody(d *Document) {
	for i := range d.Sections {
		d.Sections[i].Text = d.Sections[i].Heading + "\n" + d.Sections[i].Text
		d.Sections[i].Heading = ""
	}
}

func codeAsBody(d *Document) {
	for i := range d.Sections {
		d.Sections[i].Text += "\n" + d.Sections[i].Code
		d.Sections[i].Code = ""
	}
}

// apart puts a space between ideographs, so that none makes a pair.
func apart(text string) string {
	var b strings.Builder
	for _, r := range text {
		if analysis.IsIdeograph(r) {
			b.WriteString(" " + string(r) + " ")
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
