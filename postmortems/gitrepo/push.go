package gitrepo

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo/plumbing"
	"github.com/postern/postern/postmortems/gitrepo/wire"
)

const (
	// keepAlive is the interval at which a working server sends keep-alive packets.
	keepAlive = 5 * time.Second
	// progressEvery is the interval of progress lines, and how long a push takes
	// before the first one.
	progressEvery = time.Second
	// printedProblems is how many problems are printed; the rest is counted.
	printedProblems = 20
	// optionCheck is the push option that validates without publishing.
	optionCheck = "check"
)

// push is one push in progress. It is used by one goroutine, except answer, which the
// goroutine of keep-alive packets shares.
type push struct {
	repo     *Repo
	who      Who
	answer   *wire.Answer
	at       time.Time
	refs     []*refUpdate
	q        *quarantine   // nil when the push only deletes branches
	part     *quarantine   // what the current group of refs moves in: q, or one of parts
	parts    []*quarantine // extracted from q
	check    bool
	atomic   bool
	quiet    bool
	reported time.Time // when progress was last printed
	times    Timings
	failed   bool        // because of the server, not the author
	left     func() bool // reports whether the author's connection ended; nil: not known
	over     func() bool // reports whether the push has used its time; nil: not known
}

// receive stores the pack in the quarantine. length is the request's, -1 when it is
// not declared: then only a disk that is full already is refused. When receive returns,
// everything of the body that matters has been read. Nothing is received if every ref
// is refused or deleted.
func (p *push) receive(ctx context.Context, body *bufio.Reader, length int64) error {
	defer since(&p.times.Receive, time.Now())
	wanted := false
	for _, u := range p.refs {
		wanted = wanted || u.reason == "" && !u.Delete
	}
	if !wanted {
		return nil
	}
	err := p.repo.checkSpace(max(length, 0))
	if err != nil {
		return err
	}
	if p.q, err = newQuarantine(p.repo.git); err != nil {
		return err
	}
	// Start it now, while the pack arrives: git finds new packs when it needs one.
	if _, err := p.q.objects(ctx); err != nil {
		return err
	}
	return p.q.unpack(ctx, body, p.repo.limits)
}

// close releases everything that the push holds. It may be called without any
// quarantine, and after the packs have moved in.
func (p *push) close() {
	if p.q == nil {
		return
	}
	for _, q := range append(p.parts, p.q) {
		if err := q.close(); err != nil {
			p.repo.log.Warn("the quarantine of a push was not removed; the next start removes it", "error", err)
		}
	}
}

// work validates and publishes what was received; refs carry their reasons afterwards.
// All refs are inspected before the first is published, so that an atomic push is
// refused as a whole.
func (p *push) work(ctx context.Context) {
	for _, u := range p.refs {
		if u.reason == "" && !u.Delete {
			p.fail(u, p.inspect(ctx, u))
		}
	}
	for _, group := range p.groups() {
		p.publish(ctx, group)
	}
}

// groups returns the refs that succeed or fail together: each alone, or all. The order
// is that of the commands.
func (p *push) groups() [][]*refUpdate {
	if p.atomic {
		return [][]*refUpdate{p.refs}
	}
	var list [][]*refUpdate
	for _, u := range p.refs {
		list = append(list, []*refUpdate{u})
	}
	return list
}

// fail records why a ref cannot move: a problem of the push, or a failure of the
// server, which is logged. A push that has used its time is ended by its context, and
// the resulting errors look like failures of the server: the author is given the real
// reason.
func (p *push) fail(u *refUpdate, err error) {
	if err == nil {
		return
	}
	if p.over != nil && p.over() && isServerFault(err) {
		u.reason = fmt.Sprintf("the push took over %v, the most that one may take (limits.push_time); "+
			"nothing of it was published: push again, in parts when it is large", p.repo.limits.Duration)
		p.repo.log.Warn("a push took too long and was ended", "ref", u.Ref, "pusher", p.who.Pusher.Name, "error", err)
		return
	}
	p.note(u, err)
}

// note records why a ref cannot move, when the cause is not the push's time. If the
// author's connection has ended, the errors that follow from it are not logged as
// failures.
func (p *push) note(u *refUpdate, err error) {
	u.reason = reasonOf(err)
	if isServerFault(err) && !(p.left != nil && p.left()) {
		p.failed = true
		p.repo.log.Error("a push failed", "ref", u.Ref, "pusher", p.who.Pusher.Name, "error", err)
	}
}

// reasonOf returns the message shown to the author: the fault's message if there is a
// fault, otherwise git's exit reason. It is one line; wire makes it printable.
func reasonOf(err error) string {
	exit, ok := errors.AsType[*plumbing.ExitError](err)
	if _, isFault := errors.AsType[*fault.Error](err); ok && !isFault {
		return exit.Reason()
	}
	return fault.Message(err)
}

// isServerFault reports whether the server, not the push, caused an error. Waiting
// too long for a slot is neither's fault and is not reported as the server's. An error
// without a kind is the server's.
func isServerFault(err error) bool {
	if _, full := errors.AsType[busy](err); full {
		return false
	}
	switch fault.KindOf(err) {
	case fault.Invalid, fault.TooLarge, fault.Conflict, fault.NotFound, fault.Forbidden, fault.TooMany:
		return false
	}
	return true
}

// inspect surveys what a ref brings and validates it. It returns failures and faults of
// the push; u.reason is set for a refusal that is no fault. The commits that main
// reaches are not new for a draft either.
func (p *push) inspect(ctx context.Context, u *refUpdate) error {
	src, err := p.q.objects(ctx)
	if err != nil {
		return err
	}
	hides := u.Old
	if u.Branch != Main {
		hides = p.repo.Tip(Main)
	}
	s := p.repo.newSurvey(src, p.q.env, u.New, hides)
	s.most = p.repo.limits.bounds()
	u.survey = s
	if err := p.connect(ctx, u); err != nil || u.reason != "" {
		return err
	}
	defer since(&p.times.Check, time.Now())
	if err := s.run(ctx); err != nil {
		return err
	}
	if u.Old != "" {
		ff, err := s.descends(ctx, u.Old)
		if err != nil {
			return err
		}
		if !ff {
			if u.reason = p.forced(u); u.reason != "" {
				return nil
			}
		}
	}
	if u.base, err = s.origin(ctx, u.Branch); err != nil {
		return err
	}
	if u.net, err = s.net(ctx, u.base); err != nil {
		return err
	}
	if err := s.fillAllSizes(ctx, u.net); err != nil {
		return err
	}
	p.times.Files += len(u.net)
	p.times.Bytes += s.bytes
	u.verdict, err = s.validate(ctx, u.net, p.progress)
	return err
}

// connect checks that every object that the ref needs is present. A shallow clone is
// the usual cause: its history ends at commits whose parents were never fetched.
func (p *push) connect(ctx context.Context, u *refUpdate) error {
	defer since(&p.times.Connect, time.Now())
	err := u.survey.connect(ctx, false)
	if status := exitStatus(err); status > 0 {
		p.repo.log.Info("a push is not connected", "ref", u.Ref, "error", err)
		u.reason = "objects are missing from the push; git fetch (--unshallow in a shallow clone), then push again"
		return nil
	}
	return err
}

// progress prints how far a long check is. Quiet pushes (git push -q) print nothing.
func (p *push) progress(done, total int) {
	if now := time.Now(); !p.quiet && now.Sub(p.reported) >= progressEvery {
		p.reported = now
		p.answer.Say(fmt.Sprintf("checked %d of %d files", done, total))
	}
}

// printProblems prints problems and the addresses of their rules' documentation. They
// are in the order of path and place. Each rule is named once, in the order of the
// problems.
func (p *push) printProblems(problems []postmortems.Problem) {
	var lines []string
	rules := map[string]bool{}
	for i, problem := range problems {
		if i == printedProblems {
			lines = append(lines, fmt.Sprintf("… and %d more", len(problems)-printedProblems))
			break
		}
		lines = append(lines, problem.String())
		rules[problem.Rule] = true
	}
	if p.repo.ruleURL != nil {
		for _, problem := range problems[:min(len(problems), printedProblems)] {
			if rules[problem.Rule] {
				delete(rules, problem.Rule) // once
				lines = append(lines, "see "+p.repo.ruleURL(problem.Rule))
			}
		}
	}
	p.answer.Say(lines...)
}

// results returns the reason of each ref for the report. "" means that the ref moved.
func (p *push) results() []wire.Result {
	list := make([]wire.Result, 0, len(p.refs))
	for _, u := range p.refs {
		list = append(list, wire.Result{Ref: u.Ref, Reason: u.reason})
	}
	return list
}

// outcome returns the outcome of the push for the metrics. A push of several refs
// counts as published if one of them is, unless the server failed.
func (p *push) outcome() Outcome {
	published, checked := false, len(p.refs) > 0
	for _, u := range p.refs {
		published = published || u.reason == ""
		checked = checked && u.reason == checkedReason
	}
	switch {
	case p.failed:
		return Failed
	case published:
		return Published
	case checked:
		return Checked
	}
	return Refused
}

// since adds the time from start to d. Timings use the machine's clock, not the
// injected one.
func since(d *time.Duration, start time.Time) { *d += time.Since(start) }
