package app

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/ledger"
)

// admin answers the commands of an administrator; it implements web.Admin.
type admin struct{ a *App }

func (x admin) record(ctx context.Context, action, object string) error {
	return x.a.audit.Append(ctx, auth.Entry{Action: action, Object: object, Result: "done"})
}

// CreateToken implements web.Admin. A token is never bound to a name that feeds
// cannot have.
func (x admin) CreateToken(ctx context.Context, g auth.Grant) (string, auth.Token, error) {
	for _, name := range g.Sources {
		if err := ledger.CheckSource(name); err != nil {
			return "", auth.Token{}, err
		}
	}
	secret, t, err := x.a.tokens.Create(ctx, g)
	if err != nil {
		return "", t, err
	}
	granted := strings.Join(append([]string{string(t.Role)}, t.Sources...), " ")
	return secret, t, x.a.audit.Append(ctx, auth.Entry{Action: "token.create", Object: t.ID, New: granted, Result: "done"})
}

// Tokens implements web.Admin.
func (x admin) Tokens(ctx context.Context) ([]auth.Token, error) { return x.a.tokens.List(ctx) }

// RevokeToken implements web.Admin.
func (x admin) RevokeToken(ctx context.Context, id string) error {
	if err := x.a.tokens.Revoke(ctx, id); err != nil {
		return err
	}
	return x.record(ctx, "token.revoke", id)
}

// Backup implements web.Admin.
func (x admin) Backup(ctx context.Context, w io.Writer) error { return x.a.backup(ctx, w) }

// Check implements web.Admin: git, database and index must tell the same.
func (x admin) Check(ctx context.Context) (findings []string, err error) {
	add := func(format string, args ...any) { findings = append(findings, fmt.Sprintf(format, args...)) }
	if err := x.a.repo.Fsck(ctx); err != nil {
		add("git: %s", fault.Message(err))
	}
	if err := x.a.db.Check(ctx); err != nil {
		add("database: %s", fault.Message(err))
	}
	tip := x.a.repo.Tip(mainBranch)
	published, err := x.a.library.Published(ctx)
	if err != nil {
		return findings, err
	}
	if tip != published {
		add("git has %s on main, the database shows %s; a restart publishes it", tip, published)
	}
	drafts, err := x.checkDrafts(ctx)
	if err != nil {
		return findings, err
	}
	findings = append(findings, drafts...)
	if _, err := x.a.audit.Verify(ctx); err != nil {
		add("audit log: %s", fault.Message(err))
	}
	feeds, err := x.a.ledger.Check(ctx)
	if err != nil {
		return findings, err
	}
	for _, f := range feeds {
		add("feeds: %s", f)
	}
	more, err := x.checkIndex(ctx)
	return append(findings, more...), err
}

// checkDrafts holds every other branch against its preview.
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
			findings = append(findings, fmt.Sprintf("git has %s on the draft %s, the database shows %q; a restart mends it", b.Tip, b.Name, shown[b.Name]))
		}
		delete(shown, b.Name)
	}
	for branch := range shown {
		findings = append(findings, fmt.Sprintf("the database shows the draft %s, git has no such branch; a restart mends it", branch))
	}
	return findings, nil
}

func (x admin) checkIndex(ctx context.Context) (findings []string, err error) {
	n, err := x.a.library.Size(ctx)
	if err != nil {
		return nil, err
	}
	s := source{x.a.library, x.a.archive}
	ids, err := s.reportIDs(ctx)
	if err != nil {
		return nil, err
	}
	published, err := s.reportDocuments(ctx, ids)
	if err != nil {
		return nil, err
	}
	if err := x.a.index.Check(ctx, n+len(published), nil); err != nil {
		findings = append(findings, "index: "+fault.Message(err))
	}
	return findings, nil
}

// Reindex implements web.Admin.
func (x admin) Reindex(context.Context) error {
	x.a.follower.Rebuild()
	return nil
}

// ImportGit implements web.Admin: it brings a repository's history as main of an
// empty portal. What the rules would refuse at its tip is told, not refused.
func (x admin) ImportGit(ctx context.Context, repo string, who auth.Principal, say func(string)) error {
	published, err := x.a.library.Published(ctx)
	if err != nil {
		return err
	}
	if published != "" {
		return fault.New(fault.Conflict, "app.import", "this portal has published documents already; import into an empty data folder, or push a branch")
	}
	tip, err := x.a.repo.ImportFrom(ctx, repo, mainBranch)
	if err != nil {
		return err
	}
	cs, err := x.a.repo.ChangeSet(ctx, mainBranch, "", tip, postmortems.Pusher{TokenID: who.TokenID, Name: who.Name})
	if err != nil {
		return err
	}
	say(fmt.Sprintf("%d commits, %d files", len(cs.Commits), len(cs.Net)))
	p, err := publisherOf(x).publisher().prepare(ctx, cs, say)
	if err != nil {
		return err
	}
	if err := x.a.db.Update(ctx, p.apply); err != nil {
		return err
	}
	findings, err := x.a.repo.Findings(ctx, mainBranch)
	if err != nil {
		return err
	}
	findings = append(findings, p.problems()...)
	lines, _ := postmortems.FormatProblems(findings, x.a.URL(), len(findings))
	for _, line := range append(lines, p.done()...) {
		say(line)
	}
	return x.record(ctx, "import", repo)
}
