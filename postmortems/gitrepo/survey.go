package gitrepo

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo/plumbing"
)

// bounds are the limits of one survey; a zero field does not bound. A push has all of
// them, an import few.
type bounds struct {
	objects, commits, changes, paths int
	bytes                            int64
}

func (l Limits) bounds() bounds {
	return bounds{objects: l.Objects, commits: l.Commits, changes: l.Changes, paths: l.Paths, bytes: l.InflatedBytes}
}

// survey holds what a tip brings that main does not have. It is used by one goroutine.
// connect, classify, read and compare fill it, in this order.
type survey struct {
	repo  *Repo
	src   objects
	env   []string // of git children that must see the quarantine
	trees trees
	tip   postmortems.OID
	hides postmortems.OID // main's tip: what it reaches is not new; "" if everything is new
	most  bounds

	ids     []postmortems.OID         // new objects, commits first, newest first
	sizes   map[postmortems.OID]int64 // of new blobs
	commits []commit                  // parents before children
	byID    map[postmortems.OID]int   // index in commits
	bytes   int64                     // of all new objects
}

// commit is one new commit with the paths it changes.
type commit struct {
	id postmortems.OID
	plumbing.Commit
	changes []change
}

// newSurvey returns an empty survey of what tip brings.
func (r *Repo) newSurvey(src objects, env []string, tip, hides postmortems.OID) *survey {
	return &survey{
		repo: r, src: src, env: env, tip: tip, hides: hides, trees: trees{src: src, cache: r.trees},
		sizes: map[postmortems.OID]int64{}, byID: map[postmortems.OID]int{},
	}
}

// connect walks from the tip to what main has. It fails if an object is missing, and
// collects the names of the new ones. Git reads only commits and trees for it. A
// missing object shows as a positive exit status of git. If the tip is what main has,
// nothing is new.
func (s *survey) connect(ctx context.Context, onlyCommits bool) error {
	if s.tip == s.hides {
		return nil
	}
	input := string(s.tip) + "\n"
	if s.hides != "" {
		input += "^" + string(s.hides) + "\n"
	}
	args := []string{"rev-list", "--topo-order", "--stdin"}
	if !onlyCommits {
		args = append(args, "--objects")
	}
	call := plumbing.Call{Args: args, Env: s.env, Stdin: strings.NewReader(input), Limits: s.repo.limits.walk()}
	return s.repo.git.Stream(ctx, call, s.readList)
}

// readList reads "OID" or "OID PATH" lines. More objects than the bound are a fault of
// kind TooLarge, while git is still listing.
func (s *survey) readList(out io.Reader) error {
	lines := bufio.NewReaderSize(out, 64<<10)
	for {
		line, err := lines.ReadSlice('\n')
		if err == io.EOF { // for a truncated line, the child's exit is the error
			return nil
		}
		for err == bufio.ErrBufferFull { // a path of any length: only the name before it counts
			line = slices.Clone(line[:min(len(line), 64)])
			_, err = lines.ReadSlice('\n')
		}
		id, _, _ := bytes.Cut(bytes.TrimSuffix(line, []byte("\n")), []byte(" "))
		if !plumbing.ValidOID(postmortems.OID(id)) {
			return fault.Newf(fault.Internal, "gitrepo.connect", "git rev-list printed %q", line)
		}
		if s.most.objects > 0 && len(s.ids) >= s.most.objects {
			return fault.Newf(fault.TooLarge, "gitrepo.connect", "the push has more than %d objects; push in parts", s.most.objects)
		}
		s.ids = append(s.ids, postmortems.OID(id))
	}
}

// classify reads kind and size of every new object, before any content is read, and
// returns the commits, parents first, and the trees. It fails when the tip is not a
// commit or when the objects exceed the bounds. Sizes come from the objects' headers,
// so the bounds are checked before any is inflated here.
func (s *survey) classify(ctx context.Context) (commits, trees []postmortems.OID, err error) {
	if len(s.ids) == 0 { // nothing new: the tip is in the repository already, of whatever kind
		return nil, nil, s.src.Info(ctx, []postmortems.OID{s.tip}, func(_ int, o plumbing.Object) error {
			if o.Kind != plumbing.CommitObject {
				return errNoCommit()
			}
			return nil
		})
	}
	err = s.src.Info(ctx, s.ids, func(_ int, o plumbing.Object) error {
		if s.bytes += o.Size; s.most.bytes > 0 && s.bytes > s.most.bytes {
			return fault.Newf(fault.TooLarge, "gitrepo.classify",
				"the push has more than %d bytes unpacked; keep large data elsewhere, or push in parts", s.most.bytes)
		}
		switch o.Kind {
		case plumbing.CommitObject:
			commits = append(commits, o.ID)
		case plumbing.TreeObject:
			trees = append(trees, o.ID)
		case plumbing.BlobObject:
			s.sizes[o.ID] = o.Size
		default:
			return fault.Newf(fault.Invalid, "gitrepo.classify", "a branch cannot name a %s; push the commit itself", o.Kind)
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	if s.most.commits > 0 && len(commits) > s.most.commits {
		return nil, nil, fault.Newf(fault.TooLarge, "gitrepo.classify",
			"the push has %d commits; %d are allowed: push in parts, or let an administrator import the history", len(commits), s.most.commits)
	}
	if len(commits) == 0 || commits[0] != s.tip {
		return nil, nil, errNoCommit()
	}
	slices.Reverse(commits) // parents first
	return commits, trees, nil
}

// Tags and blobs can be pushed to a branch by hand.
func errNoCommit() error {
	return fault.New(fault.Invalid, "gitrepo.classify", "a branch can only name a commit")
}

// read parses the new commits and trees. commits must be parents first. Trees are only
// loaded into the cache, which the comparisons then use.
func (s *survey) read(ctx context.Context, commits, newTrees []postmortems.OID) error {
	err := s.src.Contents(ctx, commits, maxTree, func(_ int, o plumbing.Object) error {
		c, err := plumbing.ParseCommit(o.Data)
		if err != nil {
			return fault.Wrap(fault.Invalid, "gitrepo.read", fmt.Sprintf("commit %.10s is damaged", o.ID), err)
		}
		if len(c.Parents) > maxParents {
			return fault.Newf(fault.Invalid, "gitrepo.read", "commit %.10s merges %d others; %d are allowed", o.ID, len(c.Parents), maxParents)
		}
		s.byID[o.ID] = len(s.commits)
		s.commits = append(s.commits, commit{id: o.ID, Commit: c})
		return nil
	})
	if err != nil {
		return err
	}
	return s.trees.load(ctx, newTrees, func(postmortems.OID, []plumbing.Entry) {})
}

// run does the whole survey of a push. Afterwards every commit has its changes. It must
// be called after connect. The paths of every commit are measured, not only those of
// the tip: a clone checks out any of them.
func (s *survey) run(ctx context.Context) error {
	commits, newTrees, err := s.classify(ctx)
	if err != nil {
		return err
	}
	if err := s.read(ctx, commits, newTrees); err != nil {
		return err
	}
	if s.most.paths > 0 {
		for i := range s.commits {
			if err := s.repo.measure(ctx, s.trees, s.commits[i].Tree, s.most.paths); err != nil {
				return err
			}
		}
	}
	return s.compare(ctx)
}

// compare computes what each commit changed relative to its parents. Renames of all
// commits are found in one run of git. For merges none are looked for, since each
// change there has several origins. left bounds the changes of all commits together.
func (s *survey) compare(ctx context.Context) error {
	// The largest int: no bound.
	left := int(^uint(0) >> 1)
	if s.most.changes > 0 {
		left = commitChanges * s.most.changes
	}
	roots, err := s.parentTrees(ctx)
	if err != nil {
		return err
	}
	var renames []*comparison
	for i := range s.commits {
		c := &s.commits[i]
		var parents []postmortems.OID
		for _, p := range c.Parents {
			parents = append(parents, roots[p])
		}
		if len(parents) == 0 {
			parents = []postmortems.OID{""}
		}
		if len(parents) == 1 {
			c.changes, err = s.trees.collect(ctx, parents[0], c.Tree, left)
			renames = append(renames, &comparison{from: parents[0], to: c.Tree, changes: c.changes})
		} else {
			c.changes, err = s.trees.againstAll(ctx, parents, c.Tree, left)
			renames = append(renames, nil)
		}
		if err != nil {
			return err
		}
		left -= len(c.changes)
	}
	pairs := slices.DeleteFunc(slices.Clone(renames), func(c *comparison) bool { return c == nil })
	if err := s.repo.findRenames(ctx, s.env, pairs); err != nil {
		return err
	}
	for i, c := range renames {
		if c != nil {
			s.commits[i].changes = c.changes
		}
	}
	return nil
}
