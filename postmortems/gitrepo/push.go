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
	// keepAlive is how often an author's git hears from a server that works.
	keepAlive = 5 * time.Second
	// progressEvery is how often progress is told, and how long a push may take
	// before any is.
	progressEvery = time.Second
	// toldProblems is how many findings are printed; the rest is counted.
	toldProblems = 20
	// optionCheck is the push option that validates and does not publish.
	optionCheck = "check"
)

// push is one push on its way.
type push struct {
	repo   *Repo
	who    Who
	answer *wire.Answer
	at     time.Time
	refs   []*refUpdate
	q      *quarantine   // nil when nothing was sent but deletions
	part   *quarantine   // what the group of refs in hand moves in: q, or one of parts
	parts  []*quarantine // extracted from q
	check  bool
	atomic bool
	quiet  bool
	told   time.Time // when progress was last told
	times  Timings
	failed bool        // by the server's fault, not the author's
	left   func() bool // reports whether the author's connection ended; nil: not known
	over   func() bool // reports whether the push has used its time; nil: not known
}

// receive takes the pack in. length is that of the request, -1 when it is not
// stated: then only what is there already can be told to be too little room. Everything of the request's body that matters is
// read when it returns.
func (p *push) receive(ctx context.Context, body *bufio.Reader, length int64) error {
	defer since(&p.times.Receive, time.Now())
	wanted := false
	for _, u := range p.refs {
		wanted = wanted || u.reason == "" && !u.Delete
	}
	if !wanted {
		return nil
	}
	err := p.repo.room(max(length, 0))
	if err != nil {
		return err
	}
	if p.q, err = newQuarantine(p.repo.git); err != nil {
		return err
	}
	// It is ready by the time that the pack is: git looks for packs anew.
	if _, err := p.q.objects(ctx); err != nil {
		return err
	}
	return p.q.unpack(ctx, body, p.repo.limits)
}

// close lets go of everything the push held.
func (p *push) close() {
	if p.q == nil {
		return
	}
	for _, q := range append(p.parts, p.q) {
		if err := q.close(); err != nil {
			p.repo.log.Warn("the quarantine of a push was not removed; it will be at the next start", "error", err)
		}
	}
}

// work judges and publishes what was received; refs carry their reasons after.
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

// groups are the refs that succeed or fail together: each its own, or all.
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

// fail notes why a ref cannot move: a finding for the author, or the server's
// own failure, which is logged.
func (p *push) fail(u *refUpdate, err error) {
	if err == nil {
		return
	}
	if p.over != nil && p.over() && blame(err) {
		u.reason = fmt.Sprintf("the push took over %v, the most that one may take (limits.push_time); nothing of it was published: push again, in parts when it is large", p.repo.limits.Duration)
		p.repo.log.Warn("a push took too long and was ended", "ref", u.Ref, "pusher", p.who.Pusher.Name, "error", err)
		return
	}
	p.note(u, err)
}

// note notes why a ref cannot move when the push has time left.
func (p *push) note(u *refUpdate, err error) {
	u.reason = reasonOf(err)
	if blame(err) && !(p.left != nil && p.left()) {
		p.failed = true
		p.repo.log.Error("a push failed", "ref", u.Ref, "pusher", p.who.Pusher.Name, "error", err)
	}
}

// reasonOf is what the author is told of an error: what was made of it on the
// way up, else why git ended.
func reasonOf(err error) string {
	exit, ok := errors.AsType[*plumbing.ExitError](err)
	if _, told := errors.AsType[*fault.Error](err); ok && !told {
		return exit.Reason()
	}
	return fault.Message(err)
}

// blame reports whether the server, not the push, is at fault. It is not when
// others' pushes took every slot.
func blame(err error) bool {
	if _, full := errors.AsType[busy](err); full {
		return false
	}
	switch fault.KindOf(err) {
	case fault.Invalid, fault.TooLarge, fault.Conflict, fault.NotFound, fault.Forbidden, fault.TooMany:
		return false
	}
	return true
}

// inspect finds what a ref brings and holds it against the rules.
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
	if err := s.look(ctx); err != nil {
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
	u.verdict, err = s.judge(ctx, u.net, p.progress)
	return err
}

// connect makes sure that everything the ref needs is here.
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

// progress tells how far a long check is.
func (p *push) progress(done, total int) {
	if now := time.Now(); !p.quiet && now.Sub(p.told) >= progressEvery {
		p.told = now
		p.answer.Say(fmt.Sprintf("checked %d of %d files", done, total))
	}
}

// tell prints findings and where their rules are explained.
func (p *push) tell(problems []postmortems.Problem) {
	var lines []string
	rules := map[string]bool{}
	for i, problem := range problems {
		if i == toldProblems {
			lines = append(lines, fmt.Sprintf("… and %d more", len(problems)-toldProblems))
			break
		}
		lines = append(lines, problem.String())
		rules[problem.Rule] = true
	}
	if p.repo.ruleURL != nil {
		for _, problem := range problems[:min(len(problems), toldProblems)] {
			if rules[problem.Rule] {
				delete(rules, problem.Rule) // once
				lines = append(lines, "see "+p.repo.ruleURL(problem.Rule))
			}
		}
	}
	p.answer.Say(lines...)
}

// results are what the report says of each ref.
func (p *push) results() []wire.Result {
	list := make([]wire.Result, 0, len(p.refs))
	for _, u := range p.refs {
		list = append(list, wire.Result{Ref: u.Ref, Reason: u.reason})
	}
	return list
}

// outcome sums the push up for the metrics.
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

// since is a stopwatch: it adds the time from start to d. Timings are of the
// machine's own clock, which the injected one must not bend.
func since(d *time.Duration, start time.Time) { *d += time.Since(start) }
