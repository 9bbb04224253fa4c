package api

import (
	"context"
	"time"

	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/search/querylog"
)

type gapsRequest struct {
	Week string `query:"week" doc:"An ISO week such as 2026-W47, in UTC. The present one when not given."`
}

// GapsAnswer is the answer of GET /gaps.
type GapsAnswer struct {
	Week     string    `json:"week" doc:"The ISO week."`
	From     string    `json:"from" format:"date" doc:"Its first day, UTC."`
	To       string    `json:"to" format:"date" doc:"The day after its last, UTC."`
	Searches int       `json:"searches" doc:"Searches counted."`
	Empty    int       `json:"empty" doc:"Of them, those that found nothing."`
	Unopened int       `json:"unopened" doc:"Of them, those that found something of which nothing was opened, as far as that could be seen."`
	Gaps     []Gap     `json:"gaps" nullable:"false" doc:"The searches that found nothing or of which nothing was opened, the most frequent first."`
	Missing  []Missing `json:"missing" nullable:"false" doc:"Readers' notes about what is missing, of any week: the open ones first."`
	Open     int       `json:"missing_open" doc:"How many notes are open."`
}

// Gap is a search that was of no use.
type Gap struct {
	Query   string  `json:"query" doc:"The search, in lower case, without mail addresses, secrets, ids and numbers."`
	Asked   int     `json:"asked" doc:"How often it was asked."`
	Empty   int     `json:"empty" doc:"How often it found nothing."`
	Watched int     `json:"watched" doc:"How often an opened result would have been seen: in a browser with script."`
	Opened  int     `json:"opened" doc:"Of watched, how often a result was opened."`
	Last    *string `json:"last_at" format:"date-time" doc:"When it was asked last."`
}

// Missing is a reader's note.
type Missing struct {
	ID      string   `json:"id" doc:"The note's id."`
	Query   string   `json:"query" doc:"What was looked for."`
	Words   []string `json:"words" nullable:"false" doc:"What readers wrote about it."`
	Times   int      `json:"times" doc:"How often it was reported."`
	FirstAt *string  `json:"first_at" format:"date-time" doc:"When it was reported first."`
	LastAt  *string  `json:"last_at" format:"date-time" doc:"When it was reported last."`
	DoneAt  *string  `json:"done_at" format:"date-time" doc:"When a publisher marked it as done."`
	DoneBy  *string  `json:"done_by" doc:"The name of that token."`
}

func (s service) gaps(ctx context.Context, in *gapsRequest) (GapsAnswer, error) {
	week := period.Containing(period.Weekly, s.now(), time.UTC)
	if in.Week != "" {
		var err error
		if week, err = period.Of(period.Weekly, in.Week, time.UTC); err != nil {
			return GapsAnswer{}, err
		}
	}
	gaps, err := s.Queries.Gaps(ctx, week.From, week.To)
	if err != nil {
		return GapsAnswer{}, err
	}
	notes, err := s.Queries.Missing(ctx)
	if err != nil {
		return GapsAnswer{}, err
	}
	out := GapsAnswer{
		Week: week.ID, From: week.From.Format(time.DateOnly), To: week.To.Format(time.DateOnly),
		Searches: gaps.Searches, Empty: gaps.Empty, Unopened: gaps.Unopened,
		Gaps: each(gaps.Gaps, gapOf), Missing: each(notes, missingOf),
	}
	for _, n := range notes {
		if n.Open() {
			out.Open++
		}
	}
	return out, nil
}

func gapOf(g querylog.Gap) Gap {
	return Gap{Query: g.Query, Asked: g.Asked, Empty: g.Empty, Watched: g.Watched, Opened: g.Opened, Last: instant(g.Last)}
}

func missingOf(n querylog.Note) Missing {
	return Missing{
		ID: n.ID, Query: n.Query, Words: list(n.Words), Times: n.Times,
		FirstAt: instant(n.First), LastAt: instant(n.Last), DoneAt: instant(n.Done), DoneBy: text(n.DoneBy),
	}
}
