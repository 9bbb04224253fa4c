// Command postern is a self-hosted stability knowledge base: authors publish
// Markdown by git push to the portal itself, engineers search it.
//
// Each file holds one subcommand. Commands that need the portal's data are HTTP
// clients: of --url when it is set, else of the running server through the Unix
// socket in the data folder, else of a server started inside the command for as
// long as it runs. Results go to stdout, everything else to stderr.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/feed/formats"
)

// version is stamped by the linker: -X main.version=v1.2.3.
var version = "devel"

// Exit statuses of the contract.
const (
	exitDone        = 0
	exitFailure     = 1
	exitUsage       = 2
	exitInvalid     = 3   // the content is invalid
	exitInterrupted = 130 // as shells report SIGINT
)

func main() { play(time.Now, unitInstallation()) }

// play is the program by a clock, beside the service that is installed.
func play(now func() time.Time, service installation) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], terminal{os.Stdin, os.Stdout, os.Stderr, os.LookupEnv, now, service})
	stop()
	os.Exit(code)
}

// terminal is what a command reads and writes, the clock it goes by, and the
// service that is installed on its machine.
type terminal struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) (string, bool)
	now      func() time.Time
	service  installation
}

// run executes one command line and gives its exit status.
func run(ctx context.Context, args []string, term terminal) int {
	root := newRoot(term)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	var said saidError
	if !errors.As(err, &said) {
		fmt.Fprintf(term.err, "postern: %s\n", explain(err))
	}
	return exitStatus(ctx, err)
}

// explain words an error for a person: its message, and the cause behind it,
// because on a terminal the operator is the log's reader too.
func explain(err error) string {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err.Error()
	}
	msg := fault.Message(err)
	if f.Err != nil && f.Kind != fault.Invalid {
		msg += " (" + f.Err.Error() + ")"
	}
	return msg
}

func exitStatus(ctx context.Context, err error) int {
	var usage usageError
	switch {
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &usage):
		return exitUsage
	case fault.KindOf(err) == fault.Invalid:
		return exitInvalid
	}
	return exitFailure
}

// usageError is a command line that cannot be carried out as written.
type usageError struct{ error }

// saidError is an error whose text has been printed already.
type saidError struct{ error }

func (e saidError) Unwrap() error { return e.error }

// globals are the flags every command has.
type globals struct {
	config, dataDir, url string
}

func newRoot(term terminal) *cobra.Command {
	g := &globals{}
	root := &cobra.Command{
		Use:           "postern",
		Short:         "A stability knowledge base that is published by git push",
		Version:       version,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetIn(term.in)
	root.SetOut(term.out)
	root.SetErr(term.err)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	f := root.PersistentFlags()
	f.StringVar(&g.config, "config", "", "configuration `file` (default: none; see postern config schema)")
	f.StringVar(&g.dataDir, "data-dir", "", "`folder` that holds the repository, the database and the index")
	f.StringVar(&g.url, "url", "", "`address` of a running portal to talk to, with the token in POSTERN_TOKEN")
	root.AddCommand(
		newServe(term, g), newToken(term, g), newLint(term, g), newNew(term), newImport(term, g), newFeed(term, g, formats.All()),
		newSearch(term, g), newSimilar(term, g), newMCP(term, g), newShow(term, g), newBackup(term, g), newRestore(term, g), newCheck(term, g),
		newReindex(term, g), newReport(term, g), newConfig(term, g), newHealthcheck(term, g), newVersion(term), newMan(root),
		newRenderWorker(term),
	)
	refuseUnknown(root)
	return root
}

// refuseUnknown makes a word that is no command a wrong usage, at every level;
// alone, a command of commands prints its help.
func refuseUnknown(c *cobra.Command) {
	for _, sub := range c.Commands() {
		refuseUnknown(sub)
	}
	if !c.HasSubCommands() || c.Runnable() {
		return
	}
	c.SuggestionsMinimumDistance = 2
	c.Args = cobra.ArbitraryArgs
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return c.Help()
		}
		text := fmt.Sprintf("there is no command %q; %s --help lists them", args[0], c.CommandPath())
		if near := c.SuggestionsFor(args[0]); len(near) > 0 {
			text = fmt.Sprintf("there is no command %q; did you mean %s?", args[0], strings.Join(near, " or "))
		}
		return usageError{errors.New(text)}
	}
}

// exactly is cobra.ExactArgs with this program's exit status.
func exactly(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != n {
			return argsError(c, len(args))
		}
		return nil
	}
}

func atLeast(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) < n {
			return argsError(c, len(args))
		}
		return nil
	}
}

// argsError returns what a command was to be called with.
func argsError(c *cobra.Command, got int) error {
	return usageError{fmt.Errorf("usage: %s (%d given; %s --help explains)", c.UseLine(), got, c.CommandPath())}
}
