package app

import (
	"context"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
)

// folderChanges is what the owner of some folders found in a change set, and how it
// publishes it.
type folderChanges interface {
	// Problems are findings about the owner's files; an Error refuses the push.
	Problems() []postmortems.Problem
	// Lines tell the author what was published, or would be: one line a thing.
	Lines() []string
	// Apply writes what the change set changes. It runs inside the Update that
	// publishes the push and may be run again. It is not called for a draft.
	Apply(w kv.Writer) error
}

// folderOwner judges the files of its own folders (SLOs and services, report
// definitions, synonyms) while they are still in quarantine. Files of other
// folders are none of its business. On a draft it only judges.
type folderOwner func(ctx context.Context, cs postmortems.ChangeSet) (folderChanges, error)

// owners are those of every folder that does not hold documents, in the order
// in which authors read their answers.
func (a *App) owners() []folderOwner {
	return []folderOwner{a.prepareDefinitions, prepareSynonyms, a.prepareReports}
}

// prepareAll asks the owners of all folders about one change set.
func prepareAll(ctx context.Context, cs postmortems.ChangeSet, owners []folderOwner) (parts, error) {
	var all parts
	for _, ask := range owners {
		p, err := ask(ctx, cs)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// parts are the answers of all owners to one change set.
type parts []folderChanges

func (ps parts) problems() (all []postmortems.Problem) {
	for _, p := range ps {
		all = append(all, p.Problems()...)
	}
	return all
}

func (ps parts) lines() (all []string) {
	for _, p := range ps {
		for _, line := range p.Lines() {
			all = append(all, postmortems.Printable(line))
		}
	}
	return all
}

func (ps parts) apply(w kv.Writer) error {
	for _, p := range ps {
		if err := p.Apply(w); err != nil {
			return err
		}
	}
	return nil
}

// prepareDefinitions is the folderOwner of slos/ and services/.
func (a *App) prepareDefinitions(ctx context.Context, cs postmortems.ChangeSet) (folderChanges, error) {
	p, err := a.catalog.Prepare(ctx, cs)
	if err != nil {
		return nil, err // not p: a nil *Prepared would be a folderChanges that is not nil
	}
	return p, nil
}
