package app

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/deliver/outbox"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/reportstore"
)

// deliverWithin is how long after it was due a report is still worth sending by
// itself: after ten days of standstill nobody wants ten daily mails.
func deliverWithin(kind period.Kind) time.Duration {
	const day = 24 * time.Hour
	return map[period.Kind]time.Duration{period.Daily: 2 * day, period.Weekly: 7 * day, period.Monthly: 14 * day}[kind]
}

// sendable is the newest revision of a period that is recent enough to be sent.
type sendable struct {
	def reports.Definition
	rev reportstore.Revision
	due time.Time
}

// queueDeliveries asks for the deliveries of the newest revisions of every report
// that has recipients, in the order in which the reports fell due. Asking twice is
// asking once, so it is done after every new revision and at every tick: a crash
// between publishing and asking loses nothing.
func (a *App) queueDeliveries(ctx context.Context) error {
	defs, err := a.reportDefinitions(ctx)
	if err != nil {
		return err
	}
	var all []sendable
	for _, def := range defs {
		if len(def.Recipients) == 0 {
			continue
		}
		have, err := a.published.Have(ctx, def.Name)
		if err != nil {
			return err
		}
		for _, rev := range have {
			if due, recent := a.recent(def, rev); recent {
				all = append(all, sendable{def, rev, due})
			}
		}
	}
	slices.SortFunc(all, func(x, y sendable) int {
		return cmp.Or(x.due.Compare(y.due), cmp.Compare(x.rev.Name, y.rev.Name), cmp.Compare(x.rev.Period, y.rev.Period))
	})
	for _, x := range all {
		if err := a.queueRevision(ctx, x); err != nil {
			return err
		}
	}
	return nil
}

// recent tells when a revision's period was due, and whether that is so short ago
// that the report is still sent by itself.
func (a *App) recent(def reports.Definition, rev reportstore.Revision) (due time.Time, ok bool) {
	def.Zone = rev.Zone // the definition may have another by now
	p, err := period.Of(rev.Kind, rev.Period, def.Location())
	if err != nil {
		return due, false
	}
	due = def.Due(p)
	return due, a.opt.Now().Sub(due) <= deliverWithin(rev.Kind)
}

// queueRevision asks for the deliveries of a revision to those to whom it says
// something new.
func (a *App) queueRevision(ctx context.Context, x sendable) error {
	asked, err := a.outbox.Of(ctx, x.rev.Name, x.rev.Period)
	if err != nil {
		return err
	}
	var wanted []outbox.Delivery
	for _, d := range deliveriesOf(x.def, x.rev) {
		news, err := a.news(ctx, x.rev, lastAsked(asked, d))
		if err != nil {
			return err
		}
		if news {
			wanted = append(wanted, d)
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	return a.db.Update(ctx, func(w kv.Writer) error {
		_, err := a.outbox.Add(w, wanted)
		return err
	})
}

// lastAsked is the newest revision of a period that was asked for to where a
// delivery goes; 0 is none.
func lastAsked(asked []outbox.Delivery, to outbox.Delivery) (number int) {
	for _, d := range asked {
		if d.Channel == to.Channel && d.Address == to.Address {
			number = max(number, d.Revision)
		}
	}
	return number
}

// news tells whether a revision says something new to who was sent another of the
// same period, or none (0): a first one does, a later one when the verdict is not
// the one they have. It is held against what they were sent, not against the
// revision before: that may have come and gone between two looks.
func (a *App) news(ctx context.Context, rev reportstore.Revision, sent int) (bool, error) {
	if sent == 0 || sent >= rev.Number {
		return sent == 0, nil
	}
	all, err := a.published.Revisions(ctx, rev.Name, rev.Period)
	if err != nil {
		return false, err
	}
	for _, had := range all {
		if had.Number == sent {
			return had.Verdict != rev.Verdict || had.Tone != rev.Tone, nil
		}
	}
	return true, nil
}

// deliveriesOf are the deliveries of one revision.
func deliveriesOf(def reports.Definition, rev reportstore.Revision) []outbox.Delivery {
	out := make([]outbox.Delivery, 0, len(def.Recipients))
	for _, r := range def.Recipients {
		out = append(out, outbox.Delivery{Report: rev.Name, Period: rev.Period, Revision: rev.Number, Channel: r.Kind, Address: r.Address, Quiet: quietOf(def)})
	}
	return out
}

func quietOf(def reports.Definition) *outbox.Quiet {
	if def.Quiet == nil {
		return nil
	}
	const minute = time.Minute
	return &outbox.Quiet{From: int(def.Quiet.From / minute), To: int(def.Quiet.To / minute), Zone: def.Zone}
}
