package app

import (
	"context"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/reports/feedstore"
	"github.com/postern/postern/reports/reportstore"
)

// reader reads every stored row of one kind, in the way pages and reports read it.
type reader struct {
	name string
	read func(context.Context) error
}

// readers returns a reader for everything that is stored. The database counts and names
// the rows that their owner cannot decode. A new store belongs into this list;
// otherwise postern check does not see damage of its rows.
func (a *App) readers() []reader {
	all := []reader{
		{"tokens", func(ctx context.Context) error { _, err := a.tokens.List(ctx); return err }},
		{"audit log", func(ctx context.Context) error { _, err := a.audit.Entries(ctx, 0, mostRead); return err }},
		{"documents", a.readDocuments},
		{"SLOs", func(ctx context.Context) error { _, err := a.catalog.SLOs(ctx); return err }},
		{"reports", a.readReports},
		{"report definitions", func(ctx context.Context) error { _, err := a.published.Definitions(ctx); return err }},
		{"deliveries", func(ctx context.Context) error { _, err := a.outbox.List(ctx); return err }},
		{"sources", func(ctx context.Context) error { _, err := a.feeds.Sources(ctx); return err }},
		{"dead letters", a.readDeadLetters},
		{"notes", func(ctx context.Context) error { _, err := a.queries.Missing(ctx); return err }},
		{"searches", func(ctx context.Context) error {
			now := a.opt.Now()
			_, err := a.queries.Gaps(ctx, now.AddDate(0, 0, -7*keptWeeks), now)
			return err
		}},
		{"incidents", func(ctx context.Context) error { _, err := a.signals.Open(ctx); return err }},
	}
	if a.jobs != nil { // without jobs, in a command that opens the data folder
		all = append(all, reader{"jobs", func(ctx context.Context) error { _, err := a.jobs.Status(ctx); return err }})
	}
	return all
}

const (
	mostRead  = 1 << 30 // entries of the audit log: all of them
	keptWeeks = 57      // queries are retained for 400 days
	readPage  = 500     // rows read at a time
)

// readPages calls read for each page of a list, until there is no next cursor or read
// fails.
func readPages(read func(cursor string) (next string, err error)) error {
	for cursor := ""; ; {
		next, err := read(cursor)
		if cursor = next; err != nil || cursor == "" {
			return err
		}
	}
}

// readDeadLetters reads every rejected feed item. Rows that cannot be read are counted
// by the database.
func (a *App) readDeadLetters(ctx context.Context) error {
	return readPages(func(cursor string) (next string, err error) {
		_, next, err = a.feeds.DeadLetters(ctx, feedstore.DeadLetterFilter{Limit: readPage, Cursor: cursor})
		return next, err
	})
}

// readDocuments reads every document and its revisions. A row that cannot be read is
// counted by the database and is not an error here.
func (a *App) readDocuments(ctx context.Context) error {
	return readPages(func(cursor string) (string, error) {
		page, next, err := a.library.List(ctx, library.Filter{Archived: true, Limit: readPage, Cursor: cursor})
		if err != nil {
			return "", err
		}
		for _, d := range page {
			if _, err := a.library.Revisions(ctx, d.ID); err != nil && !kv.Unreadable(err) {
				return "", err
			}
		}
		return next, nil
	})
}

// readReports reads every report in its newest revision, which is the one that pages
// show.
func (a *App) readReports(ctx context.Context) error {
	return readPages(func(cursor string) (string, error) {
		page, next, err := a.published.List(ctx, reportstore.Filter{Limit: readPage, Cursor: cursor})
		if err != nil {
			return "", err
		}
		for _, r := range page {
			if _, err := a.published.Report(ctx, r.Name, r.Period, 0); err != nil && !kv.Unreadable(err) {
				return "", err
			}
		}
		return next, nil
	})
}
