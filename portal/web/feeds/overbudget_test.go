package feeds_test

import (
	"testing"

	"github.com/postern/postern/portal/web"
	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/portal/web/webtest/site"
	"github.com/postern/postern/reports/feedstore"
)

// A source that is over its budget is shown with what was not taken and how much of
// the budget is used, for people and for programs.
func TestSourcesOverBudgetAreShown(t *testing.T) {
	t.Parallel()
	f := &webtest.Feeds{SourceList: []feedstore.SourceStatus{{
		Name: "flood", Format: "ndjson", LastReceived: webtest.Now, State: feedstore.SourceOverBudget, Accepted: 50_000, Rejected: 118_000,
		OverBudget: 118_000, OverDay: 118_000, NewDay: 50_000, Open: 5_000, Budget: feedstore.Budget{New: 50_000, Open: 20_000},
	}}, Letters: []feedstore.DeadLetter{{ID: "aa", Source: "flood", Format: "ndjson", Received: webtest.Now, Times: 118_000, OverBudget: true,
		Reason: "over budget: 118,000 new things not taken", Excerpt: `{"kind":"change","source":"flood","entity":"C-1"}`}}}
	s := site.New(t, "https://kb.example/kb", func(d *web.Deps, _ *web.Options) { d.Feeds = f })
	webtest.Holds(t, s.Get("/kb/feeds").Body.String(), []string{
		`<span class="pill bad">over budget</span>`, "118,000 items rejected today; 50,000 of 50,000 new items per day, 5,000 of 20,000 open",
	}, nil)
	webtest.Holds(t, s.Get("/kb/api/v1/feeds").Body.String(),
		[]string{`"state":"over_budget"`, `"over_budget":118000`, `"over_budget_today":118000`, `"new_today":50000`, `"open":5000`}, nil)
	webtest.Holds(t, s.Get("/kb/dead-letters").Body.String(),
		[]string{"over budget: 118,000 new things not taken", "one entry per source and hour"},
		[]string{"received 118,000 times", "item 0 of the payload"})
	webtest.Holds(t, s.Get("/kb/api/v1/dead-letters").Body.String(), []string{`"over_budget":true`, `"times":118000`}, nil)
}
