package search

import (
	"context"
	"errors"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/search/query"
	"github.com/postern/postern/search/snippet"
)

// Defaults of a Request.
const (
	defaultLimit = 10
	// maxQuoted is the maximum number of hits of an answer that have fragments. Long
	// pages of the API have none for the rest.
	maxQuoted = 50
)

// Search returns the results of a request. It fails with fault.Invalid if the page is
// outside of MaxWindow, with Timeout if the query takes too long, and with Unavailable
// if too many searches are waiting or there is no index.
func (x *Index) Search(ctx context.Context, r Request) (Results, error) {
	const op = "search.Search"
	began := x.opt.Now()
	if r.Limit <= 0 {
		r.Limit = defaultLimit
	}
	if r.Offset < 0 || r.Offset > MaxWindow-r.Limit {
		return Results{}, fault.Newf(fault.Invalid, op,
			"only the first %d results can be looked at: narrow the query instead", MaxWindow)
	}
	// A page parses the query for its own use and passes the tree.
	if r.Query == nil {
		parsed := x.parse(r.Text)
		r.Query = &parsed
	}
	q := *r.Query
	out := Results{Query: r.Text, Facets: map[string][]FacetValue{}}
	if x.progress.Load() != nil {
		out.Notes = append(out.Notes, "the search index is being rebuilt: the latest changes may be missing")
	}
	for _, p := range q.Problems {
		out.Problems = append(out.Problems, QueryProblem(p))
	}
	err := x.admitted(ctx, op, func(ctx context.Context, g *engine) error { return x.answer(ctx, g, r, q, &out) })
	if err != nil {
		return Results{}, err
	}
	out.Took = x.opt.Now().Sub(began)
	return out, nil
}

// failure returns the error of a failed search for the caller, with its kind. Errors
// that damage may explain are logged and reported by Trouble.
func (x *Index) failure(op string, err error) error {
	if errors.Is(err, context.DeadlineExceeded) && fault.KindOf(err) == fault.Internal {
		return fault.Wrap(fault.Timeout, op, "this search takes too long: use fewer or rarer words, or a qualifier", err)
	}
	// A client that left, and errors with a kind of their own, need no investigation.
	if errors.Is(err, context.Canceled) || fault.KindOf(err) != fault.Internal {
		return err
	}
	x.opt.Log.Error("search: a query failed", "error", err)
	x.reportTrouble()
	return fault.Wrap(fault.Internal, op, "this search failed; the cause is in the server's log", err)
}

// answer evaluates a query over the current snapshot.
func (x *Index) answer(ctx context.Context, g *engine, r Request, q query.Query, out *Results) error {
	return g.evaluate(ctx, func(e *evaluation) error {
		plan, m, err := x.matching(e, q, r.Prefix)
		if err != nil {
			return err
		}
		out.Total, out.Whole = m.count, m.exact
		out.Notes = append(out.Notes, plan.notes...)
		if note := m.note(len(plan.clauses)); note != "" {
			out.Notes = append(out.Notes, note)
		}
		out.Suggestions = suggestions(r.Text, plan.respelt)
		if r.Facets {
			if out.Facets, err = e.facets(m); err != nil {
				return err
			}
		}
		// A query without words has no scores: the newest documents come first.
		newest := r.Newest || len(plan.units) == 0
		best, err := e.rank(plan, m, newest, r.Offset+r.Limit)
		if err != nil {
			return err
		}
		return x.show(e, plan, best[min(r.Offset, len(best)):], r, out)
	})
}

// matching returns the plan of a query and its matches. A pasted text in sentences is
// searched for word by word, because its quotation marks do not mean phrases. So is a
// long message without punctuation, if no document has its quoted words.
func (x *Index) matching(e *evaluation, q query.Query, typing bool) (plan, matches, error) {
	known, err := x.opt.Synonyms.Synonyms(e.ctx)
	if err != nil {
		return plan{}, matches{}, err
	}
	read := func(prose bool) (plan, matches, error) {
		p := planner{evaluation: e, vocabulary: &x.vocabulary, synonyms: known, typing: typing, prose: prose}
		plan, err := p.build(q)
		if err != nil {
			return plan, matches{}, err
		}
		m, err := e.match(plan)
		return plan, m, err
	}
	long, sentences := isProse(q.Root)
	if !sentences {
		plan, m, err := read(false)
		if err != nil || m.count > 0 || !long {
			return plan, m, err
		}
	}
	plan, m, err := read(true)
	plan.notes = append(plan.notes, "this long text was searched for word by word: its quotation marks do not ask for exact phrases")
	return plan, m, err
}

// suggestions returns the query with corrected words, if that differs.
func suggestions(text string, respelt map[string]string) []string {
	if len(respelt) == 0 {
		return nil
	}
	out := text
	for word, instead := range respelt {
		out = replaceWord(out, word, instead)
	}
	if out == text {
		return nil
	}
	return []string{out}
}

// replaceWord replaces all occurrences of a folded word in text, in any case.
func replaceWord(text, word, instead string) string {
	fields := strings.Fields(text)
	for i, f := range fields {
		if strings.EqualFold(f, word) {
			fields[i] = instead
		}
	}
	return strings.Join(fields, " ")
}

// show adds the hits of a page to out, with their fragments. Documents that are no
// longer in the library, because the index lags, are skipped.
func (x *Index) show(e *evaluation, p plan, page []scored, r Request, out *Results) error {
	ids := make([]string, len(page))
	for i, s := range page {
		id, err := e.leaves[s.leaf].ID(s.doc)
		if err != nil {
			return err
		}
		ids[i] = id
	}
	docs, err := x.opt.Source.Documents(e.ctx, ids)
	if err != nil {
		return err
	}
	// The source returns documents in any order.
	byID := make(map[string]*Document, len(docs))
	for i := range docs {
		byID[docs[i].ID] = &docs[i]
	}
	quotes := snippet.New(worths(p.units))
	for i, s := range page {
		d, ok := byID[ids[i]]
		if !ok {
			continue
		}
		h := Hit{Document: *d, Score: float64(s.score)}
		if r.Fragments && i < maxQuoted {
			h.Fragments = quotes.Fragments(d.Title, d.Summary, d.Sections)
		}
		if i < r.Fixes {
			h.Fix = snippet.Fix(d.Sections)
		}
		h.Sections = nil
		out.Hits = append(out.Hits, h)
	}
	return nil
}
