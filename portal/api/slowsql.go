package api

import (
	"context"
	"net/url"

	"github.com/postern/postern/reports/sql"
)

// slowSQLRequest is the query of GET /slow-sql. Filters are combined.
type slowSQLRequest struct {
	SpanRequest
	Team     string         `query:"team" doc:"Only statements owned by this team; none for statements without an owner."`
	Database string         `query:"database" doc:"Only statements in this database."`
	Digest   string         `query:"digest" doc:"Only the statement with this digest."`
	State    statementState `query:"state" doc:"Only statements in this state."`
}

// SlowSQLAnswer is the response of GET /slow-sql.
type SlowSQLAnswer struct {
	Statements []SlowStatement `json:"statements" nullable:"false" doc:"Statements by database, longest total time first."`
	Next       *string         `json:"next" doc:"Cursor of the next page; null on the last page."`
}

// SlowStatement is one normalized statement in one database. Literals are removed
// before a statement is stored, so no response can contain a value.
type SlowStatement struct {
	Digest          string   `json:"digest" doc:"Identifies the normalized statement."`
	URL             string   `json:"url" doc:"Path-absolute URL of its page."`
	Database        *string  `json:"database" doc:"The database."`
	Statement       string   `json:"statement" doc:"The statement without values: ? is a value, (...) a list."`
	Team            *string  `json:"team" doc:"The owning team."`
	Service         *string  `json:"service" doc:"The service that owns the database."`
	OwnedBy         *string  `json:"owned_by" doc:"How the owner is known: decision, database, user or tag."`
	State           string   `json:"state" doc:"new, assigned, fixed or back."`
	StateSince      *string  `json:"state_since" format:"date-time" doc:"When it entered this state."`
	Count           int64    `json:"count" doc:"Executions in the requested time."`
	Total           float64  `json:"total_seconds" doc:"Their total duration."`
	OneIn           int      `json:"logged_one_in" doc:"Sampling of the source: one in so many executions; 0 if all or unknown."`
	LeftOut         int      `json:"left_out" doc:"Observations left out because of impossible values."`
	P95             *float64 `json:"p95_seconds" doc:"95th percentile of an execution's duration, if single executions are known."`
	P95Of           int64    `json:"p95_of" doc:"Number of executions it is calculated from."`
	RowsExamined    int64    `json:"rows_examined" doc:"Rows read."`
	RowsSent        int64    `json:"rows_sent" doc:"Rows answered."`
	ExaminedPerSent *float64 `json:"rows_examined_per_row_sent" doc:"Their ratio; null when no row was sent."`
	FirstSeen       *string  `json:"first_seen" format:"date-time" doc:"When it was first seen, ever."`
	LastSeen        *string  `json:"last_seen" format:"date-time" doc:"When it was last seen, ever."`
	Instances       []string `json:"instances" nullable:"false" doc:"Database servers that reported it."`
	Users           []string `json:"users" nullable:"false" doc:"Database users that executed it."`
}

// slowSQL lists the statements that match all filters. Statements that were not seen in
// the requested time are included with a count of 0.
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
		if fits(in.Team, team) && fits(in.Database, f.Database) && fits(in.Digest, f.Digest) && fits(string(in.State), string(f.State)) {
			some = append(some, f)
		}
	}
	page, next, err := pageAfter(some, sql.Followed.Key, in.SpanRequest)
	return SlowSQLAnswer{each(page, s.statement), next}, err
}

// statement converts a statement to its JSON form. The statement is as stored,
// normalised.
func (s service) statement(f sql.Followed) SlowStatement {
	return SlowStatement{
		Digest: f.Digest, URL: s.prefix + "/slow-sql/" + url.PathEscape(f.Digest), Database: text(f.Database), Statement: f.Statement,
		Team:    text(f.Owner.Team),
		Service: text(f.Owner.Service), OwnedBy: text(f.Owner.By), State: string(f.State), StateSince: instant(f.Since),
		Count: f.Count, Total: f.Seconds,
		P95: f.P95, P95Of: f.TimesKnown, OneIn: f.OneIn, LeftOut: f.Odd, RowsExamined: f.RowsExamined, RowsSent: f.RowsSent,
		ExaminedPerSent: f.ExaminedPerSent,
		FirstSeen:       instant(f.FirstSeen), LastSeen: instant(f.LastSeen), Instances: list(f.Instances), Users: list(f.Users),
	}
}
