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
	// bundleSignature is the first line of git's bundle format, version 2. After it
	// come one line for each ref, an empty line and a pack.
	bundleSignature = "# v2 git bundle\n"
	// emptyBundle replaces the bundle of a repository without branches: git refuses
	// to write an empty one.
	emptyBundle = "# postern: no branches\n"
	// bundleTime bounds writing or reading the bundle of a whole repository.
	bundleTime = time.Hour
	// maxBundleLine bounds a line of a bundle's header in bytes.
	maxBundleLine = 64 << 10
)

// Bundle writes all branches with their whole history as one git bundle, while
// pushes continue. A bundle written after a copy of the database contains at least
// the commits that the database records as published. A full disk is a fault of
// kind Full.
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
		return fault.Wrap(fault.Full, "gitrepo.Bundle",
			"no backup was made: the disk of the data folder is full. Free some space, then try again", err)
	}
	return fault.Wrap(fault.Internal, "gitrepo.Bundle", "the repository cannot be written to the backup", err)
}

// Unbundle creates the repository dir from what Bundle wrote. Objects are checked
// like those of a push, and refs are created after all objects are stored. A stream
// that is not such a bundle is a fault of kind Invalid. A repository that has branches
// already is a fault of kind Conflict. After an error the folder may hold objects
// without refs.
func Unbundle(ctx context.Context, dir string, bundle io.Reader) error {
	repo, err := Open(ctx, Options{Dir: dir, Logger: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		return err
	}
	err = repo.unbundle(ctx, bufio.NewReaderSize(bundle, maxBundleLine))
	return errors.Join(err, repo.Close(context.WithoutCancel(ctx)))
}

// The limits of a push do not apply: a backup must be restored however large it is.
func (r *Repo) unbundle(ctx context.Context, bundle *bufio.Reader) error {
	ctx, cancel := r.bound(ctx, bundleTime)
	defer cancel()
	if len(r.Branches()) > 0 {
		return fault.New(fault.Conflict, "gitrepo.Unbundle", "the repository has branches already; restore into an empty folder")
	}
	moves, err := readBundleHeader(bundle)
	if err != nil || len(moves) == 0 {
		return err
	}
	// Objects go through a quarantine, so that a damaged backup leaves the repository
	// empty.
	q, err := newQuarantine(r.git)
	if err != nil {
		return err
	}
	defer func() { _ = q.close() }() // leftovers are swept at the next start
	// Only a failure to read the backup counts here: if git ends early, its exit explains
	// why.
	feed := func(w io.Writer) error {
		source := &sourceReader{r: bundle}
		_, _ = io.Copy(w, source) // a failed write shows in the child's exit
		return source.err
	}
	if err := q.indexPack(ctx, plumbing.Limits{Wall: bundleTime}, nil, feed); err != nil {
		return fault.Wrap(fault.Invalid, "gitrepo.Unbundle", "the backup's repository is damaged", err)
	}
	if err := r.checkConnected(ctx, q, moves); err != nil {
		return err
	}
	return r.adopt(ctx, q, moves)
}

// checkConnected returns a fault of kind Invalid when an object that the new tips
// need is missing. It reads every commit and tree, so its cost grows with the whole
// history.
func (r *Repo) checkConnected(ctx context.Context, q *quarantine, moves []refMove) error {
	var tips strings.Builder
	for _, m := range moves {
		tips.WriteString(string(m.new) + "\n")
	}
	err := r.git.Run(ctx, plumbing.Call{
		Args: []string{"rev-list", "--objects", "--quiet", "--stdin"},
		Env:  q.env, Stdin: strings.NewReader(tips.String()),
	})
	return fault.Wrap(fault.Invalid, "gitrepo.adopt", "the repository is incomplete: objects are missing", err)
}

// adopt moves the packs of a quarantine into the repository, then creates the refs. The
// order survives a power cut: what a ref names is on the disk before the ref exists.
func (r *Repo) adopt(ctx context.Context, q *quarantine, moves []refMove) error {
	if err := q.release(); err != nil {
		return err
	}
	if err := r.syncObjects(); err != nil {
		return err
	}
	return r.moveRefs(ctx, moves, nil)
}

// readBundleHeader reads a bundle up to its pack and returns the branches it creates.
// Lines of prerequisites ("-OID") are refused: such a bundle needs another repository.
// Any other form is a fault of kind Invalid.
func readBundleHeader(bundle *bufio.Reader) ([]refMove, error) {
	invalid := func(text string) error {
		return fault.New(fault.Invalid, "gitrepo.Unbundle", "the backup's repository cannot be read: "+text)
	}
	line, err := bundleLine(bundle)
	if err != nil || line != bundleSignature && line != emptyBundle {
		return nil, invalid("it is not a git bundle of version 2")
	}
	if line == emptyBundle {
		return nil, nil
	}
	var moves []refMove
	for {
		if line, err = bundleLine(bundle); err != nil {
			return nil, invalid("its header is cut off")
		}
		if line == "\n" {
			return moves, nil
		}
		id, ref, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		branch, isHead := strings.CutPrefix(ref, headsPrefix)
		if !ok || !isHead || !plumbing.ValidOID(postmortems.OID(id)) || checkBranch(branch) != "" {
			return nil, invalid("it contains something other than complete branches")
		}
		moves = append(moves, refMove{branch: branch, new: postmortems.OID(id)})
	}
}

// bundleLine returns the next header line with its line feed. Its length is bounded by
// the reader's buffer, maxBundleLine.
func bundleLine(r *bufio.Reader) (string, error) {
	line, err := r.ReadSlice('\n') // an overlong line is an error
	return string(line), err
}

// sourceReader records the error that ended reading, so that it can be
// distinguished from a failed write.
type sourceReader struct {
	r   io.Reader
	err error
}

// io.EOF is not recorded: it is the normal end.
func (s *sourceReader) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}
