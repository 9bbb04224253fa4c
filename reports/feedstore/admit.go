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

// maxSource bounds the name of a source, in bytes.
const maxSource = 100

// CheckSource refuses names that a sender cannot have: those that would not fit on
// a page, and the portal's own. The error is fault.Invalid.
func CheckSource(name string) error {
	if err := checkSource(name); err != nil {
		return err
	}
	if reserved(name) {
		return errReserved(name)
	}
	return nil
}

// checkSource refuses names that would not fit on a page, or look like another.
func checkSource(name string) error {
	const op = "ledger.checkSource"
	if name == "" || len(name) > maxSource {
		return fault.Newf(fault.Invalid, op, "source: give the name of the sender, 1 to %d characters, as ?source=NAME", maxSource)
	}
	unseen := func(r rune) bool { return !unicode.IsPrint(r) }
	if !utf8.ValidString(name) || strings.ContainsFunc(name, unseen) || name != strings.TrimSpace(name) {
		return fault.New(fault.Invalid, op, "source: the name has characters that cannot be shown, or blanks around it")
	}
	return nil
}

// ours tells whether a name belongs to what the portal says by itself: what people
// enter, what post-mortems state, what it measures with Prometheus. Whoever could
// post under them could replace it with a higher revision. Capitals do not make
// another name of it: people would not see the difference.
func reserved(source string) bool {
	source = strings.ToLower(source)
	return source == "portal" || strings.HasPrefix(source, "postmortem:") || strings.HasPrefix(source, measuredPrefix)
}

// measuredPrefix begins the sources under which the portal records what it measured
// itself; the server's name follows.
const measuredPrefix = "prometheus/"

func errReserved(source string) error {
	return fault.Newf(fault.Invalid, "ledger.ours", "source: the portal itself speaks as %q; give the sender another name", source)
}

// errForeign refuses what a sender says for somebody else.
func errNotBound(in feed.Input, source string) error {
	return fault.Newf(fault.Forbidden, "ledger.bound", "source: this token may speak for %s only, not for %q", quoted(in.Bound), clip(source, maxSource))
}

// quoted lists names for a sentence.
func quoted(names []string) string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = strconv.Quote(name)
	}
	return strings.Join(out, ", ")
}

// maxSources bounds the sources that there may be, each with its format: they are
// listed on one page, and nobody forgets them.
const maxSources = 2000

// growth is how many bytes a body may take in the database for each of its own:
// itself, its facts with their keys, its dead letters.
const growth = 8

// admit tells whether a sender may post under a name, and whether there is room.
func (l *Store) admit(ctx context.Context, format string, in feed.Input) error {
	name := in.Source
	if err := CheckSource(name); err != nil {
		return err
	}
	if !in.SpeaksFor(name) {
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
				return fault.Newf(fault.Invalid, "ledger", "source: there are %d sources already, more are not taken; post under a name that is known", maxSources)
			}
		}
		return nil
	})
}

// maxEvents bounds the events that one source may send of one incident, episode,
// change, drill or ticket: all of them are read when there is a new one, or with
// every page of its time. Statements are exempt: a counter is read every minute.
const maxEvents = 2000

// crowded returns why one more event of a thing is not taken; "" when it is.
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
		return fault.Newf(fault.Conflict, "", "%s %s has %d events from this source already; more are not taken", f.Kind, clip(f.Entity, 80), maxEvents).Msg, nil
	}
	b.events[string(entity)] = n + 1
	return "", nil
}
