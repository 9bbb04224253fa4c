package gitrepo

import (
	"fmt"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo/wire"
)

// refUpdate is one command of a push and what is known of it so far. inspect sets
// survey, verdict, net and base; prepare sets prepared. A deletion has only prepared.
type refUpdate struct {
	Command
	reason   string // why it is refused; "" while it is not
	survey   *survey
	verdict  *validation
	reported bool // the problems of verdict were printed
	net      []change
	base     postmortems.OID // the commit its change set starts from
	prepared Prepared
}

// admit checks what can be checked before the pack is read. A refused command does not
// end the push: each ref gets its own reason in the report.
func (p *push) admit(commands []wire.Command) {
	named := map[string]bool{}
	for _, c := range commands {
		u := &refUpdate{Command: Command{Ref: c.Ref, Old: c.Old, New: c.New, Create: c.Old == "", Delete: c.New == ""}}
		u.Branch = strings.TrimPrefix(c.Ref, headsPrefix)
		u.reason = p.repo.refusal(u)
		if u.reason == "" && named[u.Ref] {
			u.reason = "the branch is named twice in this push"
		}
		named[u.Ref] = true
		if u.reason == "" {
			u.reason = p.may(u)
		}
		p.refs = append(p.refs, u)
	}
}

// may returns why the pusher may not do this, "" when it is allowed. Without a policy
// nothing is allowed.
func (p *push) may(u *refUpdate) string {
	if p.who.May == nil {
		return "pushing is not allowed here"
	}
	if err := p.who.May(u.Command); err != nil {
		return fault.Message(err)
	}
	return ""
}

// refusal returns why a command is refused for every pusher, "" when it is not. The
// rules come before the question whether the branch moved: an author corrects a name
// only once.
func (r *Repo) refusal(u *refUpdate) string {
	if !strings.HasPrefix(u.Ref, headsPrefix) {
		return "only branches are stored here: push to main to publish, to any other branch for a draft"
	}
	if text := checkBranch(u.Branch); text != "" {
		return text
	}
	if u.Branch == Main && u.Delete {
		return "main cannot be deleted; to take documents back, remove the files and push that"
	}
	return r.stale(u)
}

// stale returns why the branch cannot move: it is not where the author last saw it, or
// a branch was created meanwhile that clashes with the new one. It is "" otherwise. It
// is asked three times: before the pack is read, before the Publisher validates, and
// while the lock is held.
func (r *Repo) stale(u *refUpdate) string {
	tip := r.Tip(u.Branch)
	switch {
	case tip == u.Old && u.Create:
		if other := r.clash(u.Branch); other != "" {
			return fmt.Sprintf("the branch %q exists, and %q cannot exist beside it; choose another name", other, u.Branch)
		}
		return ""
	case tip == u.Old:
		return ""
	case tip == "":
		return fmt.Sprintf("there is no branch %q any more; git fetch --prune, then push again", u.Branch)
	case u.Branch == Main:
		return "main moved: git pull --rebase, then push again"
	}
	return fmt.Sprintf("%s moved: git fetch, look at what others pushed, then push again", u.Branch)
}

// forced checks a move that is not a fast-forward and returns why it is refused, ""
// when it is not. Whether a move is forced is known only after the history was read, so
// rights are asked again with Force set.
func (p *push) forced(u *refUpdate) string {
	if u.Branch == Main {
		return "main cannot be rewritten: git pull --rebase, then push again without --force"
	}
	u.Force = true
	return p.may(u)
}
