package app

import (
	"context"

	"github.com/postern/postern/postmortems"
)

// ownDefinitions is the folderOwner of slos/ and services/.
func (a *App) ownDefinitions(ctx context.Context, cs postmortems.ChangeSet) (judged, error) {
	p, err := a.catalog.Prepare(ctx, cs)
	if err != nil {
		return nil, err // not p: a nil *Prepared would be a judged that is not nil
	}
	return p, nil
}
