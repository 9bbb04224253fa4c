package api

import (
	"context"
	"time"

	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/search/querylog"
)

// gapsRequest is the query of GET /gaps.
type gapsRequest struct {
	Week string `query:"week" doc:"An ISO week such as 2026-W47, in UTC. Default: the current week."`
}

// GapsAnswer is the response of GET /gaps.
type GapsAnswer struct {
	Week     string    `json:"week" doc:"The ISO week."`
	From     string    `json:"from" format:"date" doc:"First day of the week, UTC."`
	To       string    `json:"to" format:"date" doc:"The day after the week, UTC."`
	Searches int       `json:"searches" doc:"Number of searches."`
	Empty    int       `json:"empty" doc:"Searches without a result."`
	Unopened int       `json:"unopened" doc:"Searches with results of which none was opened, as far as that is known."`
	Gaps     []Gap     `json:"gaps" nullable:"false" doc:"Searches without a result or without an opened result, most frequent first."`
	Missing  []Missing `json:"missing" nullable:"false" doc:"Readers' notes about missing documents, of any week; open notes first."`
	Open     int       `json:"missing_open" doc:"Number of open notes."`
}

// Gap is a query without a useful result. Queries are stored without personal data and
// are counted per day, so no reader can be identified.
type Gap struct {
	Query   string  `json:"query" doc:"The query in lower case, without mail addresses, secrets, ids and numbers."`
	Asked   int     `json:"asked" doc:"How often it was searched for."`
	Empty   int     `json:"empty" doc:"How often it found nothing."`
	Watched int     `json:"watched" doc:"How often opening a result could be observed, in a browser with JavaScript."`
	Opened  int     `json:"opened" doc:"How often a result was opened, out of watched."`
	Last    *string `json:"last_at" format:"date-time" doc:"When it was last searched for."`
}

// Missing is a reader's note about a missing document.
type Missing struct {
	ID      string   `json:"id" doc:"The note's id."`
	Query   string   `json:"query" doc:"The query."`
	Words   []string `json:"words" nullable:"false" doc:"What readers wrote."`
	Times   int      `json:"times" doc:"How often it was reported."`
	FirstAt *string  `json:"first_at" format:"date-time" doc:"When it was first reported."`
	LastAt  *string  `json:"last_at" format:"date-time" doc:"When it was last reported."`
	DoneAt  *string  `json:"done_at" format:"date-time" doc:"When a publisher marked it as done."`
	DoneBy  *string  `json:"done_by" doc:"Name of that publisher's token."`
}

// gaps lists the searches of one week without a useful result, and the notes of all
// weeks.
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

// gapOf converts a query to its JSON form. Opened is of Watched, not of Asked: a client
// without JavaScript opens results unseen.
func gapOf(g querylog.Gap) Gap {
	return Gap{Query: g.Query, Asked: g.Asked, Empty: g.Empty, Watched: g.Watched, Opened: g.Opened, Last: instant(g.Last)}
}

// missingOf converts a note to its JSON form.
func missingOf(n querylog.Note) Missing {
	return Missing{
		ID: n.ID, Query: n.Query, Words: list(n.Words), Times: n.Times,
		FirstAt: instant(n.First), LastAt: instant(n.Last), DoneAt: instant(n.Done), DoneBy: text(n.DoneBy),
	}
}
