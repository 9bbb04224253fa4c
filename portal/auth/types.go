package auth

import (
	"slices"
	"time"

	"github.com/postern/postern/portal/base/fault"
)

// Role is what a token may do; each includes the one before it, except Feeder.
type Role string

// The roles of the contract.
const (
	Reader    Role = "reader"    // read, search, clone
	Author    Role = "author"    // and push drafts
	Publisher Role = "publisher" // and push main
	Feeder    Role = "feeder"    // post to feeds, nothing else
	Admin     Role = "admin"     // everything
)

// Roles are all roles, the weakest first.
func Roles() []Role { return []Role{Feeder, Reader, Author, Publisher, Admin} }

// ParseRole reads a role's name; another word is fault.Invalid.
func ParseRole(name string) (Role, error) {
	if r := Role(name); slices.Contains(Roles(), r) {
		return r, nil
	}
	return "", fault.Newf(fault.Invalid, "auth.ParseRole", "there is no role %q; the roles are feeder, reader, author, publisher and admin", name)
}

// Action is what somebody wants to do.
type Action uint8

// The actions that roles are asked about.
const (
	Read Action = iota
	PushDraft
	PushMain
	PostFeed
	Administer
	ReadLetters // what feeds sent that could not be used: readers, and feeders of their own
)

// Principal is who is asking, once the credential was checked.
type Principal struct {
	TokenID string // "" for an anonymous reader and for the Unix socket
	Name    string
	Role    Role // "" may do nothing
	// Sources are the only sources of feeds that it may speak for; none: any.
	Sources []string
}

// SpeaksFor tells whether the principal may post in the name of a source. What it
// may post at all is for May.
func (p Principal) SpeaksFor(source string) bool {
	return len(p.Sources) == 0 || slices.Contains(p.Sources, source)
}

// May tells whether the principal's role allows the action.
func (p Principal) May(a Action) bool {
	switch p.Role {
	case Admin:
		return true
	case Publisher:
		return a == Read || a == PushDraft || a == PushMain || a == ReadLetters
	case Author:
		return a == Read || a == PushDraft || a == ReadLetters
	case Reader:
		return a == Read || a == ReadLetters
	case Feeder:
		return a == PostFeed || a == ReadLetters
	}
	return false
}

// Token is what is known of a token; the secret itself is never stored.
type Token struct {
	ID       string // public, 8 characters
	Name     string
	Role     Role
	Created  time.Time
	Expires  time.Time // zero: never
	Revoked  time.Time // zero: valid
	LastUsed time.Time // to the hour; zero: never
	Sources  []string  // that a feeder is bound to, sorted; none: it is not
}
