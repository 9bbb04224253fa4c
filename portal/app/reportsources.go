package app

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/catalog"
	"github.com/postern/postern/reports/collect"
	"github.com/postern/postern/reports/feedstore"
)

// reportCatalog implements collect.Catalog.
type reportCatalog struct{ *catalog.Catalog }

// Versions implements collect.Catalog: the definitions of an SLO over time.
func (c reportCatalog) Versions(ctx context.Context, name string) ([]collect.Version, error) {
	history, err := c.History(ctx, name)
	if err != nil {
		return nil, err
	}
	out := make([]collect.Version, 0, len(history))
	for _, v := range history {
		out = append(out, collect.Version{SLO: v.SLO, From: v.From, Gone: v.Gone, What: catalog.Describe(v.SLO)})
	}
	return out, nil
}

// reportKnowledge implements collect.Knowledge over the library and the query log.
type reportKnowledge struct{ a *App }

// Documents implements collect.Knowledge. A document that was removed since it was
// listed is returned without its action items.
func (k reportKnowledge) Documents(ctx context.Context, ids []string) ([]reports.Document, error) {
	records, err := k.a.library.Many(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]reports.Document, 0, len(records))
	for _, r := range records {
		d := reports.Document{ID: r.ID, Title: r.Title, Published: true, Factors: r.Factors}
		// A document in draft or review counts as not published, whichever branch it is
		// on.
		if r.Status == postmortems.StatusDraft || r.Status == postmortems.StatusReview {
			d.Published, d.State = false, string(r.Status)
		}
		page, err := k.a.library.Page(ctx, r.ID, "")
		switch kind := fault.KindOf(err); {
		case err == nil:
			d.Ranked = ranking(page.Document.Actions)
		case kind != fault.NotFound && kind != fault.Gone: // removed since Many
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// ranking counts action items by priority. P0 is the state of the most open P0 item.
func ranking(items []postmortems.Action) *reports.Ranking {
	out := &reports.Ranking{Items: len(items)}
	weight := map[string]int{"": 0, "dropped": 1, "done": 2, "open": 3}
	for _, i := range items {
		state := cmp.Or(i.Status, "open")
		switch {
		case i.Priority == "":
			out.Unranked++
		case strings.EqualFold(i.Priority, "P0") && weight[state] > weight[out.P0]:
			out.P0 = state
		}
	}
	return out
}

// Drafts implements collect.Knowledge: the drafts of post-mortems that name an
// incident.
func (k reportKnowledge) Drafts(ctx context.Context) (out []reports.Draft, err error) {
	all, err := k.a.drafts.all(ctx)
	for _, d := range all {
		out = append(out, reports.Draft{Refs: d.refs, Link: d.Address})
	}
	return out, err
}

// mostActions bounds the action items of a report. Further ones are left out.
const mostActions = 2000

// Actions implements collect.Knowledge. An item was opened on the date of its document.
// Its key is its id, or its text without one.
func (k reportKnowledge) Actions(ctx context.Context) ([]reports.Action, error) {
	items, err := k.a.library.Actions(ctx, library.ActionFilter{Limit: mostActions})
	if err != nil {
		return nil, err
	}
	out := make([]reports.Action, 0, len(items))
	for _, i := range items {
		status := i.Action.Status
		if status == "" {
			status = "open"
		}
		key := i.Action.ID
		if key == "" {
			key = i.Action.Text
		}
		out = append(out, reports.Action{
			Key: i.Document.ID + "/" + key, Text: i.Action.Text, Owner: i.Action.Owner, Services: i.Document.Services, Document: i.Document.ID,
			DocumentTitle: i.Document.Title, Opened: i.Document.Date, Due: i.Action.Due, DoneAt: i.Action.DoneAt, Status: status,
			Priority: i.Action.Priority,
		})
	}
	return out, nil
}

// Gaps implements collect.Knowledge: the queries without a result.
func (k reportKnowledge) Gaps(ctx context.Context, from, to time.Time) ([]reports.Search, error) {
	gaps, err := k.a.queries.Gaps(ctx, from, to)
	if err != nil {
		return nil, err
	}
	var out []reports.Search
	for _, g := range gaps.Gaps {
		if g.Empty > 0 {
			out = append(out, reports.Search{Query: g.Query, Count: g.Empty})
		}
	}
	return out, nil
}

// reportFeeds implements collect.Feeds.
type reportFeeds struct{ *feedstore.Store }

// Feeds implements collect.Feeds: the quality of each feed, and how many facts were
// truncated.
func (f reportFeeds) Feeds(ctx context.Context, from, to time.Time) (all []reports.Feed, truncated int, err error) {
	q, err := f.Quality(ctx, from, to)
	if err != nil {
		return nil, 0, fault.Wrap(fault.Internal, "app.feeds", "", err)
	}
	for _, s := range q.Sources {
		all = append(all, reports.Feed{Name: s.Name, Format: s.Format, Accepted: int(s.Accepted), Rejected: int(s.Rejected),
			Unkept: int(s.NotStored), OverBudget: int(s.OverBudget), Skew: s.Skew})
		truncated += int(s.Truncated)
	}
	return all, truncated, nil
}
