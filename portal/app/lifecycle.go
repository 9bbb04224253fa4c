package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// cleanup is one thing to undo at the end, with its name and how long it may take.
type cleanup struct {
	name  string
	limit time.Duration
	stop  func(context.Context) error
}

// cleanups are undone last in, first out, each bounded, none skipped because
// another failed.
type cleanups struct {
	list []cleanup
	log  *slog.Logger
}

func (c *cleanups) add(name string, limit time.Duration, stop func(context.Context) error) {
	c.list = append(c.list, cleanup{name, limit, stop})
}

func (c *cleanups) run(ctx context.Context) error {
	var errs []error
	for len(c.list) > 0 {
		last := c.list[len(c.list)-1]
		c.list = c.list[:len(c.list)-1]
		errs = append(errs, c.one(ctx, last))
	}
	return errors.Join(errs...)
}

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

// background does work until the stop ends its context, and waits for its end.
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

func wait(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// repeat does a step again and again, with a rest after each, until ctx ends.
func repeat(ctx context.Context, rest time.Duration, step func(context.Context)) {
	for ctx.Err() == nil {
		step(ctx)
		if pause(ctx, rest) != nil {
			return
		}
	}
}

// pause waits, or ends with the context.
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
