package page

import (
	"context"
	"time"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/search"
)

// Deps are the parts of the portal that every request needs. Their methods may be
// called from many goroutines.
type Deps struct {
	Texts *messages.Printer // the texts of the pages, in their language
	// Templates are those of Texts; nil: New parses them.
	Templates *Templates
	Auth      Authenticator
	Search    Searcher
	// Unreadable returns how many stored rows could not be read; nil: none. Every page
	// and answer states it, because any list may lack them.
	Unreadable func() int
	NewID      func() string // a fresh request id, 16 or more URL-safe characters
}

// Authenticator checks credentials. Unknown, expired and revoked ones are
// fault.Unauthenticated.
type Authenticator interface {
	// Token returns the principal of a token's secret.
	Token(ctx context.Context, secret string) (auth.Principal, error)
	// Login opens a browser session for a token's secret and returns the value of its
	// cookie.
	Login(ctx context.Context, secret string) (session string, expires time.Time, err error)
	// Session returns the principal of a cookie's value.
	Session(ctx context.Context, session string) (auth.Principal, error)
	// Logout ends a session; an unknown one is no error.
	Logout(ctx context.Context, session string) error
}

// Searcher finds documents that a mistyped address may have meant.
type Searcher interface {
	Search(ctx context.Context, r search.Request) (search.Results, error)
}
