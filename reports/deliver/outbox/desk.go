package outbox

import (
	"cmp"
	"context"
	"slices"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// Resend queues a parked or uncertain delivery again, with the same key, and stores who
// requested it. It fails with fault.Conflict for all other states: a delivery that has
// arrived is never sent again.
func (o *Outbox) Resend(ctx context.Context, id, who string) (Delivery, error) {
	var state State
	d, err := o.change(ctx, id, func(d *Delivery) bool {
		state = d.State
		if d.State != Parked && d.State != Uncertain {
			return false
		}
		now := o.opt.Now()
		d.State, d.NotBefore, d.Queued, d.Attempts, d.ResentBy = Queued, now, now, 0, who
		d.Quiet = nil // a person wants it now
		return true
	})
	if err == nil && state != Parked && state != Uncertain {
		return d, fault.Newf(fault.Conflict, "outbox.Resend", "this delivery is %s; only parked and uncertain ones can be sent again", state)
	}
	return d, err
}

// Get returns one delivery. It fails with fault.NotFound when there is none.
func (o *Outbox) Get(ctx context.Context, id string) (d Delivery, err error) {
	err = o.opt.DB.View(ctx, func(r kv.Reader) error {
		raw, err := r.Get(bDelivery, []byte(id))
		if err == nil && raw == nil {
			err = errUnknown()
		}
		if err != nil {
			return err
		}
		d, err = decode(raw)
		return err
	})
	return d, err
}

// errUnknown returns the error for an id without a delivery.
func errUnknown() error { return fault.New(fault.NotFound, "outbox", "there is no such delivery") }

// Of returns the deliveries of one period of a report, by revision, oldest first.
func (o *Outbox) Of(ctx context.Context, report, period string) (out []Delivery, err error) {
	err = o.opt.DB.View(ctx, func(r kv.Reader) error {
		out, err = of(r, report, period)
		return err
	})
	return out, err
}

// of returns the deliveries of one period of a report. Unreadable ones are skipped and
// counted by kv.
func of(r kv.Reader, report, period string) (out []Delivery, err error) {
	from, to := kv.Under(report, period)
	for item, err := range r.Scan(bReport, from, to) {
		if err != nil {
			return nil, err
		}
		const head = 4 // bytes of the revision
		raw, err := r.Get(bDelivery, item.Key[len(from)+head:])
		if kv.Unreadable(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		d, err := decode(raw)
		if err != nil {
			kv.Skip(r, bDelivery, item.Key[len(from)+head:], err)
			continue
		}
		out = append(out, d)
	}
	return out, nil
}

// List returns at most 500 deliveries in one of the given states, or in any state when
// there is none, the newest request first. It reads all deliveries: there is no index
// by state.
func (o *Outbox) List(ctx context.Context, states ...State) (out []Delivery, err error) {
	want := map[State]bool{}
	for _, s := range states {
		want[s] = true
	}
	err = o.opt.DB.View(ctx, func(r kv.Reader) error {
		out = nil
		for item, err := range r.Scan(bDelivery, nil, nil) {
			if err != nil {
				return err
			}
			d, err := decode(item.Value)
			if err != nil {
				kv.Skip(r, bDelivery, item.Key, err)
				continue
			}
			if len(want) > 0 && !want[d.State] {
				continue
			}
			out = append(out, d)
		}
		return nil
	})
	slices.SortFunc(out, func(a, b Delivery) int { return cmp.Or(b.Queued.Compare(a.Queued), cmp.Compare(a.ID, b.ID)) })
	return out[:min(len(out), listed)], err
}
