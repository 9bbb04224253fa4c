package app

import (
	"context"

	"github.com/postern/postern/postmortems"
)

// reconcile publishes what git has and the database does not: the process ended after
// the ref moved, or one of the two was restored without the other. It refuses a
// repository that lost what is published and a database that belongs to another
// repository, before anything is changed.
func (a *App) reconcile(ctx context.Context) error {
	tip := a.repo.Tip(mainBranch)
	published, err := a.library.Published(ctx)
	if err != nil {
		return err
	}
	// Publishing an empty main would take every document from readers.
	if tip == "" && published != "" {
		return repositoryLost()
	}
	// All checks come before the first change: a start that is refused changes nothing.
	if err := a.checkOlder(ctx, published, tip); err != nil {
		return err
	}
	if err := a.checkUnpublished(ctx, published, tip); err != nil {
		return err
	}
	if err := a.noteLostDatabase(ctx); err != nil {
		return err
	}
	if tip != published {
		a.log.Info("publishing again: git and database disagree", "branch", mainBranch, "git", tip, "database", published)
		if err := a.republish(ctx, mainBranch, published, tip); err != nil {
			return err
		}
	}
	a.withdrawKeptBack(ctx)
	return a.reconcileDrafts(ctx)
}

// withdrawKeptBack removes documents that an earlier version published although their
// author set draft: true or published: false. A failure is logged and tried again at
// the next start.
func (a *App) withdrawKeptBack(ctx context.Context) {
	paths, err := a.library.WithdrawKeptBack(ctx, a.opt.Now())
	if err != nil {
		a.log.Error("documents with draft: true or published: false may still be shown", "error", err)
	}
	for _, path := range paths {
		a.log.Info("withdrawn: its author marked it as a draft", "path", path)
	}
}

// reconcileDrafts publishes every other branch again whose preview differs from git,
// and removes the previews of branches that git no longer has.
func (a *App) reconcileDrafts(ctx context.Context) error {
	drafts, err := a.library.Drafts(ctx)
	if err != nil {
		return err
	}
	// What remains in shown after the loop has no branch in git.
	shown := map[string]postmortems.OID{}
	for _, d := range drafts {
		shown[d.Branch] = d.Tip
	}
	for _, b := range a.repo.Branches() {
		if b.Name == mainBranch {
			continue
		}
		if shown[b.Name] != b.Tip {
			a.log.Info("publishing again: git and database disagree", "branch", b.Name, "git", b.Tip, "database", shown[b.Name])
			if err := a.republish(ctx, b.Name, shown[b.Name], b.Tip); err != nil {
				return err
			}
		}
		delete(shown, b.Name)
	}
	for branch, tip := range shown {
		a.log.Info("dropping a draft: git has no such branch", "branch", branch, "database", tip)
		if err := a.republish(ctx, branch, tip, ""); err != nil {
			return err
		}
	}
	return nil
}

// republish publishes the difference between two commits of a branch as a push would,
// under the name of its pusher if that is known. What the rules refuse is published and
// logged: git has it already.
func (a *App) republish(ctx context.Context, branch string, from, to postmortems.OID) error {
	changes := func() (postmortems.ChangeSet, error) {
		if branch == mainBranch && from != "" {
			return a.changesTo(ctx, from, to) // works when git has lost the published commit, too
		}
		return a.repo.ChangeSet(ctx, branch, from, to, postmortems.Pusher{Name: "postern"})
	}
	cs, err := changes()
	if err != nil {
		return err
	}
	p := publisherOf{a}.publisher()
	x, err := p.prepare(ctx, cs, func(string) {})
	if err != nil {
		return err
	}
	refused, _ := x.errors()
	for _, problem := range refused {
		a.log.Warn("published although a rule refuses it: git has it already", "problem", problem.String())
	}
	return a.db.Update(ctx, x.publish)
}
