package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"github.com/postern/postern/portal/app"
	"github.com/postern/postern/portal/config"
)

// stopLimit is how long a graceful stop may take: a push in flight finishes. It is
// below the TimeoutStopSec of docs/deploy/postern.service, after which the process is
// killed.
const stopLimit = 40 * time.Second

// newServe returns "postern serve". It creates a portal in an empty folder, and is the
// only command that listens and runs jobs. The flags that accept a loss are for one
// start and have no setting, so that no configuration accepts it permanently.
func newServe(term terminal, g *globals) *cobra.Command {
	var withDemo bool
	var accept app.Options
	cmd := &cobra.Command{
		Use: "serve", Short: "Run the portal", Args: exactly(0),
	}
	cmd.Flags().BoolVar(&withDemo, "demo", false, "fill the portal with sample content; in a temporary folder unless --data-dir names one")
	cmd.Flags().BoolVar(&accept.NewDatabase, "new-database", false, "for one start: accept that the database is lost, with tokens, "+
		"audit log, feeds, reports and notes")
	cmd.Flags().BoolVar(&accept.AcceptOlderGit, "accept-older-git", false, "for one start: accept that the repository is behind the "+
		"database, and take from readers what it lacks")
	given := addConfigFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		ctx := cmd.Context()
		// A demo must not fill a folder that someone uses: without an explicit folder
		// it gets one that is removed at the end.
		if stated, _ := term.env("POSTERN_DATA_DIR"); withDemo && g.dataDir == "" && stated == "" {
			dir, err := os.MkdirTemp("", "postern-demo-")
			if err != nil {
				return err
			}
			defer func() { _ = os.RemoveAll(dir) }()
			// The portal creates the folder, as in any first start.
			g.dataDir = filepath.Join(dir, "data")
		}
		conf, err := load(term, g, given())
		if err != nil {
			return err
		}
		o := options(term, conf)
		o.Create, o.NewDatabase, o.AcceptOlderGit = true, accept.NewDatabase, accept.AcceptOlderGit
		return serve(ctx, term, o, withDemo)
	}
	return cmd
}

// softMemory is what the Go runtime keeps the portal's own memory below, by
// collecting more often, in bytes; mapped pages of the database come on top. It
// keeps the peak of a flood of feeds under 512 MB. It is no bound: what is in use
// stays.
const softMemory = 384 << 20

// keepSmall sets softMemory, unless the environment has a GOMEMLIMIT of its own.
func keepSmall(term terminal) {
	if _, stated := term.env("GOMEMLIMIT"); !stated {
		debug.SetMemoryLimit(softMemory)
	}
}

// serve runs a portal until ctx ends, which is no error, or a part of it fails. It
// prints the address to stdout when requests are answered; tests and scripts wait for
// that line. The portal is stopped in every case after New succeeded.
func serve(ctx context.Context, term terminal, o app.Options, withDemo bool) (err error) {
	keepSmall(term)
	conf := o.Config
	var level slog.LevelVar
	// The level is a variable, so that it can be restored when the demo is filled.
	if withDemo { // a thousand requests of its own would bury the address and the token
		fmt.Fprintln(term.err, "demo: filling the portal with a dozen services and three months of data")
		level.Set(max(conf.Log.Level, slog.LevelWarn))
		o.Log = logger(term.err, conf.Log, &level)
	}
	a, err := app.New(ctx, o)
	if err != nil {
		return err
	}
	defer func() {
		// ctx may have ended by then, so stopping has a time of its own.
		stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
		defer cancel()
		err = errors.Join(err, a.Stop(stopCtx))
	}()
	if err := a.Start(ctx); err != nil {
		return err
	}
	if withDemo {
		if err := fillDemo(ctx, term, a, conf); err != nil {
			return err
		}
		level.Set(conf.Log.Level)
	}
	if err := welcome(ctx, term, a, withDemo); err != nil {
		return err
	}
	fmt.Fprintf(term.out, "postern: listening on %s\n", a.Address())
	select {
	case <-ctx.Done():
		return nil
	case err := <-a.Failed():
		return err
	}
}

// options returns what this program gives the portal to work with. Render workers are
// processes of this executable; its name on the command line is a fallback for systems
// that do not know the path.
func options(term terminal, conf config.Config) app.Options {
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0]
	}
	return app.Options{
		Config: conf, Version: version, Log: logger(term.err, conf.Log, conf.Log.Level), Now: term.now, Random: rand.Reader,
		RenderCommand: []string{self, renderWorkerName}, FreeSpace: app.StatFreeSpace,
	}
}

// logger returns a logger to w in the configured format: one line per record, JSON or
// key=value.
func logger(w io.Writer, c config.Log, level slog.Leveler) *slog.Logger {
	o := &slog.HandlerOptions{Level: level}
	if c.Format == config.LogJSON {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// welcome prints a token once: the first administrator's on a new data folder, and the
// demo's. Only its hash is stored, so it cannot be printed again. It goes to stderr, as
// results on stdout may be recorded.
func welcome(ctx context.Context, term terminal, a *app.App, withDemo bool) error {
	secret, made, err := a.FirstToken(ctx)
	if err != nil || !made {
		return err
	}
	if withDemo {
		fmt.Fprintf(term.err, "demo: open %s\n", a.URL())
	}
	fmt.Fprintf(term.err, "login token (admin, shown once): %s\n", secret)
	if withDemo {
		fmt.Fprintf(term.err, "demo: commands and git in another shell, with that token:\n"+
			"  export POSTERN_URL=%[1]s POSTERN_TOKEN=…\n  git clone %[2]s/knowledge.git   (any user, the token as password)\n", a.URL(),
			a.Address())
	}
	return nil
}
