package ledger

import (
	"bytes"
	"context"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/feed"
)

// maxSource bounds the name of a source, in bytes.
const maxSource = 100

// checkSource refuses names that would not fit on a page.
func checkSource(name string) error {
	if name == "" || len(name) > maxSource {
		return fault.Newf(fault.Invalid, "ledger", "source: give the name of the sender, 1 to %d characters, as ?source=NAME", maxSource)
	}
	for _, r := range name {
		if r < ' ' || r == 0x7f || r == 0xfffd {
			return fault.New(fault.Invalid, "ledger", "source: the name has characters that cannot be shown")
		}
	}
	return nil
}

// ours tells whether a name belongs to what the portal says by itself: what people
// enter, what post-mortems state, what it measures with Prometheus. Whoever could
// post under them could replace it with a higher revision.
func ours(source string) bool {
	return source == "portal" || strings.HasPrefix(source, "postmortem:") || strings.HasPrefix(source, "prometheus/")
}

func errOurs(source string) error {
	return fault.Newf(fault.Invalid, "ledger", "source: the portal itself speaks as %q; give the sender another name", source)
}

// maxSources bounds the sources that there may be, each with its format: they are
// listed on one page, and nobody forgets them.
const maxSources = 2000

// growth is how many bytes a body may take in the database for each of its own:
// itself, its facts with their keys, its dead letters.
const growth = 8

// admit tells whether a sender may post under a name, and whether there is room.
func (l *Ledger) admit(ctx context.Context, format string, in feed.Input) error {
	name := in.Source
	if err := checkSource(name); err != nil {
		return err
	}
	if ours(name) {
		return errOurs(name)
	}
	if l.opt.Room != nil {
		if err := l.opt.Room(growth * int64(len(in.Body))); err != nil {
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

// maxEvents bounds the events that one source may tell of one incident: all of
// them are read when there is a new one.
const maxEvents = 2000

// crowded says why one more event of an incident is not taken; "" when it is.
func (b *batch) crowded(f *feed.Fact) (why string, err error) {
	if f.Kind != feed.Incident {
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
		return fault.Newf(fault.Conflict, "", "incident %s has %d events from this source already; more are not taken", clip(f.Entity, 80), maxEvents).Msg, nil
	}
	b.events[string(entity)] = n + 1
	return "", nil
}
