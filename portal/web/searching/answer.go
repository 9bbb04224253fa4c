package searching

import (
	"context"
	"html/template"

	"github.com/postern/postern/portal/web/docparts"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/search"
	"github.com/postern/postern/search/query"
)

// searchAnswer is what fixed a problem last time, shown above the results.
type searchAnswer struct {
	Title, Heading string
	Link           string // to the section
	Kind           string
	HTML           template.HTML
	More           bool   // the document goes on where HTML ends
	Recover        string // "3 similar incidents, median 27 min to recover"
	OpenActions    int
}

// answerShown bounds the HTML of a fix above the results, in bytes: about ten lines, so
// that results stay visible. Whole blocks are shown.
const answerShown = 1200

// searchAnswer returns the fix of the best result, nil for none. The result must have
// every word of the query, and be a runbook or a post-mortem. It must not cost the
// results: pages after the first, results by date and empty queries have no answer, and a
// document that cannot be read leaves it out.
func (h *Handler) searchAnswer(ctx context.Context, r search.Results, q query.Query, wanted search.Request) *searchAnswer {
	if wanted.Offset > 0 || wanted.Newest || r.Whole == 0 || len(r.Hits) == 0 || len(wordsOf(q)) == 0 {
		return nil
	}
	best := r.Hits[0]
	if best.Fix == nil || best.Kind != string(postmortems.Runbook) && best.Kind != string(postmortems.Postmortem) {
		return nil
	}
	m := h.answers().Match(search.Match{Hit: best, Fix: best.Fix})
	doc, err := h.deps.Library.Page(ctx, best.ID, "")
	if err != nil {
		return nil // the results stand without it
	}
	html, more := docparts.Excerpt(docparts.Body(h.Kit, doc), best.Fix.Anchor, answerShown)
	if html == "" {
		return nil
	}
	incidents, took := similarIncidents(r)
	return &searchAnswer{
		Title: best.Title, Heading: m.Heading, Link: m.FixLink, Kind: best.Kind,
		HTML: html, More: more,
		Recover: docparts.RecoverWords(h.Texts(), incidents, took), OpenActions: best.OpenActions,
	}
}

// similarIncidents counts the post-mortems among the results that have every word and
// score close to the best one. took is their time to recover in seconds, if known. The
// first r.Whole hits have every word.
func similarIncidents(r search.Results) (n int, took []int64) {
	for i, hit := range r.Hits {
		if i < r.Whole && hit.Kind == string(postmortems.Postmortem) && hit.Score >= docparts.Leads*r.Hits[0].Score {
			n++
			if hit.Recover != nil {
				took = append(took, *hit.Recover)
			}
		}
	}
	return n, took
}
