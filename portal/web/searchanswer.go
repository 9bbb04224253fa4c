package web

import (
	"strings"

	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/search"
	"github.com/postern/postern/search/query"
)

// searchAnswer is what fixed it last time, in short, above the results.
type searchAnswer struct {
	Title, Heading string
	Link           string // to the section
	Kind           string
	Text           string
	Recover        string // "3 similar incidents, median 27 min to recover"
	OpenActions    int
}

// answerShown is how many characters of a fix stand above the results.
const answerShown = 260

// searchAnswer tells what fixed it last time when the best result says so: it has
// every word, and it is a runbook or the account of an incident.
func (s *Server) searchAnswer(r search.Results, q query.Query, req search.Request) *searchAnswer {
	if req.Offset > 0 || req.Newest || r.Whole == 0 || len(r.Hits) == 0 || len(wordsOf(q)) == 0 {
		return nil
	}
	best := r.Hits[0]
	if best.Fix == nil || best.Kind != string(postmortems.Runbook) && best.Kind != string(postmortems.Postmortem) {
		return nil
	}
	m := s.matchOf(search.Match{Hit: best, Fix: best.Fix})
	var took []int64
	incidents := 0
	for i, h := range r.Hits {
		if i < r.Whole && h.Kind == string(postmortems.Postmortem) && h.Score >= leads*best.Score {
			incidents++
			if h.Recover != nil {
				took = append(took, *h.Recover)
			}
		}
	}
	return &searchAnswer{
		Title: best.Title, Heading: m.Heading, Link: m.FixLink, Kind: best.Kind,
		Text:    strings.Join(strings.Fields(best.Fix.Brief(answerShown)), " "),
		Recover: recoverWords(incidents, took), OpenActions: best.OpenActions,
	}
}
