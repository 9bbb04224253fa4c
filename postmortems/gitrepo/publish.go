package gitrepo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
)

const (
	// checkedReason is the reason of a ref that a push with -o check does not move,
	// when nothing is wrong with it.
	checkedReason = "checked, not published"
	// publishTime bounds the part of a push that continues when the author disconnects:
	// moving packs and refs, and the database transaction.
	publishTime = 2 * time.Minute
	// maxAttempts is how often a push is validated at most, when other pushes are
	// published meanwhile.
	maxAttempts = 3
	// storedShare is about how many bytes the database and the index take per byte of
	// new files: the rendered HTML, the plain text and the terms.
	storedShare = 3
)

// publish validates and publishes a group of refs. Other pushes are validated and
// published at the same time: the group holds the repository's lock only from the
// check that main has not moved since validation, to the commit. A group that another
// push overtook is validated again. The lines after publication are printed without the
// lock. A group with a refused ref is not published at all.
func (p *push) publish(ctx context.Context, group []*refUpdate) {
	for try := 1; ; try++ {
		seen, err := p.repo.publications(ctx)
		if err != nil {
			p.failGroup(group, err)
			return
		}
		if !p.prepareGroup(ctx, group) {
			return
		}
		if try == 1 {
			err = p.pack(ctx, group)
		}
		if err != nil {
			p.failGroup(group, err)
			return
		}
		if p.publishIfCurrent(ctx, group, seen, try == maxAttempts) {
			break
		}
		p.answer.Say("another push was published meanwhile; checking against it")
	}
	for _, u := range group {
		if u.reason == "" {
			p.answer.Say(u.prepared.Published(ctx)...)
		}
	}
}

// prepareGroup lets the Publisher validate a group. It returns false when nothing is
// left to do: the group is refused, or was only to be checked. A ref that another push
// has made stale meanwhile is refused before the Publisher spends time on it.
func (p *push) prepareGroup(ctx context.Context, group []*refUpdate) bool {
	if !slices.ContainsFunc(group, func(u *refUpdate) bool { return u.reason == "" }) {
		return false
	}
	for _, u := range group {
		if u.reason == "" {
			u.reason = p.repo.stale(u)
		}
		if u.reason == "" {
			p.fail(u, p.prepare(ctx, u))
		}
	}
	if slices.ContainsFunc(group, func(u *refUpdate) bool { return u.reason != "" }) {
		p.failGroup(group, errGroup())
		return false
	}
	if !p.check {
		return true
	}
	for _, u := range group {
		p.answer.Say(u.prepared.Lines()...)
		u.reason = checkedReason
	}
	return false
}

// errGroup is the fault of a ref of an atomic push of which another ref was refused.
func errGroup() error {
	return fault.New(fault.Conflict, "gitrepo.publish", "not published, because another branch of this atomic push was refused")
}

// publishIfCurrent publishes a prepared group, unless another push was published
// since seen: then it returns false, and the group must be validated again. On the
// last attempt a draft is published all the same: no reader sees it, and its push to
// main is validated again. A push to main itself is stale by then. It also returns true
// when the group is refused: done means that no further attempt is needed.
func (p *push) publishIfCurrent(ctx context.Context, group []*refUpdate, seen int64, last bool) (done bool) {
	if !p.repo.publish.try() {
		p.answer.Say("waiting for another push to be published")
		if err := p.repo.publish.take(ctx); err != nil {
			p.failGroup(group, err)
			return true
		}
	}
	defer p.repo.publish.release()
	for _, u := range group {
		if u.reason = p.repo.stale(u); u.reason != "" {
			p.failGroup(group, errGroup())
			return true
		}
	}
	if p.repo.published != seen && !last {
		return false
	}
	// From here on the push completes even if the author disconnects.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), publishTime)
	defer cancel()
	p.accept(ctx, group)
	if slices.ContainsFunc(group, func(u *refUpdate) bool { return u.Branch == Main }) {
		p.repo.published++
	}
	return true
}

// publications waits until no push is being published and returns how often main was
// published. The number is compared later under the lock: a difference means that main
// moved.
func (r *Repo) publications(ctx context.Context) (int64, error) {
	if err := r.publish.take(ctx); err != nil {
		return 0, err
	}
	defer r.publish.release()
	return r.published, nil
}

// failGroup gives all refs of a group that have no reason yet the one of err. err must
// not be nil.
func (p *push) failGroup(group []*refUpdate, err error) {
	for _, u := range group {
		if u.reason == "" {
			p.fail(u, err)
		}
	}
}

// prepare lets the Publisher validate what a ref changes. The author sees the problems
// of both validations at once and needs only one more push. It returns only failures of
// the server; what the author must correct is the ref's reason.
func (p *push) prepare(ctx context.Context, u *refUpdate) error {
	defer since(&p.times.Prepare, time.Now())
	cs, refused := p.changeSet(u)
	var err error
	u.prepared, err = p.repo.publisher.Prepare(ctx, cs, func(line string) { p.answer.Say(line) })
	if err != nil {
		return err
	}
	u.reason = refused
	if refusal := u.prepared.Refusal(); refusal != "" {
		p.answer.Say(u.prepared.Lines()...)
		if u.reason != "" {
			u.reason += "; then " + refusal
		} else {
			u.reason = refusal
		}
	}
	return nil
}

// changeSet returns the change set for the Publisher. refused is the reason why the
// ref will not move whatever the Publisher decides, "" if there is none. It prints the
// problems of validation the first time. If they refuse the push, files that must not
// be read are left out of Net, and the Publisher still checks the others.
func (p *push) changeSet(u *refUpdate) (cs postmortems.ChangeSet, refused string) {
	cs = postmortems.ChangeSet{Branch: u.Branch, Old: u.Old, Pusher: p.who.Pusher, At: p.at,
		Content: content{src: pooled{p.repo.pool}, most: maxTree}}
	if u.Delete {
		return cs, ""
	}
	cs.Old, cs.New = u.base, u.New
	cs.Commits = u.survey.history()
	cs.Content = content{src: u.survey.src, kept: u.verdict.kept, most: maxTree}
	net := u.net
	if !u.reported { // once, however often the ref is validated
		u.reported = true
		p.printProblems(u.verdict.problems)
	}
	if u.verdict.refuses() {
		refused = u.verdict.reason()
		net = u.verdict.readable(net)
	}
	cs.Net = published(net)
	return cs, refused
}

// reason summarises the errors in one line. It is called only if there is an error.
func (j *validation) reason() string {
	errors := 0
	var first postmortems.Problem
	for _, problem := range j.problems {
		if problem.Weight == postmortems.Error {
			if errors == 0 {
				first = problem
			}
			errors++
		}
	}
	if errors == 1 {
		return fmt.Sprintf("%s: %s", first.Path, first.Rule)
	}
	return fmt.Sprintf("%d problems, the first in %s: %s", errors, first.Path, first.Rule)
}

// accept stores a group of refs durably, then commits each change set. The lock is
// held. If a change set of an atomic push cannot be committed, those before it stay
// published; the refs of the rest move back.
func (p *push) accept(ctx context.Context, group []*refUpdate) {
	if err := p.store(ctx, group); err != nil {
		p.rollBack(ctx, group, err)
		return
	}
	defer since(&p.times.Commit, time.Now())
	for i, u := range group {
		if err := u.prepared.Commit(ctx); err != nil {
			p.rollBack(ctx, group[i:], err)
			return
		}
	}
}

// store moves in the packs and moves the refs, in an order that survives a power cut:
// objects and their names first, then the refs. Space is checked for what the database
// and the index will need, since the pack is on the disk already. The note is written
// last, directly before the refs move.
func (p *push) store(ctx context.Context, group []*refUpdate) error {
	defer since(&p.times.Publish, time.Now())
	var moves []refMove
	var tips []postmortems.OID
	for _, u := range group {
		moves = append(moves, refMove{branch: u.Branch, old: u.Old, new: u.New})
		if !u.Delete {
			tips = append(tips, u.New)
		}
	}
	if len(tips) > 0 {
		if err := p.repo.checkSpace(storedShare * p.times.Bytes); err != nil {
			return err
		}
	}
	return p.repo.moveRefs(ctx, moves, func() error {
		if len(tips) > 0 {
			if err := p.part.release(); err != nil {
				return err
			}
			if err := p.repo.syncObjects(); err != nil {
				return err
			}
		}
		return p.repo.writeNote(p.who.Pusher, p.at, moves)
	})
}

// pack prepares the packs that the group moves in: those of the push, or, when the
// refs of the push succeed separately, a new pack of only what these tips need. It runs
// once per group, before the lock is taken, because extracting may take seconds. A
// group of deletions needs no packs.
func (p *push) pack(ctx context.Context, group []*refUpdate) error {
	creating := 0
	for _, u := range p.refs {
		if !u.Delete {
			creating++
		}
	}
	var tips []postmortems.OID
	for _, u := range group {
		if !u.Delete {
			tips = append(tips, u.New)
		}
	}
	if p.part = p.q; len(tips) == 0 || creating == len(tips) {
		return nil
	}
	defer since(&p.times.Publish, time.Now())
	var err error
	if p.part, err = p.q.extract(ctx, tips, p.repo.Tip(Main), p.repo.limits.unpack()); err == nil {
		p.parts = append(p.parts, p.part)
	}
	return err
}

// rollBack moves refs back whose change sets could not be stored or committed, so that
// git and the database agree and the author can push again. Objects stay: they are not
// reachable and do no harm. If moving back fails, the next start publishes what the ref
// names.
func (p *push) rollBack(ctx context.Context, group []*refUpdate, cause error) {
	text := "nothing was published: " + reasonOf(cause)
	var moves []refMove
	for _, u := range group {
		p.note(u, fault.Wrap(fault.KindOf(cause), "gitrepo.publish", text, cause))
		if p.repo.Tip(u.Branch) == u.New {
			moves = append(moves, refMove{branch: u.Branch, old: u.New, new: u.Old})
		}
	}
	if len(moves) == 0 {
		return
	}
	if err := p.repo.moveRefs(ctx, moves, nil); err != nil {
		p.repo.log.Error("a ref is ahead of the database until the next start", "ref", group[0].Ref, "error", err)
	}
}
