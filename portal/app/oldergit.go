package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/postmortems"
)

// entriesStep is how many entries of the audit log are read at a time.
const entriesStep = 500

// checkOlder refuses a repository that lacks what the database shows: an older copy of
// it, or that of another portal. Publishing it would take documents from readers, which
// only Options.AcceptOlderGit accepts. A crash never causes this state: refs move
// before the database does, and objects are never pruned.
func (a *App) checkOlder(ctx context.Context, published, tip postmortems.OID) error {
	lost, err := a.lacks(ctx, published, tip)
	if err != nil {
		return err
	}
	if lost == "" {
		if a.opt.AcceptOlderGit {
			a.log.Warn("--accept-older-git was not needed: git has what the database shows. Remove it from the command line, or it will " +
				"accept the next loss without asking")
		}
		return nil
	}
	if !a.opt.AcceptOlderGit {
		return fault.Newf(fault.Conflict, "app.reconcile",
			"%s. This is an older copy of the repository, or another portal's. Restore repository and database from one backup, "+
				"or start once with `postern serve --accept-older-git`: it publishes what git has. Nothing was changed", lost)
	}
	a.log.Warn("started with an older repository: "+lost, "git", tip, "database", published)
	return a.audit.Append(ctx, auth.Entry{Action: "git.older", Object: "refs/heads/" + mainBranch, Old: string(published),
		New: string(tip), Result: "done"})
}

// lacks describes what the database shows and the repository does not have; "" is
// nothing.
func (a *App) lacks(ctx context.Context, published, tip postmortems.OID) (string, error) {
	// Main: the tip must contain the published commit.
	if published != "" && tip != published {
		held, err := a.repo.Has(ctx, published)
		if err == nil && held {
			held, err = a.repo.Contains(ctx, tip, published)
		}
		if err != nil {
			return "", err
		}
		if !held {
			return a.lost(ctx, published, tip)
		}
	}
	// Drafts: they may be rewritten, so a commit that exists is enough, on whichever
	// branch.
	drafts, err := a.library.Drafts(ctx)
	if err != nil {
		return "", err
	}
	tips := map[string]postmortems.OID{}
	for _, b := range a.repo.Branches() {
		tips[b.Name] = b.Tip
	}
	for _, d := range drafts {
		if tips[d.Branch] == d.Tip {
			continue
		}
		if held, err := a.repo.Has(ctx, d.Tip); err != nil || !held {
			return fmt.Sprintf("the database shows the draft %s at commit %.10s, which the repository does not have", d.Branch, d.Tip), err
		}
	}
	return "", nil
}

// lost describes what publishing the tip would take from readers: the number of
// documents that would no longer be published, and of those that would change.
func (a *App) lost(ctx context.Context, published, tip postmortems.OID) (string, error) {
	cs, err := a.changesTo(ctx, published, tip)
	if err != nil {
		return "", err
	}
	gone, changed := 0, 0
	for _, c := range cs.Net {
		path := c.Path
		if c.Status == postmortems.Renamed {
			path = c.From
		}
		if _, document := postmortems.KindOf(path); !document {
			continue
		}
		switch c.Status {
		case postmortems.Deleted:
			gone++
		case postmortems.Modified, postmortems.Renamed:
			changed++
		}
	}
	effect := "no document would change"
	switch {
	case gone > 0 && changed > 0:
		effect = fmt.Sprintf("%s would no longer be published, %s would change", humanize.Plural(gone, "document"), humanize.Number(changed))
	case gone > 0:
		effect = humanize.Plural(gone, "document") + " would no longer be published"
	case changed > 0:
		effect = humanize.Plural(changed, "document") + " would change"
	}
	return fmt.Sprintf("the database shows commit %.10s as published, and it is not in the history of git's main, %.10s: %s",
		published, tip, effect), nil
}

// changesTo returns the change set that leads from the published commit to a tip. Git
// compares the two when the repository has the published commit; otherwise the tip is
// compared with the files that readers see.
func (a *App) changesTo(ctx context.Context, published, tip postmortems.OID) (postmortems.ChangeSet, error) {
	by := postmortems.Pusher{Name: "postern"}
	if held, err := a.repo.Has(ctx, published); err != nil || held {
		cs, err2 := a.repo.ChangeSet(ctx, mainBranch, published, tip, by)
		if err == nil {
			err = err2
		}
		return cs, err
	}
	cs, err := a.repo.ChangeSet(ctx, mainBranch, "", tip, by)
	if err != nil {
		return cs, err
	}
	shown, err := a.library.Tree(ctx)
	if err != nil {
		return cs, err
	}
	known, err := a.wasPublished(ctx, tip)
	if err != nil {
		return cs, err
	}
	if known { // the commits already are revisions of documents
		// They would be published as new revisions a second time.
		cs.Commits = nil
	}
	cs.Old, cs.Net = published, against(shown, cs.Net)
	return cs, nil
}

// against turns the files of a tree, each listed as added, into the changes that lead
// from the shown files to that tree, sorted by path.
func against(shown map[string]postmortems.OID, tree []postmortems.Change) []postmortems.Change {
	shown = maps.Clone(shown)
	var net []postmortems.Change
	for _, c := range tree {
		old, there := shown[c.Path]
		delete(shown, c.Path)
		if there && old == c.Blob {
			continue
		}
		if there {
			c.Status, c.OldBlob = postmortems.Modified, old
		}
		net = append(net, c)
	}
	for path, blob := range shown {
		net = append(net, postmortems.Change{Status: postmortems.Deleted, Path: path, OldBlob: blob})
	}
	slices.SortFunc(net, func(x, y postmortems.Change) int { return strings.Compare(x.Path, y.Path) })
	return net
}

// wasPublished reports whether the audit log names a commit as a published state of
// main. It reads the log from its end; the cost is that of the whole log when no entry
// matches.
func (a *App) wasPublished(ctx context.Context, commit postmortems.OID) (bool, error) {
	for before := uint64(0); ; {
		entries, err := a.audit.Entries(ctx, before, entriesStep)
		if err != nil || len(entries) == 0 {
			return false, err
		}
		for _, e := range entries {
			if e.Object == "refs/heads/"+mainBranch && e.New == string(commit) {
				return true, nil
			}
		}
		before = entries[len(entries)-1].Number
	}
}
