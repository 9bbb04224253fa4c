package gitrepo

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo/plumbing"
)

const (
	// bundleSignature begins git's own bundle format of version 2: a line for
	// every ref, an empty line, a pack.
	bundleSignature = "# v2 git bundle\n"
	// emptyBundle stands for a repository without branches, of which git makes no
	// bundle.
	emptyBundle = "# postern: no branches\n"
	// bundleTime bounds writing or reading a whole repository.
	bundleTime = time.Hour
	// maxBundleLine bounds a line of a bundle's head in bytes.
	maxBundleLine = 64 << 10
)

// Bundle writes all branches with their whole history as one git bundle, while
// pushes go on. Backed up after the database it holds at least what the database
// shows as published.
func (r *Repo) Bundle(ctx context.Context, w io.Writer) error {
	if err := r.begin(); err != nil {
		return err
	}
	defer r.working.Done()
	ctx, cancel := r.bound(ctx, bundleTime)
	defer cancel()
	var err error
	if len(r.Branches()) == 0 {
		_, err = io.WriteString(w, emptyBundle)
	} else {
		err = r.git.Run(ctx, plumbing.Call{Args: []string{"bundle", "create", "--quiet", "--version=2", "-", "--branches"}, Stdout: w})
	}
	if exit, ok := errors.AsType[*plumbing.ExitError](err); ok && exit.DiskFull() || fault.NoRoom(err) {
		return fault.Wrap(fault.Full, "gitrepo.Bundle", "no backup was made: there is no room left on the disk of the data folder. Make room, then try again", err)
	}
	return fault.Wrap(fault.Internal, "gitrepo.Bundle", "the repository cannot be written to the backup", err)
}

// Unbundle makes the repository dir out of what Bundle wrote. Objects are
// checked as those of a push are, and refs appear once everything is there. A
// stream that is no such bundle is a fault of kind Invalid.
func Unbundle(ctx context.Context, dir string, bundle io.Reader) error {
	repo, err := Open(ctx, Options{Dir: dir, Logger: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		return err
	}
	err = repo.unbundle(ctx, bufio.NewReaderSize(bundle, maxBundleLine))
	return errors.Join(err, repo.Close(context.WithoutCancel(ctx)))
}

func (r *Repo) unbundle(ctx context.Context, bundle *bufio.Reader) error {
	ctx, cancel := r.bound(ctx, bundleTime)
	defer cancel()
	if len(r.Branches()) > 0 {
		return fault.New(fault.Conflict, "gitrepo.Unbundle", "the repository has branches already; restore into an empty folder")
	}
	moves, err := readBundleHead(bundle)
	if err != nil || len(moves) == 0 {
		return err
	}
	q, err := newQuarantine(r.git)
	if err != nil {
		return err
	}
	defer func() { _ = q.close() }() // what stays is swept at the next start
	feed := func(w io.Writer) error {
		source := &sourceReader{r: bundle}
		_, _ = io.Copy(w, source) // a failed write shows in the child's end
		return source.err
	}
	if err := q.indexPack(ctx, plumbing.Limits{Wall: bundleTime}, nil, feed); err != nil {
		return fault.Wrap(fault.Invalid, "gitrepo.Unbundle", "the backup's repository is damaged", err)
	}
	if err := r.whole(ctx, q, moves); err != nil {
		return err
	}
	return r.adopt(ctx, q, moves)
}

// whole makes sure that everything the new tips need is there.
func (r *Repo) whole(ctx context.Context, q *quarantine, moves []refMove) error {
	var tips strings.Builder
	for _, m := range moves {
		tips.WriteString(string(m.new) + "\n")
	}
	err := r.git.Run(ctx, plumbing.Call{Args: []string{"rev-list", "--objects", "--quiet", "--stdin"}, Env: q.env, Stdin: strings.NewReader(tips.String())})
	return fault.Wrap(fault.Invalid, "gitrepo.adopt", "the repository is not whole: objects are missing", err)
}

// adopt takes everything in a quarantine in and moves refs to it.
func (r *Repo) adopt(ctx context.Context, q *quarantine, moves []refMove) error {
	if err := q.release(); err != nil {
		return err
	}
	if err := r.syncObjects(); err != nil {
		return err
	}
	return r.moveRefs(ctx, moves, nil)
}

// readBundleHead reads a bundle up to its pack.
func readBundleHead(bundle *bufio.Reader) ([]refMove, error) {
	invalid := func(text string) error {
		return fault.New(fault.Invalid, "gitrepo.Unbundle", "the backup's repository cannot be read: "+text)
	}
	line, err := bundleLine(bundle)
	if err != nil || line != bundleSignature && line != emptyBundle {
		return nil, invalid("it is no git bundle of version 2")
	}
	if line == emptyBundle {
		return nil, nil
	}
	var moves []refMove
	for {
		if line, err = bundleLine(bundle); err != nil {
			return nil, invalid("its head is cut off")
		}
		if line == "\n" {
			return moves, nil
		}
		id, ref, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		branch, isHead := strings.CutPrefix(ref, headsPrefix)
		if !ok || !isHead || !plumbing.ValidOID(postmortems.OID(id)) || checkBranch(branch) != "" {
			return nil, invalid("it holds something else than whole branches")
		}
		moves = append(moves, refMove{branch: branch, new: postmortems.OID(id)})
	}
}

func bundleLine(r *bufio.Reader) (string, error) {
	line, err := r.ReadSlice('\n') // an overlong line is an error
	return string(line), err
}

// sourceReader remembers why reading ended, so that it can be told from a
// failure to write.
type sourceReader struct {
	r   io.Reader
	err error
}

func (s *sourceReader) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}
