package outbox

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/deliver"
)

// Composer writes the message of a published revision.
type Composer interface {
	Compose(ctx context.Context, report, period string, revision int) (deliver.Message, error)
}

// Options are the dependencies of an Outbox.
type Options struct {
	DB       kv.DB
	Composer Composer
	// Sender returns the sender of a channel. It fails with fault.NotFound when the
	// channel is not, or no longer, configured.
	Sender func(channel string) (deliver.Sender, error)
	Now    func() time.Time
	Log    *slog.Logger
	// Random spreads retries. It returns a number in [0, 1).
	Random func() float64
}

// Outbox sends deliveries. Its methods may be called from several goroutines.
type Outbox struct {
	opt Options
	one sync.Mutex // held while something is sent: deliveries go out one by one
}

// New returns an Outbox. Recover must be called once before the first Tick.
func New(opt Options) *Outbox { return &Outbox{opt: opt} }

// Limits of the outbox.
const (
	// perTick bounds the deliveries of one Tick.
	perTick = 20
	// giveUp is how long a delivery is tried after it was requested. After that its
	// report is out of date; a person may still send it.
	giveUp = 24 * time.Hour
	// attemptLimit bounds one attempt.
	attemptLimit = time.Minute
	// farOff is longer than any delivery waits: back-off and the wait that a receiver
	// requests end within hours, quiet hours within a day. A delivery with a longer wait
	// was queued while the clock was wrong, and is due.
	farOff = 48 * time.Hour
	// listed bounds the result of List.
	listed = 500
)

// backOff are the waits between attempts. The last one repeats.
var backOff = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour}

// Add queues deliveries in the transaction that publishes the revision, so that neither
// can exist without the other. Deliveries that exist are not changed; queued ones of an
// earlier revision to the same address are dropped. It returns the id of each.
func (o *Outbox) Add(w kv.Writer, deliveries []Delivery) (ids []string, err error) {
	now := o.opt.Now()
	for _, d := range deliveries {
		d.ID = idOf(d)
		ids = append(ids, d.ID)
		known, err := w.Get(bDelivery, []byte(d.ID))
		if err != nil {
			return nil, err
		}
		if known != nil {
			continue
		}
		d.State, d.Queued, d.NotBefore = Queued, now, d.Quiet.after(now)
		if err := put(w, nil, d); err != nil {
			return nil, err
		}
		if err := supersede(w, d); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// Recover marks deliveries that a crash interrupted as uncertain, and returns their
// number.
func (o *Outbox) Recover(ctx context.Context) (n int, err error) {
	err = o.opt.DB.Update(ctx, func(w kv.Writer) error {
		n = 0
		for item, err := range w.Scan(bDelivery, nil, nil) {
			if err != nil {
				return err
			}
			d, err := decode(item.Value)
			if err != nil {
				kv.Skip(w, bDelivery, item.Key, err)
				continue
			}
			if d.State != Sending {
				continue
			}
			cut := d
			cut.State, cut.Ended = Uncertain, o.opt.Now()
			cut.Reason = "the portal stopped while this was being sent; it may have arrived"
			if err := put(w, &d, cut); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}

// Tick sends the due deliveries, the oldest first. A delivery that fails does not stop
// the others; the error is one of the database.
func (o *Outbox) Tick(ctx context.Context) error {
	ids, err := o.due(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := o.One(ctx, id); err != nil && fault.KindOf(err) != fault.NotFound && !kv.Unreadable(err) { // it was superseded
			return err
		}
	}
	return nil
}

// One sends one delivery if it is due. It waits while another one is being sent. It
// fails with fault.NotFound for an id without a delivery.
func (o *Outbox) One(ctx context.Context, id string) error {
	o.one.Lock()
	defer o.one.Unlock()
	return o.send(ctx, id)
}

// due returns the ids of queued deliveries that are due, at most perTick. The second
// span has those beyond farOff.
func (o *Outbox) due(ctx context.Context) (ids []string, err error) {
	now := o.opt.Now()
	err = o.opt.DB.View(ctx, func(r kv.Reader) error {
		ids = nil
		for _, span := range [][2][]byte{{nil, kv.TimeKey(now.Add(time.Microsecond))}, {kv.TimeKey(now.Add(farOff)), nil}} {
			for item, err := range r.Scan(bDue, span[0], span[1]) {
				if err != nil {
					return err
				}
				const timeBytes = 8
				ids = append(ids, string(item.Key[timeBytes:]))
				if len(ids) == perTick {
					return nil
				}
			}
		}
		return nil
	})
	return ids, err
}

// waits reports whether a delivery is not due yet.
func (d Delivery) waits(now time.Time) bool {
	return d.NotBefore.After(now) && d.NotBefore.Before(now.Add(farOff))
}

// send makes one attempt. It stores the state Sending before the attempt and the outcome
// after it.
func (o *Outbox) send(ctx context.Context, id string) error {
	now := o.opt.Now()
	d, err := o.change(ctx, id, func(d *Delivery) bool {
		if d.State != Queued || d.waits(now) {
			return false
		}
		if later := d.Quiet.after(now); later.After(now) {
			d.NotBefore = later
			return true
		}
		d.State, d.Began, d.Attempts = Sending, now, d.Attempts+1
		return true
	})
	if err != nil || d.State != Sending || !d.Began.Equal(now) {
		return err
	}
	o.opt.Log.Info("delivery begins", "id", id, "report", d.Report, "period", d.Period, "revision", d.Revision,
		"channel", d.Channel, "attempt", d.Attempts)
	failed := o.attempt(ctx, d)
	// The outcome is stored even while the portal stops: a known outcome must not
	// become uncertain.
	var done Delivery
	err = o.opt.DB.Update(context.WithoutCancel(ctx), func(w kv.Writer) (err error) {
		done, err = change(w, id, func(d *Delivery) bool {
			o.settle(d, failed)
			return true
		})
		if err != nil {
			return err
		}
		return yield(w, done)
	})
	if err != nil {
		return err
	}
	o.opt.Log.Info("delivery ended", "id", id, "state", string(done.State), "reason", done.Reason, "error", failed)
	return nil
}

// attempt composes and sends. A panic of a formatter fails this delivery only. A
// failure before Send is certain, since nothing has left the machine.
func (o *Outbox) attempt(ctx context.Context, d Delivery) (failed *deliver.Failure) {
	sending := false
	defer func() {
		if p := recover(); p != nil {
			const text = "the report could not be written for this channel"
			failed = &deliver.Failure{Outcome: deliver.Permanent, Msg: text, Err: fmt.Errorf("panic: %v", p)}
			if sending {
				failed.Outcome = deliver.Uncertain
			}
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, attemptLimit)
	defer cancel()
	sender, err := o.opt.Sender(d.Channel)
	if err != nil {
		return &deliver.Failure{Outcome: deliver.Permanent, Msg: fault.Message(err), Err: err}
	}
	message, err := o.opt.Composer.Compose(ctx, d.Report, d.Period, d.Revision)
	if err != nil {
		return &deliver.Failure{Outcome: deliver.Temporary, Msg: fault.Message(err), Err: err}
	}
	sending = true
	if err := sender.Send(ctx, message, d.Address, d.ID); err != nil {
		return deliver.FailureOf(err)
	}
	return nil
}

// settle writes the outcome of an attempt into the delivery.
func (o *Outbox) settle(d *Delivery, failed *deliver.Failure) {
	now := o.opt.Now()
	d.Ended, d.Reason = now, ""
	if failed == nil {
		d.State = Done
		return
	}
	d.Reason = failed.Msg
	switch failed.Outcome {
	case deliver.Permanent:
		d.State = Parked
		return
	case deliver.Uncertain:
		d.State = Uncertain
		return
	}
	wait := backOff[min(d.Attempts, len(backOff))-1]
	wait += time.Duration(o.opt.Random() * float64(wait) / 4) // so that many retries are not simultaneous
	next := d.Quiet.after(now.Add(max(wait, failed.After)))
	if now.Sub(d.Queued) > giveUp {
		d.State = Parked
		d.Reason = "given up after a day of trying: " + failed.Msg
		return
	}
	d.State, d.NotBefore = Queued, next
}

// change updates one delivery in a transaction of its own. fn reports whether it changed
// the delivery.
func (o *Outbox) change(ctx context.Context, id string, fn func(*Delivery) bool) (d Delivery, err error) {
	err = o.opt.DB.Update(ctx, func(w kv.Writer) error {
		d, err = change(w, id, fn)
		return err
	})
	return d, err
}

// change updates one delivery in a transaction. It does not write if fn returns false.
func change(w kv.Writer, id string, fn func(*Delivery) bool) (d Delivery, err error) {
	raw, err := w.Get(bDelivery, []byte(id))
	if err != nil {
		return d, err
	}
	if raw == nil {
		return d, errUnknown()
	}
	old, err := decode(raw)
	if err != nil {
		return d, err
	}
	d = old
	if !fn(&d) {
		return d, nil
	}
	return d, put(w, &old, d)
}
