// Command postern is a self-hosted stability knowledge base and reporting portal:
// authors publish Markdown by git push to the portal itself, engineers search it,
// leads read its reports.
//
// Each file holds one subcommand. A command that needs the portal's data is an HTTP
// client. It connects to --url when that is set, otherwise to the running server
// through the Unix socket in the data folder, otherwise to a server that runs inside
// the command until the command ends. Results go to stdout, everything else to stderr.
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

// Exit statuses. Scripts rely on them: they do not change.
const (
	exitDone        = 0
	exitFailure     = 1
	exitUsage       = 2
	exitInvalid     = 3   // the content is invalid
	exitInterrupted = 130 // as shells report SIGINT
)

// main runs the command line of the process on the real clock.
func main() { mainWithClock(time.Now, unitInstallation()) }

// mainWithClock is main with an injected clock and an injected installed service, for
// tests. It ends the process with the exit status of the command. The first SIGINT or
// SIGTERM cancels the context, and the command ends in order; further ones have no
// effect meanwhile.
func mainWithClock(now func() time.Time, service installation) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], terminal{os.Stdin, os.Stdout, os.Stderr, os.LookupEnv, now, service})
	stop()
	os.Exit(code)
}

// terminal is the environment of a command: its streams, environment variables and
// clock, and the service that is installed on the machine. Commands use no others, so
// that tests can replace them.
type terminal struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) (string, bool)
	now      func() time.Time
	service  installation
}

// run executes one command line and returns its exit status. An error is printed to
// stderr once; a saidError was printed by the command itself. args does not include the
// name of the program.
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

// explain returns the text of an error for the terminal: its message and, unless the
// input was invalid, the cause behind it. Elsewhere causes go to the log only; here the
// operator reads both. An error of another type is printed as it is.
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

// exitStatus returns the exit status for an error: exitInterrupted when the command was
// canceled by a signal, exitUsage for a wrong command line, exitInvalid for invalid
// content, exitFailure otherwise. An interruption is tested first, because it makes
// other errors; usage before invalid content, since a usageError may wrap an error of
// that kind.
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

// usageError is the error of a command line that cannot be executed as written.
type usageError struct{ error }

// saidError is an error whose text has been printed already.
type saidError struct{ error }

// Unwrap returns the error, so that exitStatus sees its kind.
func (e saidError) Unwrap() error { return e.error }

// globals are the flags every command has; "" is a flag that was not given. serve sets
// dataDir for a demo.
type globals struct {
	config, dataDir, url string
}

// newRoot returns the command tree with the flags that every command has. Cobra's own
// messages are silenced: run prints errors in one form.
func newRoot(term terminal) *cobra.Command {
	g := &globals{}
	root := &cobra.Command{
		Use:           "postern",
		Short:         "Stability knowledge base and reporting portal, published by git push",
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
	f.StringVar(&g.dataDir, "data-dir", "", "`folder` with the repository, the database and the index")
	f.StringVar(&g.url, "url", "", "`address` of a running portal; the token is read from POSTERN_TOKEN")
	root.AddCommand(
		newServe(term, g), newToken(term, g), newLint(term, g), newNew(term), newImport(term, g), newFeed(term, g, formats.All()),
		newSearch(term, g), newSimilar(term, g), newMCP(term, g), newShow(term, g), newBackup(term, g), newRestore(term, g), newCheck(term, g),
		newReindex(term, g), newReport(term, g), newConfig(term, g), newHealthcheck(term, g), newVersion(term), newMan(root),
		newRenderWorker(term),
	)
	refuseUnknown(root)
	return root
}

// refuseUnknown makes an unknown subcommand a usage error at every level, with a
// suggestion if one is close. A command that only has subcommands prints its help when
// it is called without one. (Cobra exits with status 1 for the former.) It is called
// once, after all commands were added.
func refuseUnknown(c *cobra.Command) {
	for _, sub := range c.Commands() {
		refuseUnknown(sub)
	}
	if !c.HasSubCommands() || c.Runnable() {
		return
	}
	// At most two letters may differ.
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

// exactly accepts n arguments, as cobra.ExactArgs does, and returns a usageError
// otherwise.
func exactly(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != n {
			return argsError(c, len(args))
		}
		return nil
	}
}

// atLeast accepts n or more arguments and returns a usageError otherwise.
func atLeast(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) < n {
			return argsError(c, len(args))
		}
		return nil
	}
}

// argsError returns the usage line of a command that was called with got arguments.
func argsError(c *cobra.Command, got int) error {
	return usageError{fmt.Errorf("usage: %s (%d given; %s --help explains)", c.UseLine(), got, c.CommandPath())}
}
