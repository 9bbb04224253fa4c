package feedstore

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/feed"
)

// Admission checks a post before its body is decoded: the name of its
// source, the binding of its token, the space on the disk, and the number
// of sources. What is refused here is not stored. The web handler records
// it with RecordRefusal, so that the refusal is visible.

// maxSource bounds the name of a source, in bytes.
const maxSource = 100

// CheckSource returns fault.Invalid for a name that a sender cannot have:
// one that cannot be shown on a page, or one of the portal's own.
func CheckSource(name string) error {
	if err := checkSource(name); err != nil {
		return err
	}
	if reserved(name) {
		return errReserved(name)
	}
	return nil
}

// checkSource returns fault.Invalid for a name that cannot be shown, or
// that looks like another.
func checkSource(name string) error {
	const op = "feedstore.checkSource"
	if name == "" || len(name) > maxSource {
		return fault.Newf(fault.Invalid, op, "source: give the name of the sender, 1 to %d characters, as ?source=NAME", maxSource)
	}
	unseen := func(r rune) bool { return !unicode.IsPrint(r) }
	if !utf8.ValidString(name) || strings.ContainsFunc(name, unseen) || name != strings.TrimSpace(name) {
		return fault.New(fault.Invalid, op, "source: the name has characters that cannot be shown, or blanks around it")
	}
	return nil
}

// reserved reports whether a name is one of the portal's own: of what
// people enter, of post-mortems, of measurements with Prometheus. A sender
// that could post under these names could replace their facts with a higher
// revision. The comparison ignores case, because readers would not see the
// difference.
func reserved(source string) bool {
	source = strings.ToLower(source)
	return source == "portal" || strings.HasPrefix(source, "postmortem:") || strings.HasPrefix(source, measuredPrefix)
}

// measuredPrefix begins the names of sources that the portal measures
// itself; the name of the server follows.
const measuredPrefix = "prometheus/"

// errReserved returns the error for a name of the portal itself.
func errReserved(source string) error {
	return fault.Newf(fault.Invalid, "feedstore.ours", "source: %q is a name of the portal itself; give the sender another name", source)
}

// errNotBound returns the error for an item of a source that the token is
// not bound to.
func errNotBound(in feed.Input, source string) error {
	return fault.Newf(
		fault.Forbidden,
		"feedstore.bound",
		"source: this token may post for %s only, not for %q",
		quoted(in.Bound),
		clip(source, maxSource),
	)
}

// quoted joins quoted names with commas.
func quoted(names []string) string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = strconv.Quote(name)
	}
	return strings.Join(out, ", ")
}

// maxSources bounds the sources, each with its format: they are listed on
// one page and are never removed.
const maxSources = 2000

// growth is the worst-case ratio of database bytes to body bytes: the body,
// its facts with their keys, its dead letters.
const growth = 8

// admit returns an error if the sender may not post under the name, if the disk is
// full, or if there are too many sources. Kinds: fault.Invalid, fault.Forbidden, and
// those of CheckSpace. A source that is known in the format passes without counting the
// others.
func (l *Store) admit(ctx context.Context, format string, in feed.Input) error {
	name := in.Source
	if err := CheckSource(name); err != nil {
		return err
	}
	if !in.MayPost(name) {
		return errNotBound(in, name)
	}
	if l.opt.CheckSpace != nil {
		if err := l.opt.CheckSpace(growth * int64(len(in.Body))); err != nil {
			return err
		}
	}
	return l.opt.DB.View(ctx, func(r kv.Reader) error {
		known, err := r.Get(bSource, kv.Join(name, format))
		if err != nil || known != nil {
			return err
		}
		n := 0
		for _, err := range r.Scan(bSource, nil, nil) {
			if err != nil {
				return err
			}
			if n++; n == maxSources {
				return fault.Newf(
					fault.Invalid,
					"feedstore.admit",
					"source: there are %d sources already and no more are accepted; post under a known name",
					maxSources,
				)
			}
		}
		return nil
	})
}

// maxEvents bounds the events that one source may send about one incident,
// episode, change, drill or ticket: all of them are read for each new event
// and by every page that covers the time. Statements are exempt: a counter
// is read every minute.
const maxEvents = 2000

// tooManyEvents returns the reason why another event of an entity is rejected; "" if it
// is not. The stored events are counted once per commit; those that the commit adds are
// added.
func (b *batch) tooManyEvents(f *feed.Fact) (why string, err error) {
	if f.Kind == feed.SQL {
		return "", nil
	}
	entity := entityKey(f)
	n, counted := b.events[string(entity)]
	if !counted {
		from, to := kv.Prefix(append(bytes.Clone(entity), sep))
		for _, err := range b.w.Scan(bFact, from, to) {
			if err != nil {
				return "", err
			}
			n++
		}
	}
	if n >= maxEvents {
		b.events[string(entity)] = n
		return fault.Newf(
			fault.Conflict,
			"",
			"%s %s already has %d events from this source; no more are accepted",
			f.Kind,
			clip(f.Entity, 80),
			maxEvents,
		).Msg, nil
	}
	b.events[string(entity)] = n + 1
	return "", nil
}
