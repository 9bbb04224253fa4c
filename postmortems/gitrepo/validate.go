package gitrepo

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo/checks"
	"github.com/postern/postern/postmortems/gitrepo/plumbing"
)

const (
	// maxProblems is how many problems are collected; an author reads about twenty.
	maxProblems = 1000
	// keptBytes bounds the contents that a push holds in memory between validation
	// and the Publisher, so that they are read from git once.
	keptBytes = 32 << 20
)

// file is one version of one path that a push brings.
type file struct {
	change
	where string // " in commit 0123456789", "" when the tip has it
	fresh bool   // the blob is new to the repository
}

// validation applies the rules of package checks to every file that a push brings:
// those of all commits, not only of the tip, because a clone has the whole history. It
// is used by one goroutine: checkForm fills uses, contents reads them and collects
// secrets, and reportSecrets decides about those.
type validation struct {
	s        *survey
	problems []postmortems.Problem
	kept     map[postmortems.OID][]byte
	keptSize int
	uses     map[postmortems.OID][]file // files by the blob to read
	order    []postmortems.OID          // keys of uses, in order of appearance
	secrets  []candidate
	closed   map[string]bool // paths whose content is not read: links, submodules, oversized files
}

// candidate is a possible secret in a changed file: it is a problem unless the line
// was there before the push.
type candidate struct {
	file
	secret checks.Secret // without Text, which may be a whole file
	line   lineSum
}

// lineSum identifies a line without storing it.
type lineSum struct {
	bytes int
	sum   [sha256.Size]byte
}

func sumOf(line []byte) lineSum { return lineSum{len(line), sha256.Sum256(line)} }

// validate checks all new commits, and the tip as a whole. net is what the tip
// changes; progress is called from time to time with the number of files checked.
// Problems are sorted by path and place. An error is a failure of the server, or a
// fault of kind Invalid for objects of the wrong kind.
func (s *survey) validate(ctx context.Context, net []change, progress func(done, total int)) (*validation, error) {
	j := &validation{s: s, kept: map[postmortems.OID][]byte{}, uses: map[postmortems.OID][]file{}, closed: map[string]bool{}}
	for _, f := range s.files(net) {
		j.checkForm(f)
	}
	if err := j.nameConflicts(ctx, net); err != nil {
		return nil, err
	}
	if err := j.contents(ctx, progress); err != nil {
		return nil, err
	}
	if err := j.reportSecrets(ctx); err != nil {
		return nil, err
	}
	slices.SortStableFunc(j.problems, func(a, b postmortems.Problem) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), a.Line-b.Line, a.Col-b.Col)
	})
	return j, nil
}

// files returns each version of each path once, those of the tip first. A version that
// several commits contain is reported for the tip, or for the first of them. Deletions
// bring nothing.
func (s *survey) files(net []change) []file {
	type version struct {
		path string
		blob postmortems.OID
		mode uint32
	}
	seen := map[version]bool{}
	var list []file
	add := func(c change, where string) {
		v := version{c.Path, c.Blob, c.mode}
		if c.Status == postmortems.Deleted || seen[v] {
			return
		}
		seen[v] = true
		_, fresh := s.sizes[c.Blob]
		list = append(list, file{change: c, where: where, fresh: fresh})
	}
	for _, c := range net {
		add(c, "")
	}
	for _, commit := range s.commits {
		for _, c := range commit.changes {
			add(c, fmt.Sprintf(" in commit %.10s", commit.id))
		}
	}
	return list
}

// checkForm checks what is known without reading the file, and records whether to
// read it. The path of a modified file was checked when it was added. An old blob under
// a new extension is checked again, because its extension decides what it must be.
func (j *validation) checkForm(f file) {
	if f.Status != postmortems.Modified {
		if p, bad := checks.CheckPath(f.Path, j.s.repo.limits.Depth); bad {
			j.add(p, f.where)
		}
	}
	if f.mode != f.oldMode || f.Status == postmortems.Added {
		if p, bad := checks.CheckMode(f.Path, f.mode); bad {
			j.add(p, f.where)
			j.closed[f.Path] = true
			return
		}
	}
	if !f.fresh && (f.Status == postmortems.Modified || f.Status == postmortems.Renamed && path.Ext(f.From) == path.Ext(f.Path)) {
		return // its content was checked when it was first pushed
	}
	if p, bad := checks.CheckSize(f.Path, f.Size, j.s.repo.limits.sizes()); bad {
		j.add(p, f.where)
		j.closed[f.Path] = true
		return
	}
	if _, known := j.uses[f.Blob]; !known {
		j.order = append(j.order, f.Blob)
	}
	j.uses[f.Blob] = append(j.uses[f.Blob], f)
}

// add adds a problem, up to maxProblems. where is appended to its message.
func (j *validation) add(p postmortems.Problem, where string) {
	if len(j.problems) >= maxProblems {
		return
	}
	if where != "" && !strings.Contains(p.Message, where) {
		p.Message += " (" + strings.TrimSpace(where) + ")"
	}
	j.problems = append(j.problems, p)
}

// contents reads and checks every new blob once. Secrets are searched in blobs that are
// new to the repository and are no binary files. Contents of the tip are retained for
// the Publisher up to keptBytes.
func (j *validation) contents(ctx context.Context, progress func(done, total int)) error {
	return j.s.src.Contents(ctx, j.order, j.most(), func(i int, o plumbing.Object) error {
		if o.Kind != plumbing.BlobObject {
			return fault.Newf(fault.Invalid, "gitrepo.validate", "object %s is used as a file and is a %s", o.ID, o.Kind)
		}
		uses, held := j.uses[o.ID], checks.NewContent(o.Data)
		for _, f := range uses {
			for _, p := range held.Check(f.Path) {
				j.add(p, f.where)
			}
		}
		if uses[0].fresh && bytes.IndexByte(o.Data, 0) < 0 {
			if err := j.scan(ctx, uses[0], o.Data); err != nil {
				return err
			}
		}
		if uses[0].where == "" && j.keptSize+len(o.Data) <= keptBytes {
			j.kept[o.ID] = slices.Clone(o.Data)
			j.keptSize += len(o.Data)
		}
		progress(i+1, len(j.order))
		return nil
	})
}

// most returns the largest size of a file in bytes. No file that is read is larger:
// checkForm excludes those.
func (j *validation) most() int64 {
	return max(j.s.repo.limits.DocumentBytes, j.s.repo.limits.AttachmentBytes)
}

// scan collects the possible secrets of one new file. A secret is reported for the
// first path that has the blob.
func (j *validation) scan(ctx context.Context, f file, data []byte) error {
	found, err := j.s.repo.scanner.Find(ctx, data)
	if err != nil {
		return fault.Wrap(fault.Timeout, "gitrepo.validate", "the check was interrupted; push again", err)
	}
	for _, secret := range found {
		d := candidate{file: f, secret: secret, line: sumOf(secret.Text)}
		d.secret.Text = nil
		j.secrets = append(j.secrets, d)
	}
	return nil
}

// reportSecrets adds a problem for every secret except those on lines that the file
// had before this push. Former versions are read one by one and not stored. An author
// who corrects another line of an old file is not stopped by a secret that is published
// already.
func (j *validation) reportSecrets(ctx context.Context) error {
	byOld := map[postmortems.OID][]*candidate{}
	for i := range j.secrets {
		if d := &j.secrets[i]; d.OldBlob != "" {
			byOld[d.OldBlob] = append(byOld[d.OldBlob], d)
		}
	}
	known := map[*candidate]bool{}
	err := j.s.src.Contents(ctx, slices.Sorted(maps.Keys(byOld)), j.most(), func(_ int, o plumbing.Object) error {
		for _, d := range byOld[o.ID] {
			known[d] = hasLine(o.Data, d.line)
		}
		return context.Cause(ctx)
	})
	if err != nil {
		return err
	}
	for i := range j.secrets {
		if d := &j.secrets[i]; !known[d] {
			j.add(d.secret.Problem(d.Path, d.where), d.where)
		}
	}
	return nil
}

// hasLine reports whether a text contains a line. The length is compared first: hashing
// every line would cost more.
func hasLine(text []byte, line lineSum) bool {
	for have := range bytes.Lines(text) {
		if have = bytes.TrimSuffix(have, []byte("\n")); len(have) == line.bytes && sumOf(have) == line {
			return true
		}
	}
	return false
}

// nameConflicts checks, in every folder on the way to a file that is new at the tip,
// whether some file systems take another name for the same. Only folders with new names
// are read. Conflicts that the repository has already are not reported.
func (j *validation) nameConflicts(ctx context.Context, net []change) error {
	fresh := map[string]map[string]bool{} // names on the way to new files, by folder
	for _, c := range net {
		if c.Status != postmortems.Added && c.Status != postmortems.Renamed {
			continue
		}
		for name := c.Path; name != "."; name = path.Dir(name) {
			folder := path.Dir(name)
			if fresh[folder] == nil {
				fresh[folder] = map[string]bool{}
			}
			fresh[folder][path.Base(name)] = true
		}
	}
	root, err := j.s.root(ctx, j.s.tip)
	if err != nil {
		return err
	}
	for folder, names := range fresh {
		entries, err := j.s.trees.folder(ctx, root, folder)
		if err != nil {
			return err
		}
		j.nameConflictsIn(folder, entries, names)
	}
	return nil
}

// fresh holds the new names of the folder; the problem is reported for a new one.
func (j *validation) nameConflictsIn(folder string, entries []plumbing.Entry, fresh map[string]bool) {
	byFold := make(map[string]string, len(entries))
	for _, e := range entries {
		fold := checks.Fold(e.Name)
		other, taken := byFold[fold]
		switch {
		case !taken:
			byFold[fold] = e.Name
		case fresh[e.Name]:
			j.add(checks.NameConflict(path.Join(folder, e.Name), other), "")
		case fresh[other]:
			j.add(checks.NameConflict(path.Join(folder, other), e.Name), "")
		}
	}
}

// folder returns the entries of a folder below root, nil if there is no such folder.
// folder is a clean path, "." for the root itself.
func (t trees) folder(ctx context.Context, root postmortems.OID, folder string) ([]plumbing.Entry, error) {
	entries, err := t.entries(ctx, root)
	if folder == "." {
		return entries, err
	}
	for part := range strings.SplitSeq(folder, "/") {
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(entries, func(e plumbing.Entry) bool { return e.Name == part && e.IsTree() })
		if i < 0 {
			return nil, nil
		}
		entries, err = t.entries(ctx, entries[i].ID)
	}
	return entries, err
}

// refuses reports whether any problem is an error.
func (j *validation) refuses() bool {
	return slices.ContainsFunc(j.problems, func(p postmortems.Problem) bool { return p.Weight == postmortems.Error })
}

// readable returns net without the paths whose content must not be read, so that the
// Publisher can check the others in the same answer. net stays as it is.
func (j *validation) readable(net []change) []change {
	return slices.DeleteFunc(slices.Clone(net), func(c change) bool { return j.closed[c.Path] })
}
