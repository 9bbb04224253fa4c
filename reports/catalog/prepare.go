package catalog

import (
	"context"
	"slices"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/slo/openslo"
)

// A push is checked against the whole tree as it would be after it, because
// files refer to each other: a removed service leaves SLOs without an
// owner. Problems that existed before the push and are not in its files are
// not reported again.

// files are the definition files of a tree, by path.
type files map[string][]byte

// loadFiles returns the stored files.
func loadFiles(r kv.Reader) (files, error) {
	out := files{}
	for item, err := range r.Scan(bFile, nil, nil) {
		if err != nil {
			return nil, err
		}
		out[string(item.Key)] = append([]byte{}, item.Value...)
	}
	return out, nil
}

// parseAll parses files, in no particular order. problems are those of single files,
// without the ones that Link finds. It returns fault.Timeout if ctx ends first.
func parseAll(ctx context.Context, fs files) (out []openslo.File, problems []postmortems.Problem, err error) {
	for path, data := range fs {
		if err := ctx.Err(); err != nil {
			return nil, nil, fault.Wrap(fault.Timeout, "catalog.Prepare", "the check was cut short; push again", err)
		}
		f, found := openslo.Parse(path, data)
		out, problems = append(out, f), append(problems, found...)
	}
	return out, problems, nil
}

// Prepared is a checked change set, ready to be applied.
type Prepared struct {
	cs       postmortems.ChangeSet
	changed  files    // new content of changed paths
	removed  []string // paths
	before   openslo.Set
	after    openslo.Set
	problems []postmortems.Problem
}

// Prepare checks what a push does to services and SLOs. It reads only the changed files
// from the push; the others are those of main. Errors of the files are in Problems; an
// error means that the check could not be made. The result is valid while main is the
// commit that the change set starts from.
func (c *Catalog) Prepare(ctx context.Context, cs postmortems.ChangeSet) (*Prepared, error) {
	p := &Prepared{cs: cs, changed: files{}}
	if err := p.read(ctx); err != nil {
		return nil, err
	}
	if len(p.changed) == 0 && len(p.removed) == 0 {
		return p, nil
	}
	base := files{}
	if cs.Old != "" {
		err := c.db.View(ctx, func(r kv.Reader) (err error) {
			base, err = loadFiles(kv.Strict(r)) // a missing file would look like a removed SLO
			return err
		})
		if err != nil {
			return nil, fault.Wrap(fault.Internal, "catalog.Prepare", "", err)
		}
	}
	return p, p.check(ctx, base)
}

// read collects the definition files of the change set. A renamed file is removed under
// its old path; one that is renamed to a path outside of the folder is only removed.
func (p *Prepared) read(ctx context.Context) error {
	var paths []string
	var blobs []postmortems.OID
	for _, c := range p.cs.Net {
		if c.From != "" && c.From != c.Path && openslo.IsDefinition(c.From) {
			p.removed = append(p.removed, c.From)
		}
		switch {
		case !openslo.IsDefinition(c.Path):
		case c.Status == postmortems.Deleted:
			p.removed = append(p.removed, c.Path)
		default:
			paths, blobs = append(paths, c.Path), append(blobs, c.Blob)
		}
	}
	if len(blobs) == 0 {
		return nil
	}
	err := p.cs.Content.Blobs(ctx, blobs, func(i int, data []byte) error {
		p.changed[paths[i]] = append([]byte{}, data...)
		return nil
	})
	return fault.Wrap(fault.Internal, "catalog.Prepare", "the definitions cannot be read", err)
}

// check parses the tree as it would be after the push. It reports problems
// of the changed files, and new problems that the change causes in others.
func (p *Prepared) check(ctx context.Context, base files) error {
	old, _, err := parseAll(ctx, base)
	if err != nil {
		return err
	}
	var known []postmortems.Problem
	p.before, known = openslo.Link(old)
	// What remains are the files that the push does not touch.
	for _, path := range p.removed {
		delete(base, path)
	}
	for path := range p.changed {
		delete(base, path)
	}
	kept, _, err := parseAll(ctx, base) // again, because Link modifies parsed files
	if err != nil {
		return err
	}
	pushed, problems, err := parseAll(ctx, p.changed)
	if err != nil {
		return err
	}
	p.problems = problems
	broken := postmortems.HasError(p.problems)
	before := make(map[postmortems.Problem]bool, len(known))
	for _, x := range known {
		before[x] = true
	}
	var linked []postmortems.Problem
	p.after, linked = openslo.Link(append(kept, pushed...))
	for _, x := range linked {
		_, ours := p.changed[x.Path]
		// A file that cannot be parsed defines nothing: references to it are
		// not reported.
		if ours && (!broken || x.Weight == postmortems.Error) || !ours && !broken && !before[x] {
			p.problems = append(p.problems, x)
		}
	}
	slices.SortStableFunc(p.problems, func(a, b postmortems.Problem) int {
		if n := strings.Compare(a.Path, b.Path); n != 0 {
			return n
		}
		return a.Line - b.Line
	})
	return nil
}

// Problems returns the findings; an Error refuses the push.
func (p *Prepared) Problems() []postmortems.Problem { return p.problems }
