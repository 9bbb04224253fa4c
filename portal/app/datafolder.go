package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo"
)

const (
	// unfinishedDatabase is the name under which a new database is made.
	unfinishedDatabase = databaseName + ".new"
	// smallDatabase is the largest file, in bytes, that is looked into before it is
	// opened: a database of many megabytes has been in use.
	smallDatabase = 1 << 20
)

// prepareFolder sees that the folder holds a database to open. A database is made
// only where no portal was: beside a repository with history, or anything else that
// a portal leaves, its absence is a loss, which only Options.NewDatabase accepts.
func (a *App) prepareFolder(ctx context.Context) error {
	const op = "app.prepareFolder"
	dir := a.opt.Config.DataDir
	present, err := hasDatabase(ctx, a.dir(databaseName))
	if err != nil {
		return err
	}
	if present {
		return nil
	}
	traces, err := a.traces(ctx)
	if err != nil {
		return err
	}
	if traces != "" && !a.opt.NewDatabase {
		return fault.Newf(fault.Conflict, op, "%s holds %s and no database (%s): tokens, the audit log, what the feeds said, reports and notes are missing. "+
			"Restore the newest backup into an empty folder (postern restore), or start once with `postern serve --new-database`: it publishes the repository again and gives all the rest up for lost. Nothing was changed",
			dir, traces, databaseName)
	}
	if !a.opt.Create {
		return fault.Newf(fault.NotFound, op, "there is no portal in %s; postern serve makes one. Nothing was created", dir)
	}
	if traces != "" {
		a.lostDatabase = "started with a new database: tokens, the audit log, what the feeds said, reports and notes of the former one are lost"
	}
	return a.createDatabase(ctx)
}

// hasDatabase reports whether a file is a database that has been in use. An absent
// or empty file, or one in which nothing was ever stored, is none.
func hasDatabase(ctx context.Context, name string) (bool, error) {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, fault.Wrap(fault.Invalid, "app.hasDatabase", "the database cannot be read; the data folder must belong to the user Postern runs as", err)
	case info.Mode().IsRegular() && info.Size() == 0:
		return false, nil
	case !info.Mode().IsRegular() || info.Size() > smallDatabase:
		return true, nil
	}
	return boltkv.InUse(ctx, name)
}

// traces says what a portal that was in use left in the folder; "" is nothing.
func (a *App) traces(ctx context.Context) (string, error) {
	if _, err := os.Stat(a.dir(repoName)); err == nil {
		commits, used, err := gitrepo.History(ctx, a.opt.Config.Git.Path, a.dir(repoName))
		switch {
		case err != nil:
			return "", err
		case commits > 0:
			return fmt.Sprintf("a repository with %s on %s", humanize.Plural(commits, "commit"), mainBranch), nil
		case used:
			return "a repository with history", nil
		}
	}
	if _, err := os.Stat(a.dir(indexName)); err == nil {
		return "a search index", nil
	}
	copies, err := filepath.Glob(a.dir(databaseName) + ".before-*")
	if err != nil || len(copies) == 0 {
		return "", fault.Wrap(fault.Internal, "app.traces", "the data folder cannot be read", err)
	}
	return "a copy of a database that was migrated", nil
}

// createDatabase makes the database under a temporary name and renames it: a start
// that is cut short leaves a whole one or none.
func (a *App) createDatabase(ctx context.Context) error {
	const op = "app.createDatabase"
	dir := a.opt.Config.DataDir
	if err := os.MkdirAll(dir, dirMode); err != nil {
		return fault.Wrap(fault.Invalid, op, "the data folder "+dir+" cannot be made; name another with --data-dir", err)
	}
	made := a.dir(unfinishedDatabase)
	if err := os.RemoveAll(made); err != nil {
		return fault.Wrap(fault.Internal, op, "what an interrupted start left in the data folder cannot be removed", err)
	}
	db, err := boltkv.Open(ctx, made, boltkv.Options{Schemas: schemas(), Now: a.opt.Now, Logger: a.log})
	if err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}
	if err := os.Rename(made, a.dir(databaseName)); err != nil {
		return fault.Wrap(fault.Internal, op, "the new database cannot be moved into place", err)
	}
	return errors.Join(syncFolder(dir), syncFolder(filepath.Dir(filepath.Clean(dir))))
}

// syncFolder makes the names in a folder survive a power cut.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if errors.Is(err, fs.ErrPermission) {
		return nil // the parent of a state folder may not be readable
	}
	if err == nil {
		err = errors.Join(f.Sync(), f.Close())
	}
	return fault.Wrap(fault.Internal, "app.syncFolder", "the data folder cannot be made durable", err)
}

// checkUnpublished refuses a database that has never published anything beside a
// repository with history, unless a push or an import that was cut short explains it:
// it is not the database of this repository.
func (a *App) checkUnpublished(ctx context.Context, published, tip postmortems.OID) error {
	if published != "" || tip == "" || a.lostDatabase != "" {
		return nil
	}
	if who, ok := a.repo.NotedBy(mainBranch, tip); ok {
		known, err := a.knows(ctx, who.TokenID)
		if err != nil || known {
			return err
		}
	}
	if !a.opt.NewDatabase {
		return fault.Newf(fault.Conflict, "app.reconcile", "the database has never published anything, and the repository has history that this portal did not take in (main is at %.10s): "+
			"they do not belong together. Restore both from one backup, or start once with `postern serve --new-database` to publish the repository. Nothing was changed", tip)
	}
	a.lostDatabase = "started with a database that had published nothing of this repository: tokens, the audit log, what the feeds said, reports and notes of its own database are lost"
	return nil
}

// knows reports whether the database has a token; "" is the portal's own.
func (a *App) knows(ctx context.Context, token string) (bool, error) {
	tokens, err := a.tokens.List(ctx)
	return token == "" || slices.ContainsFunc(tokens, func(t auth.Token) bool { return t.ID == token }), err
}

// noteLostDatabase puts the loss into the log and into the audit log of the database
// that takes the lost one's place.
func (a *App) noteLostDatabase(ctx context.Context) error {
	if a.lostDatabase == "" {
		if a.opt.NewDatabase {
			a.log.Warn("--new-database was not needed: there is a database. Take it off the command line, or it will accept the next loss without a question")
		}
		return nil
	}
	tip := string(a.repo.Tip(mainBranch))
	a.log.Warn(a.lostDatabase, "main", tip)
	return a.audit.Append(ctx, auth.Entry{Action: "database.new", Object: databaseName + ": the former one is lost", New: tip, Result: "done"})
}
