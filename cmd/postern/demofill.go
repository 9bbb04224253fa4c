package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/postern/postern/cmd/postern/demo"
	"github.com/postern/postern/portal/app"
	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/config"
)

// fillDemo fills an empty portal in four steps and prints the progress of each: it
// pushes the sample repository with git as an author does, posts three months of feeds
// as the sources do, searches as readers do, and compiles the reports that are due. A
// portal that already has documents stays as it is. The order matters: feeds name SLOs
// that the push defines, and reports are made of feeds.
//
// An error leaves what the steps before it stored. The tokens stay valid until the
// portal is deleted; their secrets are not printed.
func fillDemo(ctx context.Context, term terminal, a *app.App, conf config.Config) error {
	published, err := a.Published(ctx)
	if err != nil || published {
		return err
	}
	// The publisher's token also reads, for the searches.
	secret, err := a.CreateToken(ctx, "demo author", auth.Publisher)
	if err != nil {
		return err
	}
	feeder, err := a.CreateToken(ctx, "demo feeds", auth.Feeder)
	if err != nil {
		return err
	}
	fmt.Fprintln(term.err, "demo: 1 of 4: pushing the sample documents")
	if err := pushDemo(ctx, term, a, conf, secret); err != nil {
		return err
	}
	posting := demoProgress{out: term.err, step: "2 of 4: posting feeds"}
	if err := demo.Feeds(ctx, http.DefaultClient, demo.Account{URL: a.Address(), Token: feeder}, term.now(), posting.show); err != nil {
		return fault.Wrap(fault.Internal, "demo", "the sample feeds could not be posted", err)
	}
	fmt.Fprintln(term.err, "demo: 3 of 4: searching")
	if err := demo.Searches(ctx, http.DefaultClient, a.URL(), secret); err != nil {
		return fault.Wrap(fault.Internal, "demo", "the sample searches failed", err)
	}
	compiling := demoProgress{out: term.err, step: "4 of 4: compiling reports"}
	return a.MakeReports(ctx, compiling.show)
}

// pushDemo pushes the sample repository from a temporary folder. The folder is removed
// afterwards: the portal has the only copy.
func pushDemo(ctx context.Context, term terminal, a *app.App, conf config.Config, token string) error {
	dir, err := os.MkdirTemp("", "postern-sample-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	err = demo.Push(ctx, demo.Target{
		Git: conf.Git.Path, Dir: dir, URL: a.Address() + "/knowledge.git", Token: token, Out: term.err,
	})
	if err != nil {
		return fault.Wrap(fault.Internal, "demo", "the sample documents could not be pushed", err)
	}
	return nil
}

// demoProgress prints how far one step of the demo is, at most one line per quarter.
type demoProgress struct {
	out     io.Writer
	step    string
	printed int // quarters
}

// show prints a line when done reaches another quarter of total. A total that is not
// known yet is 0 and prints nothing.
func (p *demoProgress) show(done, total int) {
	const quarters = 4
	if total <= 0 || done*quarters/total <= p.printed {
		return
	}
	p.printed = done * quarters / total
	fmt.Fprintf(p.out, "demo: %s: %d of %d\n", p.step, done, total)
}
