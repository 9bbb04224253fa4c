package web

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
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
)

// now is the clock of every test: a Sunday noon.
var testNow = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const (
	commit1 = postmortems.OID("1111111111111111111111111111111111111111")
	commit2 = postmortems.OID("2222222222222222222222222222222222222222")
	blob1   = postmortems.OID("a111111111111111111111111111111111111111")
	blob2   = postmortems.OID("a222222222222222222222222222222222222222")
	blobImg = postmortems.OID("b111111111111111111111111111111111111111")
)

func exact(s string) postmortems.Instant {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return postmortems.Instant{}
	}
	return postmortems.Instant{At: t, Precision: postmortems.Exact}
}

// checkout is the post-mortem that most tests read.
func checkout() library.Page {
	times := postmortems.Times{
		Started: exact("2026-10-03T08:00:00Z"), Detected: exact("2026-10-03T08:04:00Z"), Diagnosed: exact("2026-10-03T08:20:00Z"),
		Mitigated: exact("2026-10-03T08:31:00Z"), Resolved: exact("2026-10-03T09:00:00Z"),
	}
	pct := 100.0
	doc := postmortems.Document{
		Path: "postmortems/2026/checkout.md", Kind: postmortems.Postmortem, Title: "Checkout failed for all customers in eu-1",
		Summary: "For 31 minutes no customer in eu-1 could pay.", Lang: "en", Status: postmortems.StatusPublished,
		Date: time.Date(2026, 10, 3, 0, 0, 0, 0, time.UTC), Durations: postmortems.DurationsOf(times),
		Front: postmortems.FrontMatter{
			Times: times, Trigger: "configuration change", Owner: "payments", Reviewers: []string{"orders"},
			Incident: postmortems.Incident{Ref: "INC-2291", Severity: "SEV1", Services: []string{"checkout", "payment-gw"}, DetectedBy: "alert"},
			Impact:   postmortems.Impact{Summary: "100 % of payments, eu-1", RequestsPct: &pct, SLO: []postmortems.BudgetSpent{{Ref: "checkout availability", BurnedPct: 18}}},
			Factors:  []postmortems.Factor{{Tag: "config-change"}, {Tag: "missing canary"}},
		},
		Actions: []postmortems.Action{
			{ID: "A-11", Text: "Reject limits without a unit", Owner: "ana", Status: "done"},
			{ID: "A-12", Text: "Alert on pool usage above 80 %", Owner: "payments", Status: "open", Due: time.Date(2026, 10, 6, 0, 0, 0, 0, time.UTC), Ticket: "https://tickets.example/OPS-12"},
			{ID: "A-13", Text: "Canary for configuration changes", Owner: "platform", Status: "open", Due: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)},
		},
		Timeline: []postmortems.TimelineEntry{
			{At: exact("2026-10-03T08:00:00Z"), Raw: "08:00", Text: "Gateway 4.2 rolled out to all cells", Source: "change 8812"},
			{At: exact("2026-10-03T08:04:00Z"), Raw: "08:04", Text: "CheckoutErrorRate fired", Source: "alert"},
			{Raw: "later", Text: "Customers told"},
		},
		Body: postmortems.Body{
			HTML: []byte(`<h2 id="h-summary">Summary</h2>
<p>For 31 minutes no customer in eu-1 could pay. See the <a href="postern:0">runbook</a> and <a href="postern:1">the old notes</a>.</p>
<p><img src="postern:2" loading="lazy" alt="Pool usage"></p>
<h2 id="h-root-cause">Root cause</h2>
<p><code>ECONNREFUSED payment-gw:8443</code>: the pool limit is read as a string.</p>
<h2 id="h-resolution">Resolution</h2>
<p>The limit was set back:</p>
<pre class="code" tabindex="0"><code>deployctl rollback payment-gw</code></pre>
<h2 id="h-mitigation">Mitigation</h2>
` + wholeFix + `<h2 id="h-end">End</h2>
`),
			H1: "Checkout failed for all customers in eu-1",
			Headings: []postmortems.Heading{
				{Level: 2, Text: "Summary", Anchor: "h-summary"}, {Level: 2, Text: "Root cause", Anchor: "h-root-cause"},
				{Level: 3, Text: "Why review missed it", Anchor: "h-why"}, {Level: 2, Text: "Timeline", Anchor: "h-timeline"},
			},
			Links: []postmortems.Link{{Raw: "../../runbooks/pool.md"}, {Raw: "old.md", Line: 12, Col: 5}, {Kind: postmortems.LinkImage, Raw: "pool.png"}},
		},
	}
	rev2 := library.Revision{Number: 2, Commit: commit2, Blob: blob2, Path: doc.Path, Title: doc.Title, Subject: "Name the root cause",
		Author: postmortems.Signature{Name: "Ana"}, Pusher: postmortems.Pusher{TokenID: "tok1", Name: "ana"}, At: time.Date(2026, 10, 5, 9, 30, 0, 0, time.UTC)}
	return library.Page{
		Record: library.Record{
			ID: "checkout-1", Address: "/postmortems/2026/checkout", Path: doc.Path, Kind: doc.Kind, Title: doc.Title, Summary: doc.Summary, Lang: "en",
			Status: doc.Status, Date: doc.Date, Severity: "SEV1", Services: doc.Front.Incident.Services, Owner: "payments", Tags: []string{"payments"},
			Durations: doc.Durations, Actions: 3, OpenActions: 2, Revision: rev2, Revised: 2,
		},
		Shown: rev2, Document: doc, Seq: 7,
		Links:     []library.ResolvedLink{{Address: "/runbooks/pool#h-mitigate"}, {Broken: true}, {Address: "/postmortems/2026/pool.png"}},
		Backlinks: []library.Record{runbook()},
	}
}

// wholeFix is a section with one of everything that a fix may hold.
const wholeFix = `<p>Raise &lt;pool.max&gt; to 200.</p>
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

func runbook() library.Record {
	return library.Record{
		ID: "pool", Address: "/runbooks/pool", Path: "runbooks/pool.md", Kind: postmortems.Runbook, Title: "GatewayPoolExhausted <b>",
		Summary: "Raise the limit & restart one cell at a time.", Date: time.Date(2026, 9, 12, 0, 0, 0, 0, time.UTC), Services: []string{"payment-gw"},
		Revision: library.Revision{Number: 1, Commit: commit1, At: time.Date(2026, 9, 12, 8, 0, 0, 0, time.UTC)}, Revised: 1,
	}
}

func chinese() library.Record {
	d := 9 * time.Minute
	return library.Record{
		ID: "zh", Address: "/postmortems/2026/%E6%B1%A0", Path: "postmortems/2026/池.md", Kind: postmortems.Postmortem, Title: "数据库连接池耗尽导致下单失败",
		Summary: "凌晨变更后，慢查询占满连接池。", Lang: "zh", Date: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), Severity: "SEV2", Services: []string{"order"},
		Durations: postmortems.Durations{Recover: &d}, Revision: library.Revision{Number: 1, Commit: commit1, At: time.Date(2026, 9, 2, 8, 0, 0, 0, time.UTC)}, Revised: 1,
	}
}

// fakeLibrary answers from one page and a few records.
type fakeLibrary struct {
	mu    sync.Mutex
	seq   uint64
	page  library.Page
	all   []library.Record
	reads []string
	pages int // how often Page was asked
	err   error

	pageErr error // of Page alone
}

func (l *fakeLibrary) Seq(context.Context) (uint64, error) { return l.seq, l.err }

func (l *fakeLibrary) Lookup(_ context.Context, address string) (library.Found, error) {
	for _, r := range l.all {
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
		return library.Found{File: &library.File{Path: strings.TrimPrefix(address, "/"), Blob: blobImg, Size: 4}}, nil
	case "/broken":
		return library.Found{}, fmt.Errorf("bbolt: open /srv/secret: input/output error")
	}
	return library.Found{}, fault.New(fault.NotFound, "library", "there is no document here")
}

func goneGuide() *library.Gone {
	return &library.Gone{ID: "removed-1", Last: library.Revision{Commit: commit1, Blob: blob1, Title: "An old guide", At: testNow.AddDate(0, -1, 0)}}
}

func (l *fakeLibrary) ByID(_ context.Context, id string) (library.Found, error) {
	if id == "removed-1" {
		return library.Found{Gone: goneGuide()}, nil
	}
	for _, r := range l.all {
		if r.ID == id {
			return library.Found{Record: &r}, nil
		}
	}
	return library.Found{}, fault.New(fault.NotFound, "library", "there is no document with this id")
}

func (l *fakeLibrary) Page(_ context.Context, id string, rev postmortems.OID) (library.Page, error) {
	l.mu.Lock()
	l.pages++
	l.mu.Unlock()
	p := l.page
	p.Seq = l.seq
	if l.pageErr != nil {
		return p, l.pageErr
	}
	switch {
	case rev != "" && strings.HasPrefix(string(commit1), string(rev)):
		p.Shown = l.revisions()[1]
		if id == "removed-1" {
			p.Record = library.Record{ID: id}
		}
	case rev != "" && !strings.HasPrefix(string(commit2), string(rev)):
		return p, fault.New(fault.NotFound, "library", "this document has no such revision")
	}
	return p, nil
}

func (l *fakeLibrary) revisions() []library.Revision {
	first := l.page.Revision
	first.Number, first.Commit, first.Blob, first.Subject = 1, commit1, blob1, "First draft"
	first.At = first.At.AddDate(0, 0, -1)
	return []library.Revision{l.page.Revision, first}
}

func (l *fakeLibrary) Revisions(_ context.Context, id string) ([]library.Revision, error) {
	if id != l.page.ID {
		return nil, fault.New(fault.NotFound, "library", "there is no document with this id")
	}
	return l.revisions(), nil
}

func (l *fakeLibrary) List(_ context.Context, f library.Filter) ([]library.Record, string, error) {
	var out []library.Record
	for _, r := range l.all {
		if (f.Kind == "" || r.Kind == f.Kind) && (f.Service == "" || slices.Contains(r.Services, f.Service)) && (f.Severity == "" || r.Severity == f.Severity) {
			out = append(out, r)
		}
	}
	if f.Cursor == "" && len(out) > 0 {
		return out, "next-cursor", nil
	}
	return out, "", nil
}

func (l *fakeLibrary) Counts(_ context.Context, facet string, _ library.Filter) ([]library.Count, error) {
	if len(l.all) == 0 {
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

func (l *fakeLibrary) Actions(_ context.Context, f library.ActionFilter) ([]library.ActionItem, error) {
	var out []library.ActionItem
	if len(l.all) == 0 {
		return nil, nil
	}
	for _, a := range l.page.Document.Actions {
		if f.Status == "" || a.Status == f.Status {
			out = append(out, library.ActionItem{Action: a, Document: l.page.Record})
		}
	}
	return out, nil
}

func (l *fakeLibrary) MostRead(context.Context, int) ([]library.Record, error) { return l.all, nil }

func (l *fakeLibrary) MarkRead(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reads = append(l.reads, id)
}

func (l *fakeLibrary) Drafts(context.Context) ([]library.Draft, error) {
	if len(l.all) == 0 {
		return nil, nil
	}
	d := library.Draft{Branch: "ana/pool", Tip: commit2, Pusher: postmortems.Pusher{Name: "ana"}, At: testNow, Changed: []postmortems.DocumentChange{
		{Status: postmortems.Modified, Kind: postmortems.Postmortem, Title: "Checkout failed", Path: "postmortems/2026/checkout.md"},
		{Status: postmortems.Deleted, Kind: postmortems.Guide, Title: "Old", Path: "guides/old.md"},
	}}
	other := library.Draft{Branch: "ana", Tip: commit1, At: testNow}
	return []library.Draft{other, d}, nil
}

func (l *fakeLibrary) DraftPage(_ context.Context, branch, address string) (library.Page, error) {
	if branch == "ana/pool" && address == "/postmortems/2026/checkout" {
		return l.page, nil
	}
	return library.Page{}, fault.New(fault.NotFound, "library", "the draft does not change this document")
}

func (l *fakeLibrary) DraftFile(_ context.Context, branch, path string) (library.File, error) {
	if branch == "ana/pool" && path == "postmortems/2026/new.png" {
		return library.File{Path: path, Blob: blobImg}, nil
	}
	return library.File{}, fault.New(fault.NotFound, "library", "the draft does not change this file")
}

// fakeContent gives each blob its own text.
type fakeContent struct{}

func (fakeContent) Blobs(_ context.Context, ids []postmortems.OID, fn func(int, []byte) error) error {
	texts := map[postmortems.OID]string{
		blob1: "# Checkout failed\n\nThe pool is full.\n", blob2: "# Checkout failed\n\nThe pool was exhausted.\n", blobImg: "\x89PNG",
	}
	for i, id := range ids {
		if err := fn(i, []byte(texts[id])); err != nil {
			return err
		}
	}
	return nil
}

// fakeGit writes which service was asked for and by whom.
type fakeGit struct{}

func (fakeGit) InfoRefs(w http.ResponseWriter, _ *http.Request, service string) error {
	_, err := io.WriteString(w, "refs of "+service)
	return err
}

func (fakeGit) UploadPack(w http.ResponseWriter, _ *http.Request, reader string) error {
	_, err := io.WriteString(w, "pack for "+reader)
	return err
}

func (fakeGit) ReceivePack(w http.ResponseWriter, r *http.Request, who auth.Principal) error {
	n, err := io.Copy(io.Discard, r.Body)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%d bytes from %s", n, who.Name)
	return err
}

// fakeAuth knows one token a role, named after it, "pst_feeder:a,b" bound to
// sources; sessions are the same words.
type fakeAuth struct {
	ended []string
	// uses, when set, are those left until every token is revoked.
	uses *int
}

func (a *fakeAuth) Token(_ context.Context, secret string) (auth.Principal, error) {
	if a.uses != nil {
		if *a.uses--; *a.uses < 0 {
			return auth.Principal{}, fault.New(fault.Unauthenticated, "auth", "this token was revoked")
		}
	}
	name, bound, _ := strings.Cut(strings.TrimPrefix(secret, "pst_"), ":")
	switch role := auth.Role(name); role {
	case auth.Reader, auth.Author, auth.Publisher, auth.Feeder, auth.Admin:
		p := auth.Principal{TokenID: "id-" + name, Name: "n-" + name, Role: role}
		if bound != "" {
			p.Sources = strings.Split(bound, ",")
		}
		return p, nil
	}
	return auth.Principal{}, fault.New(fault.Unauthenticated, "auth", "this token is not known")
}

func (a *fakeAuth) Login(ctx context.Context, secret string) (string, time.Time, error) {
	_, err := a.Token(ctx, secret)
	return "session-" + secret, testNow.Add(12 * time.Hour), err
}

func (a *fakeAuth) Session(ctx context.Context, session string) (auth.Principal, error) {
	return a.Token(ctx, strings.TrimPrefix(session, "session-"))
}

func (a *fakeAuth) Logout(_ context.Context, session string) error {
	a.ended = append(a.ended, session)
	return nil
}

// fakeAdmin does nothing, and fails where it is told to.
type fakeAdmin struct{ broken error }

func (fakeAdmin) CreateToken(_ context.Context, g auth.Grant) (string, auth.Token, error) {
	return "pst_secret", auth.Token{ID: "abcd1234", Name: g.Name, Role: g.Role, Created: testNow, Expires: g.Expires, Sources: g.Sources}, nil
}

func (fakeAdmin) Tokens(context.Context) ([]auth.Token, error) { return nil, nil }

func (fakeAdmin) RevokeToken(_ context.Context, id string) error {
	if id != "abcd1234" {
		return fault.New(fault.NotFound, "auth", "there is no token with this id")
	}
	return nil
}

func (a fakeAdmin) Backup(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, strings.Repeat("backup ", 10_000))
	if a.broken != nil {
		return a.broken
	}
	return err
}

func (fakeAdmin) Check(context.Context) ([]string, error) { return nil, nil }
func (fakeAdmin) Reindex(context.Context) error           { return nil }

func (fakeAdmin) ImportGit(_ context.Context, repo string, _ auth.Principal, say func(string)) error {
	say("reading " + repo)
	return nil
}

type fakeStatus struct{ status Status }

func (s *fakeStatus) Status(context.Context) Status { return s.status }

type fakeRenderer struct{}

func (fakeRenderer) RenderBody(_ context.Context, in postmortems.BodyInput) (postmortems.Body, []postmortems.Problem, error) {
	return postmortems.Body{HTML: []byte("<p>" + string(in.Markdown[:10]) + "</p>")}, nil, nil
}
