package api

import (
	"context"
	"net/url"

	"github.com/postern/postern/reports/sql"
)

type slowSQLRequest struct {
	SpanRequest
	Team     string `query:"team" doc:"Only statements of this team; none: only those that nobody owns."`
	Database string `query:"database" doc:"Only statements of this database."`
	Digest   string `query:"digest" doc:"Only this digest."`
	State    string `query:"state" enum:"new,assigned,fixed,back" doc:"Only statements of this state."`
}

// SlowSQLAnswer is the answer of GET /slow-sql.
type SlowSQLAnswer struct {
	Statements []SlowStatement `json:"statements" nullable:"false" doc:"Digests by database, the longest total time first; those that were not seen in this time have a count of 0."`
	Next       *string         `json:"next" doc:"Give it back as cursor= for the next page; null at the end."`
}

// SlowStatement is one digest in one database.
type SlowStatement struct {
	Digest          string   `json:"digest" doc:"Names the statement's shape."`
	URL             string   `json:"url" doc:"Where people read it, path-absolute."`
	Database        *string  `json:"database" doc:"The database."`
	Statement       string   `json:"statement" doc:"The statement without any value: ? is one, (...) a list."`
	Team            *string  `json:"team" doc:"Whose it is."`
	Service         *string  `json:"service" doc:"The service that owns the database."`
	OwnedBy         *string  `json:"owned_by" doc:"How the owner is known: decision, database, user or tag."`
	State           string   `json:"state" doc:"new, assigned, fixed or back."`
	StateSince      *string  `json:"state_since" format:"date-time" doc:"Since when."`
	Count           int64    `json:"count" doc:"Executions in this time."`
	Total           float64  `json:"total_seconds" doc:"Their time together."`
	OneIn           int      `json:"logged_one_in" doc:"The source logs one execution in so many, so that all numbers are of those; 0 where it logs all or does not say."`
	LeftOut         int      `json:"left_out" doc:"Observations that are in no number because one of theirs cannot be, such as a time of 584,000 years."`
	P95             *float64 `json:"p95_seconds" doc:"95th percentile of one execution, where a source knows single ones."`
	P95Of           int64    `json:"p95_of" doc:"How many single times it rests on."`
	RowsExamined    int64    `json:"rows_examined" doc:"Rows read."`
	RowsSent        int64    `json:"rows_sent" doc:"Rows answered."`
	ExaminedPerSent *float64 `json:"rows_examined_per_row_sent" doc:"Their ratio; null when no row was sent."`
	FirstSeen       *string  `json:"first_seen" format:"date-time" doc:"Of all that is known."`
	LastSeen        *string  `json:"last_seen" format:"date-time" doc:"Of all that is known."`
	Instances       []string `json:"instances" nullable:"false" doc:"Database servers that told of it."`
	Users           []string `json:"users" nullable:"false" doc:"Database users that ran it."`
}

func (s service) slowSQL(ctx context.Context, in *slowSQLRequest) (SlowSQLAnswer, error) {
	from, to, err := s.span(in.SpanRequest, factsReach())
	if err != nil {
		return SlowSQLAnswer{}, err
	}
	all, err := s.Signals.Statements(ctx, from, to)
	if err != nil {
		return SlowSQLAnswer{}, err
	}
	var some []sql.Followed
	for _, f := range all {
		team := f.Owner.Team
		if team == "" {
			team = "none"
		}
		if fits(in.Team, team) && fits(in.Database, f.Database) && fits(in.Digest, f.Digest) && fits(in.State, string(f.State)) {
			some = append(some, f)
		}
	}
	page, next, err := pageAfter(some, sql.Followed.Key, in.SpanRequest)
	return SlowSQLAnswer{each(page, s.statement), next}, err
}

func (s service) statement(f sql.Followed) SlowStatement {
	return SlowStatement{
		Digest: f.Digest, URL: s.prefix + "/slow-sql/" + url.PathEscape(f.Digest), Database: text(f.Database), Statement: f.Statement, Team: text(f.Owner.Team),
		Service: text(f.Owner.Service), OwnedBy: text(f.Owner.By), State: string(f.State), StateSince: instant(f.Since), Count: f.Count, Total: f.Seconds,
		P95: f.P95, P95Of: f.TimesKnown, OneIn: f.OneIn, LeftOut: f.Odd, RowsExamined: f.RowsExamined, RowsSent: f.RowsSent, ExaminedPerSent: f.ExaminedPerSent,
		FirstSeen: instant(f.FirstSeen), LastSeen: instant(f.LastSeen), Instances: list(f.Instances), Users: list(f.Users),
	}
}
