package gitrepo

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo/plumbing"
)

// release moves the packs into the repository, each index after its pack: git reads a
// pack once its index exists. A second call does nothing. If it fails halfway, packs
// without an index are ignored by git and complete ones hold unreachable objects.
func (q *quarantine) release() error {
	if q.released {
		return nil
	}
	from, to := filepath.Join(q.dir, "pack"), filepath.Join(q.git.Dir(), "objects", "pack")
	entries, err := os.ReadDir(from)
	if err != nil {
		return fault.Wrap(fault.Internal, "gitrepo.release", "the push cannot be stored", err)
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "pack-") {
			names = append(names, e.Name())
		}
	}
	slices.SortFunc(names, func(a, b string) int { return packOrder(a) - packOrder(b) })
	for _, name := range names {
		if err := os.Rename(filepath.Join(from, name), filepath.Join(to, name)); err != nil {
			return fault.Wrap(fault.Internal, "gitrepo.release", "the push cannot be stored", err)
		}
	}
	q.released = true
	return nil
}

// packOrder returns the rank in which the files of a pack are moved. The others (.rev,
// .bitmap and so on) must be there when git opens the index.
func packOrder(name string) int {
	switch filepath.Ext(name) {
	case ".pack":
		return 0
	case ".idx":
		return 2
	}
	return 1
}

// extract packs what some tips need beyond main into a new quarantine: objects of a
// ref that was refused must not enter the repository with one that was accepted. The
// caller must close the result. Its objects come from the quarantine and, without those
// of hides, from the repository.
func (q *quarantine) extract(ctx context.Context, tips []postmortems.OID, hides postmortems.OID,
	limits plumbing.Limits) (*quarantine, error) {
	part, err := newQuarantine(q.git)
	if err != nil {
		return nil, err
	}
	var input strings.Builder
	for _, tip := range tips {
		input.WriteString(string(tip) + "\n")
	}
	if hides != "" {
		input.WriteString("^" + string(hides) + "\n")
	}
	args := []string{"pack-objects", "--revs", "--quiet", "--delta-base-offset", filepath.Join(part.dir, "pack", "pack")}
	err = q.git.Run(ctx, plumbing.Call{Args: args, Env: q.env, Stdin: strings.NewReader(input.String()), Limits: limits})
	if err != nil {
		return nil, errors.Join(err, part.close())
	}
	return part, nil
}
