package library

import (
	"context"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
)

// Tree returns every published path, of documents and other files, with its blob:
// the tree of main as readers see it. Documents that are kept back are not in it. Rows
// that cannot be read are left out.
func (l *Library) Tree(ctx context.Context) (tree map[string]postmortems.OID, err error) {
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		tree = map[string]postmortems.OID{}
		for it, err := range r.Scan(bPath, nil, nil) {
			if err != nil {
				return err
			}
			rec, err := mustRecord(r, string(it.Value))
			if kv.Unreadable(err) {
				continue
			}
			if err != nil {
				return err
			}
			tree[string(it.Key)] = postmortems.OID(rec.Last.Blob)
		}
		for it, err := range r.Scan(bFile, nil, nil) {
			if err != nil {
				return err
			}
			var s storedFile
			if err := decode(r, bFile, it.Key, it.Value, &s); err != nil {
				continue
			}
			tree[string(it.Key)] = postmortems.OID(s.Blob)
		}
		return nil
	})
	return tree, err
}
