package search

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/search/query"
)

// incidents are a small library in two languages.
func incidents() []Document {
	day := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }
	return []Document{
		{
			ID: "pool", Kind: "postmortem", Title: "Payments down: connection pool exhausted", Date: day(2026, 3, 1),
			Summary: "The pool of payment-gw was too small.", Services: []string{"payment-gw"}, Alerts: []string{"PoolExhausted"},
			Sections: []Section{
				{Heading: "Summary", Anchor: "h-summary", Text: "The pool of payment-gw was too small.\nCheckout <b>failed</b> & timed out."},
				{
					Heading: "Root cause", Anchor: "h-root-cause",
					Text: "A deploy set max_connections to 10; the database refused the rest.", Code: "SET max_connections = 10",
				},
			},
		},
		{
			ID: "crash", Kind: "runbook", Title: "KubePodCrashLooping", Date: day(2025, 1, 2),
			Sections: []Section{{Heading: "Meaning", Anchor: "h-meaning", Text: "A pod restarts again and again. Check tcp_tw_reuse and " +
				"10.0.0.1:8443."}},
		},
		{
			ID: "zh", Kind: "postmortem", Title: "支付超时：连接池耗尽", Lang: "zh", Date: day(2026, 2, 1),
			Sections: []Section{{Heading: "根因", Anchor: "h-根因", Text: "数据库连接池配置过小，支付请求超时。值班工程师在库里发现错误。"}},
		},
		{
			ID: "old", Kind: "guide", Title: "Connection pool sizes", Status: "archived", Date: day(2020, 1, 1),
			Sections: []Section{{Text: "How to size a connection pool."}},
		},
	}
}

func TestSearchFinds(t *testing.T) {
	x := indexOf(t, incidents()...)
	tests := []struct{ query, want string }{
		{"connection pool", "pool old zh"},              // archived sinks, though its words are denser
		{"connections pools exhausting", "pool zh old"}, // two of three
		{"timeout", "zh pool"},                          // 超时, "timed out"
		{`"timeout"`, ""},                               // quoted words mean only themselves
		{"pool -timeout", "pool old"},                   // and so do excluded ones
		{"timeout OR looping", "crash zh pool"},
		{"connection pool of the DB", "pool zh old"},
		{"pod crash looping", "crash"},
		{"KubePodCrashLooping", "crash"},
		{"kubepodcrashlooping", "crash"},
		{"crashlooping", ""},
		{"tcp_tw_reuse", "crash"},
		{"10.0.0.1", "crash"},
		{"10.0.0.1:8443", "crash"},
		{"10.0.0.2", ""},
		{"连接池", "zh pool old"},
		{"库", "zh"},
		{"支付 超时", "zh pool"},
		{"ｐｏｏｌ", "pool old"},
		{"max_connections", "pool"},
		{`"max connections to 10"`, "pool"},
		{`"connections max"`, ""},
		{"PoolExhausted", "pool"},
		{"title:pool", "pool old"},
		{"title:连接池", "zh"},
		{"pool -archived -size", "pool"},
		{"kind:runbook", "crash"},
		{"the", "pool"},
		{"", "pool zh crash old"},
		{"!!! ???", "pool zh crash old"},
	}
	for _, tt := range tests {
		var got []string
		for _, h := range find(t, x, tt.query).Hits {
			got = append(got, h.ID)
		}
		want := strings.Fields(tt.want)
		if !slices.Equal(got, want) {
			t.Errorf("%q finds %v, want %v", tt.query, got, want)
		}
	}
}

func TestSearchNotes(t *testing.T) {
	x := indexOf(t, incidents()...)
	tests := []struct{ query, first, note, suggestion string }{
		{"conection pool", "pool", "no document has “conection”: searched for “connection” instead", "connection pool"},
		{"why did the payments pool exhaust every giraffe", "pool", "no document has all 5 words: these have at least 1 of them", ""},
		{"database pool", "pool", "the first has all 2 words; the others have at least 1 of them", ""},
		{
			"payment pods are slow on the payments pool, connections of checkout refused (reason: \"PoolGone\") on prod", "pool",
			"this long text was searched for word by word: its quotation marks do not ask for exact phrases", "",
		},
		{
			"The connection pool of the payments service was exhausted, which the team calls “the pool that nobody ever filled”. It was " +
				"full, and requests were refused.",
			"pool", "this long text was searched for word by word: its quotation marks do not ask for exact phrases", "",
		},
	}
	for _, tt := range tests {
		r := find(t, x, tt.query)
		if len(r.Hits) == 0 || r.Hits[0].ID != tt.first || !slices.Contains(r.Notes, tt.note) {
			t.Errorf("%q: %d hits, notes %q", tt.query, len(r.Hits), r.Notes)
		}
		if got := strings.Join(r.Suggestions, "|"); got != tt.suggestion {
			t.Errorf("%q suggests %q, want %q", tt.query, got, tt.suggestion)
		}
	}
	if r := find(t, x, "pool kind:runbok"); len(r.Problems) != 1 || r.Problems[0].Offset != 10 {
		t.Errorf("problems %+v", r.Problems)
	}
}

// What a person types keeps its phrases, however long it is and however it is
// punctuated: whatever is found contains them.
func TestLongQueriesKeepTheirPhrases(t *testing.T) {
	x := indexOf(t, incidents()...)
	const words = "why was the connection pool of the payments service exhausted, again, "
	for _, tt := range []struct{ query, want string }{
		{words + `"max connections to 10"`, "pool"},
		{words + `"connections max"`, ""},
		{words + `“what nobody said”`, ""},
		{words + `“连接支付”`, ""},
	} {
		var got []string
		for _, h := range find(t, x, tt.query).Hits {
			got = append(got, h.ID)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%q finds %v, want %q", tt.query, got, tt.want)
		}
	}
}

func TestTyping(t *testing.T) {
	x := indexOf(t, incidents()...)
	for typed, want := range map[string]string{"connec": "pool", "payments p": "pool", "kubepod": "crash", "datab": "pool", "支付超": "zh"} {
		r, err := x.Search(t.Context(), Request{Text: typed, Prefix: true})
		if err != nil || len(r.Hits) == 0 || r.Hits[0].ID != want {
			t.Errorf("typing %q finds %v (%v), want %s first", typed, r.Hits, err, want)
		}
	}
	if r := find(t, x, "connec*"); len(r.Hits) == 0 {
		t.Error("a written prefix finds nothing")
	}
}

func TestFragments(t *testing.T) {
	x := indexOf(t, incidents()...)
	tests := []struct {
		query string
		want  Fragment
	}{
		{"pools", Fragment{Field: "title", HTML: "Payments down: connection <mark>pool</mark> exhausted"}},
		{
			"refuse",
			Fragment{
				Field: "body", Heading: "Root cause", Anchor: "h-root-cause",
				HTML: "A deploy set max_connections to 10; the database <mark>refused</mark> the rest.",
			},
		},
		{
			"checkout",
			Fragment{
				Field: "body", Heading: "Summary", Anchor: "h-summary",
				HTML: "<mark>Checkout</mark> &lt;b&gt;failed&lt;/b&gt; &amp; timed out.",
			},
		},
		{"支付请求", Fragment{Field: "body", Heading: "根因", Anchor: "h-根因", HTML: "数据库连接池配置过小，<mark>支付请求</mark>超时。值班工程师在库里发现错误。"}},
		{"looping", Fragment{Field: "title", HTML: "<mark>KubePodCrashLooping</mark>"}},
	}
	for _, tt := range tests {
		r := find(t, x, tt.query)
		if len(r.Hits) == 0 {
			t.Errorf("%q finds nothing", tt.query)
			continue
		}
		for i, f := range r.Hits[0].Fragments {
			r.Hits[0].Fragments[i].HTML = strings.TrimPrefix(f.HTML, "…")
		}
		if !slices.Contains(r.Hits[0].Fragments, tt.want) {
			t.Errorf("%q has the fragments %+v\nwant %+v", tt.query, r.Hits[0].Fragments, tt.want)
		}
		if r.Hits[0].Sections != nil {
			t.Error("a hit carries its sections")
		}
	}
	if f := find(t, x, "kind:postmortem service:payment-gw").Hits[0].Fragments; len(f) != 1 ||
		f[0].HTML != "The pool of payment-gw was too small." {
		t.Errorf("without words it has the fragments %+v", f)
	}
}

// The newer of two equal documents comes first, then the lower id; by date it is
// the same whatever the score.
func TestOrder(t *testing.T) {
	var docs []Document
	for i, y := range []int{2024, 2026, 2025, 2026} {
		docs = append(docs, Document{ID: fmt.Sprint("d", i), Title: "pool", Date: time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC)})
	}
	docs[0].Title = "pool" // oldest
	docs[0].Sections = []Section{{Text: strings.Repeat("pool ", 50)}}
	x := indexOf(t, docs...)
	order := func(newest bool) string {
		r, err := x.Search(t.Context(), Request{Text: "pool", Newest: newest})
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, h := range r.Hits {
			out = append(out, h.ID)
		}
		return strings.Join(out, " ")
	}
	if got := order(false); got != "d0 d1 d3 d2" {
		t.Errorf("by relevance: %s", got)
	}
	if got := order(true); got != "d1 d3 d2 d0" {
		t.Errorf("by date: %s", got)
	}
}

// What is archived or replaced by another document comes after the living, by
// relevance; by date it does not.
func TestSunk(t *testing.T) {
	text := []Section{{Text: "the pool was exhausted"}}
	strong := []Section{{Text: strings.Repeat("pool ", 30)}}
	day := func(d int) time.Time { return time.Date(2026, 1, d, 0, 0, 0, 0, time.UTC) }
	x := indexOf(t,
		Document{ID: "living", Title: "a pool", Sections: text, Date: day(1)},
		Document{ID: "archived", Title: "a pool", Sections: strong, Date: day(2), Status: "archived"},
		Document{ID: "superseded", Title: "a pool", Sections: strong, Date: day(3), Superseded: true})
	for newest, want := range map[bool]string{false: "living superseded archived", true: "superseded archived living"} {
		r, err := x.Search(t.Context(), Request{Text: "pool", Newest: newest})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, h := range r.Hits {
			got = append(got, h.ID)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("newest %v: %v, want %s", newest, got, want)
		}
	}
}

func TestPages(t *testing.T) {
	x := indexOf(t, hundred()...)
	var got []string
	for offset := 0; offset < 100; offset += 30 {
		r, err := x.Search(t.Context(), Request{Text: "pool", Limit: 30, Offset: offset})
		if err != nil || r.Total != 100 {
			t.Fatalf("total %d, %v", r.Total, err)
		}
		for _, h := range r.Hits {
			got = append(got, h.ID)
		}
	}
	slices.Sort(got)
	if len(slices.Compact(got)) != 100 {
		t.Errorf("pages show %d different documents", len(got))
	}
	for _, r := range []Request{
		{Offset: -1}, {Offset: 991, Limit: 10}, {Limit: 1001}, {Offset: math.MaxInt, Limit: 10}, {Offset: 1, Limit: math.MaxInt},
	} {
		if _, err := x.Search(t.Context(), r); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%+v: %v", r, err)
		}
	}
}

// A document that the library no longer has is not shown, though the index lags.
func TestLaggingIndex(t *testing.T) {
	x := indexOf(t, incidents()...)
	delete(x.opt.Source.(memory), "pool")
	if r := find(t, x, "connection pool"); strings.Join(ids(r), " ") != "old zh" {
		t.Errorf("hits %+v", r.Hits)
	}
}

// maxMeaningUnits is how many units the synonyms of one term may add: each of at most
// 16 has at most 6 words and their bigrams.
const maxMeaningUnits = 16 * 12

// planOf returns the plan of a query, whose units and proximities are the work of
// answering it.
func planOf(t *testing.T, x *Index, text string, typing bool) (out plan) {
	t.Helper()
	err := x.reading(func(g *engine) error {
		return g.evaluate(t.Context(), func(e *evaluation) (err error) {
			out, _, err = x.matching(e, query.Parse(text), typing)
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// No query takes more work than its limits allow, which the test counts.
func TestHostileQueries(t *testing.T) {
	x := indexOf(t, hundred()...)
	for _, q := range []string{
		strings.Repeat("p* ", 600), strings.Repeat("uniq*", 60), strings.Repeat("(", 2000), strings.Repeat("a OR ", 400),
		strings.Repeat("连", 666), strings.Repeat("pool-", 400), strings.Repeat(`"the pool" `, 180), strings.Repeat("-pool ", 300),
		strings.Repeat("KubePodCrashLooping", 100), strings.Repeat("misspeling ", 180), "path:", "path:" + strings.Repeat("/", 200),
		strings.Repeat("oom timeout 慢查询 lb ", 60), strings.Repeat("out of memory OR slow query ", 30),
		strings.Repeat("x", 2000), "\x00\xff\u202e", strings.Repeat("service:a* ", 180),
	} {
		t.Run(fmt.Sprintf("%.20q", q), func(t *testing.T) {
			if _, err := x.Search(t.Context(), Request{Text: q, Prefix: true, Facets: true, Fragments: true}); err != nil {
				t.Error(err)
			}
			for _, typing := range []bool{true, false} {
				p := planOf(t, x, q, typing)
				if len(p.units) > maxUnits+maxIdentifier+maxMeaningUnits || len(p.nearby) > maxNearby {
					t.Errorf("it is %d units and %d proximities", len(p.units), len(p.nearby))
				}
			}
		})
	}
}

func TestDeadline(t *testing.T) {
	x := indexOf(t, hundred()...)
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	if _, err := x.Search(ctx, Request{Text: "pool"}); fault.KindOf(err) != fault.Timeout {
		t.Errorf("past its deadline: %v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	if _, err := x.Search(ctx, Request{Text: "pool"}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestAdmission(t *testing.T) {
	g := newAdmission(Limits{Searches: 1, Waiting: 1})
	if err := g.enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	waited := make(chan error)
	go func() { waited <- g.enter(t.Context()) }()
	for len(g.present) < 2 { // until it waits
		runtime.Gosched()
	}
	if err := g.enter(t.Context()); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a third gets %v", err)
	}
	g.leave()
	if err := <-waited; err != nil {
		t.Errorf("the one that waited gets %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := g.enter(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("one that goes away gets %v", err)
	}
	g.leave()
	if len(g.present) != 0 || len(g.running) != 0 {
		t.Error("admission counts searches that have ended")
	}
}

// Searches go on while documents come and go.
func TestConcurrent(t *testing.T) {
	x := indexOf(t, hundred()...)
	done := make(chan error, 4)
	for range 3 {
		go func() {
			for i := range 50 {
				r, err := x.Search(t.Context(), Request{Text: fmt.Sprintf("pool service-%d", i), Facets: true, Fragments: true})
				if err == nil && r.Total == 0 {
					err = errors.New("found nothing")
				}
				if err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	go func() {
		docs := hundred()
		for i := range 20 {
			if err := x.Apply(t.Context(), Changes{UpTo: uint64(2 + i), Put: docs[i : i+5]}); err != nil {
				done <- err
				return
			}
		}
		done <- x.Rebuild(t.Context(), contents(50, docs...))
	}()
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
