package app

import (
	"context"
	"sync"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/reports/incident"
)

// postmortemSources returns each published post-mortem as a source of its incident. A
// document is read once for each revision: folding needs the sources of all documents,
// of which a push changes a few.
type postmortemSources struct {
	library *library.Library

	mu   sync.Mutex
	read map[string]revisionSource // by document id
}

// revisionSource is what one revision states about an incident; nil when it is about
// none.
type revisionSource struct {
	commit postmortems.OID
	voice  *incident.Record
}

// Seq implements signals.Documents. It changes with every change of the library, and
// signals calls Voices again when it does.
func (p *postmortemSources) Seq(ctx context.Context) (uint64, error) { return p.library.Seq(ctx) }

// Voices implements signals.Documents: the sources of all published post-mortems,
// archived ones included, in the order of the list. The lock is held while documents
// are read.
func (p *postmortemSources) Voices(ctx context.Context) ([]incident.Record, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []incident.Record
	now := map[string]revisionSource{}
	filter := library.Filter{Kind: postmortems.Postmortem, Archived: true, Limit: 500}
	for {
		records, next, err := p.library.List(ctx, filter)
		if err != nil {
			return nil, err
		}
		for _, r := range records {
			known, ok := p.read[r.ID]
			if !ok || known.commit != r.Revision.Commit {
				if known, err = p.revision(ctx, r); err != nil {
					return nil, err
				}
			}
			now[r.ID] = known
			if known.voice != nil {
				out = append(out, *known.voice)
			}
		}
		if filter.Cursor = next; next == "" {
			p.read = now
			return out, nil
		}
	}
}

// Has implements signals.Documents: it reports whether a document with the id is
// published.
func (p *postmortemSources) Has(ctx context.Context, id string) (bool, error) {
	found, err := p.library.ByID(ctx, id)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return false, nil
	}
	return found.Record != nil, err
}

// revision reads one revision. A document that was removed since it was listed states
// nothing; one that cannot be read is not cached and is read again next time.
func (p *postmortemSources) revision(ctx context.Context, r library.Record) (revisionSource, error) {
	page, err := p.library.Page(ctx, r.ID, "")
	if kind := fault.KindOf(err); err != nil && (kind == fault.NotFound || kind == fault.Gone) {
		return revisionSource{commit: r.Revision.Commit}, nil // removed since it was listed
	}
	if kv.Unreadable(err) {
		return revisionSource{}, nil // every page reports it; read again next time
	}
	if err != nil {
		return revisionSource{}, err
	}
	return revisionSource{r.Revision.Commit, sourceOf(page.Record, page.Document.Front)}, nil
}

// sourceOf returns what a front matter states about its incident; nil when it names
// neither the incident nor a time. A document without a reference is its own.
func sourceOf(r library.Record, f postmortems.FrontMatter) *incident.Record {
	v := &incident.Record{
		Source: "postmortem:" + r.ID, Form: "postmortem", Ref: f.Incident.Ref, Aliases: f.Incident.Aliases,
		Rev: int64(r.Revision.Number), At: r.Revision.At, Title: r.Title, Severity: f.Incident.Severity, RawSeverity: f.Incident.RawSeverity,
		Services: f.Incident.Services, Environment: f.Incident.Environment, URL: r.Address, DetectedBy: f.Incident.DetectedBy,
		Times: milestonesOf(f.Times), DuplicateOf: f.Incident.DuplicateOf, PostmortemID: r.ID, Alerts: f.Alerts,
	}
	if f.ChangeRef != "" {
		v.Changes = []string{f.ChangeRef}
	}
	for _, s := range f.Impact.SLO {
		v.SLOs = append(v.SLOs, s.Ref)
	}
	if v.Ref == "" && len(v.Times) == 0 {
		return nil
	}
	if v.Ref == "" {
		// Without a reference the document is the only source of its incident.
		v.Ref = r.ID
	}
	return v
}

// milestonesOf returns the times of a front matter by milestone, without the unknown
// ones. A time of which only the day is known is marked, so that no duration is
// computed from it.
func milestonesOf(t postmortems.Times) map[incident.Milestone]incident.Moment {
	out := map[incident.Milestone]incident.Moment{}
	for m, at := range map[incident.Milestone]postmortems.Instant{
		incident.Started: t.Started, incident.Detected: t.Detected, incident.Acknowledged: t.Acknowledged, incident.Diagnosed: t.Diagnosed,
		incident.Mitigated: t.Mitigated, incident.Recovered: t.Recovered, incident.Resolved: t.Resolved,
	} {
		if at.Known() {
			out[m] = incident.Moment{At: at.At, DayOnly: at.Precision == postmortems.Day}
		}
	}
	return out
}
