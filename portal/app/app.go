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
	"github.com/postern/postern/portal/web/page"
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

// Names inside the data folder. Commands look for the socket; the name of the database
// is also that of its member in a backup.
const (
	SocketName   = "postern.sock"
	repoName     = "knowledge.git"
	databaseName = "postern.db"
	indexName    = "search"
)

const (
	// dirMode is the mode of the data folder, which holds drafts and hashed
	// credentials.
	dirMode = 0o700
	// stepLimit bounds each step of a stop, except those that wait for a push.
	stepLimit = 10 * time.Second
	// pushLimit is how long a stop waits for pushes in progress.
	pushLimit = 30 * time.Second
	// housekeeping is the interval at which page views are stored and packs are
	// counted.
	housekeeping = time.Minute
)

// Options configure an App. Config, Log, Now and Random are required.
type Options struct {
	Config        config.Config
	Version       string
	Log           *slog.Logger
	Now           func() time.Time
	Random        io.Reader
	RenderCommand []string // starts a render worker, a process that calls sandbox.Serve
	// Formats are the feed formats that the portal accepts; nil is formats.All().
	Formats []feed.Format
	// FreeSpace returns how many bytes may still be written to the disk of a folder;
	// StatFreeSpace is the implementation. Without it, free space is not checked.
	FreeSpace func(dir string) (int64, error)
	// Create allows New to make a portal in a folder that has none; otherwise New
	// refuses it.
	Create bool
	// NewDatabase accepts a folder whose database is lost, and AcceptOlderGit a
	// repository that lacks what the database shows. With either the operator states
	// that the loss is known; without them New or Start fails and names what is
	// missing.
	NewDatabase, AcceptOlderGit bool
}

// App is one portal: what New opened, and what Start runs. Its fields are set by the
// opening step of their subject and do not change afterwards.
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
	// failed receives the error of a part that ended while the portal runs. Its
	// capacity is one error for each sender, so none blocks.
	failed chan error
	// undo holds the clean-up of every part that is open, in the order in which they
	// were opened.
	undo cleanups
	// lostDatabase describes what this start gave up with Options.NewDatabase; "" is
	// nothing. It is logged and audited when the repository is published again.
	lostDatabase string
}

// New opens the data folder and everything that a portal consists of, without answering
// requests yet. On an error it closes what it has opened, in reverse order; the error
// names the step that failed. Kinds: fault.NotFound without a portal in the folder,
// fault.Conflict when a part of it is lost, and those of the parts.
func New(ctx context.Context, opt Options) (*App, error) {
	a := newApp(opt)
	if err := a.open(ctx, a.openSteps()); err != nil {
		return nil, err
	}
	return a, nil
}

// newApp returns an App that has nothing open. failed has capacity for one error of each
// part that can end: the HTTP server and the indexer, with one to spare.
func newApp(opt Options) *App {
	if opt.Formats == nil {
		opt.Formats = formats.All()
	}
	return &App{opt: opt, log: opt.Log, failed: make(chan error, 3), undo: cleanups{log: opt.Log}}
}

// open runs the steps of New and, when one fails, the clean-ups of those before it. The
// clean-ups run even when ctx has ended.
func (a *App) open(ctx context.Context, steps []step) error {
	if err := runSteps(ctx, steps); err != nil {
		return errors.Join(err, a.undo.run(context.WithoutCancel(ctx)))
	}
	return nil
}

// openSteps returns the steps of New. Each needs only what the steps before it opened.
func (a *App) openSteps() []step {
	return []step{
		{"load texts", a.loadTexts},
		{"prepare data folder", a.prepareFolder},
		{"open database", a.openDatabase},
		{"open library", a.openLibrary},
		{"open repository", a.openRepository},
		{"open search index", a.openIndex},
		{"open query log", a.openQueries},
		{"open signals", a.openSignals},
		{"open SLO status", a.openSLOStatus},
		{"open reports", a.openReports},
		{"open deliveries", a.openDeliveries},
	}
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

// Exists reports whether a data folder holds a portal's database or repository. It
// fails when the folder cannot be read. A folder that does not exist holds none.
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

// dir returns the path of a name inside the data folder.
func (a *App) dir(name string) string { return filepath.Join(a.opt.Config.DataDir, name) }

// openDatabase opens the database, which prepareFolder found or made, and the stores
// and measurements that need nothing else. Token uses are flushed before the database
// closes, since clean-ups run in reverse order.
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

// schemas returns the schema of every package that owns buckets of the database. A
// database that contains others was written by a newer Postern and is refused.
func schemas() []kv.Schema {
	return []kv.Schema{library.Schema(), auth.Schema(), searchSchema(), querylog.Schema(), catalog.Schema(), feedstore.Schema(),
		promsli.Schema(), signals.Schema(), reportstore.Schema(), outbox.Schema(), jobs.Schema()}
}

// openLibrary opens the library and its render workers. Documents are rendered in
// processes of their own, so that hostile Markdown cannot take the portal with it.
// Twice as many documents are compiled at the same time as there are workers, so that
// none of them idles.
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

// policy returns the rules of this portal for post-mortems, at the present time. It is
// a function, since rules compare times of a document with now.
func (a *App) policy() postmortems.Policy {
	return postmortems.Policy{SeverityAliases: a.opt.Config.SeverityAliases, Now: a.opt.Now()}
}

// lateContent reads blobs from the repository, which is opened after the library: the
// repository needs the library's published commit, and the library the contents.
type lateContent struct{ a *App }

// Blobs implements postmortems.Content.
func (l lateContent) Blobs(ctx context.Context, ids []postmortems.OID, fn func(int, []byte) error) error {
	return l.a.repo.Blobs(ctx, ids, fn)
}

// URL returns the address that readers use, without a trailing slash.
func (a *App) URL() string { return a.url.String() }

// Address returns the address on which the portal itself listens, which differs from
// URL behind a proxy.
func (a *App) Address() string {
	scheme := "http"
	if a.opt.Config.TLS.On() {
		scheme = "https"
	}
	return (&url.URL{Scheme: scheme, Host: a.listener.Addr().String()}).String()
}

// Failed returns a channel that receives an error when a part ended unexpectedly. The
// caller then stops the portal.
func (a *App) Failed() <-chan error { return a.failed }

// Handler returns the portal's handler for callers inside this process. Every request
// is served as an administrator's.
func (a *App) Handler() http.Handler { return trusted(a.web) }

// trusted serves every request as the administrator of this machine: a caller that can
// open the Unix socket can read the data folder as well.
func trusted(h http.Handler) http.Handler {
	local := auth.Principal{Name: "local", Role: auth.Admin}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r.WithContext(page.WithPrincipal(r.Context(), local)))
	})
}

// Stop ends the portal: readiness ends first, pushes in progress finish, then every
// part is closed in the reverse order of its opening. A part that fails does not keep
// the others open; the errors are joined. A second call does nothing.
func (a *App) Stop(ctx context.Context) error {
	a.ready.stop()
	return a.undo.run(ctx)
}
