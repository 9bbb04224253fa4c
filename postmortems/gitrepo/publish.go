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
	// checkedReason declines a ref of a push with -o check that nothing was wrong
	// with.
	checkedReason = "checked, not published"
	// publishTime bounds the part of a push that goes on when the author hangs up:
	// moving packs, refs and the database.
	publishTime = 2 * time.Minute
	// storedShare is about how many bytes the database and the index take for a
	// byte of new files: the rendered page, its text, and the words.
	storedShare = 3
)

// publish takes a group of refs the rest of the way. From here to the report the
// group has the repository for itself, so that what was judged is what is
// published.
func (p *push) publish(ctx context.Context, group []*refUpdate) {
	if !slices.ContainsFunc(group, func(u *refUpdate) bool { return u.reason == "" }) {
		return
	}
	if !p.repo.publish.try() {
		p.answer.Say("waiting for another push to be published")
		if err := p.repo.publish.take(ctx); err != nil {
			p.failGroup(group, err)
			return
		}
	}
	defer p.repo.publish.release()
	for _, u := range group {
		if u.reason == "" {
			u.reason = p.repo.stale(u)
		}
		if u.reason == "" {
			p.fail(u, p.prepare(ctx, u))
		}
	}
	switch {
	case slices.ContainsFunc(group, func(u *refUpdate) bool { return u.reason != "" }):
		p.failGroup(group, fault.New(fault.Conflict, "gitrepo.publish", "not published, because another branch of this atomic push was refused"))
	case p.check:
		for _, u := range group {
			p.answer.Say(u.prepared.Lines()...)
			u.reason = checkedReason
		}
	default:
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), publishTime)
		defer cancel()
		p.accept(ctx, group)
	}
}

// failGroup gives all refs of a group that have no reason yet the same one.
func (p *push) failGroup(group []*refUpdate, err error) {
	for _, u := range group {
		if u.reason == "" {
			p.fail(u, err)
		}
	}
}

// prepare lets the Publisher judge what a ref changes. The author is told the
// findings of both, so that one try shows all there is to mend.
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

// changeSet makes what the Publisher is asked about; refused is the reason why
// the ref will not move whatever it says.
func (p *push) changeSet(u *refUpdate) (cs postmortems.ChangeSet, refused string) {
	cs = postmortems.ChangeSet{Branch: u.Branch, Old: u.Old, Pusher: p.who.Pusher, At: p.at, Content: content{src: pooled{p.repo.pool}, most: maxTree}}
	if u.Delete {
		return cs, ""
	}
	cs.Old, cs.New = u.base, u.New
	cs.Commits = u.survey.history()
	cs.Content = content{src: u.survey.src, kept: u.verdict.kept, most: maxTree}
	net := u.net
	p.tell(u.verdict.problems)
	if u.verdict.refuses() {
		refused = u.verdict.reason()
		net = u.verdict.readable(net)
	}
	cs.Net = published(net)
	return cs, refused
}

// reason sums the errors up in one line.
func (j *judgement) reason() string {
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

// accept makes a group of refs durable, then public.
func (p *push) accept(ctx context.Context, group []*refUpdate) {
	if err := p.store(ctx, group); err != nil {
		p.takeBack(ctx, group, err)
		return
	}
	defer since(&p.times.Commit, time.Now())
	for i, u := range group {
		lines, err := u.prepared.Commit(ctx)
		if err != nil {
			p.takeBack(ctx, group[i:], err)
			return
		}
		p.answer.Say(lines...)
	}
}

// store moves packs in and refs on, in an order that a power cut cannot tear:
// objects and their names first, then the refs.
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
		if err := p.repo.room(storedShare * p.times.Bytes); err != nil {
			return err
		}
	}
	return p.repo.moveRefs(ctx, moves, func() error {
		if len(tips) > 0 {
			if err := p.release(ctx, tips); err != nil {
				return err
			}
			if err := p.repo.syncObjects(); err != nil {
				return err
			}
		}
		return p.repo.writeNote(p.who.Pusher, p.at, moves)
	})
}

// release moves the packs of a push into the repository; of a push whose refs
// are judged apart, only what these tips need.
func (p *push) release(ctx context.Context, tips []postmortems.OID) error {
	creating := 0
	for _, u := range p.refs {
		if !u.Delete {
			creating++
		}
	}
	if creating == len(tips) {
		return p.q.release()
	}
	return p.q.extract(ctx, tips, p.repo.Tip(Main), p.repo.limits.unpack())
}

// takeBack moves refs back whose change sets could not be stored or committed,
// so that git and the database agree and the author can push again.
func (p *push) takeBack(ctx context.Context, group []*refUpdate, cause error) {
	text := "nothing was published: " + reasonOf(cause)
	var moves []refMove
	for _, u := range group {
		p.fail(u, fault.Wrap(fault.KindOf(cause), "gitrepo.publish", text, cause))
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
