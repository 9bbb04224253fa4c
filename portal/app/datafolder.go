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
	"github.com/postern/postern/portal/base/durable"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo"
)

const (
	// unfinishedDatabase is the name of a new database until it is complete.
	unfinishedDatabase = databaseName + ".new"
	// smallDatabase is the largest file, in bytes, that is inspected before it is
	// opened. A larger database has been in use.
	smallDatabase = 1 << 20
)

// prepareFolder ensures that the folder holds a database to open. A database is created
// only where there was no portal: beside a repository with history, or anything else
// that a portal leaves behind, a missing database is a loss, which only
// Options.NewDatabase accepts.
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
		return fault.Newf(fault.Conflict, op, "%s holds %s and no database (%s): tokens, the audit log, feed data, reports and notes "+
			"are missing. Restore the newest backup into an empty folder (postern restore), or start once with "+
			"`postern serve --new-database`: it publishes the repository again and accepts the loss of everything else. "+
			"Nothing was changed", dir, traces, databaseName)
	}
	if !a.opt.Create {
		return fault.Newf(fault.NotFound, op, "there is no portal in %s; postern serve makes one. Nothing was created", dir)
	}
	if traces != "" {
		a.lostDatabase = "started with a new database: tokens, the audit log, feed data, reports and notes of the previous one are lost"
	}
	return a.createDatabase(ctx)
}

// hasDatabase reports whether a file is a database that has been in use. A file that is
// absent or empty, or in which nothing was ever stored, is not one.
func hasDatabase(ctx context.Context, name string) (bool, error) {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, fault.Wrap(fault.Invalid, "app.hasDatabase",
			"the database cannot be read; the data folder must belong to the user Postern runs as", err)
	case info.Mode().IsRegular() && info.Size() == 0:
		return false, nil
	case !info.Mode().IsRegular() || info.Size() > smallDatabase:
		return true, nil
	}
	return boltkv.InUse(ctx, name)
}

// traces describes what a portal that was in use left in the folder; "" is nothing. An
// empty repository and an empty folder are not traces: an interrupted first start
// leaves both. The description becomes part of a message.
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
	// The database makes such a copy before it migrates.
	copies, err := filepath.Glob(a.dir(databaseName) + ".before-*")
	if err != nil || len(copies) == 0 {
		return "", fault.Wrap(fault.Internal, "app.traces", "the data folder cannot be read", err)
	}
	return "a copy of a database that was migrated", nil
}

// createDatabase creates the database under a temporary name and renames it, so that an
// interrupted start leaves a complete database or none.
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
	// Close flushes the file, which must be complete before it gets its name.
	if err := db.Close(); err != nil {
		return err
	}
	if err := os.Rename(made, a.dir(databaseName)); err != nil {
		return fault.Wrap(fault.Internal, op, "the new database cannot be moved into place", err)
	}
	// The parent has the name of the data folder, which may be new.
	return errors.Join(syncFolder(dir), syncFolder(filepath.Dir(filepath.Clean(dir))))
}

// syncFolder flushes a folder to the disk, so that the names in it survive a power
// failure. A folder that may not be read, as the parent of a state folder, is skipped.
func syncFolder(dir string) error {
	err := durable.Sync(dir)
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return fault.Wrap(fault.Internal, "app.syncFolder", "the data folder cannot be made durable", err)
}

// checkUnpublished refuses a database that never published anything beside a repository
// with history: the two do not belong together. A push or an import that was
// interrupted before it was published explains such a state and is accepted.
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
		return fault.Newf(fault.Conflict, "app.reconcile",
			"the database has never published anything, and the repository has history that this portal did not import (main is at "+
				"%.10s): they do not belong together. Restore both from one backup, or start once with "+
				"`postern serve --new-database` to publish the repository. Nothing was changed", tip)
	}
	a.lostDatabase = "started with a database that had published nothing of this repository: tokens, the audit log, feed data, " +
		"reports and notes of its own database are lost"
	return nil
}

// knows reports whether the database has a token. The token "" is the portal's own and
// always known.
func (a *App) knows(ctx context.Context, token string) (bool, error) {
	tokens, err := a.tokens.List(ctx)
	return token == "" || slices.ContainsFunc(tokens, func(t auth.Token) bool { return t.ID == token }), err
}

// noteLostDatabase writes the loss to the log, and to the audit log of the database
// that replaces the lost one. It warns when the option was given without a need: left
// in a unit file, it would accept a later loss.
func (a *App) noteLostDatabase(ctx context.Context) error {
	if a.lostDatabase == "" {
		if a.opt.NewDatabase {
			a.log.Warn("--new-database was not needed: there is a database. Remove it from the command line, or it will accept the next " +
				"loss without asking")
		}
		return nil
	}
	tip := string(a.repo.Tip(mainBranch))
	a.log.Warn(a.lostDatabase, "main", tip)
	return a.audit.Append(ctx, auth.Entry{Action: "database.new", Object: databaseName + ": the previous one is lost", New: tip,
		Result: "done"})
}
