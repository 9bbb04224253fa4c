package auth

import (
	"slices"
	"time"

	"github.com/postern/postern/portal/base/fault"
)

// Role is what a token may do; each role includes the one before it, except Feeder,
// which is for machines and can read only the dead letters of its sources.
type Role string

// The roles of the contract.
const (
	Reader    Role = "reader"    // read, search, clone
	Author    Role = "author"    // also push drafts
	Publisher Role = "publisher" // also push main
	Feeder    Role = "feeder"    // post to feeds, nothing else
	Admin     Role = "admin"     // everything
)

// Roles returns all roles, from the fewest rights to the most.
func Roles() []Role { return []Role{Feeder, Reader, Author, Publisher, Admin} }

// ParseRole returns the role with a name; any other word is fault.Invalid.
func ParseRole(name string) (Role, error) {
	if r := Role(name); slices.Contains(Roles(), r) {
		return r, nil
	}
	return "", fault.Newf(fault.Invalid, "auth.ParseRole",
		"there is no role %q; the roles are feeder, reader, author, publisher and admin", name)
}

// Action is what a principal wants to do.
type Action uint8

// The actions that a role allows or not.
const (
	Read Action = iota
	PushDraft
	PushMain
	PostFeed
	Administer
	ReadLetters // read dead letters; a feeder reads those of its own sources
)

// Principal is the caller, after the credential was verified. The zero Principal may do
// nothing.
type Principal struct {
	TokenID string // "" for an anonymous reader and for the Unix socket
	Name    string
	Role    Role // "" may do nothing
	// Sources are the only sources of feeds that it may send for; none is any.
	Sources []string
}

// SpeaksFor reports whether the principal may post in the name of a source. May decides
// whether it may post at all.
func (p Principal) SpeaksFor(source string) bool {
	return len(p.Sources) == 0 || slices.Contains(p.Sources, source)
}

// May reports whether the principal's role allows the action. The zero Role allows
// none. Each action is listed for each role, so that a new one is not allowed by
// accident.
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

// Token is everything about a token except the secret, which is not stored.
type Token struct {
	ID       string // public, 8 characters
	Name     string
	Role     Role
	Created  time.Time
	Expires  time.Time // zero: never
	Revoked  time.Time // zero: valid
	LastUsed time.Time // to the hour; zero: never
	Sources  []string  // that a feeder is bound to, sorted; none is any
}
