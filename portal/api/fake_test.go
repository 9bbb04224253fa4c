package api

import (
	"context"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
	"github.com/postern/postern/search"
	"github.com/postern/postern/search/paste"
	"github.com/postern/postern/search/querylog"
	"github.com/postern/postern/search/suggest"
)

// fakeLibrary is a Library of one document in use ("pool", formerly "abc"), one without
// anything but a title ("bare") and one that was removed ("gone").
type fakeLibrary struct {
	filter  library.Filter
	actions library.ActionFilter
}

func at(hour, minute int) time.Time { return time.Date(2026, 10, 3, hour, minute, 0, 0, time.UTC) }

func exact(hour, minute int) postmortems.Instant {
	return postmortems.Instant{At: at(hour, minute), Precision: postmortems.Exact}
}

const (
	firstCommit = postmortems.OID("1111111111111111111111111111111111111111")
	lastCommit  = postmortems.OID("2222222222222222222222222222222222222222")
)

func shownRevision() library.Revision {
	return library.Revision{
		Number: 2, Commit: lastCommit, Blob: "b2", Path: "postmortems/2026/池.md", Title: "Pool ran dry",
		Author:  postmortems.Signature{Name: "Ada", Email: "ada@example.org", When: at(18, 0).In(time.FixedZone("", 2*3600))},
		Subject: "Add the trigger", Pusher: postmortems.Pusher{TokenID: "t1", Name: "ci"}, At: at(18, 5),
	}
}

func record() library.Record {
	return library.Record{
		ID: "pool", Address: "/postmortems/2026/%E6%B1%A0", Path: "postmortems/2026/池.md", Kind: postmortems.Postmortem,
		Title: "Pool ran dry", Status: postmortems.StatusPublished, Date: at(0, 0), Severity: "SEV2",
		Services: []string{"checkout"}, Revision: shownRevision(), Revised: 2,
	}
}

func document() postmortems.Document {
	pct := 12.5
	times := postmortems.Times{
		Started: exact(9, 0), Detected: exact(9, 0), Mitigated: exact(9, 31),
		Resolved: postmortems.Instant{At: at(0, 0), Precision: postmortems.Day},
	}
	return postmortems.Document{
		Path: "postmortems/2026/池.md", Kind: postmortems.Postmortem, Title: "Pool ran dry", Summary: "No connections.",
		Lang: "en", Status: postmortems.StatusPublished, Date: at(0, 0), Durations: postmortems.DurationsOf(times),
		Front: postmortems.FrontMatter{
			Authors: []string{"Ada"}, Tags: []string{"pool"}, Times: times, RootCauses: []string{"A leak <b>"},
			Incident: postmortems.Incident{Ref: "INC-1", Severity: "SEV2", RawSeverity: "P2", Services: []string{"checkout"}},
			Impact:   postmortems.Impact{RequestsPct: &pct, SLO: []postmortems.BudgetSpent{{Ref: "checkout-ok", BurnedPct: 40}}},
			Factors:  []postmortems.Factor{{Tag: "capacity", Text: "Pool of ten"}},
			Extra:    map[string]string{"team": "sre"},
		},
		Timeline: []postmortems.TimelineEntry{{At: exact(9, 0), Raw: "09:00", Text: "Errors", Line: 20}, {Raw: "later", Text: "Calm", Line: 21}},
		Actions:  []postmortems.Action{{Text: "Alert on waits", Owner: "sre", Due: at(0, 0), Status: "open", Line: 30}},
		Body: postmortems.Body{
			HTML: []byte(`<p><a href="postern:0">a</a> <a href="postern:1">b</a></p><h2 id="h-resolution">Resolution</h2><p>Set back, as in <a href="postern:0">a</a>:</p><pre class="code" tabindex="0"><code>deployctl rollback
</code></pre><ol><li>Watch</li><li>Tell</li></ol><h2 id="h-end">End</h2>`),
			Headings: []postmortems.Heading{{Level: 2, Text: "Resolution", Anchor: "h-resolution", Line: 3},
				{Level: 2, Text: "End", Anchor: "h-end", Line: 12}},
			Links: []postmortems.Link{{Raw: "../a.md", Line: 12, Col: 3}, {Raw: "none.md", Line: 13, Col: 5}},
		},
	}
}

func (s *fakeLibrary) ByID(_ context.Context, id string) (library.Found, error) {
	switch id {
	case "pool", "abc":
		r := record()
		return library.Found{Record: &r}, nil
	case "bare":
		return library.Found{Record: &library.Record{ID: "bare"}}, nil
	case "gone":
		return library.Found{Gone: &library.Gone{ID: "gone", Last: shownRevision()}}, nil
	case "broken":
		return library.Found{}, fault.Wrap(fault.Internal, "library", "", context.DeadlineExceeded)
	}
	return library.Found{}, fault.New(fault.NotFound, "library", "there is no document here")
}

func (s *fakeLibrary) Page(_ context.Context, id string, rev postmortems.OID) (library.Page, error) {
	if id == "bare" {
		return library.Page{
			Record:   library.Record{ID: "bare", Address: "/guides/bare", Date: at(0, 0)},
			Shown:    library.Revision{Number: 1, Commit: firstCommit, Path: "guides/bare.md"},
			Document: postmortems.Document{Kind: postmortems.Guide, Title: "Bare", Lang: "en", Status: postmortems.StatusPublished},
		}, nil
	}
	if !strings.HasPrefix(string(lastCommit), string(rev)) {
		return library.Page{}, fault.New(fault.NotFound, "library", "there is no revision of this document here")
	}
	p := library.Page{Record: record(), Shown: shownRevision(), Document: document(),
		Links: []library.ResolvedLink{{Address: "/guides/a?x&y#h-b"}, {Broken: true}}}
	if id == "gone" {
		p.Record = library.Record{ID: "gone"}
	}
	return p, nil
}

func (s *fakeLibrary) Source(context.Context, postmortems.OID) ([]byte, error) {
	return []byte("# Pool ran dry\n\n## Resolution\n\nSet back, as in [a](../a.md):\n\n```\ndeployctl rollback\n```\n1. Watch\n2. " +
		"Tell\n## End\n"), nil
}

func (s *fakeLibrary) List(_ context.Context, f library.Filter) ([]library.Record, string, error) {
	s.filter = f
	if f.Tag == "none" {
		return nil, "", nil
	}
	return []library.Record{record(), {ID: "bare", Kind: postmortems.Guide, Title: "Bare", Address: "/guides/bare",
		Status: postmortems.StatusDraft}}, "bmV4dA", nil
}

func (s *fakeLibrary) ListActions(_ context.Context, f library.ActionFilter) ([]library.ActionItem, string, error) {
	s.actions = f
	if f.Owner == "nobody" {
		return nil, "", nil
	}
	late := postmortems.Action{ID: "A1", Text: "Alert on waits", Type: "detect", Owner: "sre", Due: at(0, 0), Priority: "P1",
		Status: "open", Ticket: "PAY-1", Line: 30}
	done := postmortems.Action{Text: "Raise the pool", Due: at(0, 0), Status: "done", DoneAt: at(0, 0), Line: 31}
	undated := postmortems.Action{Text: "Tidy up", Status: "open", Line: 32}
	return []library.ActionItem{{Action: late, Document: record()}, {Action: done, Document: record()},
		{Action: undated, Document: record()}}, "bmV4dA", nil
}

func (s *fakeLibrary) Revisions(_ context.Context, id string) ([]library.Revision, error) {
	if id != "pool" && id != "gone" {
		return nil, fault.New(fault.NotFound, "library", "there is no document here")
	}
	first := library.Revision{Number: 1, Commit: firstCommit, Path: "postmortems/pool.md", Title: "Pool", Subject: "First", At: at(17, 0)}
	removed := library.Revision{Number: 3, Commit: "3333333333333333333333333333333333333333", Removed: true, At: at(19, 0)}
	return []library.Revision{removed, shownRevision(), first}, nil
}

// fakeSearch is a Searcher that finds the same every time.
type fakeSearch struct {
	asked search.Request
	liken search.SimilarRequest
	// unfixed leaves the fix out.
	unfixed bool
	err     error
}

func (f *fakeSearch) Search(_ context.Context, r search.Request) (search.Results, error) {
	f.asked = r
	if f.err != nil || r.Text == "nothing" {
		return search.Results{}, f.err
	}
	zero, half := int64(0), int64(1860)
	return search.Results{
		Query: r.Text, Total: 2, Took: 300 * time.Microsecond,
		Hits: []search.Hit{
			{Score: 7.5, Document: search.Document{
				ID: "pool", Path: "postmortems/2026/池.md", Address: "/postmortems/2026/%E6%B1%A0", Kind: "postmortem", Title: "Pool ran dry",
				Date: at(0, 0), Severity: "SEV2", Services: []string{"checkout"}, Detect: &zero, Recover: &half, OpenActions: 1,
			}, Fragments: []search.Fragment{
				{Field: "title", HTML: "<mark>Pool</mark> ran dry"},
				{Field: "body", Heading: "Root cause", Anchor: "h-root-cause", HTML: "a &lt;<mark>pool</mark>&gt;"},
			}},
			{Score: 1, Document: search.Document{ID: "bare", Path: "guides/bare.md", Address: "/guides/bare", Kind: "guide", Title: "Bare"}},
		},
		Facets:      map[string][]search.FacetValue{"kind": {{Value: "postmortem", Count: 1}, {Value: "guide", Count: 1}}},
		Notes:       []string{"found documents with most of the words"},
		Suggestions: []string{"spool"},
		Problems:    []search.QueryProblem{{Offset: 4, Message: "severity takes SEV1 to SEV5"}},
	}, nil
}

func (f *fakeSearch) Similar(ctx context.Context, r search.SimilarRequest) (search.Likeness, error) {
	f.liken = r
	found, err := f.Search(ctx, search.Request{Text: r.Text})
	if err != nil {
		return search.Likeness{}, err
	}
	out := search.Likeness{Reading: paste.Read(r.Text), Total: found.Total, Took: found.Took, Notes: []string{"nothing close was found"}}
	for i, h := range found.Hits {
		m := search.Match{Hit: h, Named: i == 0}
		if i == 0 && !f.unfixed {
			m.Fix = &search.Section{Heading: "Resolution", Anchor: "h-resolution", Text: "The limit was set back."}
		}
		out.Matches = append(out.Matches, m)
	}
	return out, nil
}

// fakeQueries offers two things and remembers what was fakeQueries and asked.
type fakeQueries struct {
	text  string
	limit int
	asked []querylog.Search
}

func (y *fakeQueries) Suggest(text string, limit int) []suggest.Suggestion {
	y.text, y.limit = text, limit
	if text == "" {
		return nil
	}
	return []suggest.Suggestion{
		{Text: "Bare", Address: "/guides/bare", Kind: "guide"},
		{Text: "PoolExhausted", Address: "/a/PoolExhausted", Kind: suggest.Alert},
	}
}

func (y *fakeQueries) Asked(s querylog.Search) { y.asked = append(y.asked, s) }

func (y *fakeQueries) Gaps(_ context.Context, from, to time.Time) (querylog.Gaps, error) {
	if from.Day() != 28 || to.Sub(from) != 7*24*time.Hour {
		return querylog.Gaps{}, fault.Newf(fault.Internal, "test", "from %v to %v", from, to)
	}
	return querylog.Gaps{From: from, To: to, Searches: 9, Empty: 4, Unopened: 2, Gaps: []querylog.Gap{
		{Query: "redis eviction", Asked: 4, Empty: 4, Watched: 3, Last: at(9, 0)}, {Query: "never", Asked: 1},
	}}, nil
}

func (y *fakeQueries) Missing(context.Context) ([]querylog.Note, error) {
	return []querylog.Note{
		{ID: "n1", Query: "redis eviction", Words: []string{"pages at night"}, Times: 2, First: at(9, 0), Last: at(10, 0)},
		{ID: "n2", Query: "kafka", Times: 1, First: at(9, 0), Last: at(9, 0), Done: at(11, 0), DoneBy: "ana"},
	}, nil
}
