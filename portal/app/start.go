package app

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// readiness is what /readyz asks.
type readiness struct{ started, stopping atomic.Bool }

func (r *readiness) stop()       { r.stopping.Store(true) }
func (r *readiness) ready() bool { return r.started.Load() && !r.stopping.Load() }

// Start listens, brings git, database and index into agreement and answers
// readers. It returns when the portal is ready.
func (a *App) Start(ctx context.Context) error {
	if err := a.listen(); err != nil {
		return err
	}
	if err := a.openWeb(); err != nil {
		return err
	}
	if err := a.reconcile(ctx); err != nil {
		return err
	}
	a.followChanges()
	a.followSuggestions()
	a.runHousekeeping()
	if err := a.startJobs(); err != nil {
		return err
	}
	a.pollSources()
	a.keepViewsFresh()
	a.pollStatuspages()
	if err := a.serveSocket(); err != nil {
		return err
	}
	a.serveHTTP()
	_ = a.repo.Health(ctx) // it logs what is missing, and /readyz says it
	if err := a.awaitIndex(ctx); err != nil {
		return err
	}
	a.ready.started.Store(true)
	return nil
}

// StartInside makes the handler answer without listening, for one command.
func (a *App) StartInside(ctx context.Context) error {
	a.url = &url.URL{Scheme: "http", Host: a.opt.Config.Listen} // where it is going to be served
	if a.opt.Config.PublicURL != nil {
		a.url = a.opt.Config.PublicURL
	}
	if err := a.openWeb(); err != nil {
		return err
	}
	if err := a.reconcile(ctx); err != nil {
		return err
	}
	a.followChanges()
	if err := a.awaitIndex(ctx); err != nil {
		return err
	}
	a.ready.started.Store(true)
	return nil
}

func (a *App) listen() error {
	ln, err := net.Listen("tcp", a.opt.Config.Listen)
	if err != nil {
		return fault.Wrap(fault.Invalid, "app", "cannot listen on "+a.opt.Config.Listen+"; is it in use? --listen names another, port 0 any free one", err)
	}
	a.listener = ln
	a.undo.add("listener", stepLimit, func(context.Context) error {
		if err := ln.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	})
	a.url = a.opt.Config.PublicURL
	if a.url == nil {
		scheme := "http"
		if a.opt.Config.TLS.On() {
			scheme = "https"
		}
		a.url = &url.URL{Scheme: scheme, Host: ln.Addr().String()}
	}
	return nil
}

// loopback returns the address of a listener that this machine alone reaches; zero
// for any other, and without one.
func (a *App) loopback() netip.Addr {
	if a.listener == nil {
		return netip.Addr{}
	}
	at, err := netip.ParseAddrPort(a.listener.Addr().String())
	if err != nil || !at.Addr().Unmap().IsLoopback() {
		return netip.Addr{}
	}
	return at.Addr().Unmap()
}

// followChanges lets search follow the library until the stop.
func (a *App) followChanges() {
	a.background("indexer", func(ctx context.Context) {
		if err := a.follower.Run(ctx); err != nil && ctx.Err() == nil {
			a.failed <- err
		}
	})
}

// awaitIndex waits until search knows what is published, so that the ready line
// is true. Pages are answered meanwhile. An index that cannot be written is no
// reason not to start: /readyz tells.
func (a *App) awaitIndex(ctx context.Context) error {
	var seq kv.Seq
	err := a.db.View(ctx, func(r kv.Reader) (err error) {
		seq, err = r.Seq()
		return err
	})
	if err != nil {
		return err
	}
	err = a.indexed(ctx, seq)
	if fault.KindOf(err) == fault.Unavailable {
		a.log.Error("started without search", "error", err)
		return nil
	}
	return err
}

func (a *App) indexed(ctx context.Context, seq kv.Seq) error {
	return a.follower.WaitFor(ctx, seq)
}

// runHousekeeping stores page views, looks after packs and old change entries.
func (a *App) runHousekeeping() {
	a.background("housekeeping", func(ctx context.Context) {
		successful := a.offerSuccessful()
		a.housekeepingStep(ctx, "successful queries", successful)
		for tick := time.NewTicker(housekeeping); ; {
			select {
			case <-ctx.Done():
				tick.Stop()
				return
			case <-tick.C:
				a.housekeepingStep(ctx, "page views", a.library.FlushReads)
				a.housekeepingStep(ctx, "token uses", a.tokens.Flush)
				a.housekeepingStep(ctx, "packs", a.repo.Maintain)
				a.housekeepingStep(ctx, "queries", a.queries.Flush)
				a.housekeepingStep(ctx, "successful queries", successful)
				a.housekeepingStep(ctx, "feeds", a.feeds.KeepHouse)
				a.housekeepingStep(ctx, "change log", a.trimChanges)
			}
		}
	})
}

// keptChanges is how many entries of the change log stay behind the index: enough
// for what follows it more slowly, and for a restored index of yesterday.
const keptChanges = 100_000

// trimChanges forgets change entries that every follower has long read. One that
// comes later all the same reads everything anew.
func (a *App) trimChanges(ctx context.Context) error {
	reached := a.follower.Status().Seq
	if reached <= keptChanges {
		return nil
	}
	return a.db.Trim(ctx, kv.Seq(reached-keptChanges))
}

func (a *App) housekeepingStep(ctx context.Context, name string, step func(context.Context) error) {
	if err := step(ctx); err != nil && ctx.Err() == nil {
		a.log.Error("housekeeping", "part", name, "error", err)
	}
}

// serveHTTP answers readers until the stop.
func (a *App) serveHTTP() {
	srv := a.web.HTTPServer()
	go func() {
		var err error
		if t := a.opt.Config.TLS; t.On() {
			err = srv.ServeTLS(a.listener, t.Cert, t.Key)
		} else {
			err = srv.Serve(a.listener)
		}
		if !errors.Is(err, http.ErrServerClosed) {
			a.failed <- fault.Wrap(fault.Internal, "app", "the HTTP server ended", err)
		}
	}()
	a.undo.add("http", pushLimit, shutdown(srv))
	a.undo.add("announced pushes", stepLimit, a.repo.Drain) // before: they need the listener
}

// shutdown waits for requests in flight, then cuts off what is left.
func shutdown(srv *http.Server) func(context.Context) error {
	return func(ctx context.Context) error {
		err := srv.Shutdown(ctx)
		if err != nil {
			err = errors.Join(err, srv.Close())
		}
		return err
	}
}

// serveSocket answers commands on this machine through the data folder.
func (a *App) serveSocket() error {
	const longest = 100 // bytes: what a socket address holds, with room to spare
	name := a.dir(SocketName)
	if len(name) > longest {
		a.log.Warn("the data folder's name is too long for a Unix socket; commands on this machine need --url", "folder", a.opt.Config.DataDir)
		return nil
	}
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fault.Wrap(fault.Internal, "app", "the old socket cannot be removed", err)
	}
	ln, err := net.Listen("unix", name)
	if err != nil {
		if strings.Contains(err.Error(), "not supported") {
			return nil
		}
		return fault.Wrap(fault.Internal, "app", "cannot listen on the Unix socket in the data folder", err)
	}
	if err := os.Chmod(name, 0o600); err != nil {
		return errors.Join(err, ln.Close())
	}
	srv := a.web.HTTPServer()
	srv.Handler = a.Handler()
	srv.WriteTimeout = 0 // backups and imports take as long as they take
	srv.ReadTimeout = 0
	go func() {
		if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			a.log.Error("the Unix socket ended", "error", err)
		}
	}()
	a.undo.add("socket", stepLimit, shutdown(srv))
	return nil
}
