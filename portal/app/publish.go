package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/metrics"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/postmortems/markdown/sandbox"
)

// mainBranch is the branch whose tip readers see.
const mainBranch = "main"

const (
	// mostProblems is how many problems the answer to a push lists. The rest is a
	// count, so that the first lines of a push of a thousand files stay visible.
	mostProblems = 50
	// indexWait is how long the answer to a push waits for search. The page is
	// published already, and /readyz shows how far search is behind.
	indexWait = 2 * time.Second
)

// publisher lets the owner of every folder check a push, and publishes what they accept
// in one database transaction, so that readers never see half of a push.
type publisher struct {
	db      kv.DB
	library *library.Library
	owners  []folderOwner
	audit   *auth.Audit
	baseURL string // public_url without a trailing slash
	// phase observes how long the parts of Commit took.
	phase func(metrics.Phase, time.Duration)
	// indexed waits until search has the change number, or the context ends.
	indexed func(ctx context.Context, seq kv.Seq) error
}

// Prepare implements gitrepo.Publisher. It runs concurrently with other pushes and
// changes nothing; Commit of the result publishes.
func (p *publisher) Prepare(ctx context.Context, cs postmortems.ChangeSet, say func(string)) (gitrepo.Prepared, error) {
	x, err := p.prepare(ctx, cs, say)
	if err != nil {
		return nil, err // not x: a nil *prepared would be a Prepared that is not nil
	}
	return x, nil
}

// prepare checks a push without changing anything. say reports progress to the author.
// An error means that the check itself failed; findings about the files are in the
// result.
func (p *publisher) prepare(ctx context.Context, cs postmortems.ChangeSet, say func(string)) (*prepared, error) {
	docs, err := p.library.Prepare(ctx, cs, cs.Branch == mainBranch, say)
	if err != nil {
		return nil, err
	}
	others, err := prepareAll(ctx, cs, p.owners)
	if err != nil {
		return nil, err
	}
	return &prepared{publisher: p, cs: cs, docs: docs, others: others}, nil
}

// prepared is a checked push. It is valid while the branch is the commit that the push
// was checked against, which gitrepo verifies before Commit.
type prepared struct {
	*publisher
	cs     postmortems.ChangeSet
	docs   *library.Prepared
	others parts
	seq    kv.Seq // of the change log, once committed
}

// refused reports whether the push contains anything that must not be published.
// Warnings refuse nothing.
func (p *prepared) refused() bool {
	return p.docs.Refused() || postmortems.HasError(p.others.problems())
}

// problems returns the findings of all owners.
func (p *prepared) problems() []postmortems.Problem {
	return slices.Concat(p.docs.Receipt.Problems, p.others.problems())
}

// receipt returns the lines for the author of an accepted push, problems included. With
// checkOnly they state what would happen.
func (p *prepared) receipt(checkOnly bool) []string { return p.format(checkOnly, p.problems()) }

// done returns the lines about what was published, without problems.
func (p *prepared) done() []string { return p.format(false, nil) }

// format returns the lines of a receipt with the given problems.
func (p *prepared) format(checkOnly bool, problems []postmortems.Problem) []string {
	r := p.docs.Receipt
	r.CheckOnly, r.Problems, r.Other = checkOnly, problems, p.others.lines()
	return postmortems.FormatReceipt(r, p.baseURL)
}

// Refusal implements gitrepo.Prepared: the reason in one line, as git shows it beside
// the ref; "" when the push may be published.
func (p *prepared) Refusal() string {
	if !p.refused() {
		return ""
	}
	errs, _ := p.errors()
	_, reason := postmortems.FormatProblems(errs, p.baseURL, mostProblems)
	return reason
}

// errors returns the problems for which the push is refused, and how many warnings
// there are. A refusal lists errors only: warnings would hide them.
func (p *prepared) errors() (errs []postmortems.Problem, warnings int) {
	for _, x := range p.problems() {
		if x.Weight == postmortems.Error {
			errs = append(errs, x)
		} else {
			warnings++
		}
	}
	return errs, warnings
}

// Lines implements gitrepo.Prepared: why the push is refused, or what it would do.
func (p *prepared) Lines() []string {
	if p.refused() {
		errs, warnings := p.errors()
		lines, _ := postmortems.FormatProblems(errs, p.baseURL, mostProblems)
		if warnings > 0 {
			lines = append(lines, fmt.Sprintf("and %d warnings, which refuse nothing; postern lint lists them", warnings))
		}
		return lines
	}
	return p.receipt(true)
}

// Commit implements gitrepo.Prepared: it publishes the push in one transaction. The ref
// has moved before; when Commit fails, the next start publishes the push.
func (p *prepared) Commit(ctx context.Context) error {
	start := time.Now() // a duration of the machine, not of the injected clock
	err := p.db.Update(ctx, func(w kv.Writer) (err error) {
		if err = p.publish(w); err == nil {
			p.seq, err = w.Seq()
		}
		return err
	})
	if fault.KindOf(err) == fault.Full {
		return err // its message states what to do
	}
	if err != nil {
		return fault.Wrap(fault.Internal, "app.publish", "the push could not be stored in the database", err)
	}
	p.phase(metrics.Commit, time.Since(start))
	return nil
}

// Published implements gitrepo.Prepared: the receipt, after the push was published.
func (p *prepared) Published(ctx context.Context) []string {
	lines := p.receipt(false)
	if p.cs.Branch == mainBranch && p.indexed != nil {
		lines = append(lines, p.awaitIndex(ctx, p.seq)...)
	}
	return lines
}

// apply publishes the documents and, from main, the changes of the other owners. It may
// run again, as any transaction, so it changes nothing but w.
func (p *prepared) apply(w kv.Writer) error {
	if err := p.docs.Apply(w); err != nil || p.cs.Branch != mainBranch {
		return err
	}
	return p.others.apply(w)
}

// awaitIndex waits for search, at most indexWait, so that an author who reads "live"
// finds the page by searching.
func (p *prepared) awaitIndex(ctx context.Context, seq kv.Seq) []string {
	ctx, cancel := context.WithTimeout(ctx, indexWait)
	defer cancel()
	defer func(start time.Time) { p.phase(metrics.Index, time.Since(start)) }(time.Now())
	if err := p.indexed(ctx, seq); err != nil {
		return []string{"pages are live; search is still catching up"}
	}
	return nil
}

// publish applies the push and its entry in the audit log. Both are in one transaction:
// a published push without an entry cannot exist.
func (p *prepared) publish(w kv.Writer) error {
	if err := p.apply(w); err != nil {
		return err
	}
	return p.audit.AppendIn(w, auth.Entry{
		Who: p.cs.Pusher.Name, TokenID: p.cs.Pusher.TokenID, Action: "push",
		Object: "refs/heads/" + p.cs.Branch, Old: string(p.cs.Old), New: string(p.cs.New), Result: "done",
	})
}

// publisherOf is the publisher of an App, made for each push: the repository is opened
// before the portal has its address, which the answers contain.
type publisherOf struct{ a *App }

// Prepare implements gitrepo.Publisher. A push that arrives before the portal knows its
// address is fault.Unavailable.
func (p publisherOf) Prepare(ctx context.Context, cs postmortems.ChangeSet, say func(string)) (gitrepo.Prepared, error) {
	if p.a.url == nil {
		return nil, fault.New(fault.Unavailable, "app.push", "the portal is starting; push again in a moment")
	}
	// A push has render workers of its own, so that it does not wait for other pushes.
	return p.publisher().Prepare(sandbox.WithParty(ctx), cs, say)
}

// publisher returns a publisher over the open parts of the App. It must be called after
// the address is known.
func (p publisherOf) publisher() *publisher {
	return &publisher{
		db: p.a.db, library: p.a.library, owners: p.a.owners(), audit: p.a.audit, baseURL: p.a.URL(),
		indexed: p.a.indexed, phase: p.a.metrics.Phase,
	}
}
