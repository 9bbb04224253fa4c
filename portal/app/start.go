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

// readiness is the state that /readyz reports: ready between the end of Start and the
// beginning of Stop. Requests are served before and after; load balancers follow
// /readyz.
type readiness struct{ started, stopping atomic.Bool }

func (r *readiness) stop()       { r.stopping.Store(true) }
func (r *readiness) ready() bool { return r.started.Load() && !r.stopping.Load() }

// Start listens, makes git, database and index agree and serves readers. It returns
// when search has caught up, so that the portal is ready. After an error the caller
// calls Stop, which closes what Start opened too; the error names the step that failed.
func (a *App) Start(ctx context.Context) error {
	if err := runSteps(ctx, a.startSteps()); err != nil {
		return err
	}
	a.ready.started.Store(true)
	return nil
}

// startSteps returns the steps of Start. The listener comes first, because the
// portal's own address appears in pages and in answers to pushes. Requests are
// answered only after git and database agree.
func (a *App) startSteps() []step {
	return []step{
		{"listen", func(context.Context) error { return a.listen() }},
		{"connect pages", func(context.Context) error { return a.openWeb() }},
		{"reconcile git and database", a.reconcile},
		{"run background work", func(context.Context) error { return a.startBackground() }},
		{"listen on the Unix socket", func(context.Context) error { return a.serveSocket() }},
		{"serve HTTP", func(context.Context) error { a.serveHTTP(); return nil }},
		{"check the repository", func(ctx context.Context) error {
			_ = a.repo.Health(ctx) // logs what is missing; /readyz reports it, too
			return nil
		}},
		{"wait for the search index", a.awaitIndex},
	}
}

// startBackground starts everything that runs beside the answering of requests. Each
// part registers its clean-up, so the last to start is the first to stop.
func (a *App) startBackground() error {
	a.followChanges()
	a.followSuggestions()
	a.runHousekeeping()
	if err := a.startJobs(); err != nil {
		return err
	}
	a.pollSources()
	a.keepViewsFresh()
	a.pollStatuspages()
	return nil
}

// StartInside makes Handler answer without listening or running jobs, for one command
// that opens the data folder itself.
func (a *App) StartInside(ctx context.Context) error {
	a.url = &url.URL{Scheme: "http", Host: a.opt.Config.Listen} // where serve will listen
	if a.opt.Config.PublicURL != nil {
		a.url = a.opt.Config.PublicURL
	}
	err := runSteps(ctx, []step{
		{"connect pages", func(context.Context) error { return a.openWeb() }},
		{"reconcile git and database", a.reconcile},
		{"follow changes", func(context.Context) error { a.followChanges(); return nil }},
		{"wait for the search index", a.awaitIndex},
	})
	if err != nil {
		return err
	}
	a.ready.started.Store(true)
	return nil
}

// listen opens the TCP listener, and sets the address that readers use: the configured
// URL, or that of the listener with the port it received. Connections wait in the
// backlog until serveHTTP.
func (a *App) listen() error {
	ln, err := net.Listen("tcp", a.opt.Config.Listen)
	if err != nil {
		return fault.Wrap(fault.Invalid, "app", "cannot listen on "+a.opt.Config.Listen+"; is it in use? --listen names another, port "+
			"0 any free one", err)
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

// loopback returns the address of a listener that only this machine can reach, and the
// zero address for any other listener or none.
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

// followChanges runs the indexer, which brings changes of the library into search,
// until the stop.
func (a *App) followChanges() {
	a.background("indexer", func(ctx context.Context) {
		if err := a.follower.Run(ctx); err != nil && ctx.Err() == nil {
			a.failed <- err
		}
	})
}

// awaitIndex waits until search has everything that is published, so that the line
// which reports readiness is true. Pages are served meanwhile. An index that cannot be
// written does not prevent the start, since the documents can be read without search:
// it is logged, and /readyz reports it.
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

// indexed waits until search has the change with the number seq, or ctx ends.
func (a *App) indexed(ctx context.Context, seq kv.Seq) error {
	return a.follower.WaitFor(ctx, seq)
}

// runHousekeeping stores page views and token uses, maintains packs, offers successful
// queries and trims the change log, each minute until the stop. A step that fails is
// logged and tried again after a minute; it does not skip the others.
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
				a.housekeepingStep(ctx, "feeds", a.feeds.ApplyRetention)
				a.housekeepingStep(ctx, "change log", a.trimChanges)
			}
		}
	})
}

// keptChanges is how many entries of the change log are retained behind the index. That
// is enough for slower followers and for an index that was restored from the day
// before.
const keptChanges = 100_000

// trimChanges removes change entries that every follower has read long ago. A follower
// that needs an older entry reads everything again.
func (a *App) trimChanges(ctx context.Context) error {
	reached := a.follower.Status().Seq
	if reached <= keptChanges {
		return nil
	}
	return a.db.Trim(ctx, kv.Seq(reached-keptChanges))
}

// housekeepingStep runs one step and logs its error. Errors of a context that ended are
// the stop's and are not logged.
func (a *App) housekeepingStep(ctx context.Context, name string, step func(context.Context) error) {
	if err := step(ctx); err != nil && ctx.Err() == nil {
		a.log.Error("housekeeping", "part", name, "error", err)
	}
}

// serveHTTP serves readers until the stop. An error other than the stop's is sent to
// Failed, which ends the portal: one that does not serve should be restarted.
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
	a.undo.add("announced pushes", stepLimit, a.repo.Drain) // runs before http stops: announced pushes still arrive
}

// shutdown returns a clean-up that waits for requests in progress, and closes the
// connections that remain when its context ends.
func shutdown(srv *http.Server) func(context.Context) error {
	return func(ctx context.Context) error {
		err := srv.Shutdown(ctx)
		if err != nil {
			err = errors.Join(err, srv.Close())
		}
		return err
	}
}

// serveSocket serves the commands of this machine on a Unix socket in the data folder.
// The portal runs without it where the system has no Unix sockets or the folder's path
// is too long for the address of one.
func (a *App) serveSocket() error {
	const longest = 100 // bytes; socket addresses hold 104 to 108
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
	srv.WriteTimeout = 0 // backups and imports have no fixed duration
	srv.ReadTimeout = 0
	go func() {
		if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			a.log.Error("the Unix socket ended", "error", err)
		}
	}()
	a.undo.add("socket", stepLimit, shutdown(srv))
	return nil
}
