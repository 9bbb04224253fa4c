package app

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/deliver/outbox"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/reportstore"
)

// deliverWithin returns how long after its due time a report of this kind is still sent
// automatically: after ten days of downtime, ten daily mails would be useless.
func deliverWithin(kind period.Kind) time.Duration {
	const day = 24 * time.Hour
	return map[period.Kind]time.Duration{period.Daily: 2 * day, period.Weekly: 7 * day, period.Monthly: 14 * day}[kind]
}

// sendable is the newest revision of a period that is recent enough to be sent. due is
// when the period's report fell due, not when the revision was made.
type sendable struct {
	def reports.Definition
	rev reportstore.Revision
	due time.Time
}

// queueDeliveries queues the deliveries of the newest revision of every report that has
// recipients, in the order in which the reports fell due. A delivery that is queued
// already is not queued twice, so this runs after every new revision and at every tick:
// a crash between publishing and queueing loses nothing.
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

// recent returns when a revision's period was due; ok reports whether that is recent
// enough for the report to be sent automatically.
func (a *App) recent(def reports.Definition, rev reportstore.Revision) (due time.Time, ok bool) {
	def.Zone = rev.Zone // the definition may have changed its zone since
	p, err := period.Of(rev.Kind, rev.Period, def.Location())
	if err != nil {
		return due, false
	}
	due = def.Due(p)
	return due, a.opt.Now().Sub(due) <= deliverWithin(rev.Kind)
}

// queueRevision queues the deliveries of a revision to the recipients for whom it is
// news.
func (a *App) queueRevision(ctx context.Context, x sendable) error {
	queued, err := a.outbox.Of(ctx, x.rev.Name, x.rev.Period)
	if err != nil {
		return err
	}
	var wanted []outbox.Delivery
	for _, d := range deliveriesOf(x.def, x.rev) {
		news, err := a.isNews(ctx, x.rev, lastQueued(queued, d))
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

// lastQueued returns the newest revision of a period that was queued for the recipient
// of a delivery; 0 is none.
func lastQueued(queued []outbox.Delivery, to outbox.Delivery) (number int) {
	for _, d := range queued {
		if d.Channel == to.Channel && d.Address == to.Address {
			number = max(number, d.Revision)
		}
	}
	return number
}

// isNews reports whether a revision states something new to a recipient who was sent another
// of the same period, or none (0). A first one does; a later one does when its verdict
// states something else (reports.VerdictDiffers), not when it is only worded otherwise. It
// is compared with what was sent, not with the revision before, which may never have been
// sent.
func (a *App) isNews(ctx context.Context, rev reportstore.Revision, sent int) (bool, error) {
	if sent == 0 || sent >= rev.Number {
		return sent == 0, nil
	}
	had, err := a.published.Report(ctx, rev.Name, rev.Period, sent)
	if fault.KindOf(err) == fault.NotFound {
		// An equal text in an equal tone needs no reading of the reports.
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if had.Verdict == rev.Verdict && had.Tone == rev.Tone {
		return false, nil
	}
	now, err := a.published.Report(ctx, rev.Name, rev.Period, rev.Number)
	if err != nil {
		return false, err
	}
	return reports.VerdictDiffers(had.Report, now.Report), nil
}

// deliveriesOf returns one delivery of a revision for each recipient of the definition,
// in their order. Add leaves out those that are queued already.
func deliveriesOf(def reports.Definition, rev reportstore.Revision) []outbox.Delivery {
	out := make([]outbox.Delivery, 0, len(def.Recipients))
	for _, r := range def.Recipients {
		out = append(out, outbox.Delivery{Report: rev.Name, Period: rev.Period, Revision: rev.Number, Channel: r.Kind,
			Address: r.Address, Quiet: quietOf(def)})
	}
	return out
}

// quietOf returns the quiet hours of a definition in minutes of the day, nil without
// any.
func quietOf(def reports.Definition) *outbox.Quiet {
	if def.Quiet == nil {
		return nil
	}
	const minute = time.Minute
	return &outbox.Quiet{From: int(def.Quiet.From / minute), To: int(def.Quiet.To / minute), Zone: def.Zone}
}
