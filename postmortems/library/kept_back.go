package library

import (
	"context"
	"time"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
)

// keyKeptBack is the row of library.meta with the format in which the published documents
// were last searched for those that their authors keep back.
//
// History: 1, the first.
const (
	keyKeptBack  = "kept-back"
	formKeptBack = "1"
)

// keepBack treats a document of the tip as absent: what was published of it is removed.
// A document that was published before is then found by findRemoved, since it is not
// among p.docs.
func (p *plan) keepBack(ch postmortems.Change, reason string) {
	p.kept = append(p.kept, ch)
	p.receipt.KeptBack = append(p.receipt.KeptBack, postmortems.KeptBackDocument{Path: ch.Path, Reason: reason})
}

// net returns the change set as readers see it: without documents that are kept back. A
// kept-back document counts as deleted at its path, and if it was renamed at its former
// path as well.
func (p *plan) net() []postmortems.Change {
	kept := map[string]bool{}
	for _, ch := range p.kept {
		kept[ch.Path] = true
	}
	out := make([]postmortems.Change, 0, len(p.cs.Net))
	for _, ch := range p.cs.Net {
		if !kept[ch.Path] || ch.Status == postmortems.Deleted {
			out = append(out, ch)
			continue
		}
		if ch.Status == postmortems.Renamed {
			out = append(out, postmortems.Change{Status: postmortems.Deleted, Path: ch.From})
		}
		out = append(out, postmortems.Change{Status: postmortems.Deleted, Path: ch.Path})
	}
	return out
}

// restoreIDs gives a document that was published, then kept back, and is published
// again its former id, so that its permanent address and its revisions continue. It
// runs after identify, which takes such a document for new: git shows it as modified,
// but no published document is at its path. An id that another document has meanwhile
// is not given back.
func (p *plan) restoreIDs(r kv.Reader, _ *lineage) error {
	taken := map[string]bool{}
	for _, m := range p.docs {
		taken[m.id] = true
	}
	for _, m := range p.docs {
		if m.oldID != "" || m.change.Status != postmortems.Modified {
			continue
		}
		id, err := r.Get(bGone, []byte(canonical(postmortems.Address(m.change.Path))))
		if err != nil {
			return err
		}
		if id == nil || taken[string(id)] {
			continue
		}
		if _, published, err := loadRecord(r, string(id)); err != nil {
			return err
		} else if published {
			continue
		}
		m.id, m.created = string(id), origin{}
		taken[m.id] = true
	}
	return nil
}

// WithdrawKeptBack removes published documents that their authors keep back, which
// earlier versions of the program published, and returns their paths. It reads every
// document, once per database. The portal calls it while it starts. The removals have
// no commit of their own and name "postern" as pusher. A second call returns nothing.
// Each removal is logged, so that indexes follow.
func (l *Library) WithdrawKeptBack(ctx context.Context, now time.Time) (paths []string, err error) {
	var records []removal
	p := plan{}
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		form, err := r.Get(bMeta, []byte(keyKeptBack))
		if err != nil || string(form) == formKeptBack {
			return err
		}
		published, err := r.Get(bMeta, []byte("published"))
		p.cs = postmortems.ChangeSet{New: postmortems.OID(published), At: now, Pusher: postmortems.Pusher{Name: "postern"}}
		if err == nil {
			records, err = allRecords(r)
		}
		return err
	})
	// The zero time means that the row of library.meta was up to date.
	if err != nil || p.cs.At.IsZero() {
		return nil, err
	}
	ids := make([]postmortems.OID, len(records))
	for i, x := range records {
		ids[i] = postmortems.OID(x.old.Last.Blob)
	}
	if len(ids) > 0 {
		err = l.opt.Content.Blobs(ctx, ids, func(i int, src []byte) error {
			if postmortems.KeptBack(records[i].old.Path, src) != "" {
				p.removed = append(p.removed, records[i])
				paths = append(paths, records[i].old.Path)
			}
			return nil
		})
	}
	if err != nil {
		return nil, err
	}
	return paths, l.opt.DB.Update(ctx, func(w kv.Writer) error {
		for _, x := range p.removed {
			if err := p.remove(w, x); err != nil {
				return err
			}
		}
		return w.Put(bMeta, []byte(keyKeptBack), []byte(formKeptBack))
	})
}

// allRecords returns the record of every published document. They are in the order of
// their ids. Records that cannot be read are left out.
func allRecords(r kv.Reader) (out []removal, err error) {
	for item, err := range r.Scan(bRecord, nil, nil) {
		if err != nil {
			return nil, err
		}
		x := removal{id: string(item.Key)}
		if err := decode(r, bRecord, item.Key, item.Value, &x.old); err != nil {
			continue
		}
		out = append(out, x)
	}
	return out, nil
}
