package api

import (
	"context"
	"math"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slostatus"
)

// Board evaluates SLOs; slostatus.Board implements it.
type Board interface {
	// Rows evaluates every SLO over its own window, in the order of names.
	Rows(ctx context.Context) ([]slostatus.Row, error)
	// Judge evaluates an SLO over a span, or over its own window when both ends are
	// zero. Kinds: fault.NotFound, fault.Gone and fault.Invalid.
	Judge(ctx context.Context, name string, from, to time.Time) (slostatus.Judged, error)
	// Origins returns the sources of the data that an evaluation used.
	Origins(ctx context.Context, j slostatus.Judged) ([]slo.Origin, error)
}

// slosRequest is the query of GET /slos.
type slosRequest struct {
	Service string   `query:"service" doc:"Only SLOs of this service."`
	Team    string   `query:"team" doc:"Only SLOs of services of this team."`
	State   sloState `query:"state" doc:"Only SLOs whose data is in this state."`
	From    string   `query:"from" doc:"RFC 3339, inclusive. Default: the SLO's own window that ends at to."`
	To      string   `query:"to" doc:"RFC 3339, exclusive, at most 400 days after from. Default: now."`
	Limit   int      `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"Maximum number of SLOs; fewer for a long span."`
	Cursor  string   `query:"cursor" doc:"The value of next in the previous response; send it with the same filters."`
}

// sloRequest is the request of GET /slos/{name}.
type sloRequest struct {
	Name string `path:"name" doc:"The SLO's name."`
	From string `query:"from" doc:"RFC 3339, inclusive. Default: the SLO's own window that ends at to."`
	To   string `query:"to" doc:"RFC 3339, exclusive. Default: now."`
}

// SLOsAnswer is the response of GET /slos.
type SLOsAnswer struct {
	SLOs []SLO   `json:"slos" nullable:"false" doc:"SLOs by name, each evaluated over the requested span or its own window."`
	Next *string `json:"next" doc:"Cursor of the next page; null on the last page."`
}

// SLO is one SLO evaluated over one span. State is about the data: a verdict in Met is
// given only when enough was measured. BudgetSpent and BudgetLeft are shares of the
// error budget of the span.
type SLO struct {
	Name        string   `json:"name" doc:"The SLO's name."`
	Title       string   `json:"title" doc:"The display name."`
	Service     *string  `json:"service" doc:"The service it belongs to."`
	URL         string   `json:"url" doc:"Path-absolute URL of its page."`
	Objective   *float64 `json:"objective" doc:"The target as a fraction; null for a composite SLO."`
	Method      *string  `json:"method" doc:"Occurrences, Timeslices or RatioTimeslices; null for a composite SLO."`
	Window      string   `json:"window" doc:"The SLO's own window, such as 28d."`
	From        string   `json:"from" doc:"Start of the evaluated span, inclusive."`
	To          string   `json:"to" doc:"End of the evaluated span, exclusive."`
	State       sloState `json:"state" doc:"State of the data, not of the SLO."`
	Reason      *string  `json:"reason" doc:"Why the state is not ok."`
	Met         *bool    `json:"met" doc:"Whether the SLO is met; null if the data allows no verdict."`
	Good        *float64 `json:"good" doc:"Good events or time slices; null without data."`
	Total       *float64 `json:"total" doc:"All events or time slices; null without data."`
	SLI         *float64 `json:"sli" doc:"The SLI, good divided by total; null without data."`
	BudgetSpent *float64 `json:"budget_spent" doc:"Share of the error budget consumed; over 1 if it is exhausted."`
	BudgetLeft  *float64 `json:"budget_left" doc:"Share of the error budget remaining; below 0 if it is exhausted."`
	Coverage    float64  `json:"coverage" doc:"Share of the span that was measured."`
	Revision    *int64   `json:"revision" doc:"The highest revision of the data used; null without data."`
	Open        bool     `json:"open" doc:"True if the span is not over; numbers are to date."`
	Definition  string   `json:"definition" doc:"Identifies the definition that was applied."`
}

// SLOAnswer is the response of GET /slos/{name}.
type SLOAnswer struct {
	SLO
	Sources []SLOSource `json:"sources" nullable:"false" doc:"Sources of the data. Each UTC day is taken from one source."`
}

// SLOSource is the share of one source in the data of an SLO.
type SLOSource struct {
	Source string `json:"source" doc:"The feed, or prometheus/NAME for the portal's own queries."`
	Days   int    `json:"days" doc:"UTC days taken from this source."`
	Aside  int    `json:"set_aside_days" doc:"UTC days for which another source has higher coverage."`
}

// slos lists the SLOs that match all filters. Without a span the results are those of
// the shared view; with one, every SLO is evaluated for this request, which bounds how
// many a page can have.
func (s service) slos(ctx context.Context, in *slosRequest) (SLOsAnswer, error) {
	if s.Board == nil {
		return SLOsAnswer{}, fault.New(fault.NotFound, "api.slos", "this portal has no SLOs")
	}
	from, to, err := moments(in.From, in.To)
	if err != nil {
		return SLOsAnswer{}, err
	}
	rows, err := s.Board.Rows(ctx)
	if err != nil {
		return SLOsAnswer{}, err
	}
	// Names ascend, so the cursor is the last name of the page before.
	rows = slices.DeleteFunc(slices.Clone(rows), func(r slostatus.Row) bool {
		return r.SLO.Name <= in.Cursor || !fits(in.Service, r.SLO.Service) || !fits(in.Team, r.Team)
	})
	judge, most := s.judgeHow(ctx, from, to, len(rows))
	out := SLOsAnswer{SLOs: []SLO{}}
	for i, r := range rows {
		// i is at least 1 here: limit and most are.
		if len(out.SLOs) == in.Limit || i == most {
			out.Next = text(rows[i-1].SLO.Name)
			break
		}
		j, there, err := judge(r)
		if err != nil {
			return SLOsAnswer{}, err
		}
		if there && (in.State == "" || sloState(j.Result.State) == in.State) {
			out.SLOs = append(out.SLOs, s.judged(j.SLO, j.Result))
		}
	}
	return out, nil
}

// judgeHow returns how the rows of a list are evaluated, and how many of all at most:
// as they are in the shared view without a span, otherwise over the span. The function
// returns false for an SLO that did not exist then.
func (s service) judgeHow(ctx context.Context, from, to time.Time, all int) (
	judge func(slostatus.Row) (slostatus.Judged, bool, error), most int,
) {
	if from.IsZero() && to.IsZero() {
		return func(r slostatus.Row) (slostatus.Judged, bool, error) {
			return slostatus.Judged{SLO: r.SLO, Result: r.Result}, true, nil
		}, all
	}
	return func(r slostatus.Row) (slostatus.Judged, bool, error) {
		return s.judgeOver(ctx, r.SLO.Name, from, to)
	}, s.mostJudged(from, to)
}

// judgeOver evaluates an SLO over a span; there is false for one that did not exist
// then.
func (s service) judgeOver(ctx context.Context, name string, from, to time.Time) (j slostatus.Judged, there bool, err error) {
	j, err = s.Board.Judge(ctx, name, from, to)
	if k := fault.KindOf(err); err != nil && (k == fault.NotFound || k == fault.Gone) {
		return j, false, nil
	}
	return j, err == nil, err
}

// maxJudgedDays bounds the days of data that one request may read, over all SLOs that
// it evaluates: about 0.3 s.
const maxJudgedDays = 20_000

// mostJudged returns how many SLOs one request evaluates over a span, at least one.
func (s service) mostJudged(from, to time.Time) int {
	if to.IsZero() {
		to = s.now()
	}
	length := slostatus.MaxSpan
	if !from.IsZero() && to.After(from) {
		length = min(length, to.Sub(from))
	}
	return int(maxJudgedDays / (length/dayLength + 1))
}

// slo evaluates one SLO. Kinds: fault.NotFound for an unknown SLO, fault.Gone for one
// that was removed by then, fault.Invalid for a span that cannot be evaluated.
func (s service) slo(ctx context.Context, in *sloRequest) (SLOAnswer, error) {
	if s.Board == nil {
		return SLOAnswer{}, fault.New(fault.NotFound, "api.slo", "this portal has no SLOs")
	}
	from, to, err := moments(in.From, in.To)
	if err != nil {
		return SLOAnswer{}, err
	}
	j, err := s.Board.Judge(ctx, in.Name, from, to)
	if err != nil {
		return SLOAnswer{}, err
	}
	origins, err := s.Board.Origins(ctx, j)
	if err != nil {
		return SLOAnswer{}, err
	}
	return SLOAnswer{s.judged(j.SLO, j.Result), each(origins,
		func(o slo.Origin) SLOSource { return SLOSource{o.Source, o.Days, o.Aside} })}, nil
}

// moments reads from= and to=. Both may be zero. Whether they are in order is the
// board's to check.
func moments(fromText, toText string) (from, to time.Time, err error) {
	if from, err = moment("from", fromText); err == nil {
		to, err = moment("to", toText)
	}
	return from, to, err
}

// moment reads a parameter that is a time; "" is the zero Time. A date is its midnight
// in UTC, and a space is read as a "+" that was not encoded.
func moment(name, value string) (time.Time, error) {
	if value == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, strings.ReplaceAll(value, " ", "+")); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fault.Newf(fault.Invalid, "api.slo", "%s must be an RFC 3339 time such as 2026-10-03T08:00:00Z, not %.40q",
		name, value)
}

// judged converts an evaluated SLO to its JSON form. Counts are null without any
// bucket, where 0 would state that nothing happened.
func (s service) judged(x slo.SLO, r slo.Result) SLO {
	out := SLO{
		Name: x.Name, Title: x.Title, Service: text(x.Service), URL: s.prefix + "/slos/" + url.PathEscape(x.Name), Window: x.Window.String(),
		From: r.From.UTC().Format(time.RFC3339), To: r.To.UTC().Format(time.RFC3339),
		State: sloState(r.State), Reason: text(r.Reason), Met: r.Met, SLI: finite(r.SLI), BudgetSpent: finite(r.Spent),
		BudgetLeft: finite(r.Left),
		Coverage:   r.Coverage, Open: r.Open, Definition: x.Hash,
	}
	if len(x.Parts) == 0 {
		out.Objective, out.Method = &x.Target, text(x.Method)
	}
	if r.Buckets > 0 {
		out.Good, out.Total, out.Revision = finite(&r.Good), finite(&r.Total), &r.Revision
	}
	return out
}

// finite returns null for a number that JSON cannot represent: encoding/json fails at
// one, and with it the whole response.
func finite(x *float64) *float64 {
	if x == nil || math.IsNaN(*x) || math.IsInf(*x, 0) {
		return nil
	}
	return x
}
