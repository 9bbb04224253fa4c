// Package app owns the wiring of one running portal: it opens the database once
// and hands it to each owner, connects git, library, search and pages, brings
// them into agreement at start, and stops them in order.
//
// Data layout, in the data folder:
//
//	knowledge.git/   the bare repository: the truth about documents
//	postern.db       the database (portal/base/kv)
//	search/          the search index, derived
//	postern.sock     the Unix socket that commands on this machine use
package app

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/portal/config"
	"github.com/postern/postern/portal/jobs"
	"github.com/postern/postern/portal/metrics"
	"github.com/postern/postern/portal/web"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/postmortems/markdown/sandbox"
	"github.com/postern/postern/reports/catalog"
	"github.com/postern/postern/reports/deliver/outbox"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feed/formats"
	"github.com/postern/postern/reports/feedstore"
	"github.com/postern/postern/reports/promsli"
	"github.com/postern/postern/reports/reportstore"
	"github.com/postern/postern/reports/schedule"
	"github.com/postern/postern/reports/signals"
	"github.com/postern/postern/reports/slostatus"
	"github.com/postern/postern/reports/statuspoll"
	"github.com/postern/postern/search"
	"github.com/postern/postern/search/indexer"
	"github.com/postern/postern/search/querylog"
	"github.com/postern/postern/search/suggest"
)

// Names inside the data folder.
const (
	SocketName   = "postern.sock"
	repoName     = "knowledge.git"
	databaseName = "postern.db"
	indexName    = "search"
)

const (
	dirMode = 0o700 // the data folder holds drafts and hashed credentials
	// stepLimit bounds each step of a stop but those that wait for a push.
	stepLimit = 10 * time.Second
	// pushLimit is how long a stop waits for pushes in flight.
	pushLimit = 30 * time.Second
	// housekeeping is how often views are stored and packs are counted.
	housekeeping = time.Minute
)

// Options are what an App works with.
type Options struct {
	Config        config.Config
	Version       string
	Log           *slog.Logger
	Now           func() time.Time
	Random        io.Reader
	RenderCommand []string // starts a worker that calls sandbox.Serve
	// Formats are the feed formats that the portal takes; nil is formats.All().
	Formats []feed.Format
	// FreeSpace tells how many bytes may still be written to the disk of a folder;
	// StatFreeSpace does. Nil is never too few.
	FreeSpace func(dir string) (int64, error)
	// Create lets a folder without a portal become one; otherwise New refuses it.
	Create bool
	// NewDatabase accepts a folder whose database is lost, and AcceptOlderGit a
	// repository that lacks what the database shows. Both say that the operator knows
	// what is lost; without them New or Start refuses, in words.
	NewDatabase, AcceptOlderGit bool
}

// App is one portal.
type App struct {
	opt         Options
	log         *slog.Logger
	texts       *messages.Printer // of pages, mails, chats and reports
	db          *boltkv.DB
	tokens      *auth.Store
	audit       *auth.Audit
	metrics     *metrics.Registry
	library     *library.Library
	catalog     *catalog.Catalog
	feeds       *feedstore.Store
	poller      *promsli.Poller
	statuspages *statuspoll.Poller
	signals     *signals.Store
	drafts      *draftPostmortems
	published   *reportstore.Store
	schedule    *schedule.Scheduler
	outbox      *outbox.Outbox
	jobs        *jobs.Runner
	charts      charts
	renderer    postmortems.BodyRenderer
	repo        *gitrepo.Repo
	index       *search.Index
	follower    *indexer.Indexer
	queries     *querylog.Log
	suggest     *suggest.Index
	web         *web.Server
	sloStatus   *slostatus.Board

	url      *url.URL
	listener net.Listener
	ready    readiness
	failed   chan error
	undo     cleanups
	// lostDatabase says what this start gave up with Options.NewDatabase; "" is nothing.
	lostDatabase string
}

// New binds and opens everything that can fail. The portal answers nobody yet.
func New(ctx context.Context, opt Options) (a *App, err error) {
	if opt.Formats == nil {
		opt.Formats = formats.All()
	}
	a = &App{opt: opt, log: opt.Log, failed: make(chan error, 3), undo: cleanups{log: opt.Log}}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.undo.run(context.WithoutCancel(ctx)))
			a = nil
		}
	}()
	for _, step := range []func(context.Context) error{
		a.loadTexts, a.prepareFolder, a.openDatabase, a.openLibrary, a.openRepository, a.openIndex, a.openQueries,
		a.openSignals, a.openSLOStatus, a.openReports, a.openDeliveries,
	} {
		if err = step(ctx); err != nil {
			return a, err
		}
	}
	return a, nil
}

// loadTexts loads the texts that people see. All of them are English until another
// language has a file.
func (a *App) loadTexts(context.Context) error {
	texts, err := messages.New()
	if err != nil {
		return fault.Wrap(fault.Internal, "app.New", "the texts of the pages are broken", err)
	}
	a.texts = texts.Printer("en")
	return nil
}

// Exists reports whether a data folder holds a portal's database or repository. The
// error is of the folder: it cannot be read.
func Exists(dataDir string) (bool, error) {
	for _, name := range []string{databaseName, repoName} {
		_, err := os.Stat(filepath.Join(dataDir, name))
		if err == nil {
			return true, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return false, fault.Wrap(fault.Internal, "app.Exists", "the data folder cannot be read", err)
		}
	}
	return false, nil
}

func (a *App) dir(name string) string { return filepath.Join(a.opt.Config.DataDir, name) }

// openDatabase opens the database, which prepareFolder has found or made.
func (a *App) openDatabase(ctx context.Context) (err error) {
	a.db, err = boltkv.Open(ctx, a.dir(databaseName), boltkv.Options{Schemas: schemas(), Now: a.opt.Now, Logger: a.log})
	if err != nil {
		return err
	}
	a.undo.add("database", stepLimit, func(context.Context) error { return a.db.Close() })
	a.catalog = catalog.New(a.db)
	a.published = reportstore.New(a.db)
	a.openFeeds()
	a.openStatuspages()
	a.openPoller()
	a.tokens = auth.New(a.db, a.opt.Now, a.opt.Random)
	a.audit = auth.NewAudit(a.db, a.opt.Now)
	a.undo.add("token uses", stepLimit, a.tokens.Flush)
	a.metrics = metrics.New(a.opt.Version)
	a.metrics.DiskFree(func() (int64, bool) {
		if a.opt.FreeSpace == nil {
			return 0, false
		}
		n, err := a.opt.FreeSpace(a.opt.Config.DataDir)
		return n, err == nil
	})
	a.measureParts()
	a.metrics.UnreadableRows(func() int { return a.db.Damage().Rows })
	a.metrics.DatabaseSize(func() (int64, bool) {
		n, err := a.db.Size(context.Background())
		return n, err == nil
	})
	return nil
}

// schemas are those of every owner of the database.
func schemas() []kv.Schema {
	return []kv.Schema{library.Schema(), auth.Schema(), searchSchema(), querylog.Schema(), catalog.Schema(), feedstore.Schema(), promsli.Schema(), signals.Schema(), reportstore.Schema(), outbox.Schema(), jobs.Schema()}
}

func (a *App) openLibrary(context.Context) error {
	c := a.opt.Config.Render
	pool := sandbox.New(sandbox.Options{
		Command: a.opt.RenderCommand, Workers: c.Workers, Extra: gitrepo.DefaultPushes, Timeout: c.Time, Memory: c.Memory, Log: a.log,
	})
	a.undo.add("render workers", stepLimit, func(context.Context) error { return pool.Close() })
	a.renderer = pool
	a.library = library.New(library.Options{
		DB: a.db, Renderer: pool, Content: lateContent{a}, Policy: a.policy, Log: a.log, Workers: 2 * max(c.Workers, 1),
	})
	a.undo.add("page views", stepLimit, a.library.FlushReads)
	return nil
}

func (a *App) policy() postmortems.Policy {
	return postmortems.Policy{SeverityAliases: a.opt.Config.SeverityAliases, Now: a.opt.Now()}
}

// lateContent reads from the repository, which is opened after the library.
type lateContent struct{ a *App }

func (l lateContent) Blobs(ctx context.Context, ids []postmortems.OID, fn func(int, []byte) error) error {
	return l.a.repo.Blobs(ctx, ids, fn)
}

// URL is the address that readers use, without a trailing slash.
func (a *App) URL() string { return a.url.String() }

// Address is where the portal itself listens, whatever readers use.
func (a *App) Address() string {
	scheme := "http"
	if a.opt.Config.TLS.On() {
		scheme = "https"
	}
	return (&url.URL{Scheme: scheme, Host: a.listener.Addr().String()}).String()
}

// Failed tells of a part that ended by itself, which ends the portal.
func (a *App) Failed() <-chan error { return a.failed }

// Handler answers as the portal does, to callers inside the process: they are
// trusted as administrators.
func (a *App) Handler() http.Handler { return trusted(a.web) }

// trusted lets every request in as the administrator of this machine: whoever
// can open the Unix socket can read the data folder anyway.
func trusted(h http.Handler) http.Handler {
	local := auth.Principal{Name: "local", Role: auth.Admin}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r.WithContext(web.WithPrincipal(r.Context(), local)))
	})
}

// Stop ends the portal: no new work, pushes in flight finish, then each part in
// the reverse order of its start.
func (a *App) Stop(ctx context.Context) error {
	a.ready.stop()
	return a.undo.run(ctx)
}
