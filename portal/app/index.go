package app

import (
	"context"
	"time"

	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/search"
	"github.com/postern/postern/search/indexer"
)

// openIndex opens the search index and its follower. An index that is damaged or of
// another version is built again from the library, so a failure here is one of the file
// system.
func (a *App) openIndex(ctx context.Context) (err error) {
	s := source{a.library, a.published}
	a.index, err = search.Open(ctx, search.Options{Dir: a.dir(indexName), Source: s, Synonyms: &thesaurus{db: a.db}, Log: a.log,
		Now: a.opt.Now})
	if err != nil {
		return err
	}
	a.undo.add("index", stepLimit, func(context.Context) error { return a.index.Close() })
	a.follower = indexer.New(indexer.Options{
		Changes: a.db, Topic: library.Topic, Other: indexedOf, Source: s, Index: a.index, Log: a.log, Now: a.opt.Now,
		Observe: func(took time.Duration) { a.metrics.Index(took) },
	})
	a.metrics.IndexLag(func() (uint64, bool) { return a.lag(context.Background()) })
	return nil
}

// lag returns how many changes search does not have yet; ok is false when the database
// cannot be read.
func (a *App) lag(ctx context.Context) (changes uint64, ok bool) {
	seq, err := a.library.Seq(ctx)
	if err != nil {
		return 0, false
	}
	reached := a.follower.Status().Seq
	return seq - min(seq, reached), true
}
