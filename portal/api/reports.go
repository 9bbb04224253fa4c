package api

import (
	"context"
	"net/url"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/reportstore"
)

// Reports are the published reports. Its errors are faults: fault.NotFound for an
// unknown report, period or revision.
type Reports interface {
	// List returns one page of the newest revisions, latest period first, and the next
	// cursor.
	List(ctx context.Context, name, cursor string, limit int) (rows []reportstore.Revision, next string, err error)
	// Report reads one revision; number 0 is the newest.
	Report(ctx context.Context, name, period string, number int) (reportstore.Published, error)
	// Revisions returns all revisions of a period, newest first.
	Revisions(ctx context.Context, name, period string) ([]reportstore.Revision, error)
	// Preview compiles a period without storing it.
	Preview(ctx context.Context, name, period string) (reports.Report, error)
}

// registerReports adds the operations on reports.
func (s service) registerReports(api huma.API) {
	get(api, "/reports", "list-reports", "List reports, one row per period, latest first", s.reports)
	get(api, "/reports/{name}/{period}", "read-report", "Read one report", s.report)
	get(api, "/reports/{name}/{period}/revisions", "list-report-revisions", "List the revisions of a report, newest first", s.reportRevisions)
}

// reportsRequest is the query of GET /reports.
type reportsRequest struct {
	Name   string `query:"name" doc:"Only this report: daily, weekly, monthly, or a report defined in the repository."`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"Maximum number of rows in the response."`
	Cursor string `query:"cursor" doc:"The value of next in the previous response; send it with the same name."`
}

// ReportsAnswer is the response of GET /reports.
type ReportsAnswer struct {
	Reports []ReportRow `json:"reports" nullable:"false" doc:"One row per period, with its newest revision."`
	Next    *string     `json:"next" doc:"Cursor of the next page; null on the last page."`
}

// ReportRow is a report in a list. From and to are the bounds of the period in the
// report's own time zone, as times in UTC.
type ReportRow struct {
	Name        string  `json:"name" doc:"The report's name, part of its URL."`
	Title       string  `json:"title" doc:"The report's title."`
	Kind        string  `json:"kind" doc:"daily, weekly or monthly."`
	Scope       *string `json:"scope" doc:"The scope in words; null for the whole organization."`
	Zone        string  `json:"zone" doc:"IANA time zone of the report's days."`
	Period      string  `json:"period" doc:"2026-11-21, 2026-W47 or 2026-11."`
	From        *string `json:"from" format:"date-time" doc:"Start of the period, inclusive."`
	To          *string `json:"to" format:"date-time" doc:"End of the period, exclusive."`
	Revision    *int    `json:"revision" doc:"The revision number; 1 is the first, null for a preview."`
	URL         string  `json:"url" doc:"Path-absolute URL of this revision."`
	PublishedAt *string `json:"published_at" format:"date-time" doc:"When this revision was published."`
	Verdict     string  `json:"verdict" doc:"The verdict in one to three sentences."`
	State       *string `json:"state" doc:"ok, warn, bad or none (not measured)."`
	Differs     int     `json:"differs" doc:"Number of statements that differ from the previous revision."`
}

// reports lists the reports, latest period first.
func (s service) reports(ctx context.Context, in *reportsRequest) (ReportsAnswer, error) {
	rows, next, err := s.Reports.List(ctx, in.Name, in.Cursor, in.Limit)
	if err != nil {
		return ReportsAnswer{}, err
	}
	return ReportsAnswer{Reports: each(rows, s.reportRow), Next: text(next)}, nil
}

// reportRow converts a revision to the form of lists. A preview has no number.
func (s service) reportRow(r reportstore.Revision) ReportRow {
	row := ReportRow{
		Name: r.Name, Title: r.Title, Kind: string(r.Kind), Scope: text(r.Scope), Zone: r.Zone, Period: r.Period,
		From: instant(r.From), To: instant(r.To),
		URL: s.prefix + "/reports/" + url.PathEscape(r.Name) + "/" + r.Period, PublishedAt: instant(r.PublishedAt),
		Verdict: r.Verdict, State: text(r.Tone), Differs: r.Differs,
	}
	if r.Number > 0 {
		row.Revision = &r.Number
		row.URL += "?rev=" + strconv.Itoa(r.Number)
	}
	return row
}

// reportRequest is the request of GET /reports/{name}/{period}. A preview is compiled
// for the request and may cover the current period; it has no revision and no
// published_at.
type reportRequest struct {
	Name    string `path:"name" doc:"The report's name."`
	Period  string `path:"period" doc:"2026-11-21, 2026-W47 or 2026-11."`
	Rev     int    `query:"rev" minimum:"0" doc:"The revision number. Default: the newest."`
	Preview bool   `query:"preview" doc:"Compile it now without storing it; the current period up to now."`
}

// report reads a revision of a report, or compiles a preview. Kinds: fault.NotFound for
// an unknown report, period or revision, fault.Invalid for a period that has not begun.
func (s service) report(ctx context.Context, in *reportRequest) (Report, error) {
	if in.Preview {
		r, err := s.Reports.Preview(ctx, in.Name, in.Period)
		// A preview has the fields of a revision, without number and time of
		// publication.
		return s.reportOf(reportstore.Published{Report: r, Revision: reportstore.Revision{
			Name: r.Name, Title: r.Title, Kind: r.Kind, Scope: r.Scope, Zone: r.Zone, Period: r.Period, From: r.From, To: r.To,
			Tone: r.Verdict.Tone, Verdict: r.Verdict.Text,
		}}), err
	}
	p, err := s.Reports.Report(ctx, in.Name, in.Period, in.Rev)
	if err != nil {
		return Report{}, err
	}
	return s.reportOf(p), nil
}

// reportRevisionsRequest is the request of GET /reports/{name}/{period}/revisions.
type reportRevisionsRequest struct {
	Name   string `path:"name" doc:"The report's name."`
	Period string `path:"period" doc:"2026-11-21, 2026-W47 or 2026-11."`
}

// ReportRevisionsAnswer is the response of GET /reports/{name}/{period}/revisions.
type ReportRevisionsAnswer struct {
	Revisions []ReportRow `json:"revisions" nullable:"false" doc:"All revisions, newest first."`
}

// reportRevisions lists the revisions of a report, newest first; fault.NotFound without
// any.
func (s service) reportRevisions(ctx context.Context, in *reportRevisionsRequest) (ReportRevisionsAnswer, error) {
	rows, err := s.Reports.Revisions(ctx, in.Name, in.Period)
	return ReportRevisionsAnswer{each(rows, s.reportRow)}, err
}
