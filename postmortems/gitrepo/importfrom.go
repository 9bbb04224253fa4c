package gitrepo

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo/plumbing"
)

// importTime bounds fetching a whole history from another folder of this machine.
const importTime = time.Hour

// toleratedFaults are git's names of harmless faults in old histories. Old tools wrote
// them, and a history cannot be rewritten for an import.
const toleratedFaults = "zeroPaddedFilemode missingSpaceBeforeDate badTimezone badDate badDateOverflow missingEmail " +
	"missingSpaceBeforeEmail missingNameBeforeEmail badName badEmail missingAuthor multipleAuthors nulInCommit zeroPaddedDate"

// ImportFrom fetches the history of HEAD of a git repository on this machine, bare or
// not, and creates branch from it. A branch that exists is a fault of kind Conflict.
// Tags are not fetched, the configuration of the other repository is not used, and
// nothing is checked out. The history is accepted as it is; Findings returns what a
// push of its tip would be refused for. The caller publishes the branch afterwards with
// ChangeSet. Other faults: Invalid for a bad branch name or a repository that git
// cannot read, NotFound without a folder.
func (r *Repo) ImportFrom(ctx context.Context, path, branch string) (postmortems.OID, error) {
	if err := r.begin(); err != nil {
		return "", err
	}
	defer r.working.Done()
	ctx, cancel := r.bound(ctx, importTime)
	defer cancel()
	if text := checkBranch(branch); text != "" {
		return "", fault.New(fault.Invalid, "gitrepo.ImportFrom", text)
	}
	source, err := filepath.Abs(path)
	if err != nil {
		return "", fault.Wrap(fault.Invalid, "gitrepo.ImportFrom", "the path of the repository cannot be made absolute", err)
	}
	if info, err := os.Stat(source); err != nil || !info.IsDir() {
		return "", &fault.Error{Kind: fault.NotFound, Op: "gitrepo.ImportFrom",
			Msg: fmt.Sprintf("there is no folder %s on the server", source), Err: err}
	}
	if err := r.vacant(branch); err != nil {
		return "", err
	}
	q, err := newQuarantine(r.git)
	if err != nil {
		return "", err
	}
	defer func() { _ = q.close() }() // leftovers are swept at the next start
	tip, err := r.fetch(ctx, q, source)
	if err != nil {
		return "", err
	}
	moves := []refMove{{branch: branch, new: tip}}
	if err := r.checkConnected(ctx, q, moves); err != nil {
		return "", err
	}
	// Pushes wait only from here on, not while git fetches.
	if err := r.publish.take(ctx); err != nil {
		return "", err
	}
	defer r.publish.release()
	if err := r.vacant(branch); err != nil {
		return "", err
	}
	// read if the server dies before the database has the import
	if err := r.writeNote(postmortems.Pusher{Name: "postern"}, r.now(), moves); err != nil {
		return "", err
	}
	return tip, r.adopt(ctx, q, moves)
}

// vacant returns a fault of kind Conflict when a branch exists or clashes with one. It
// is asked twice: before the fetch to fail early, and under the lock.
func (r *Repo) vacant(branch string) error {
	if r.Tip(branch) != "" || r.clash(branch) != "" {
		return fault.Newf(fault.Conflict, "gitrepo.ImportFrom", "the branch %q exists already", branch)
	}
	return nil
}

// fetch fetches HEAD of source into the quarantine and returns the commit. git writes
// the commit into FETCH_HEAD of the repository, which is read and removed: no ref is
// created.
func (r *Repo) fetch(ctx context.Context, q *quarantine, source string) (postmortems.OID, error) {
	config := []string{"fetch.fsckObjects=true", "fetch.unpackLimit=1", "fetch.writeCommitGraph=false"}
	for id := range strings.FieldsSeq(toleratedFaults) {
		config = append(config, "fetch.fsck."+id+"=ignore")
	}
	// The other repository may belong to another user. git ignores every setting of its
	// configuration that would run a program.
	serve := shellQuote(r.git.Path()) + " -c safe.directory=* upload-pack"
	err := r.git.Run(ctx, plumbing.Call{
		Args: []string{
			"fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-auto-maintenance",
			"--upload-pack=" + serve, "--", source, "HEAD",
		},
		Env:    q.env,
		Config: config,
	})
	if err != nil {
		return "", fault.Wrap(fault.Invalid, "gitrepo.ImportFrom", "git cannot fetch from there: "+reasonOf(err), err)
	}
	file := filepath.Join(r.git.Dir(), "FETCH_HEAD")
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fault.Wrap(fault.Internal, "gitrepo.ImportFrom", "git does not report what it fetched", err)
	}
	tip := postmortems.OID(text[:min(len(text), 40)])
	if !plumbing.ValidOID(tip) {
		return "", fault.Newf(fault.Internal, "gitrepo.ImportFrom", "git reports %q as the fetched commit", tip)
	}
	return tip, fault.Wrap(fault.Internal, "gitrepo.ImportFrom", "git's FETCH_HEAD cannot be removed", os.Remove(file))
}

// git passes the command of --upload-pack to a shell.
func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// Findings checks every file of a branch's tip by the rules of a push and returns the
// problems: what a push of the imported files would be refused for. It does not look at
// the history of the branch.
func (r *Repo) Findings(ctx context.Context, branch string) ([]postmortems.Problem, error) {
	s := r.newSurvey(pooled{r.pool}, nil, r.Tip(branch), "")
	net, err := s.net(ctx, "")
	if err != nil {
		return nil, err
	}
	if err := s.fillSizes(ctx, net); err != nil {
		return nil, err
	}
	for _, c := range net {
		s.sizes[c.Blob] = c.Size // everything counts as new
	}
	j, err := s.validate(ctx, net, func(int, int) {})
	if err != nil {
		return nil, err
	}
	return j.problems, nil
}
