package app

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/config"
	"github.com/postern/postern/portal/metrics"
	"github.com/postern/postern/postmortems/gitrepo"
)

// openRepository opens the bare repository. Pushes are refused until the portal knows
// its own address. A missing repository beside a database with documents is a loss and
// is not replaced by an empty one.
func (a *App) openRepository(ctx context.Context) (err error) {
	published, err := a.library.Published(ctx)
	if err != nil {
		return err
	}
	if _, err := os.Stat(a.dir(repoName)); errors.Is(err, fs.ErrNotExist) && published != "" {
		return repositoryLost() // Open would create an empty one
	}
	c := a.opt.Config
	a.repo, err = gitrepo.Open(ctx, gitrepo.Options{
		Dir: a.dir(repoName), Git: c.Git.Path, Logger: a.log, Now: a.opt.Now, Publisher: publisherOf{a},
		RuleURL: func(rule string) string { return a.URL() + "/rules/" + rule }, Observe: a.observePush, CheckSpace: a.room,
		Limits: repositoryLimits(c.Limits),
	})
	if err != nil {
		return err
	}
	a.undo.add("repository", pushLimit, a.repo.Close)
	return nil
}

// repositoryLost is the error of a database without its repository.
func repositoryLost() error {
	return fault.New(fault.Conflict, "app.openRepository",
		"the database shows a published commit but the repository has no main branch; restore both from one backup. Nothing was changed")
}

// repositoryLimits returns the settings that bound a push in the form that gitrepo
// takes.
func repositoryLimits(l config.Limits) gitrepo.Limits {
	return gitrepo.Limits{
		PackBytes: l.PushPacked, InflatedBytes: l.PushInflated, DocumentBytes: l.Document, AttachmentBytes: l.Attachment,
		Changes: l.ChangedPaths, Commits: l.Commits, Paths: l.TreePaths, Depth: l.TreeDepth, Duration: l.PushTime,
	}
}

// observePush logs a push and adds its phases to the metrics. The phases commit and
// index are measured by publisher. Durations are of the machine's clock.
func (a *App) observePush(t gitrepo.Timings) {
	a.metrics.Push(metrics.Outcome(t.Outcome), t.Total)
	a.metrics.Phase(metrics.Receive, t.Receive+t.Connect+t.Check)
	a.metrics.Phase(metrics.Validate, t.Prepare)
	a.metrics.Phase(metrics.Publish, t.Publish)
	a.log.Info("push", "outcome", t.Outcome, "files", t.Files, "bytes", t.Bytes, "receive", t.Receive, "connect", t.Connect,
		"check", t.Check, "prepare", t.Prepare, "publish", t.Publish, "commit", t.Commit, "total", t.Total)
}
