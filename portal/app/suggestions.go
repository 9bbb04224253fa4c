package app

import (
	"context"
	"time"

	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/search/querylog"
	"github.com/postern/postern/search/suggest"
)

const (
	// successfulSince is the maximum age of a query that is suggested to other readers.
	successfulSince = 90 * 24 * time.Hour
	// successfulShown is the maximum number of different queries that are suggested.
	successfulShown = 2000
	// successfulEvery is how often they are read again: each reading covers three
	// months.
	successfulEvery = 5 * time.Minute
)

// openQueries opens the query log and the index of suggestions.
func (a *App) openQueries(context.Context) error {
	a.queries = querylog.New(querylog.Options{DB: a.db, Now: a.opt.Now, Random: a.opt.Random})
	a.undo.add("queries", stepLimit, a.queries.Close)
	a.suggest = suggest.New()
	return nil
}

// followSuggestions brings changes of the library into the suggestions, until the stop.
func (a *App) followSuggestions() {
	follower := suggest.Follower{
		Index: a.suggest, Changes: a.db, Topic: library.Topic, Source: titles{a.library}, Log: a.log,
	}
	a.background("suggestions", func(ctx context.Context) {
		_ = follower.Run(ctx) // it only ends with the context
	})
}

// offerSuccessful returns the housekeeping step that suggests successful queries to
// other readers. The step does nothing until successfulEvery has passed since its last
// success, and must not be called concurrently.
func (a *App) offerSuccessful() func(context.Context) error {
	var next time.Time
	return func(ctx context.Context) error {
		now := a.opt.Now()
		if now.Before(next) {
			return nil
		}
		queries, err := a.queries.Successful(ctx, now.Add(-successfulSince), successfulShown)
		if err != nil {
			return err
		}
		a.suggest.SetQueries(queries)
		next = now.Add(successfulEvery)
		return nil
	}
}

// titles gives suggestions the titles of documents; it implements suggest.Source.
type titles struct{ library *library.Library }

// All returns all published documents, and the change number up to which they are
// current.
func (t titles) All(ctx context.Context) (docs []suggest.Document, upTo uint64, err error) {
	ids, upTo, err := t.library.IDs(ctx)
	if err != nil {
		return nil, 0, err
	}
	docs = make([]suggest.Document, 0, len(ids))
	for len(ids) > 0 {
		n := min(contentsStep, len(ids))
		some, err := t.Some(ctx, ids[:n])
		if err != nil {
			return nil, 0, err
		}
		docs = append(docs, some...)
		ids = ids[n:]
	}
	return docs, upTo, nil
}

// Some returns the published documents among the ids. Unknown ids are left out. With an
// error the documents must not be used.
func (t titles) Some(ctx context.Context, ids []string) ([]suggest.Document, error) {
	records, err := t.library.Many(ctx, ids)
	docs := make([]suggest.Document, 0, len(records))
	for _, r := range records {
		docs = append(docs, suggest.Document{
			ID: r.ID, Title: r.Title, Address: r.Address, Kind: string(r.Kind), Alerts: r.Alerts, Services: r.Services,
			Date: r.Date, Archived: r.Status == postmortems.StatusArchived,
		})
	}
	return docs, err
}
