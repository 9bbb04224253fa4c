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
	// maxProblems is how many findings are kept; an author reads twenty.
	maxProblems = 1000
	// keptBytes bounds the contents that a push keeps in memory between its check
	// and the Publisher, so that they are read from git once.
	keptBytes = 32 << 20
)

// file is one version of one path that a push brings.
type file struct {
	change
	where string // " in commit 0123456789", "" when the tip has it
	fresh bool   // the blob is new to the repository
}

// judgement holds every file that a push brings against the rules of package
// checks: not the tip alone, because a clone carries the whole history.
type judgement struct {
	s        *survey
	problems []postmortems.Problem
	kept     map[postmortems.OID][]byte
	keptSize int
	uses     map[postmortems.OID][]file // files by the blob to read
	order    []postmortems.OID          // its keys, in order of appearance
	doubts   []doubt
	closed   map[string]bool // paths whose content nobody should read: links, submodules, far too large
}

// doubt is a secret in a changed file: it counts unless the line was there before.
type doubt struct {
	file
	secret checks.Secret // without its Text, which may be a whole file
	line   lineSum
}

// lineSum stands for a line without keeping it.
type lineSum struct {
	bytes int
	sum   [sha256.Size]byte
}

func sumOf(line []byte) lineSum { return lineSum{len(line), sha256.Sum256(line)} }

// judge checks all new commits and the tip as a whole. net is what the tip
// changes; progress is called now and then with the number of files looked at.
func (s *survey) judge(ctx context.Context, net []change, progress func(done, total int)) (*judgement, error) {
	j := &judgement{s: s, kept: map[postmortems.OID][]byte{}, uses: map[postmortems.OID][]file{}, closed: map[string]bool{}}
	for _, f := range s.files(net) {
		j.form(f)
	}
	if err := j.twins(ctx, net); err != nil {
		return nil, err
	}
	if err := j.contents(ctx, progress); err != nil {
		return nil, err
	}
	if err := j.settle(ctx); err != nil {
		return nil, err
	}
	slices.SortStableFunc(j.problems, func(a, b postmortems.Problem) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), a.Line-b.Line, a.Col-b.Col)
	})
	return j, nil
}

// files lists each version of each path once, the tip's own first.
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

// form judges what is known without reading the file, and notes whether to read it.
func (j *judgement) form(f file) {
	if f.Status != postmortems.Modified {
		if p, bad := checks.CheckPath(f.Path, j.s.repo.limits.Depth); bad {
			j.tell(p, f.where)
		}
	}
	if f.mode != f.oldMode || f.Status == postmortems.Added {
		if p, bad := checks.CheckMode(f.Path, f.mode); bad {
			j.tell(p, f.where)
			j.closed[f.Path] = true
			return
		}
	}
	if !f.fresh && (f.Status == postmortems.Modified || f.Status == postmortems.Renamed && path.Ext(f.From) == path.Ext(f.Path)) {
		return // what it holds was judged when it came
	}
	if p, bad := checks.CheckSize(f.Path, f.Size, j.s.repo.limits.sizes()); bad {
		j.tell(p, f.where)
		j.closed[f.Path] = true
		return
	}
	if _, known := j.uses[f.Blob]; !known {
		j.order = append(j.order, f.Blob)
	}
	j.uses[f.Blob] = append(j.uses[f.Blob], f)
}

func (j *judgement) tell(p postmortems.Problem, where string) {
	if len(j.problems) >= maxProblems {
		return
	}
	if where != "" && !strings.Contains(p.Message, where) {
		p.Message += " (" + strings.TrimSpace(where) + ")"
	}
	j.problems = append(j.problems, p)
}

// contents reads every new blob once.
func (j *judgement) contents(ctx context.Context, progress func(done, total int)) error {
	return j.s.src.Contents(ctx, j.order, j.most(), func(i int, o plumbing.Object) error {
		if o.Kind != plumbing.BlobObject {
			return fault.Newf(fault.Invalid, "gitrepo.judge", "object %s is used as a file and is a %s", o.ID, o.Kind)
		}
		uses, held := j.uses[o.ID], checks.NewContent(o.Data)
		for _, f := range uses {
			for _, p := range held.Check(f.Path) {
				j.tell(p, f.where)
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

func (j *judgement) most() int64 {
	return max(j.s.repo.limits.DocumentBytes, j.s.repo.limits.AttachmentBytes)
}

// scan looks for secrets in one new file.
func (j *judgement) scan(ctx context.Context, f file, data []byte) error {
	found, err := j.s.repo.scanner.Find(ctx, data)
	if err != nil {
		return fault.Wrap(fault.Timeout, "gitrepo.judge", "the check was cut short; push again", err)
	}
	for _, secret := range found {
		d := doubt{file: f, secret: secret, line: sumOf(secret.Text)}
		d.secret.Text = nil
		j.doubts = append(j.doubts, d)
	}
	return nil
}

// settle drops secrets on lines that the file had before this push, and tells
// the others. Former files are looked at one by one and not kept.
func (j *judgement) settle(ctx context.Context) error {
	byOld := map[postmortems.OID][]*doubt{}
	for i := range j.doubts {
		if d := &j.doubts[i]; d.OldBlob != "" {
			byOld[d.OldBlob] = append(byOld[d.OldBlob], d)
		}
	}
	known := map[*doubt]bool{}
	err := j.s.src.Contents(ctx, slices.Sorted(maps.Keys(byOld)), j.most(), func(_ int, o plumbing.Object) error {
		for _, d := range byOld[o.ID] {
			known[d] = hasLine(o.Data, d.line)
		}
		return context.Cause(ctx)
	})
	if err != nil {
		return err
	}
	for i := range j.doubts {
		if d := &j.doubts[i]; !known[d] {
			j.tell(d.secret.Problem(d.Path, d.where), d.where)
		}
	}
	return nil
}

// hasLine reports whether a text has a line.
func hasLine(text []byte, line lineSum) bool {
	for have := range bytes.Lines(text) {
		if have = bytes.TrimSuffix(have, []byte("\n")); len(have) == line.bytes && sumOf(have) == line {
			return true
		}
	}
	return false
}

// twins looks, in every folder on the way to a file that is new at the tip, for
// another name that some file systems take for the same.
func (j *judgement) twins(ctx context.Context, net []change) error {
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
		j.twinsIn(folder, entries, names)
	}
	return nil
}

func (j *judgement) twinsIn(folder string, entries []plumbing.Entry, fresh map[string]bool) {
	byFold := make(map[string]string, len(entries))
	for _, e := range entries {
		fold := checks.Fold(e.Name)
		other, taken := byFold[fold]
		switch {
		case !taken:
			byFold[fold] = e.Name
		case fresh[e.Name]:
			j.tell(checks.Twin(path.Join(folder, e.Name), other), "")
		case fresh[other]:
			j.tell(checks.Twin(path.Join(folder, other), e.Name), "")
		}
	}
}

// folder reads the entries of a folder below root.
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

// refuses tells whether any finding is an error.
func (j *judgement) refuses() bool {
	return slices.ContainsFunc(j.problems, func(p postmortems.Problem) bool { return p.Weight == postmortems.Error })
}

// readable drops what nobody should read from a change list, so that the
// Publisher can judge the rest in the same answer.
func (j *judgement) readable(net []change) []change {
	return slices.DeleteFunc(slices.Clone(net), func(c change) bool { return j.closed[c.Path] })
}
