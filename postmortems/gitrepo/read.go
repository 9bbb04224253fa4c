package gitrepo

import (
	"context"
	"slices"

	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo/plumbing"
)

// Blob reads the content of one file by its object name. A missing object is a fault
// of kind NotFound. The result belongs to the caller.
func (r *Repo) Blob(ctx context.Context, id postmortems.OID) ([]byte, error) {
	var data []byte
	err := r.Blobs(ctx, []postmortems.OID{id}, func(_ int, b []byte) error {
		data = slices.Clone(b)
		return nil
	})
	return data, err
}

// Blobs reads contents in the order of ids, as postmortems.Content does: the bytes are
// valid only during the call, and fn must not read from the Repo. It uses one of the
// few readers until it returns. A blob of more than maxTree bytes is a fault of kind
// TooLarge.
func (r *Repo) Blobs(ctx context.Context, ids []postmortems.OID, fn func(i int, data []byte) error) error {
	return pooled{r.pool}.Contents(ctx, ids, maxTree, func(i int, o plumbing.Object) error { return fn(i, o.Data) })
}
