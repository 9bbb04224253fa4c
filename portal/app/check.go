package app

import (
	"context"
	"fmt"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
)

// catchUp is how long a check waits for search to have everything that is stored: after
// a crash the index is some changes behind, which is not damage. It is longer than
// indexing a large push takes and shorter than a client waits for an answer.
const catchUp = 30 * time.Second

// Check implements web.Admin: it reports where git, database and index disagree. Every
// part is checked, whatever is wrong with the others; an error means that the request
// ended.
func (x admin) Check(ctx context.Context) (findings []string, err error) {
	parts := []struct {
		name  string
		check func(context.Context) ([]string, error)
	}{
		{"git", x.checkGit},
		{"database", x.a.db.Check},
		{"database", x.checkRows},
		{"drafts", x.checkDrafts},
		{"audit log", x.checkAudit},
		{"feeds", x.a.feeds.Check},
		{"index", x.checkIndex},
	}
	seen := map[string]bool{}
	for _, p := range parts {
		found, err := p.check(ctx)
		if ctx.Err() != nil {
			return findings, ctx.Err()
		}
		if err != nil {
			found = append(found, fault.Message(err))
		}
		for _, f := range found {
			if line := p.name + ": " + f; !seen[line] {
				seen[line] = true
				findings = append(findings, line)
			}
		}
	}
	return findings, nil
}

// checkGit runs git fsck and compares main with what is published. A difference after a
// crash is not damage; the finding states what corrects it.
func (x admin) checkGit(ctx context.Context) (findings []string, err error) {
	if err := x.a.repo.Fsck(ctx); err != nil {
		findings = append(findings, fault.Message(err))
	}
	published, err := x.a.library.Published(ctx)
	if err != nil {
		return findings, err
	}
	if tip := x.a.repo.Tip(mainBranch); tip != published {
		findings = append(findings, fmt.Sprintf("%s is on main, the database shows %s; a restart publishes it", tip, published))
	}
	return findings, nil
}

// checkAudit verifies the chain of hashes of the audit log. The error names the first
// entry that does not match, and Check makes a finding of it.
func (x admin) checkAudit(ctx context.Context) ([]string, error) {
	_, err := x.a.audit.Verify(ctx)
	return nil, err
}

// checkRows reads every list like pages and reports do, and names the rows that were
// left out, including rows with a valid checksum that their owner cannot decode.
func (x admin) checkRows(ctx context.Context) (findings []string, err error) {
	for _, r := range x.a.readers() {
		if err := r.read(ctx); err != nil {
			findings = append(findings, r.name+": "+fault.Message(err))
		}
	}
	d := x.a.db.Damage()
	for _, row := range d.First {
		findings = append(findings, "the row "+row.String()+" is damaged")
	}
	if more := d.Rows - len(d.First); more > 0 {
		findings = append(findings, "and "+unreadableRows(more, d.More)+" more are damaged")
	}
	return findings, nil
}

// checkDrafts compares every other branch with its preview. A difference is left by a
// crash between git and the database, and a restart corrects it.
func (x admin) checkDrafts(ctx context.Context) (findings []string, err error) {
	drafts, err := x.a.library.Drafts(ctx)
	if err != nil {
		return nil, err
	}
	shown := map[string]postmortems.OID{}
	for _, d := range drafts {
		shown[d.Branch] = d.Tip
	}
	for _, b := range x.a.repo.Branches() {
		if b.Name == mainBranch {
			continue
		}
		if shown[b.Name] != b.Tip {
			findings = append(findings, fmt.Sprintf("git has %s on %s, the database shows %q; a restart corrects it", b.Tip, b.Name, shown[b.Name]))
		}
		delete(shown, b.Name)
	}
	for branch := range shown {
		findings = append(findings, fmt.Sprintf("the database shows %s, git has no such branch; a restart corrects it", branch))
	}
	return findings, nil
}

// checkIndex waits for search to catch up, then compares the index with what is stored.
func (x admin) checkIndex(ctx context.Context) (findings []string, err error) {
	waiting, stop := context.WithTimeout(ctx, catchUp)
	defer stop()
	return compareIndex(ctx, waiting, indexState{
		stored: x.a.library.Seq, reached: func() uint64 { return x.a.follower.Status().Seq },
		wait: x.a.indexed, documents: x.indexable,
		compare: func(ctx context.Context, n int) error { return x.a.index.Check(ctx, n, nil) },
	})
}

// indexable returns the number of documents and reports that search must have.
// Documents that cannot be read are not among them: checkRows reports those.
func (x admin) indexable(ctx context.Context) (int, error) {
	documents, _, err := x.a.library.IDs(ctx)
	if err != nil {
		return 0, err
	}
	readable, err := x.a.library.Many(ctx, documents)
	if err != nil {
		return 0, err
	}
	s := source{x.a.library, x.a.published}
	ids, err := s.reportIDs(ctx)
	if err != nil {
		return 0, err
	}
	published, err := s.reportDocuments(ctx, ids)
	return len(readable) + len(published), err
}

// indexState is what compareIndex needs of the library, the follower and the index.
type indexState struct {
	stored    func(context.Context) (uint64, error) // number of the last change
	reached   func() uint64                         // number of the last change that search knows
	wait      func(context.Context, kv.Seq) error   // until search knows the change
	documents func(context.Context) (int, error)    // which the index must have
	compare   func(ctx context.Context, documents int) error
}

// compareIndex compares the index with one state of what is stored. It waits until
// search has the last change, and starts again when something was stored while it
// counted. When waiting ends first, the finding states how far search is behind instead
// of calling the index damaged.
func compareIndex(ctx, waiting context.Context, s indexState) (findings []string, err error) {
	for {
		before, err := s.stored(ctx)
		if err != nil {
			return nil, err
		}
		err = s.wait(waiting, kv.Seq(before))
		if waiting.Err() != nil && ctx.Err() == nil {
			// reached may have passed before in the meantime.
			return []string{fmt.Sprintf("catching up: %s not in search yet; run `postern check` again",
				behind(before-min(before, s.reached())))}, nil
		}
		if err != nil {
			return nil, err
		}
		// A difference counts only if nothing was stored meanwhile.
		n, err := s.documents(ctx)
		if err == nil {
			err = s.compare(ctx, n)
		}
		after, errAfter := s.stored(ctx)
		if errAfter != nil || err == nil || after == before {
			return nil, err
		}
	}
}

// behind returns the number of changes with its verb.
func behind(n uint64) string {
	if n == 1 {
		return "1 change is"
	}
	return fmt.Sprintf("%d changes are", n)
}
