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

// Composer writes the letter of a published revision.
type Composer interface {
	Letter(ctx context.Context, report, period string, revision int) (deliver.Letter, error)
}

// Options are what an Outbox works with.
type Options struct {
	DB       kv.DB
	Composer Composer
	// Sender finds the sender of a channel; fault.NotFound when it is not (or no
	// longer) configured.
	Sender func(channel string) (deliver.Sender, error)
	Now    func() time.Time
	Log    *slog.Logger
	// Random spreads retries; it gives a number from 0 to below 1.
	Random func() float64
}

// Outbox sends deliveries. Methods may be called from many goroutines.
type Outbox struct {
	opt Options
	one sync.Mutex // held while something is sent: deliveries go out one by one
}

// New makes an Outbox. Recover must be called once before the first Tick.
func New(opt Options) *Outbox { return &Outbox{opt: opt} }

// Limits of the outbox.
const (
	// perTick bounds how many deliveries one Tick sends.
	perTick = 20
	// giveUp is how long a delivery is tried after it was asked for. A report of
	// the day before yesterday helps nobody; a person may still send it.
	giveUp = 24 * time.Hour
	// attemptLimit bounds one attempt.
	attemptLimit = time.Minute
	// farOff is further ahead than any delivery waits: back-off and a wish of the
	// other side end within hours, quiet hours within a day. What waits longer was
	// asked for by a clock that ran ahead and was put back; it is due.
	farOff = 48 * time.Hour
	// listed bounds what List answers.
	listed = 500
)

// backOff are the waits between attempts; the last one repeats.
var backOff = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour}

// Add asks for deliveries inside the transaction that publishes the revision, so
// that neither can exist without the other. Those that exist already are left as
// they are; those of an earlier revision that still wait to go to the same place
// are dropped. The answer has the id of each.
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

// Recover marks deliveries that a crash cut off as uncertain. It returns how
// many there were.
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

// Tick sends what is due, oldest first. One failing delivery does not keep the
// others back; the error is of the outbox itself.
func (o *Outbox) Tick(ctx context.Context) error {
	ids, err := o.due(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := o.One(ctx, id); err != nil && fault.KindOf(err) != fault.NotFound && !kv.Unreadable(err) { // superseded meanwhile
			return err
		}
	}
	return nil
}

// One sends one delivery when its time has come.
func (o *Outbox) One(ctx context.Context, id string) error {
	o.one.Lock()
	defer o.one.Unlock()
	return o.send(ctx, id)
}

// due are the ids of queued deliveries whose time has come.
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

// waits tells whether a delivery's time has not come yet.
func (d Delivery) waits(now time.Time) bool {
	return d.NotBefore.After(now) && d.NotBefore.Before(now.Add(farOff))
}

// send makes one attempt: a receipt before it, the attempt, a receipt after it.
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
	o.opt.Log.Info("delivery begins", "id", id, "report", d.Report, "period", d.Period, "revision", d.Revision, "channel", d.Channel, "attempt", d.Attempts)
	failed := o.attempt(ctx, d)
	// The outcome is kept even when the portal is stopping: an outcome that is
	// known must not become uncertain.
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

// attempt composes and sends. A panic of a formatter is that delivery's failure.
func (o *Outbox) attempt(ctx context.Context, d Delivery) (failed *deliver.Failure) {
	sending := false
	defer func() {
		if p := recover(); p != nil {
			failed = &deliver.Failure{Outcome: deliver.Permanent, Msg: "the report could not be written for this channel", Err: fmt.Errorf("panic: %v", p)}
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
	letter, err := o.opt.Composer.Letter(ctx, d.Report, d.Period, d.Revision)
	if err != nil {
		return &deliver.Failure{Outcome: deliver.Temporary, Msg: fault.Message(err), Err: err}
	}
	sending = true
	if err := sender.Send(ctx, letter, d.Address, d.ID); err != nil {
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
	wait += time.Duration(o.opt.Random() * float64(wait) / 4) // so that a hundred retries do not come at once
	next := d.Quiet.after(now.Add(max(wait, failed.After)))
	if now.Sub(d.Queued) > giveUp {
		d.State = Parked
		d.Reason = "given up after a day of trying: " + failed.Msg
		return
	}
	d.State, d.NotBefore = Queued, next
}

// change updates one delivery in a transaction of its own; fn tells whether it
// changed anything.
func (o *Outbox) change(ctx context.Context, id string, fn func(*Delivery) bool) (d Delivery, err error) {
	err = o.opt.DB.Update(ctx, func(w kv.Writer) error {
		d, err = change(w, id, fn)
		return err
	})
	return d, err
}

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
