package api

import (
	"context"
	"net/url"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/reportstore"
)

// Reports are the published reports. Errors are faults: NotFound when there is no
// such report, period or revision.
type Reports interface {
	List(ctx context.Context, name, cursor string, limit int) (rows []reportstore.Revision, next string, err error)
	// Report reads one revision; number 0 is the newest.
	Report(ctx context.Context, name, period string, number int) (reportstore.Published, error)
	Revisions(ctx context.Context, name, period string) ([]reportstore.Revision, error)
	// Preview compiles a period without storing it.
	Preview(ctx context.Context, name, period string) (reports.Report, error)
}

// registerReports adds the operations on reports.
func (s service) registerReports(api huma.API) {
	get(api, "/reports", "list-reports", "List reports, one row a period with its newest revision, latest first", s.reports)
	get(api, "/reports/{name}/{period}", "read-report", "Read one report", s.report)
	get(api, "/reports/{name}/{period}/revisions", "list-report-revisions", "List the revisions of a report, newest first", s.reportRevisions)
}

type reportsRequest struct {
	Name   string `query:"name" doc:"Only this report: daily, weekly, monthly, or one that the repository defines."`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"How many rows to answer with."`
	Cursor string `query:"cursor" doc:"The next of the answer before, with the same name."`
}

// ReportsAnswer is the answer of GET /reports.
type ReportsAnswer struct {
	Reports []ReportRow `json:"reports" nullable:"false" doc:"One row a period, with its newest revision."`
	Next    *string     `json:"next" doc:"Give it back as cursor= for the next page; null at the end."`
}

// ReportRow is what lists tell of a report.
type ReportRow struct {
	Name        string  `json:"name" doc:"The report's name, part of its address."`
	Title       string  `json:"title" doc:"The report's title."`
	Kind        string  `json:"kind" doc:"daily, weekly or monthly."`
	Scope       *string `json:"scope" doc:"The scope in words; null is the whole organisation."`
	Zone        string  `json:"zone" doc:"IANA zone whose days count."`
	Period      string  `json:"period" doc:"2026-11-21, 2026-W47 or 2026-11."`
	From        *string `json:"from" format:"date-time" doc:"Beginning of the period, inclusive."`
	To          *string `json:"to" format:"date-time" doc:"End of the period, exclusive."`
	Revision    *int    `json:"revision" doc:"1 is the first; null for a preview."`
	URL         string  `json:"url" doc:"Where this revision is read, path-absolute."`
	PublishedAt *string `json:"published_at" format:"date-time" doc:"When this revision was published."`
	Verdict     string  `json:"verdict" doc:"The report in a sentence or three."`
	State       *string `json:"state" doc:"ok, warn, bad or none (not measured)."`
	Differs     int     `json:"differs" doc:"Statements that differ from the revision before."`
}

func (s service) reports(ctx context.Context, in *reportsRequest) (ReportsAnswer, error) {
	rows, next, err := s.Reports.List(ctx, in.Name, in.Cursor, in.Limit)
	if err != nil {
		return ReportsAnswer{}, err
	}
	return ReportsAnswer{Reports: each(rows, s.reportRow), Next: text(next)}, nil
}

func (s service) reportRow(r reportstore.Revision) ReportRow {
	row := ReportRow{
		Name: r.Name, Title: r.Title, Kind: string(r.Kind), Scope: text(r.Scope), Zone: r.Zone, Period: r.Period, From: instant(r.From), To: instant(r.To),
		URL: s.prefix + "/reports/" + url.PathEscape(r.Name) + "/" + r.Period, PublishedAt: instant(r.PublishedAt), Verdict: r.Verdict, State: text(r.Tone), Differs: r.Differs,
	}
	if r.Number > 0 {
		row.Revision = &r.Number
		row.URL += "?rev=" + strconv.Itoa(r.Number)
	}
	return row
}

type reportRequest struct {
	Name    string `path:"name" doc:"The report's name."`
	Period  string `path:"period" doc:"2026-11-21, 2026-W47 or 2026-11."`
	Rev     int    `query:"rev" minimum:"0" doc:"The revision; 0 or absent is the newest."`
	Preview bool   `query:"preview" doc:"Compile it now and store nothing; a running period as far as it goes."`
}

func (s service) report(ctx context.Context, in *reportRequest) (Report, error) {
	if in.Preview {
		r, err := s.Reports.Preview(ctx, in.Name, in.Period)
		return s.reportOf(reportstore.Published{Report: r, Revision: reportstore.Revision{
			Name: r.Name, Title: r.Title, Kind: r.Kind, Scope: r.Scope, Zone: r.Zone, Period: r.Period, From: r.From, To: r.To, Tone: r.Verdict.Tone, Verdict: r.Verdict.Text,
		}}), err
	}
	p, err := s.Reports.Report(ctx, in.Name, in.Period, in.Rev)
	if err != nil {
		return Report{}, err
	}
	return s.reportOf(p), nil
}

type reportRevisionsRequest struct {
	Name   string `path:"name" doc:"The report's name."`
	Period string `path:"period" doc:"2026-11-21, 2026-W47 or 2026-11."`
}

// ReportRevisionsAnswer is the answer of GET /reports/{name}/{period}/revisions.
type ReportRevisionsAnswer struct {
	Revisions []ReportRow `json:"revisions" nullable:"false" doc:"Every published state, newest first."`
}

func (s service) reportRevisions(ctx context.Context, in *reportRevisionsRequest) (ReportRevisionsAnswer, error) {
	rows, err := s.Reports.Revisions(ctx, in.Name, in.Period)
	return ReportRevisionsAnswer{each(rows, s.reportRow)}, err
}
