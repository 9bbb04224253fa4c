package search

import (
	"context"
	"slices"
	"strings"

	"github.com/postern/postern/search/segment"
)

// Limits of a search for related incidents.
const (
	// relatedText is how much of a document's text is weighed, in bytes: the beginning
	// describes the subject.
	relatedText = 16 << 10
	// relatedShare is the minimum score of a related incident, as a share of the best
	// possible score.
	relatedShare = 0.06
	// third: a word counts if at most a third of all documents have it.
	third = 3
	// relatedRead is how many of the best documents are considered.
	relatedRead = 30
)

// The weights of the parts of a document in a search for similar ones.
const (
	relatedTitle   = 2.0
	relatedSummary = 1.2
	relatedBody    = 0.5
)

// Related returns at most limit incidents whose text is most similar to that of a
// published document, best first. The document need not be in the index yet; for one
// that is not in the library, Related returns none. It fails as Search does.
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

// related is Related on a snapshot.
func (x *Index) related(ctx context.Context, e *evaluation, d *Document, limit int) ([]Match, error) {
	w := newTextPlanner(e)
	// A word that only the document itself has finds no other one, and a word that
	// many have is not specific.
	w.least = 2
	w.most = 2 + e.documents/third
	if err := w.document(d); err != nil {
		return nil, err
	}
	p, best := w.plan()
	// Other incidents have other sentences.
	p.nearby = nil
	m, err := e.having(p.units, allOf{exactly(segment.KindField, "postmortem")})
	if err != nil {
		return nil, err
	}
	ranked, err := e.rank(p, m, false, relatedRead)
	if err != nil {
		return nil, err
	}
	// A document without any related one must show none, not the least unrelated.
	ranked = slices.DeleteFunc(ranked, func(s scored) bool { return s.score < best*relatedShare })
	// The document itself is among them.
	ranked = ranked[:min(len(ranked), limit+1)]
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

// document adds the words of a document: its title and alerts, its summary, and the
// beginning of its text.
func (w *textPlanner) document(d *Document) error {
	if err := w.text(d.Title+"\n"+strings.Join(d.Alerts, " "), relatedTitle, relatedTitle/2); err != nil {
		return err
	}
	if err := w.text(d.Summary, relatedSummary, relatedSummary/2); err != nil {
		return err
	}
	// The limit may split a rune: invalid bytes are dropped below.
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
