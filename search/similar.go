package search

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/search/paste"
	"github.com/postern/postern/search/snippet"
)

// Likeness is the result of Similar.
type Likeness struct {
	// The parsed text.
	Reading paste.Reading
	// Documents that have at least one word of it.
	Total int
	Took  time.Duration
	// The runbook of the alert first, then by score.
	Matches []Match
	Notes   []string
	// No match is close: they have only some words of the text.
	Faint bool
}

// Match is one document that resembles a text.
type Match struct {
	Hit
	// Named reports whether the document is for the alert: it lists the alert, or its
	// title or file name is the alert's name.
	Named bool
	// Fix is the section that describes the fix; nil if the document has none.
	Fix *Section
}

// SimilarRequest is a request for documents similar to a pasted text, or for an alert.
type SimilarRequest struct {
	Text string
	// Name of an alert; if it is set, Text is ignored.
	Alert string
	// Default 10, at most MaxSimilar.
	Limit int
	// Return fragments of the matches.
	Fragments bool
}

// Limits and factors of a search for similar documents.
const (
	// MaxSimilar is the maximum number of matches.
	MaxSimilar = 50
	// reread is how many of the best documents are checked for the alert's name.
	reread = 20
	// namedBonus is the factor of the score of a document for the alert.
	namedBonus = 1.5
	// serviceBonus is the factor of the score of a document with a service of the labels.
	serviceBonus = 1.1
	// faint is the share of the best possible score below which no match is close.
	faint = 0.15
)

// Similar returns the documents that are most similar to a pasted alert, trace or log.
// It fails as Search does, and with fault.Invalid for a text without words.
func (x *Index) Similar(ctx context.Context, r SimilarRequest) (Likeness, error) {
	const op = "search.Similar"
	began := x.opt.Now()
	out := Likeness{Reading: paste.Read(r.Text)}
	if r.Alert != "" {
		out.Reading = paste.OfAlert(r.Alert)
	}
	if out.Reading.Headline() == "" {
		return out, fault.New(fault.Invalid, op, "there are no words in this text to search for: paste the alert, the error or the log line")
	}
	r.Limit = min(cmp.Or(max(r.Limit, 0), defaultLimit), MaxSimilar)
	err := x.admitted(ctx, op, func(ctx context.Context, g *engine) error { return x.resemble(ctx, g, r, &out) })
	if err != nil {
		return Likeness{}, err
	}
	out.Took = x.opt.Now().Sub(began)
	return out, nil
}

// admitted calls fn with the engine when the search is admitted, within the time budget
// of a query.
func (x *Index) admitted(ctx context.Context, op string, fn func(context.Context, *engine) error) error {
	ctx, cancel := context.WithTimeout(ctx, x.opt.Limits.Budget)
	defer cancel()
	if err := x.admission.enter(ctx); err != nil {
		return x.failure(op, err)
	}
	defer x.admission.leave()
	if err := x.reading(func(g *engine) error { return fn(ctx, g) }); err != nil {
		return x.failure(op, err)
	}
	return nil
}

// resemble is Similar on a snapshot.
func (x *Index) resemble(ctx context.Context, g *engine, r SimilarRequest, out *Likeness) error {
	return g.evaluate(ctx, func(e *evaluation) error {
		// A text has no strict conditions: every document with one of its words is
		// ranked.
		w := newTextPlanner(e)
		if err := w.reading(out.Reading); err != nil {
			return err
		}
		p, best := w.plan()
		m, err := e.having(p.units, nil)
		if err != nil {
			return err
		}
		ranked, err := e.rank(p, m, false, max(r.Limit, reread))
		if err != nil {
			return err
		}
		out.Total = m.count
		if out.Matches, err = x.matched(ctx, e, ranked); err != nil {
			return err
		}
		order(out.Reading, out.Matches)
		out.evaluate(best)
		out.Matches = out.Matches[:min(r.Limit, len(out.Matches))]
		x.finish(out.Matches, p, r.Fragments)
		return nil
	})
}

// matched returns the documents of ranked matches, in order. Documents that are no longer
// in the library, because the index lags, are skipped.
func (x *Index) matched(ctx context.Context, e *evaluation, ranked []scored) ([]Match, error) {
	ids := make([]string, len(ranked))
	for i, s := range ranked {
		id, err := e.leaves[s.leaf].ID(s.doc)
		if err != nil {
			return nil, err
		}
		ids[i] = id
	}
	docs, err := x.opt.Source.Documents(ctx, ids)
	if err != nil {
		return nil, err
	}
	// The source returns documents in any order.
	byID := make(map[string]*Document, len(docs))
	for i := range docs {
		byID[docs[i].ID] = &docs[i]
	}
	var out []Match
	for i, s := range ranked {
		if d, ok := byID[ids[i]]; ok {
			out = append(out, Match{Hit: Hit{Document: *d, Score: float64(s.score)}})
		}
	}
	return out, nil
}

// order raises the scores of documents for the alert and its services, and sorts the
// matches, the runbook of the alert first.
func order(reading paste.Reading, matches []Match) {
	for i := range matches {
		m := &matches[i]
		m.Named = slices.ContainsFunc(reading.Names, func(name string) bool { return isFor(&m.Document, name) })
		if m.Named {
			m.Score *= namedBonus
		}
		if slices.ContainsFunc(reading.Services, func(s string) bool { return containsFold(m.Services, s) }) {
			m.Score *= serviceBonus
		}
	}
	slices.SortStableFunc(matches, func(a, b Match) int {
		return cmp.Or(cmp.Compare(b.first(), a.first()), cmp.Compare(b.Score, a.Score))
	})
}

// first returns 1 for the current runbook of the alert, which comes first with any
// score, and 0 for other matches.
func (m *Match) first() int {
	if m.Named && m.Kind == "runbook" && !isDemoted(m.Document) {
		return 1
	}
	return 0
}

// finish adds the fix and the fragments, and drops the text.
func (x *Index) finish(matches []Match, p plan, fragments bool) {
	quotes := snippet.New(worths(p.units))
	for i := range matches {
		m := &matches[i]
		m.Fix = snippet.Fix(m.Sections)
		if fragments {
			m.Fragments = quotes.Fragments(m.Title, m.Summary, m.Sections)
		}
		m.Sections = nil
	}
}

// evaluate sets Faint and adds the notes. best is the approximate score of a document
// that has every word.
func (l *Likeness) evaluate(best float32) {
	if l.Reading.Cut {
		l.Notes = append(l.Notes, fmt.Sprintf("only the first %d KB of the text were read", paste.MaxBytes>>10))
	}
	named, top := false, 0.0
	for _, m := range l.Matches {
		named, top = named || m.Named, max(top, m.Score)
	}
	if names := l.Reading.Names; len(names) > 0 && !named {
		note := fmt.Sprintf("no document is for the alert “%s”", names[0])
		if len(l.Matches) > 0 {
			note += ": these resemble what it says"
		}
		l.Notes = append(l.Notes, note)
	}
	if l.Faint = !named && top < float64(best)*faint; l.Faint && len(l.Matches) > 0 {
		l.Notes = append(l.Notes, "nothing close was found: these have some words of the text")
	}
}

// isFor reports whether a document is for an alert.
func isFor(d *Document, alert string) bool {
	if containsFold(d.Alerts, alert) {
		return true
	}
	// Runbooks are often named for their alert and do not list it.
	name := bare(alert)
	file := d.Path[strings.LastIndexByte(d.Path, '/')+1:]
	file, _, _ = strings.Cut(file, ".")
	return name != "" && (bare(d.Title) == name || bare(file) == name)
}

// containsFold reports whether a list has a string in any case.
func containsFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(o string) bool { return strings.EqualFold(o, s) })
}

// bare returns a name in small letters without spaces and punctuation, so that the title
// "Kube Pod Crash Looping" and the file kube-pod-crash-looping.md are for the alert
// KubePodCrashLooping.
func bare(name string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c >= 0x80 || 'a' <= c && c <= 'z' || '0' <= c && c <= '9':
			return c
		case 'A' <= c && c <= 'Z':
			return c + 'a' - 'A'
		}
		return -1
	}, name)
}
