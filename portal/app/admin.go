package app

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/feedstore"
)

// admin carries out the commands of an administrator; it implements web.Admin. A
// command that changes something, other than derived data, leaves an entry in the audit
// log.
type admin struct{ a *App }

// record adds an entry about a completed action to the audit log. It is written after
// the action: an entry without its action would be worse than a lost entry, whose error
// the caller sees.
func (x admin) record(ctx context.Context, action, object string) error {
	return x.a.audit.Append(ctx, auth.Entry{Action: action, Object: object, Result: "done"})
}

// CreateToken implements web.Admin. A token cannot be bound to a name that feeds cannot
// have, since it would never match.
func (x admin) CreateToken(ctx context.Context, g auth.Grant) (string, auth.Token, error) {
	for _, name := range g.Sources {
		if err := feedstore.CheckSource(name); err != nil {
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

// Tokens implements web.Admin, with revoked and expired tokens. No token has its
// secret, which only CreateToken returns.
func (x admin) Tokens(ctx context.Context) ([]auth.Token, error) { return x.a.tokens.List(ctx) }

// RevokeToken implements web.Admin. It also ends the browser sessions of the token.
func (x admin) RevokeToken(ctx context.Context, id string) error {
	if err := x.a.tokens.Revoke(ctx, id); err != nil {
		return err
	}
	return x.record(ctx, "token.revoke", id)
}

// Backup implements web.Admin. Backups leave no entry in the audit log: they change
// nothing.
func (x admin) Backup(ctx context.Context, w io.Writer) error { return x.a.backup(ctx, w) }

// Reindex implements web.Admin. It returns at once; /readyz shows the progress.
func (x admin) Reindex(context.Context) error {
	x.a.follower.Rebuild()
	return nil
}

// ImportGit implements web.Admin. It publishes the history of a repository as main of
// an empty portal. Findings that would refuse a push are reported by say and refuse
// nothing: a history that exists cannot be corrected before it is pushed. Kinds:
// fault.Conflict for a portal with published documents, and those of the repository.
func (x admin) ImportGit(ctx context.Context, repo string, who auth.Principal, say func(string)) error {
	published, err := x.a.library.Published(ctx)
	if err != nil {
		return err
	}
	if published != "" {
		return fault.New(fault.Conflict, "app.import",
			"this portal has published documents already; import into an empty data folder, or push a branch")
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
	// All of this is what a push does, except that problems are not a refusal.
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
	// All findings are listed, not the first fifty.
	lines, _ := postmortems.FormatProblems(findings, x.a.URL(), len(findings))
	for _, line := range append(lines, p.done()...) {
		say(line)
	}
	return x.record(ctx, "import", repo)
}
