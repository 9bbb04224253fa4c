package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo/checks"
	"github.com/postern/postern/postmortems/gitrepo/plumbing"
)

// refTable is the content of refs/heads in memory: this process is the only writer.
type refTable struct {
	mu   sync.RWMutex
	tips map[string]postmortems.OID // by branch
}

// loadRefs reads all branches from git.
func (r *Repo) loadRefs(ctx context.Context) error {
	tips, err := r.readRefs(ctx)
	if err != nil {
		return err
	}
	r.refs.mu.Lock()
	defer r.refs.mu.Unlock()
	r.refs.tips = tips
	return nil
}

// readRefs returns the tip of every branch in git. Packed refs are included.
func (r *Repo) readRefs(ctx context.Context) (map[string]postmortems.OID, error) {
	out, err := r.git.Output(ctx, plumbing.Call{Args: []string{"for-each-ref", "--format=%(objectname) %(refname)", headsPrefix}})
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "gitrepo", "the branches cannot be read", err)
	}
	tips := map[string]postmortems.OID{}
	for line := range bytes.Lines(out) {
		id, ref, ok := strings.Cut(strings.TrimSuffix(string(line), "\n"), " ")
		branch, isHead := strings.CutPrefix(ref, headsPrefix)
		if !ok || !isHead || !plumbing.ValidOID(postmortems.OID(id)) {
			return nil, fault.Newf(fault.Internal, "gitrepo", "git lists a branch as %q", line)
		}
		tips[branch] = postmortems.OID(id)
	}
	return tips, nil
}

// Tip returns the commit that a branch names, "" when there is no such branch. It never
// waits for git.
func (r *Repo) Tip(branch string) postmortems.OID {
	r.refs.mu.RLock()
	defer r.refs.mu.RUnlock()
	return r.refs.tips[branch]
}

// Branch is a branch and its tip.
type Branch struct {
	Name string
	Tip  postmortems.OID
}

// Branches returns all branches by name, including Main once it exists.
func (r *Repo) Branches() []Branch {
	r.refs.mu.RLock()
	defer r.refs.mu.RUnlock()
	list := make([]Branch, 0, len(r.refs.tips))
	for _, name := range slices.Sorted(maps.Keys(r.refs.tips)) {
		list = append(list, Branch{Name: name, Tip: r.refs.tips[name]})
	}
	return list
}

// clash returns a branch that cannot exist beside a new one, "" if there is none. Git
// stores branches as files, so "a" and "a/b" exclude each other, and on some disks "A"
// and "a" do. If there are several, any of them is returned.
func (r *Repo) clash(branch string) string {
	r.refs.mu.RLock()
	defer r.refs.mu.RUnlock()
	folded := checks.Fold(branch)
	for other := range r.refs.tips {
		o := checks.Fold(other)
		if other != branch && (o == folded || strings.HasPrefix(o, folded+"/") || strings.HasPrefix(folded, o+"/")) {
			return other
		}
	}
	return ""
}

// refMove is the old and the new tip of one ref; "" is absent.
type refMove struct {
	branch   string
	old, new postmortems.OID
}

// moveRefs moves refs in one transaction, durably, after before (if not nil) has made
// durable what they name. If before fails, nothing moves. If git has another old value
// than the table, the table is read again and the fault is of kind Conflict. After a
// fault of another kind the refs have moved but may not survive a power cut. Except in
// Unbundle the caller holds the publishing lock.
func (r *Repo) moveRefs(ctx context.Context, moves []refMove, before func() error) error {
	early, err := r.updateRef(ctx, moveScript(moves), before)
	if early {
		return err
	}
	if err != nil {
		// A child that was killed may have moved the ref: read what git has.
		loadErr := r.loadRefs(context.WithoutCancel(ctx))
		if exit, ok := errors.AsType[*plumbing.ExitError](err); ok && exit.DiskFull() {
			return fault.Wrap(fault.Full, "gitrepo.moveRefs", exit.Reason()+"; nothing was published", err)
		}
		if loadErr != nil || !r.moved(moves) {
			return &fault.Error{Kind: fault.Conflict, Op: "gitrepo.moveRefs",
				Msg: "the branch could not be moved; git fetch, then push again", Err: err}
		}
	}
	r.noteMoves(moves)
	for _, m := range moves {
		if err := r.syncRefDirs(m); err != nil {
			return err
		}
	}
	return nil
}

// updateRef runs git update-ref. The process starts while before runs, which hides its
// starting time; without a script it changes nothing. early reports that the script
// was not sent.
func (r *Repo) updateRef(ctx context.Context, script []byte, before func() error) (early bool, err error) {
	in, out, err := os.Pipe()
	if err != nil {
		return true, fault.Wrap(fault.Unavailable, "gitrepo.updateRef", "the server has no file handle left; try again", err)
	}
	// The script is sent through a pipe that closes without it when before fails.
	child, err := r.git.Start(ctx, plumbing.Call{Args: []string{"update-ref", "--stdin"}, Stdin: in, Limits: r.limits.walk()})
	closeErr := in.Close() // the child has its own
	if err != nil {
		return true, errors.Join(err, closeErr, out.Close())
	}
	if before != nil {
		err = before()
	}
	if err != nil {
		return true, errors.Join(err, out.Close(), child.Wait())
	}
	_, _ = out.Write(script) // a failed write shows in the child's exit
	_ = out.Close()          // likewise
	return false, child.Wait()
}

// moveScript returns the input of git update-ref --stdin. Each line states the old
// value, so that git refuses to move a ref that is elsewhere; "create" demands that the
// ref is absent.
func moveScript(moves []refMove) []byte {
	var script bytes.Buffer
	script.WriteString("start\n")
	for _, m := range moves {
		ref := headsPrefix + m.branch
		switch {
		case m.new == "":
			script.WriteString("delete " + ref + " " + string(m.old) + "\n")
		case m.old == "":
			script.WriteString("create " + ref + " " + string(m.new) + "\n")
		default:
			script.WriteString("update " + ref + " " + string(m.new) + " " + string(m.old) + "\n")
		}
	}
	script.WriteString("prepare\ncommit\n")
	return script.Bytes()
}

// noteMoves applies moves to the table. Readers see all of them at once.
func (r *Repo) noteMoves(moves []refMove) {
	r.refs.mu.Lock()
	defer r.refs.mu.Unlock()
	for _, m := range moves {
		if m.new == "" {
			delete(r.refs.tips, m.branch)
			continue
		}
		r.refs.tips[m.branch] = m.new
	}
}

// moved reports whether all refs are where the moves lead.
func (r *Repo) moved(moves []refMove) bool {
	for _, m := range moves {
		if r.Tip(m.branch) != m.new {
			return false
		}
	}
	return true
}
