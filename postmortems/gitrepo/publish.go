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
	// judgements is how often a push is judged at most, when others are published
	// while it is.
	judgements = 3
	// storedShare is about how many bytes the database and the index take for a
	// byte of new files: the rendered page, its text, and the words.
	storedShare = 3
)

// publish takes a group of refs the rest of the way. The group is judged while
// other pushes are judged and published; it has the repository for itself only
// from the look at whether main is still what it was judged against to the commit.
// A group that another push overtook is judged again.
func (p *push) publish(ctx context.Context, group []*refUpdate) {
	for try := 1; ; try++ {
		seen, err := p.repo.settled(ctx)
		if err != nil {
			p.failGroup(group, err)
			return
		}
		if !p.judge(ctx, group) {
			return
		}
		if try == 1 {
			err = p.pack(ctx, group)
		}
		if err != nil {
			p.failGroup(group, err)
			return
		}
		if p.take(ctx, group, seen, try == judgements) {
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

// judge lets the Publisher judge a group. It is false when that is all there is to
// do: refused, or only checked.
func (p *push) judge(ctx context.Context, group []*refUpdate) bool {
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

func errGroup() error {
	return fault.New(fault.Conflict, "gitrepo.publish", "not published, because another branch of this atomic push was refused")
}

// take publishes a judged group, unless another push was published since seen: then
// it is false, and the group is to be judged again. The last try publishes a draft
// all the same, which no reader sees and whose push to main is judged again; main
// itself is stale by then.
func (p *push) take(ctx context.Context, group []*refUpdate, seen int64, last bool) (done bool) {
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
	// From here on the author may hang up.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), publishTime)
	defer cancel()
	p.accept(ctx, group)
	if slices.ContainsFunc(group, func(u *refUpdate) bool { return u.Branch == Main }) {
		p.repo.published++
	}
	return true
}

// settled waits until no push is being published and returns how often main was.
func (r *Repo) settled(ctx context.Context) (int64, error) {
	if err := r.publish.take(ctx); err != nil {
		return 0, err
	}
	defer r.publish.release()
	return r.published, nil
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
	if !u.told { // once, however often it is judged
		u.told = true
		p.tell(u.verdict.problems)
	}
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
		if err := u.prepared.Commit(ctx); err != nil {
			p.takeBack(ctx, group[i:], err)
			return
		}
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

// pack makes what a group brings ready to be moved in: the packs of the push; of a
// push whose refs are judged apart, a pack of only what these tips need.
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

// takeBack moves refs back whose change sets could not be stored or committed,
// so that git and the database agree and the author can push again.
func (p *push) takeBack(ctx context.Context, group []*refUpdate, cause error) {
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
