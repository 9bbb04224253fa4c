package app

import (
	"context"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/gitrepo"
	"github.com/postern/postern/postmortems/markdown/sandbox"
)

// publisherOf is the publisher of an App: the repository is opened before the
// portal knows its own address, which the answers name.
type publisherOf struct{ a *App }

// Prepare implements gitrepo.Publisher.
func (p publisherOf) Prepare(ctx context.Context, cs postmortems.ChangeSet, say func(string)) (gitrepo.Prepared, error) {
	if p.a.url == nil {
		return nil, fault.New(fault.Unavailable, "app.push", "the portal is starting; push again in a moment")
	}
	// Its documents wait for a worker of their own at most, not for those of others.
	return p.publisher().Prepare(sandbox.WithParty(ctx), cs, say)
}

// publisher asks the owners that the App has opened.
func (p publisherOf) publisher() *publisher {
	return &publisher{
		db: p.a.db, library: p.a.library, owners: p.a.owners(), audit: p.a.audit, baseURL: p.a.URL(),
		indexed: p.a.indexed, phase: p.a.metrics.Phase,
	}
}
