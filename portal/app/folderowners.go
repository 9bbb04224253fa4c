package app

import (
	"context"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
)

// folderChanges is what a push changes in the folders of one owner: findings about the
// files, and the code that publishes them.
type folderChanges interface {
	// Problems returns the findings about the owner's files; an Error refuses the push.
	Problems() []postmortems.Problem
	// Lines returns one line for the author for each thing that was published, or would
	// be.
	Lines() []string
	// Apply writes what the push changes. It runs inside the transaction that publishes
	// the push and may run again. It is not called for a draft.
	Apply(w kv.Writer) error
}

// folderOwner checks the files of its own folders (SLOs and services, report
// definitions, synonyms) while their objects are still in quarantine. It ignores the
// files of other folders.
type folderOwner func(ctx context.Context, cs postmortems.ChangeSet) (folderChanges, error)

// owners returns the owners of the folders that do not hold documents, in the order in
// which authors read their lines.
func (a *App) owners() []folderOwner {
	return []folderOwner{a.prepareDefinitions, prepareSynonyms, a.prepareReports}
}

// prepareAll lets every owner check one change set. The first error ends it: it is one
// of the database or the repository, not a finding.
func prepareAll(ctx context.Context, cs postmortems.ChangeSet, owners []folderOwner) (parts, error) {
	var all parts
	for _, prepare := range owners {
		p, err := prepare(ctx, cs)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// parts are the folder changes of one push, one for each owner.
type parts []folderChanges

// problems returns the findings of all owners, in the order of the owners.
func (ps parts) problems() (all []postmortems.Problem) {
	for _, p := range ps {
		all = append(all, p.Problems()...)
	}
	return all
}

// lines returns the lines of all owners without control characters: file names are the
// author's.
func (ps parts) lines() (all []string) {
	for _, p := range ps {
		for _, line := range p.Lines() {
			all = append(all, postmortems.Printable(line))
		}
	}
	return all
}

// apply writes the changes of all owners inside the transaction of the push. The first
// error ends it, and the transaction is rolled back.
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
