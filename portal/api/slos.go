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

// Board judges objectives; board.Board does.
type Board interface {
	// Rows judges every objective over its own window, by name.
	Rows(ctx context.Context) ([]slostatus.Row, error)
	// Judge is an objective over a span, or over its own window when both ends are
	// zero. Errors are fault.NotFound, fault.Gone and fault.Invalid.
	Judge(ctx context.Context, name string, from, to time.Time) (slostatus.Judged, error)
	// Origins are the sources of the counts that a judgement was made of.
	Origins(ctx context.Context, j slostatus.Judged) ([]slo.Origin, error)
}

type slosRequest struct {
	Service string `query:"service" doc:"Only objectives of this service."`
	Team    string `query:"team" doc:"Only objectives of services of this team."`
	State   string `query:"state" enum:"ok,low_traffic,no_traffic,partial,no_data,invalid,not_yet" doc:"Only objectives whose data is in this state."`
	From    string `query:"from" doc:"RFC 3339, inclusive. Without it each objective's own window that ends at to."`
	To      string `query:"to" doc:"RFC 3339, exclusive, at most 400 days after from. Without it now."`
	Limit   int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"How many objectives to answer with; fewer over a long span, which is told by next."`
	Cursor  string `query:"cursor" doc:"The next of the answer before, with the same filters."`
}

type sloRequest struct {
	Name string `path:"name" doc:"The objective's name."`
	From string `query:"from" doc:"RFC 3339, inclusive. Without it the objective's own window that ends at to."`
	To   string `query:"to" doc:"RFC 3339, exclusive. Without it now."`
}

// SLOsAnswer is the answer of GET /slos.
type SLOsAnswer struct {
	SLOs []SLO   `json:"slos" nullable:"false" doc:"Objectives by name, each judged over the span asked for, or over its own window as it is now."`
	Next *string `json:"next" doc:"Give it back as cursor= for the next page; null at the end."`
}

// SLO is one objective judged over one span.
type SLO struct {
	Name        string   `json:"name" doc:"The objective's name."`
	Title       string   `json:"title" doc:"Its display name."`
	Service     *string  `json:"service" doc:"The service it belongs to."`
	URL         string   `json:"url" doc:"The address of its page."`
	Objective   *float64 `json:"objective" doc:"The target as a fraction; null for a composite."`
	Method      *string  `json:"method" doc:"Occurrences, Timeslices or RatioTimeslices; null for a composite."`
	Window      string   `json:"window" doc:"The objective's own window, such as 28d."`
	From        string   `json:"from" doc:"The start of the span that is judged, inclusive."`
	To          string   `json:"to" doc:"The end of the span, exclusive."`
	State       string   `json:"state" enum:"ok,low_traffic,no_traffic,partial,no_data,invalid,not_yet" doc:"What can be said of the data, not of the objective."`
	Reason      *string  `json:"reason" doc:"Why the state is not ok."`
	Met         *bool    `json:"met" doc:"Null when the data allows no verdict."`
	Good        *float64 `json:"good" doc:"Events; slices for the methods that count slices; null when nothing was counted."`
	Total       *float64 `json:"total" doc:"Events, or counted slices; null when nothing was counted."`
	SLI         *float64 `json:"sli" doc:"Good over total, as a fraction; null when there is nothing to divide."`
	BudgetSpent *float64 `json:"budget_spent" doc:"Share of what the objective permits; over 1 when it is overspent."`
	BudgetLeft  *float64 `json:"budget_left" doc:"Below 0 when it is overspent."`
	Coverage    float64  `json:"coverage" doc:"Share of the span that was measured."`
	Revision    *int64   `json:"revision" doc:"The highest revision of the counts that were added up; null without counts."`
	Open        bool     `json:"open" doc:"The span is not over: numbers are to date."`
	Definition  string   `json:"definition" doc:"Tells definitions from each other: the one that was applied."`
}

// SLOAnswer is the answer of GET /slos/{name}.
type SLOAnswer struct {
	SLO
	Sources []SLOSource `json:"sources" nullable:"false" doc:"Whose counts were added up and whose were set aside: each UTC day belongs to one source."`
}

// SLOSource is what one source is to the counts of an objective.
type SLOSource struct {
	Source string `json:"source" doc:"The feed, or prometheus/NAME for the portal's own measurement."`
	Days   int    `json:"days" doc:"UTC days that it speaks for."`
	Aside  int    `json:"set_aside_days" doc:"UTC days on which it counted, too, and another covers more."`
}

func (s service) slos(ctx context.Context, in *slosRequest) (SLOsAnswer, error) {
	if s.Board == nil {
		return SLOsAnswer{}, fault.New(fault.NotFound, "api.slos", "this portal judges no objectives")
	}
	from, to, err := moments(in.From, in.To)
	if err != nil {
		return SLOsAnswer{}, err
	}
	rows, err := s.Board.Rows(ctx)
	if err != nil {
		return SLOsAnswer{}, err
	}
	rows = slices.DeleteFunc(slices.Clone(rows), func(r slostatus.Row) bool {
		return r.SLO.Name <= in.Cursor || in.Service != "" && r.SLO.Service != in.Service || in.Team != "" && r.Team != in.Team
	})
	judge := func(r slostatus.Row) (slostatus.Judged, bool, error) {
		return slostatus.Judged{SLO: r.SLO, Result: r.Result}, true, nil
	}
	most := len(rows)
	if !from.IsZero() || !to.IsZero() {
		judge = func(r slostatus.Row) (slostatus.Judged, bool, error) { return s.judgeOver(ctx, r.SLO.Name, from, to) }
		most = s.mostJudged(from, to)
	}
	out := SLOsAnswer{SLOs: []SLO{}}
	for i, r := range rows {
		if len(out.SLOs) == in.Limit || i == most {
			out.Next = text(rows[i-1].SLO.Name)
			break
		}
		j, there, err := judge(r)
		if err != nil {
			return SLOsAnswer{}, err
		}
		if there && (in.State == "" || string(j.Result.State) == in.State) {
			out.SLOs = append(out.SLOs, s.judged(j.SLO, j.Result))
		}
	}
	return out, nil
}

// judgeOver is an objective over a span; one that was not there then is not.
func (s service) judgeOver(ctx context.Context, name string, from, to time.Time) (j slostatus.Judged, there bool, err error) {
	j, err = s.Board.Judge(ctx, name, from, to)
	if k := fault.KindOf(err); err != nil && (k == fault.NotFound || k == fault.Gone) {
		return j, false, nil
	}
	return j, err == nil, err
}

// maxJudgedDays bounds the days of counts that one request may read, of all the
// objectives that it judges: some 0.3 s.
const maxJudgedDays = 20_000

// mostJudged is how many objectives one request judges over a span, at least one.
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

func (s service) slo(ctx context.Context, in *sloRequest) (SLOAnswer, error) {
	if s.Board == nil {
		return SLOAnswer{}, fault.New(fault.NotFound, "api.slo", "this portal judges no objectives")
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
	return SLOAnswer{s.judged(j.SLO, j.Result), each(origins, func(o slo.Origin) SLOSource { return SLOSource{o.Source, o.Days, o.Aside} })}, nil
}

// moments reads from= and to=.
func moments(fromText, toText string) (from, to time.Time, err error) {
	if from, err = moment("from", fromText); err == nil {
		to, err = moment("to", toText)
	}
	return from, to, err
}

// moment reads a parameter that is an instant; "" is the zero Time. A date is its
// midnight in UTC, and a blank is the "+" that somebody forgot to encode.
func moment(name, value string) (time.Time, error) {
	if value == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, strings.ReplaceAll(value, " ", "+")); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fault.Newf(fault.Invalid, "api.slo", "%s must be an RFC 3339 time such as 2026-10-03T08:00:00Z, not %.40q", name, value)
}

func (s service) judged(x slo.SLO, r slo.Result) SLO {
	out := SLO{
		Name: x.Name, Title: x.Title, Service: text(x.Service), URL: s.prefix + "/slos/" + url.PathEscape(x.Name), Window: x.Window.String(),
		From: r.From.UTC().Format(time.RFC3339), To: r.To.UTC().Format(time.RFC3339),
		State: string(r.State), Reason: text(r.Reason), Met: r.Met, SLI: finite(r.SLI), BudgetSpent: finite(r.Spent), BudgetLeft: finite(r.Left),
		Coverage: r.Coverage, Open: r.Open, Definition: x.Hash,
	}
	if len(x.Parts) == 0 {
		out.Objective, out.Method = &x.Target, text(x.Method)
	}
	if r.Buckets > 0 {
		out.Good, out.Total, out.Revision = finite(&r.Good), finite(&r.Total), &r.Revision
	}
	return out
}

// finite is null for what JSON cannot say.
func finite(x *float64) *float64 {
	if x == nil || math.IsNaN(*x) || math.IsInf(*x, 0) {
		return nil
	}
	return x
}
