package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/reports/catalog"
	"github.com/postern/postern/reports/reportstore"
)

// TreeFile is one file of a working tree.
type TreeFile struct {
	Path string // in the repository
	Size int64
	Read func() ([]byte, error)
}

// Tree is a working tree that is checked like the first push of its files. It is also
// the postmortems.Content of that push.
type Tree struct {
	Files    []TreeFile
	Asked    func(path string) bool // selects the files whose findings are wanted; the others only resolve references
	Policy   postmortems.Policy
	Renderer postmortems.BodyRenderer
	Zone     string // time zone of the built-in reports
	Now      time.Time
	Workers  int // documents that are compiled at the same time
}

// LintResult is the answer that a push of a tree would get, as far as the files
// determine it.
type LintResult struct {
	Problems []postmortems.Problem // of the selected files, broken links included
	KeptBack []postmortems.KeptBackDocument
}

// LintTree checks a tree with the code that checks pushes, against an empty portal in a
// temporary folder. Recipients of reports are not checked: only a running portal knows
// its channels. Nothing is published, and the folder is removed. An error means that
// the check could not be made; findings are in the result.
func LintTree(ctx context.Context, tree Tree) (LintResult, error) {
	const op = "app.LintTree"
	dir, err := os.MkdirTemp("", "postern-lint-*")
	if err != nil {
		return LintResult{}, fault.Wrap(fault.Internal, op, "a temporary folder cannot be made", err)
	}
	db, err := boltkv.Open(ctx, filepath.Join(dir, databaseName), boltkv.Options{
		Schemas: []kv.Schema{library.Schema(), catalog.Schema(), reportstore.Schema()}, Now: func() time.Time { return tree.Now },
	})
	if err != nil {
		return LintResult{}, errors.Join(err, os.RemoveAll(dir))
	}
	out, err := tree.lint(ctx, db)
	return out, errors.Join(err, db.Close(), os.RemoveAll(dir))
}

// lint prepares a push of the tree and returns its findings for the selected files.
// Broken links, of which a push only informs, are problems here.
func (t Tree) lint(ctx context.Context, db kv.DB) (out LintResult, err error) {
	definitions := catalog.New(db)
	// The owners are those of a portal except for reports, which would need its
	// channels.
	p := publisher{
		db: db,
		library: library.New(library.Options{
			DB: db, Renderer: partly{t}, Content: t, Policy: func() postmortems.Policy { return t.Policy },
			Log: slog.New(slog.DiscardHandler), Workers: t.Workers,
		}),
		owners: []folderOwner{
			func(ctx context.Context, cs postmortems.ChangeSet) (folderChanges, error) {
				return definitions.Prepare(ctx, cs)
			},
			prepareSynonyms,
			func(ctx context.Context, cs postmortems.ChangeSet) (folderChanges, error) {
				return checkReports(ctx, cs, nil, t.Zone)
			},
		},
	}
	x, err := p.prepare(ctx, t.changeSet(), func(string) {})
	if err != nil {
		return out, err
	}
	problems := x.problems()
	for _, l := range slices.Compact(x.docs.Receipt.Broken) {
		problems = append(problems, l.Problem())
	}
	for _, problem := range problems {
		if t.Asked(problem.Path) {
			out.Problems = append(out.Problems, problem)
		}
	}
	for _, d := range x.docs.Receipt.KeptBack {
		if t.Asked(d.Path) {
			out.KeptBack = append(out.KeptBack, d)
		}
	}
	return out, nil
}

// changeSet returns a first push of the tree in one commit. Object names are the
// numbers of the files, so that nothing is hashed and Blobs finds a file without a map.
func (t Tree) changeSet() postmortems.ChangeSet {
	changes := make([]postmortems.Change, len(t.Files))
	for i, f := range t.Files {
		changes[i] = postmortems.Change{Status: postmortems.Added, Path: f.Path, Blob: treeOID(i + 1), Size: f.Size}
	}
	who := postmortems.Signature{Name: "lint", When: t.Now}
	commit := postmortems.Commit{ID: treeOID(0), Author: who, Committer: who, Changes: changes}
	return postmortems.ChangeSet{
		Branch: mainBranch, New: commit.ID, Pusher: postmortems.Pusher{Name: who.Name}, At: t.Now,
		Commits: []postmortems.Commit{commit}, Net: changes, Content: t,
	}
}

// treeOID returns the object name of the file with the number n; 0 is the commit.
func treeOID(n int) postmortems.OID { return postmortems.OID(fmt.Sprintf("%040x", n)) }

// Blobs implements postmortems.Content. A file that cannot be read is fault.NotFound
// with its path.
func (t Tree) Blobs(_ context.Context, ids []postmortems.OID, fn func(i int, data []byte) error) error {
	for i, id := range ids {
		var n int
		if _, err := fmt.Sscanf(string(id), "%x", &n); err != nil || n < 1 || n > len(t.Files) {
			return fault.Newf(fault.Internal, "app.LintTree", "object %s is no file of the tree", id)
		}
		data, err := t.Files[n-1].Read()
		if err != nil {
			return fault.Wrap(fault.NotFound, "app.LintTree", t.Files[n-1].Path+" cannot be read", err)
		}
		if err := fn(i, data); err != nil {
			return err
		}
	}
	return nil
}

// partly renders the selected files. Links to the other documents need only their
// title, so that linting one file of a large repository stays fast.
type partly struct{ tree Tree }

// RenderBody implements postmortems.BodyRenderer.
func (p partly) RenderBody(ctx context.Context, in postmortems.BodyInput) (postmortems.Body, []postmortems.Problem, error) {
	if p.tree.Asked(in.Path) {
		return p.tree.Renderer.RenderBody(ctx, in)
	}
	return postmortems.Body{H1: plainTitle(in.Markdown)}, nil, nil
}

// titleLine matches a heading of level 1 in both of its forms; one group has the text.
var titleLine = regexp.MustCompile(`(?m)^ {0,3}#[ \t]+(.+?)[ \t#]*$|^([^\n#>|-][^\n]*)\n=+[ \t]*$`)

// plainTitle returns the first heading of Markdown, precise enough to resolve a wiki
// link: "# Title" or a line over "===". Headings in code blocks are taken for one. ""
// is none.
func plainTitle(markdown []byte) string {
	m := titleLine.FindSubmatch(markdown)
	if m == nil {
		return ""
	}
	return strings.Trim(string(bytes.Join(m[1:], nil)), "*_` \t")
}
