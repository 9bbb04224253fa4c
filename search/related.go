package search

import (
	"context"
	"slices"
	"strings"

	"github.com/postern/postern/search/segment"
)

const (
	// relatedText is how much of a document's text is weighed: what it is about is
	// said in its beginning.
	relatedText = 16 << 10
	// relatedShare is the share of the best possible score that makes an incident
	// related.
	relatedShare = 0.06
	// third of all documents may have a word that likens two of them.
	third = 3
	// relatedRead is how many of the best are looked at for incidents.
	relatedRead = 30
)

// What the parts of a document weigh when others like it are looked for.
const (
	relatedTitle   = 2.0
	relatedSummary = 1.2
	relatedBody    = 0.5
)

// Related finds the incidents whose text is most like that of a published
// document, best first. It fails as Search does. A document that the index does
// not have yet may be asked about all the same; one that the library does not have
// has none.
func (x *Index) Related(ctx context.Context, id string, limit int) ([]Match, error) {
	const op = "search.Related"
	docs, err := x.opt.Source.Documents(ctx, []string{id})
	if err != nil || len(docs) == 0 {
		return nil, err
	}
	var out []Match
	err = x.admitted(ctx, op, func(ctx context.Context, g *engine) error {
		return g.evaluate(ctx, func(e *evaluation) error {
			out, err = x.related(ctx, e, &docs[0], limit)
			return err
		})
	})
	return out, err
}

func (x *Index) related(ctx context.Context, e *evaluation, d *Document, limit int) ([]Match, error) {
	w := newWeighing(e)
	w.least = 2                    // a word that only the document itself has finds nothing,
	w.most = 2 + e.documents/third // and one that many have likens nothing
	if err := w.document(d); err != nil {
		return nil, err
	}
	p, best := w.plan()
	p.nearby = nil // another incident's sentences differ
	m, err := e.having(p.units, allOf{exactly(segment.KindField, "postmortem")})
	if err != nil {
		return nil, err
	}
	ranked, err := e.rank(p, m, false, relatedRead)
	if err != nil {
		return nil, err
	}
	ranked = slices.DeleteFunc(ranked, func(s scored) bool { return s.score < best*relatedShare })
	ranked = ranked[:min(len(ranked), limit+1)] // itself is among them
	matches, err := x.matched(ctx, e, ranked)
	if err != nil {
		return nil, err
	}
	matches = slices.DeleteFunc(matches, func(m Match) bool { return m.ID == d.ID })
	matches = matches[:min(len(matches), limit)]
	for i := range matches {
		matches[i].Sections = nil
	}
	return matches, nil
}

// document weighs the words of a document: what it is called, what it says it is
// about, and its text.
func (w *weighing) document(d *Document) error {
	if err := w.text(d.Title+"\n"+strings.Join(d.Alerts, " "), relatedTitle, relatedTitle/2); err != nil {
		return err
	}
	if err := w.text(d.Summary, relatedSummary, relatedSummary/2); err != nil {
		return err
	}
	left := relatedText
	for _, s := range d.Sections {
		for _, text := range []string{s.Text, s.Code} {
			text = text[:min(len(text), left)]
			left -= len(text)
			if err := w.text(strings.ToValidUTF8(text, ""), relatedBody, relatedBody/2); err != nil {
				return err
			}
		}
	}
	return nil
}
