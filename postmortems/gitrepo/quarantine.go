package gitrepo

import (
	"bufio"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems/gitrepo/plumbing"
)

// quarantine is a folder of objects that the repository does not have yet. Git
// children started with env see both; others do not see the new objects. It lives as
// long as one push. Its objects become part of the repository by moving files, not by
// copying them.
type quarantine struct {
	git      *plumbing.Git
	dir      string
	env      []string
	cat      *plumbing.CatFile
	released bool // its packs have moved into the repository
}

// The folder is on the repository's file system, so that packs move in by renaming. The
// alternate folder lets git see the repository's objects; new ones are written to the
// quarantine only. A folder that cannot be created is a fault of kind Full.
func newQuarantine(git *plumbing.Git) (*quarantine, error) {
	objects := filepath.Join(git.Dir(), "objects")
	dir, err := os.MkdirTemp(objects, quarantinePrefix)
	if err == nil {
		err = os.Mkdir(filepath.Join(dir, "pack"), 0o700)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Full, "gitrepo", "the server cannot store the push; nothing was changed", err)
	}
	return &quarantine{git: git, dir: dir, env: []string{"GIT_OBJECT_DIRECTORY=" + dir, "GIT_ALTERNATE_OBJECT_DIRECTORIES=" + objects}}, nil
}

// objects returns the quarantine's cat-file process, started on first use. It ends with
// ctx or close. It is used by one goroutine at a time.
func (q *quarantine) objects(ctx context.Context) (*plumbing.CatFile, error) {
	if q.cat != nil {
		return q.cat, nil
	}
	var err error
	q.cat, err = q.git.OpenCatFile(ctx, plumbing.Limits{AddressSpace: childMemory, CPU: childCPU}, q.env...)
	return q.cat, err
}

// close ends its process and removes what has not moved into the repository. It may be
// called twice.
func (q *quarantine) close() error {
	var err error
	if q.cat != nil {
		err = q.cat.Close()
	}
	return errors.Join(err, os.RemoveAll(q.dir))
}

// packHeader is "PACK", a version and the number of objects, four bytes each.
const packHeader = 12

// packTrailer is the checksum that ends a pack.
const packTrailer = 20

// unpack reads a pack at the end of a request and lets git store it. The number of
// objects is checked before the first is read. A truncated pack is a fault of kind
// Invalid, one over the limits of kind TooLarge. --strict and --fix-thin of indexPack
// apply: malformed objects are refused and bases of deltas are added.
func (q *quarantine) unpack(ctx context.Context, body *bufio.Reader, limits Limits) error {
	head, err := body.Peek(packHeader)
	if err != nil {
		return fault.Wrap(fault.Invalid, "gitrepo.unpack", "the push ends before its pack; push again", err)
	}
	if string(head[:4]) != "PACK" || binary.BigEndian.Uint32(head[4:]) != 2 {
		return fault.New(fault.Invalid, "gitrepo.unpack", "what follows the commands is not a pack of version 2; use a current git")
	}
	n := binary.BigEndian.Uint32(head[8:])
	if int64(n) > int64(limits.Objects) {
		return fault.Newf(fault.TooLarge, "gitrepo.unpack", "the push has %d objects; %d are allowed: push in parts", n, limits.Objects)
	}
	if n == 0 { // a branch at a commit that is here already
		_, err := body.Discard(packHeader + packTrailer)
		return fault.Wrap(fault.Invalid, "gitrepo.unpack", "the push ends inside its pack; push again", err)
	}
	args := []string{fmt.Sprintf("--max-input-size=%d", limits.PackBytes)}
	capped := bufio.NewReaderSize(&capped{r: body, left: limits.PackBytes, most: limits.PackBytes}, 64<<10) // its message is better than git's
	return q.indexPack(ctx, limits.unpack(), args, func(w io.Writer) error {
		return passPack(w, capped, limits.InflatedBytes)
	})
}

// indexPack runs git index-pack on the pack that feed writes. An error of feed takes
// precedence over the exit of git.
func (q *quarantine) indexPack(ctx context.Context, limits plumbing.Limits, args []string, feed func(io.Writer) error) error {
	// A thin pack may lack the bases of its deltas, which the repository has.
	args = append([]string{"index-pack", "--stdin", "--strict", "--fix-thin"}, args...)
	// The pack is copied by this goroutine, so that no read of the request outlives the
	// call when the child dies.
	r, w, err := os.Pipe()
	if err != nil {
		return fault.Wrap(fault.Unavailable, "gitrepo.unpack", "the server has no file handle left; try again", err)
	}
	child, err := q.git.Start(ctx, plumbing.Call{Args: args, Env: q.env, Stdin: r, Limits: limits})
	closeErr := r.Close()
	if err != nil {
		return errors.Join(err, closeErr, w.Close())
	}
	fed := feed(w)
	if errors.Is(fed, errPackEnds) {
		fed = nil // the child's exit explains why
	}
	if fed != nil {
		child.Kill()
	}
	_ = w.Close() // a failed write shows in the child's exit
	err = child.Wait()
	return cmp.Or(fed, err) // a fault of the request explains git's failure
}
