package webtest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
)

// Now is the clock of every test: a Sunday noon.
var Now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// The two revisions of Checkout, their texts, and an attachment. The digits make them easy
// to recognize in failures.
const (
	Commit1   = postmortems.OID("1111111111111111111111111111111111111111")
	Commit2   = postmortems.OID("2222222222222222222222222222222222222222")
	Blob1     = postmortems.OID("a111111111111111111111111111111111111111")
	Blob2     = postmortems.OID("a222222222222222222222222222222222222222")
	BlobImage = postmortems.OID("b111111111111111111111111111111111111111")
)

// Exact returns an instant known to the second, unknown for a malformed time. A malformed
// time is a mistake of the test and shows as an unknown time on the page.
func Exact(s string) postmortems.Instant {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return postmortems.Instant{}
	}
	return postmortems.Instant{At: t, Precision: postmortems.Exact}
}

// Checkout is the post-mortem that most tests read. It has one action item of each state,
// an overdue one among them, a timeline with an entry without a time, and three links: to
// a document, to nothing, and to an image. Each call returns a new value, which a test
// may change.
func Checkout() library.Page {
	times := postmortems.Times{
		Started: Exact("2026-10-03T08:00:00Z"), Detected: Exact("2026-10-03T08:04:00Z"), Diagnosed: Exact("2026-10-03T08:20:00Z"),
		Mitigated: Exact("2026-10-03T08:31:00Z"), Resolved: Exact("2026-10-03T09:00:00Z"),
	}
	pct := 100.0
	doc := postmortems.Document{
		Path: "postmortems/2026/checkout.md", Kind: postmortems.Postmortem, Title: "Checkout failed for all customers in eu-1",
		Summary: "For 31 minutes no customer in eu-1 could pay.", Lang: "en", Status: postmortems.StatusPublished,
		Date: time.Date(2026, 10, 3, 0, 0, 0, 0, time.UTC), Durations: postmortems.DurationsOf(times),
		Front: postmortems.FrontMatter{
			Times: times, Trigger: "configuration change", Owner: "payments", Reviewers: []string{"orders"},
			Incident: postmortems.Incident{Ref: "INC-2291", Severity: "SEV1", Services: []string{"checkout", "payment-gw"}, DetectedBy: "alert"},
			Impact: postmortems.Impact{Summary: "100 % of payments, eu-1", RequestsPct: &pct,
				SLO: []postmortems.BudgetSpent{{Ref: "checkout availability", BurnedPct: 18}}},
			Factors: []postmortems.Factor{{Tag: "config-change"}, {Tag: "missing canary"}},
		},
		Actions: []postmortems.Action{
			{ID: "A-11", Text: "Reject limits without a unit", Owner: "ana", Status: "done"},
			{ID: "A-12", Text: "Alert on pool usage above 80 %", Owner: "payments", Status: "open",
				Due: time.Date(2026, 10, 6, 0, 0, 0, 0, time.UTC), Ticket: "https://tickets.example/OPS-12"},
			{ID: "A-13", Text: "Canary for configuration changes", Owner: "platform", Status: "open",
				Due: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)},
		},
		Timeline: []postmortems.TimelineEntry{
			{At: Exact("2026-10-03T08:00:00Z"), Raw: "08:00", Text: "Gateway 4.2 rolled out to all cells", Source: "change 8812"},
			{At: Exact("2026-10-03T08:04:00Z"), Raw: "08:04", Text: "CheckoutErrorRate fired", Source: "alert"},
			{Raw: "later", Text: "Customers told"},
		},
		Body: checkoutBody(),
	}
	rev2 := library.Revision{Number: 2, Commit: Commit2, Blob: Blob2, Path: doc.Path, Title: doc.Title, Subject: "Name the root cause",
		Author: postmortems.Signature{Name: "Ana"}, Pusher: postmortems.Pusher{TokenID: "tok1", Name: "ana"},
		At: time.Date(2026, 10, 5, 9, 30, 0, 0, time.UTC)}
	return library.Page{
		Record: library.Record{
			ID: "checkout-1", Address: "/postmortems/2026/checkout", Path: doc.Path, Kind: doc.Kind, Title: doc.Title, Summary: doc.Summary,
			Lang:   "en",
			Status: doc.Status, Date: doc.Date, Severity: "SEV1", Services: doc.Front.Incident.Services, Owner: "payments",
			Tags:      []string{"payments"},
			Durations: doc.Durations, Actions: 3, OpenActions: 2, Revision: rev2, Revised: 2,
		},
		Shown: rev2, Document: doc, Seq: 7,
		Links:     []library.ResolvedLink{{Address: "/runbooks/pool#h-mitigate"}, {Broken: true}, {Address: "/postmortems/2026/pool.png"}},
		Backlinks: []library.Record{Runbook()},
	}
}

// checkoutBody returns the rendered Markdown of Checkout.
func checkoutBody() postmortems.Body {
	return postmortems.Body{
		HTML: []byte(`<h2 id="h-summary">Summary</h2>
<p>For 31 minutes no customer in eu-1 could pay. See the <a href="postern:0">runbook</a> and <a href="postern:1">the old notes</a>.</p>
<p><img src="postern:2" loading="lazy" alt="Pool usage"></p>
<h2 id="h-root-cause">Root cause</h2>
<p><code>ECONNREFUSED payment-gw:8443</code>: the pool limit is read as a string.</p>
<h2 id="h-resolution">Resolution</h2>
<p>The limit was set back:</p>
<pre class="code" tabindex="0"><code>deployctl rollback payment-gw</code></pre>
<h2 id="h-mitigation">Mitigation</h2>
` + WholeFix + `<h2 id="h-end">End</h2>
`),
		H1: "Checkout failed for all customers in eu-1",
		Headings: []postmortems.Heading{
			{Level: 2, Text: "Summary", Anchor: "h-summary"}, {Level: 2, Text: "Root cause", Anchor: "h-root-cause"},
			{Level: 3, Text: "Why review missed it", Anchor: "h-why"}, {Level: 2, Text: "Timeline", Anchor: "h-timeline"},
		},
		Links: []postmortems.Link{{Raw: "../../runbooks/pool.md"}, {Raw: "old.md", Line: 12, Col: 5},
			{Kind: postmortems.LinkImage, Raw: "pool.png"}},
	}
}

// WholeFix is a section with one of everything that a fix may hold: text that looks like
// markup, code, nested lists, a table and a callout. It finds excerpts that end inside an
// element.
const WholeFix = `<p>Raise &lt;pool.max&gt; to 200.</p>
<p>Then roll back:</p>
<pre class="code" tabindex="0"><code>deployctl rollback --all</code></pre>
<ol>
<li>Restart one cell at a time.
<ul>
<li>先 eu-1</li>
</ul>
</li>
<li>Tell the owners.</li>
</ol>
<div class="table" tabindex="0">
<table>
<thead><tr><th>pool</th><th>limit</th></tr></thead>
<tbody><tr><td>gw</td><td>40</td></tr></tbody>
</table>
</div>
<div class="callout callout-warning" role="note">
<p class="callout-title">Warning</p>
<p>Never both cells.</p>
</div>
`

// Runbook is a runbook whose title is markup. A page that does not escape it shows "<b>"
// as a tag.
func Runbook() library.Record {
	return library.Record{
		ID: "pool", Address: "/runbooks/pool", Path: "runbooks/pool.md", Kind: postmortems.Runbook, Title: "GatewayPoolExhausted <b>",
		Summary: "Raise the limit & restart one cell at a time.", Date: time.Date(2026, 9, 12, 0, 0, 0, 0, time.UTC),
		Services: []string{"payment-gw"},
		Revision: library.Revision{Number: 1, Commit: Commit1, At: time.Date(2026, 9, 12, 8, 0, 0, 0, time.UTC)}, Revised: 1,
	}
}

// Chinese is a post-mortem in Chinese. Its address is percent-encoded. It finds code that
// cuts or compares bytes.
func Chinese() library.Record {
	d := 9 * time.Minute
	return library.Record{
		ID: "zh", Address: "/postmortems/2026/%E6%B1%A0", Path: "postmortems/2026/池.md", Kind: postmortems.Postmortem, Title: "数据库连接池耗尽导致下单失败",
		Summary: "凌晨变更后，慢查询占满连接池。", Lang: "zh", Date: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), Severity: "SEV2", Services: []string{"order"},
		Durations: postmortems.Durations{Recover: &d}, Revision: library.Revision{Number: 1, Commit: Commit1,
			At: time.Date(2026, 9, 2, 8, 0, 0, 0, time.UTC)}, Revised: 1,
	}
}

// Library answers from one page and a few records. An empty Records is an empty portal.
// The fields may be set before the first request only.
type Library struct {
	mu    sync.Mutex
	State uint64 // answer of Seq
	// State changes when a test simulates a push.
	Doc       library.Page // the one page
	Records   []library.Record
	Reads     []string // ids, by MarkRead
	PagesRead int      // how often Page was asked
	Err       error    // of Seq

	// PageErr finds pages that do not survive a document that cannot be read.
	PageErr error // of Page alone
}

// Seq implements documents.Library.
func (l *Library) Seq(context.Context) (uint64, error) { return l.State, l.Err }

// Lookup implements documents.Library. Some addresses have fixed answers: a redirect, a
// removed document, files that could run in a browser, and "/broken", whose error has a
// path that no page may show.
func (l *Library) Lookup(_ context.Context, address string) (library.Found, error) {
	for _, r := range l.Records {
		if r.Address == address {
			return library.Found{Record: &r}, nil
		}
	}
	switch address {
	case "/postmortems/old":
		return library.Found{Redirect: "/postmortems/2026/checkout"}, nil
	case "/guides/removed":
		return library.Found{Gone: goneGuide()}, nil
	case "/postmortems/2026/pool.png", "/pages/evil.svg", "/pages/evil.html", "/pages/data.json":
		return library.Found{File: &library.File{Path: strings.TrimPrefix(address, "/"), Blob: BlobImage, Size: 4}}, nil
	case "/broken":
		return library.Found{}, fmt.Errorf("bbolt: open /srv/secret: input/output error")
	}
	return library.Found{}, fault.New(fault.NotFound, "library", "there is no document here")
}

// goneGuide is a removed document. Its only text is Blob1, which its history still shows.
func goneGuide() *library.Gone {
	return &library.Gone{ID: "removed-1", Last: library.Revision{Commit: Commit1, Blob: Blob1, Title: "An old guide",
		At: Now.AddDate(0, -1, 0)}}
}

// ByID implements documents.Library. Redirects of former ids are not part of the fake.
func (l *Library) ByID(_ context.Context, id string) (library.Found, error) {
	if id == "removed-1" {
		return library.Found{Gone: goneGuide()}, nil
	}
	for _, r := range l.Records {
		if r.ID == id {
			return library.Found{Record: &r}, nil
		}
	}
	return library.Found{}, fault.New(fault.NotFound, "library", "there is no document with this id")
}

// Page implements documents.Library. rev is matched as a prefix, as by the library. It
// counts its calls, by which tests of the cache see that a page was not built again.
func (l *Library) Page(_ context.Context, id string, rev postmortems.OID) (library.Page, error) {
	l.mu.Lock()
	l.PagesRead++
	l.mu.Unlock()
	p := l.Doc
	p.Seq = l.State
	if l.PageErr != nil {
		return p, l.PageErr
	}
	switch {
	case rev != "" && strings.HasPrefix(string(Commit1), string(rev)):
		p.Shown = l.revisions()[1]
		if id == "removed-1" {
			p.Record = library.Record{ID: id}
		}
	case rev != "" && !strings.HasPrefix(string(Commit2), string(rev)):
		return p, fault.New(fault.NotFound, "library", "this document has no such revision")
	}
	return p, nil
}

// The newest is first.
func (l *Library) revisions() []library.Revision {
	first := l.Doc.Revision
	first.Number, first.Commit, first.Blob, first.Subject = 1, Commit1, Blob1, "First draft"
	first.At = first.At.AddDate(0, 0, -1)
	return []library.Revision{l.Doc.Revision, first}
}

// Revisions implements documents.Library. Removed documents have none in the fake.
func (l *Library) Revisions(_ context.Context, id string) ([]library.Revision, error) {
	if id != l.Doc.ID {
		return nil, fault.New(fault.NotFound, "library", "there is no document with this id")
	}
	return l.revisions(), nil
}

// List implements documents.Library. The first page always has a next one, so that its
// link is tested.
func (l *Library) List(_ context.Context, f library.Filter) ([]library.Record, string, error) {
	var out []library.Record
	for _, r := range l.Records {
		if (f.Kind == "" || r.Kind == f.Kind) && (f.Service == "" || slices.Contains(r.Services, f.Service)) &&
			(f.Severity == "" || r.Severity == f.Severity) {
			out = append(out, r)
		}
	}
	if f.Cursor == "" && len(out) > 0 {
		return out, "next-cursor", nil
	}
	return out, "", nil
}

// Counts implements documents.Library. The filter is ignored. One service has a slash in
// its name, which links must keep.
func (l *Library) Counts(_ context.Context, facet string, _ library.Filter) ([]library.Count, error) {
	if len(l.Records) == 0 {
		return nil, nil
	}
	switch facet {
	case "kind":
		return []library.Count{{Value: "postmortem", N: 1204}, {Value: "runbook", N: 1}}, nil
	case "service":
		return []library.Count{{Value: "checkout", N: 14}, {Value: "payment-gw", N: 9}, {Value: "a/b", N: 1}}, nil
	case "severity":
		return []library.Count{{Value: "SEV1", N: 3}}, nil
	case "year":
		return []library.Count{{Value: "2026", N: 9}}, nil
	}
	return nil, nil
}

// Actions implements documents.Library. The limit is ignored. Without records there are
// no items, as in an empty portal.
func (l *Library) Actions(_ context.Context, f library.ActionFilter) ([]library.ActionItem, error) {
	var out []library.ActionItem
	if len(l.Records) == 0 {
		return nil, nil
	}
	for _, a := range l.Doc.Document.Actions {
		if f.Status == "" || a.Status == f.Status {
			out = append(out, library.ActionItem{Action: a, Document: l.Doc.Record})
		}
	}
	return out, nil
}

// MostRead implements documents.Library. The order is that of Records.
func (l *Library) MostRead(context.Context, int) ([]library.Record, error) { return l.Records, nil }

// MarkRead implements documents.Library.
func (l *Library) MarkRead(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.Reads = append(l.Reads, id)
}

// Drafts implements documents.Library. One branch is a prefix of the other, for the split
// of addresses at the longest one.
func (l *Library) Drafts(context.Context) ([]library.Draft, error) {
	if len(l.Records) == 0 {
		return nil, nil
	}
	d := library.Draft{Branch: "ana/pool", Tip: Commit2, Pusher: postmortems.Pusher{Name: "ana"}, At: Now,
		Changed: []postmortems.DocumentChange{
			{Status: postmortems.Modified, Kind: postmortems.Postmortem, Title: "Checkout failed", Path: "postmortems/2026/checkout.md"},
			{Status: postmortems.Deleted, Kind: postmortems.Guide, Title: "Old", Path: "guides/old.md"},
		}}
	other := library.Draft{Branch: "ana", Tip: Commit1, At: Now}
	return []library.Draft{other, d}, nil
}

// DraftPage implements documents.Library. Only one document is on a draft; all others are
// fault.NotFound, by which the page falls back to what is published.
func (l *Library) DraftPage(_ context.Context, branch, address string) (library.Page, error) {
	if branch == "ana/pool" && address == "/postmortems/2026/checkout" {
		return l.Doc, nil
	}
	return library.Page{}, fault.New(fault.NotFound, "library", "the draft does not change this document")
}

// DraftFile implements documents.Library. The one file is new on the draft, so that main
// has nothing at its address.
func (l *Library) DraftFile(_ context.Context, branch, path string) (library.File, error) {
	if branch == "ana/pool" && path == "postmortems/2026/new.png" {
		return library.File{Path: path, Blob: BlobImage}, nil
	}
	return library.File{}, fault.New(fault.NotFound, "library", "the draft does not change this file")
}

// Content gives each blob its own text. An unknown object is empty.
type Content struct{}

// Blobs implements postmortems.Content.
func (Content) Blobs(_ context.Context, ids []postmortems.OID, fn func(int, []byte) error) error {
	texts := map[postmortems.OID]string{
		Blob1: "# Checkout failed\n\nThe pool is full.\n", Blob2: "# Checkout failed\n\nThe pool was exhausted.\n", BlobImage: "\x89PNG",
	}
	for i, id := range ids {
		if err := fn(i, []byte(texts[id])); err != nil {
			return err
		}
	}
	return nil
}

// Git writes which service was requested, and by whom. The bytes show which method was
// called, and as whom.
type Git struct{}

// InfoRefs implements web.Git.
func (Git) InfoRefs(w http.ResponseWriter, _ *http.Request, service string) error {
	_, err := io.WriteString(w, "refs of "+service)
	return err
}

// UploadPack implements web.Git.
func (Git) UploadPack(w http.ResponseWriter, _ *http.Request, reader string) error {
	_, err := io.WriteString(w, "pack for "+reader)
	return err
}

// ReceivePack implements web.Git.
func (Git) ReceivePack(w http.ResponseWriter, r *http.Request, who auth.Principal) error {
	n, err := io.Copy(io.Discard, r.Body)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%d bytes from %s", n, who.Name)
	return err
}

// Status reports a fixed state. A test changes Current to simulate a failing check or an
// index that is behind.
type Status struct{ Current page.Status }

// Status implements page.StatusReporter.
func (s *Status) Status(context.Context) page.Status { return s.Current }

// Renderer returns the beginning of a body. It fails with a panic for Markdown of less
// than ten bytes, which no rule has.
type Renderer struct{}

// RenderBody implements postmortems.BodyRenderer.
func (Renderer) RenderBody(_ context.Context, in postmortems.BodyInput) (postmortems.Body, []postmortems.Problem, error) {
	return postmortems.Body{HTML: []byte("<p>" + string(in.Markdown[:10]) + "</p>")}, nil, nil
}
