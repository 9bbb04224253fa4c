package gitrepo

import (
	"context"
	"slices"
	"strings"

	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo/plumbing"
)

// change is a changed path with its file modes.
type change struct {
	postmortems.Change
	mode, oldMode uint32
}

// diff compares two trees ("" is the empty tree) and calls emit for each file that
// differs, in git's order. Folders with equal object names are not read. The first
// error of emit ends it. Its cost grows with the changed folders and not with the
// trees. A file that becomes a folder is a deletion and additions.
func (t trees) diff(ctx context.Context, from, to postmortems.OID, emit func(change) error) error {
	d := differ{trees: t, ctx: ctx, emit: emit}
	return d.folder("", from, to)
}

// differ carries what every level of a comparison needs.
type differ struct {
	trees
	ctx  context.Context
	emit func(change) error
}

// prefix is the path of the folder with a slash at its end, "" for the root. Both lists
// are in the order of Entry.Compare, so one pass merges them.
func (d *differ) folder(prefix string, from, to postmortems.OID) error {
	if from == to {
		return nil
	}
	old, err := d.entries(d.ctx, from)
	if err != nil {
		return err
	}
	now, err := d.entries(d.ctx, to)
	if err != nil {
		return err
	}
	for len(old) > 0 || len(now) > 0 {
		var a, b plumbing.Entry // zero: absent
		switch {
		case len(old) == 0:
			b, now = now[0], now[1:]
		case len(now) == 0:
			a, old = old[0], old[1:]
		default:
			c := old[0].Compare(now[0])
			if c <= 0 {
				a, old = old[0], old[1:]
			}
			if c >= 0 {
				b, now = now[0], now[1:]
			}
		}
		if a == b {
			continue
		}
		if err := d.entry(prefix, a, b); err != nil {
			return err
		}
	}
	return nil
}

// entry compares two entries of one name. Entry.Compare keeps files and folders
// apart, so both are of one type or one is absent. The zero Entry is absent.
func (d *differ) entry(prefix string, a, b plumbing.Entry) error {
	name := prefix + a.Name
	if b.Name != "" {
		name = prefix + b.Name
	}
	if a.IsTree() || b.IsTree() {
		return d.folder(name+"/", a.ID, b.ID)
	}
	c := change{mode: b.Mode, oldMode: a.Mode}
	c.Change = postmortems.Change{Status: postmortems.Modified, Path: name, Blob: b.ID, OldBlob: a.ID}
	switch {
	case a.Name == "":
		c.Status = postmortems.Added
	case b.Name == "":
		c.Status = postmortems.Deleted
	}
	return d.emit(c)
}

// collect returns a diff. More than most changes are a fault of kind TooLarge. most is
// at least the length of the result.
func (t trees) collect(ctx context.Context, from, to postmortems.OID, most int) ([]change, error) {
	var list []change
	err := t.diff(ctx, from, to, func(c change) error {
		if len(list) >= most {
			return tooManyChanges(most)
		}
		list = append(list, c)
		return nil
	})
	return list, err
}

// againstAll returns what differs from every parent of a merge; each change is
// described relative to the first parent. These are the changes that the author of the
// merge made; everything else came with a parent. parents must have at least one
// element.
func (t trees) againstAll(ctx context.Context, parents []postmortems.OID, to postmortems.OID, most int) ([]change, error) {
	list, err := t.collect(ctx, parents[0], to, most)
	if err != nil {
		return nil, err
	}
	for _, parent := range parents[1:] {
		differs := map[string]bool{}
		err := t.diff(ctx, parent, to, func(c change) error {
			differs[c.Path] = true
			if len(differs) > most {
				return tooManyChanges(most)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		list = slices.DeleteFunc(list, func(c change) bool { return !differs[c.Path] })
	}
	return list, nil
}

// published returns the changes for a ChangeSet: without those that change only a
// file's mode, sorted by path. The slice is new; list stays as it is.
func published(list []change) []postmortems.Change {
	out := make([]postmortems.Change, 0, len(list))
	for _, c := range list {
		if c.Status != postmortems.Modified || c.Blob != c.OldBlob {
			out = append(out, c.Change)
		}
	}
	slices.SortFunc(out, func(a, b postmortems.Change) int { return strings.Compare(a.Path, b.Path) })
	return out
}
