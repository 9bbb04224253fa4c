package suggest

import (
	"context"
	"log/slog"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

const (
	// step is how many changes are read from the log at a time.
	step = 500
	// retryAfter is the pause after a failure.
	retryAfter = 15 * time.Second
)

// Log is the change log of the library.
type Log interface {
	Changes(ctx context.Context, after kv.Seq, limit int) ([]kv.Change, error)
	Wait(ctx context.Context, after kv.Seq) error
}

// Source returns the current documents of the library.
type Source interface {
	// All returns all published documents, and the change number after which following
	// continues.
	All(ctx context.Context) (docs []Document, upTo uint64, err error)
	// Some returns the documents with these ids, without those no longer published.
	Some(ctx context.Context, ids []string) ([]Document, error)
}

// Follower updates an Index from the change log of the library.
type Follower struct {
	Index   *Index
	Changes Log
	// Of the changes that concern documents.
	Topic  string
	Source Source
	Log    *slog.Logger
}

// Run reads all documents and follows the change log until the context ends; it
// returns the error of the context. After a failure, which it logs, Run waits and reads
// all documents again. Until then suggestions are outdated.
func (f *Follower) Run(ctx context.Context) error {
	for {
		err := f.follow(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if fault.KindOf(err) == fault.Gone {
			// The log was trimmed, or an older backup was restored.
			continue
		}
		f.Log.Error("suggestions", "error", err)
		retry := time.NewTimer(retryAfter)
		select {
		case <-ctx.Done():
			retry.Stop()
			return ctx.Err()
		case <-retry.C:
		}
	}
}

// follow reads all documents and applies changes until a step fails.
func (f *Follower) follow(ctx context.Context) error {
	docs, upTo, err := f.Source.All(ctx)
	if err != nil {
		return err
	}
	f.Index.Replace(docs)
	for after := kv.Seq(upTo); ; {
		if err := f.Changes.Wait(ctx, after); err != nil {
			return err
		}
		changes, err := f.Changes.Changes(ctx, after, step)
		if err != nil {
			return err
		}
		if err := f.apply(ctx, changes); err != nil {
			return err
		}
		if len(changes) > 0 {
			after = changes[len(changes)-1].Seq
		}
	}
}

// apply copies the current state of the changed documents to the index.
func (f *Follower) apply(ctx context.Context, changes []kv.Change) error {
	gone := map[string]bool{}
	var ids []string
	for _, c := range changes {
		if id := string(c.Key); c.Topic == f.Topic && !gone[id] {
			gone[id] = true
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	docs, err := f.Source.Some(ctx, ids)
	if err != nil {
		return err
	}
	for _, d := range docs {
		delete(gone, d.ID)
	}
	var removed []string
	for id := range gone {
		removed = append(removed, id)
	}
	f.Index.Apply(docs, removed)
	return nil
}
