package app

import (
	"context"
	"net/url"
	"slices"
	"sync"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/incidentparts"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/reports/incident"
)

// Bounds of what is read of drafts to find their incidents, far beyond what a team
// writes at one time.
const (
	draftsRead    = 200 // branches, the newest first
	draftFindings = 20  // post-mortems of one branch
)

// draftPostmortems finds pushed drafts of post-mortems by their incident. Every state
// of a branch is read once: an incident page and a report need all drafts, which change
// rarely.
type draftPostmortems struct {
	library *library.Library

	mu   sync.Mutex
	read map[string]branchRead // by branch
}

// branchRead is what one state of a branch holds.
type branchRead struct {
	tip   postmortems.OID
	found []draftOf
}

// draftOf is a draft and the references of its incident: its own name and aliases.
type draftOf struct {
	incidentparts.DraftPostmortem
	refs []string
}

// all returns the post-mortems on drafts that name an incident, at most those of
// draftsRead branches. It holds the lock while it reads, so that concurrent callers
// read a branch once. Branches that are gone leave the cache.
func (d *draftPostmortems) all(ctx context.Context) ([]draftOf, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	drafts, err := d.library.Drafts(ctx)
	if err != nil {
		return nil, err
	}
	now := map[string]branchRead{}
	var out []draftOf
	for _, draft := range drafts[:min(len(drafts), draftsRead)] {
		known, ok := d.read[draft.Branch]
		if !ok || known.tip != draft.Tip {
			if known, err = d.branch(ctx, draft); err != nil {
				return nil, err
			}
		}
		now[draft.Branch] = known
		out = append(out, known.found...)
	}
	d.read = now
	return out, nil
}

// branch reads the post-mortems that a branch adds or changes, at most draftFindings of
// them. Documents that are removed meanwhile are skipped.
func (d *draftPostmortems) branch(ctx context.Context, draft library.Draft) (branchRead, error) {
	out := branchRead{tip: draft.Tip}
	for _, ch := range draft.Changed {
		if ch.Kind != postmortems.Postmortem || ch.Status == postmortems.Deleted || len(out.found) == draftFindings {
			continue
		}
		page, err := d.library.DraftPage(ctx, draft.Branch, ch.Address)
		if kind := fault.KindOf(err); err != nil && (kind == fault.NotFound || kind == fault.Gone) {
			continue // the branch was pushed again since it was listed
		}
		if err != nil {
			return out, err
		}
		in := page.Document.Front.Incident
		if refs := slices.DeleteFunc(append([]string{in.Ref}, in.Aliases...), func(ref string) bool { return ref == "" }); len(refs) > 0 {
			out.found = append(out.found, draftOf{refs: refs, DraftPostmortem: incidentparts.DraftPostmortem{
				Title: page.Document.Title, Branch: draft.Branch, Address: (&url.URL{Path: "/drafts/" + draft.Branch}).EscapedPath() + ch.Address,
			}})
		}
	}
	return out, nil
}

// of returns the drafts about one incident: those that share a reference with any of
// its sources. A draft is not merged into the incident before it is published.
func (d *draftPostmortems) of(ctx context.Context, in incident.Incident) ([]incidentparts.DraftPostmortem, error) {
	all, err := d.all(ctx)
	if err != nil {
		return nil, err
	}
	var out []incidentparts.DraftPostmortem
	for _, draft := range all {
		if slices.ContainsFunc(draft.refs, func(ref string) bool { return slices.Contains(in.Refs, ref) }) {
			out = append(out, draft.DraftPostmortem)
		}
	}
	return out, nil
}
