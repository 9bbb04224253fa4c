package webtest

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
)

// Auth knows one token per role, named after it; "pst_feeder:a,b" is bound to sources.
// The values of sessions contain the token. Ended has the values of cookies that were
// logged out. A feeder with sources shows what bound tokens may do.
type Auth struct {
	Ended []string // sessions, by Logout
	// uses, when set, are those left until every token is revoked.
	Uses *int
}

// Token implements page.Authenticator. The roles are those that tokens can have; any
// other secret is fault.Unauthenticated.
func (a *Auth) Token(_ context.Context, secret string) (auth.Principal, error) {
	if a.Uses != nil {
		if *a.Uses--; *a.Uses < 0 {
			return auth.Principal{}, fault.New(fault.Unauthenticated, "auth", "this token was revoked")
		}
	}
	name, bound, _ := strings.Cut(strings.TrimPrefix(secret, "pst_"), ":")
	switch role := auth.Role(name); role {
	case auth.Reader, auth.Author, auth.Publisher, auth.Feeder, auth.Admin:
		p := auth.Principal{TokenID: "id-" + name, Name: "n-" + name, Role: role}
		if bound != "" {
			p.Sources = strings.Split(bound, ",")
		}
		return p, nil
	}
	return auth.Principal{}, fault.New(fault.Unauthenticated, "auth", "this token is not known")
}

// Login implements page.Authenticator. It fails as Token does. A session lasts twelve
// hours, as the cookie states.
func (a *Auth) Login(ctx context.Context, secret string) (string, time.Time, error) {
	_, err := a.Token(ctx, secret)
	return "session-" + secret, Now.Add(12 * time.Hour), err
}

// Session implements page.Authenticator.
func (a *Auth) Session(ctx context.Context, session string) (auth.Principal, error) {
	return a.Token(ctx, strings.TrimPrefix(session, "session-"))
}

// Logout implements page.Authenticator.
func (a *Auth) Logout(_ context.Context, session string) error {
	a.Ended = append(a.Ended, session)
	return nil
}

// Admin does nothing; Backup fails with Broken after its first bytes. A failure after the
// first bytes shows how a stream is aborted.
type Admin struct{ Broken error }

// CreateToken implements web.Admin.
func (Admin) CreateToken(_ context.Context, g auth.Grant) (string, auth.Token, error) {
	return "pst_secret", auth.Token{ID: "abcd1234", Name: g.Name, Role: g.Role, Created: Now, Expires: g.Expires, Sources: g.Sources}, nil
}

// Tokens implements web.Admin.
func (Admin) Tokens(context.Context) ([]auth.Token, error) { return nil, nil }

// RevokeToken implements web.Admin.
func (Admin) RevokeToken(_ context.Context, id string) error {
	if id != "abcd1234" {
		return fault.New(fault.NotFound, "auth", "there is no token with this id")
	}
	return nil
}

// Backup implements web.Admin.
func (a Admin) Backup(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, strings.Repeat("backup ", 10_000))
	if a.Broken != nil {
		return a.Broken
	}
	return err
}

// Check implements web.Admin.
func (Admin) Check(context.Context) ([]string, error) { return nil, nil }

// Reindex implements web.Admin.
func (Admin) Reindex(context.Context) error { return nil }

// ImportGit implements web.Admin.
func (Admin) ImportGit(_ context.Context, repo string, _ auth.Principal, say func(string)) error {
	say("reading " + repo)
	return nil
}
