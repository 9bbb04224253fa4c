package auth

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/postern/postern/portal/base/fault"
)

const (
	// maxNameRunes bounds a token's name: it is shown in lists and as a pusher.
	maxNameRunes = 80
	// maxSources bounds the sources of one token, and maxSourceBytes the name of each:
	// both are shown in lists and in refusals.
	maxSources     = 50
	maxSourceBytes = 100
)

// Grant is what a token is created for.
type Grant struct {
	Name    string // the person or machine that holds it
	Role    Role
	Expires time.Time // zero: never
	// Sources are the only sources of feeds that a Feeder may send for; none is any.
	// Other roles have none.
	Sources []string
}

// checked returns the grant in the form in which it is stored. Its errors are
// fault.Invalid.
func (g Grant) checked(now time.Time) (Grant, error) {
	const op = "auth.Create"
	g.Name = strings.TrimSpace(g.Name)
	if n := utf8.RuneCountInString(g.Name); n < 1 || n > maxNameRunes || !readable(g.Name) {
		return g, fault.Newf(fault.Invalid, op, "a token needs a name of 1 to %d readable characters, such as the person or machine "+
			"that holds it", maxNameRunes)
	}
	if _, err := ParseRole(string(g.Role)); err != nil {
		return g, err
	}
	if !g.Expires.IsZero() && !g.Expires.After(now) {
		return g, fault.New(fault.Invalid, op, "the token would expire before it can be used; name a time in the future")
	}
	if len(g.Sources) > 0 && g.Role != Feeder {
		return g, fault.Newf(fault.Invalid, op, "only a feeder sends for sources; leave them out for a token with the role %s", g.Role)
	}
	if len(g.Sources) > maxSources {
		return g, fault.Newf(fault.Invalid, op, "a token sends for at most %d sources; create one token for each sender", maxSources)
	}
	for _, s := range g.Sources {
		if s == "" || len(s) > maxSourceBytes || !readable(s) || s != strings.TrimSpace(s) {
			return g, fault.Newf(fault.Invalid, op, "a source has a name of 1 to %d readable characters, without surrounding spaces", maxSourceBytes)
		}
	}
	g.Sources = slices.Compact(slices.Sorted(slices.Values(g.Sources)))
	return g, nil
}

// readable reports whether every character of a name is printable. A name with
// invisible characters could imitate another in lists and in the audit log.
func readable(name string) bool {
	unseen := func(r rune) bool { return !unicode.IsPrint(r) }
	return utf8.ValidString(name) && !strings.ContainsFunc(name, unseen)
}
