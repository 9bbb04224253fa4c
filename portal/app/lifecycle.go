package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// step is one part of opening or starting a portal, with the name that errors give it.
type step struct {
	name string
	run  func(context.Context) error
}

// runSteps runs steps in order and ends at the first that fails. The error has the
// kind and the message of the step's and names the step in its text for the log.
func runSteps(ctx context.Context, steps []step) error {
	for _, s := range steps {
		if err := s.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// cleanup closes one part at the end. limit bounds how long it may take.
type cleanup struct {
	name  string
	limit time.Duration
	stop  func(context.Context) error
}

// cleanups close parts in the reverse order of their opening. Each is bounded in time,
// and none is skipped because another failed.
type cleanups struct {
	log *slog.Logger

	mu   sync.Mutex // Stop may be called by several goroutines
	list []cleanup
}

// add registers the clean-up of a part that was just opened. limit is the time that it
// may take; it also ends when the context of the stop does.
func (c *cleanups) add(name string, limit time.Duration, stop func(context.Context) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = append(c.list, cleanup{name, limit, stop})
}

// take removes and returns the clean-up that was registered last; ok is false when
// there is none.
func (c *cleanups) take() (last cleanup, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.list) == 0 {
		return cleanup{}, false
	}
	last = c.list[len(c.list)-1]
	c.list = c.list[:len(c.list)-1]
	return last, true
}

// run closes every part and joins their errors. Each part is closed once, however often
// run is called.
func (c *cleanups) run(ctx context.Context) error {
	var errs []error
	for last, ok := c.take(); ok; last, ok = c.take() {
		errs = append(errs, c.one(ctx, last))
	}
	return errors.Join(errs...)
}

// one closes a part. A part that exceeds its limit is abandoned: its goroutine goes on,
// and the next part is closed.
func (c *cleanups) one(ctx context.Context, x cleanup) error {
	ctx, cancel := context.WithTimeout(ctx, x.limit)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- x.stop(ctx) }()
	var err error
	select {
	case err = <-done:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		c.log.Error("stopping", "part", x.name, "error", err)
		return fmt.Errorf("stopping %s: %w", x.name, err)
	}
	c.log.Debug("stopped", "part", x.name)
	return nil
}

// background runs work until the stop cancels its context. The stop waits for work to
// return.
func (a *App) background(name string, work func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		work(ctx)
	}()
	a.undo.add(name, stepLimit, func(stop context.Context) error {
		cancel()
		return wait(stop, done)
	})
}

// wait returns when done is closed, or with the error of ctx when that ends first.
func wait(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// repeat calls step until ctx ends, with a pause of rest after each call. The pause
// follows the call, so that a slow step does not run without a break.
func repeat(ctx context.Context, rest time.Duration, step func(context.Context)) {
	for ctx.Err() == nil {
		step(ctx)
		if pause(ctx, rest) != nil {
			return
		}
	}
}

// pause waits for d, or returns the error of ctx when that ends first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
