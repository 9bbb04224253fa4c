package suggest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

func on(day int) time.Time { return time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC) }

func shelf() []Document {
	return []Document{
		{
			ID: "1", Title: "Checkout failed for all customers", Address: "/postmortems/checkout", Kind: "postmortem",
			Services: []string{"checkout", "payment-gw"}, Date: on(3),
		},
		{
			ID: "2", Title: "Gateway pool exhausted", Address: "/runbooks/GatewayPoolExhausted", Kind: "runbook",
			Alerts: []string{"GatewayPoolExhausted"}, Services: []string{"payment-gw"}, Date: on(1),
		},
		{
			ID: "3", Title: "KubePodCrashLooping", Address: "/runbooks/KubePodCrashLooping", Kind: "runbook",
			Alerts: []string{"KubePodCrashLooping"}, Date: on(2),
		},
		{ID: "4", Title: "数据库连接池耗尽导致下单失败", Address: "/postmortems/%E6%B1%A0", Kind: "postmortem", Date: on(4)},
		{ID: "5", Title: "慢SQL排查", Address: "/guides/sql", Kind: "guide", Date: on(5)},
		{ID: "6", Title: "Pool sizes, an old page", Address: "/pages/pool", Kind: "page", Date: on(6), Archived: true},
		{ID: "7", Title: "Connection pool of orders-db", Address: "/guides/pool", Kind: "guide", Date: on(7)},
		{ID: "8", Title: "tcp_tw_reuse and node_netstat", Address: "/guides/tcp", Kind: "guide", Date: on(7)},
	}
}

func texts(s []Suggestion) (out []string) {
	for _, x := range s {
		out = append(out, x.Kind+" "+x.Text)
	}
	return out
}

func TestSuggest(t *testing.T) {
	x := New()
	x.Replace(shelf())
	x.SetQueries([]string{"pool exhausted eu-1", "oom kill"})
	for typed, want := range map[string][]string{
		"check":               {"service checkout", "postmortem Checkout failed for all customers"},
		"pod crash":           {"runbook KubePodCrashLooping", "alert KubePodCrashLooping"},
		"crashloop":           {"runbook KubePodCrashLooping", "alert KubePodCrashLooping"},
		"kubepodcr":           {"runbook KubePodCrashLooping", "alert KubePodCrashLooping"},
		"KubePodCrashLooping": {"runbook KubePodCrashLooping", "alert KubePodCrashLooping"},
		"ubepod":              nil,
		"连接池":                 {"postmortem 数据库连接池耗尽导致下单失败"},
		"池 下单":                {"postmortem 数据库连接池耗尽导致下单失败"},
		"慢sq":                 {"guide 慢SQL排查"},
		"ｓｑｌ":                 {"guide 慢SQL排查"},
		"sql排":                {"guide 慢SQL排查"},
		"tw_re":               {"guide tcp_tw_reuse and node_netstat"},
		"netstat tcp":         {"guide tcp_tw_reuse and node_netstat"},
		"exhausted gateway":   {"runbook Gateway pool exhausted", "alert GatewayPoolExhausted"},
		"oom":                 {"query oom kill"},
		"pool": {
			"query pool exhausted eu-1", "runbook Gateway pool exhausted", "alert GatewayPoolExhausted",
			"guide Connection pool of orders-db", "page Pool sizes, an old page",
		},
		"payment":              {"service payment-gw"},
		"":                     nil,
		"  ":                   nil,
		"!!":                   nil,
		"zzz":                  nil,
		strings.Repeat("x", 3): nil,
	} {
		if got := texts(x.Suggest(typed, 8)); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
	if got := x.Suggest("pool", 2); len(got) != 2 {
		t.Errorf("limit 2 gives %d", len(got))
	}
	if got := x.Suggest("payment", 1); got[0].Address != "/services/payment-gw" {
		t.Errorf("%+v", got)
	}
	if got := x.Suggest("oom", 1); got[0].Address != "/search?q=oom+kill" {
		t.Errorf("%+v", got)
	}
}

// TestApplyIsReplace: whatever is published and removed, in whatever steps, the
// answers are those of an index made of the result.
func TestApplyIsReplace(t *testing.T) {
	words := []string{"pool", "Pool", "GatewayPool", "exhausted", "checkout", "连接", "池", "tcp_tw", "error 503", "x"}
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SampledFrom(words)
		draw := func(id int) Document {
			return Document{
				ID: fmt.Sprint(id), Title: strings.Join(rapid.SliceOfN(word, 1, 5).Draw(t, "title"), " "), Address: fmt.Sprint("/guides/", id),
				Kind: rapid.SampledFrom([]string{"runbook", "guide"}).Draw(t, "kind"), Alerts: rapid.SliceOfN(word, 0, 2).Draw(t, "alerts"),
				Services: rapid.SliceOfN(word, 0, 2).Draw(t, "services"), Date: on(rapid.IntRange(1, 28).Draw(t, "day")),
				Archived: rapid.Bool().Draw(t, "archived"),
			}
		}
		all := map[string]Document{}
		x := New()
		for range rapid.IntRange(1, 8).Draw(t, "steps") {
			var put []Document
			var removed []string
			touched := map[string]bool{}
			for _, id := range rapid.SliceOfNDistinct(rapid.IntRange(0, 9), 0, 5, rapid.ID).Draw(t, "ids") {
				d := draw(id)
				touched[d.ID] = true
				if rapid.Bool().Draw(t, "remove") {
					removed = append(removed, d.ID)
					delete(all, d.ID)
				} else {
					put = append(put, d)
					all[d.ID] = d
				}
			}
			x.Apply(put, removed)
		}
		var docs []Document
		for _, d := range all {
			docs = append(docs, d)
		}
		whole := New()
		whole.Replace(docs)
		typed := strings.Join(rapid.SliceOfN(word, 1, 3).Draw(t, "typed"), " ")
		got, want := x.Suggest(typed, 100), whole.Suggest(typed, 100)
		if !slices.Equal(got, want) {
			t.Fatalf("%q: %q, want %q", typed, texts(got), texts(want))
		}
		for _, s := range got {
			if s.Kind == Alert || s.Kind == Service {
				continue
			}
			if !slices.ContainsFunc(docs, func(d Document) bool { return d.Title == s.Text && d.Address == s.Address }) {
				t.Fatalf("%q suggests %q, which is not published", typed, s.Text)
			}
		}
	})
}

// TestManyChangesAreMerged goes past the size at which the base is rebuilt.
func TestManyChangesAreMerged(t *testing.T) {
	x := New()
	x.Replace(shelf())
	const together = 67
	for i := 0; i < mergeAt+together; i += together {
		var docs []Document
		for n := i; n < i+together; n++ {
			docs = append(docs, Document{ID: fmt.Sprint("n", n), Title: fmt.Sprint("Incident number ", n), Address: "/x", Kind: "page"})
		}
		x.Apply(docs, nil)
	}
	x.Apply(nil, []string{"2"})
	if n := len(x.state.Load().fresh.items); n > mergeAt {
		t.Errorf("%d items are fresh", n)
	}
	if got := texts(x.Suggest("number 2009", 3)); !reflect.DeepEqual(got, []string{"page Incident number 2009"}) {
		t.Errorf("got %q", got)
	}
	if got := texts(x.Suggest("gateway", 3)); len(got) != 0 {
		t.Errorf("what was removed is suggested: %q", got)
	}
}

func FuzzKey(f *testing.F) {
	for _, d := range shelf() {
		f.Add(d.Title, "pool ex")
	}
	f.Add("a'b İİ ＡＢ\u0301", "İ")
	f.Fuzz(func(t *testing.T, title, text string) {
		key, starts := keyOf(title)
		for _, at := range starts {
			if int(at) >= len(key) {
				t.Fatalf("%q: reference to byte %d of %q", title, at, key)
			}
		}
		x := New()
		x.Replace([]Document{{ID: "1", Title: title, Kind: "page"}})
		x.Suggest(text, 8)
		if got := x.Suggest(title, 8); typed(title) != "" && len(typed(title)) < maxKeyBytes/4 && len(got) != 1 {
			t.Fatalf("%q does not suggest itself: key %q, typed %q", title, key, typed(title))
		}
	})
}

// journal is a change log and the documents behind it.
type journal struct {
	more    chan struct{}
	mu      sync.Mutex // of what is below
	changes []kv.Change
	docs    map[string]Document
	gone    bool
}

func (j *journal) Changes(_ context.Context, after kv.Seq, _ int) ([]kv.Change, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.gone {
		j.gone = false
		return nil, fault.New(fault.Gone, "kv", "trimmed")
	}
	return j.changes[after:], nil
}

func (j *journal) Wait(ctx context.Context, after kv.Seq) error {
	j.mu.Lock()
	there := int(after) < len(j.changes)
	j.mu.Unlock()
	if there {
		return nil
	}
	select {
	case <-j.more:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (j *journal) All(context.Context) ([]Document, uint64, error) {
	docs, _ := j.Some(context.Background(), []string{"1", "2", "3"})
	j.mu.Lock()
	defer j.mu.Unlock()
	return docs, uint64(len(j.changes)), nil
}

func (j *journal) Some(_ context.Context, ids []string) (docs []Document, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, id := range ids {
		if d, ok := j.docs[id]; ok {
			docs = append(docs, d)
		}
	}
	return docs, nil
}

func TestFollower(t *testing.T) {
	j := &journal{docs: map[string]Document{}, more: make(chan struct{})}
	for _, d := range shelf()[:3] {
		j.docs[d.ID] = d
	}
	x := New()
	f := Follower{Index: x, Changes: j, Topic: "document", Source: j, Log: slog.New(slog.DiscardHandler)}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- f.Run(ctx) }()
	change := func(topic, id string) {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.changes = append(j.changes, kv.Change{Seq: kv.Seq(len(j.changes) + 1), Topic: topic, Key: []byte(id)})
	}
	// The channel has no buffer: when a second message is taken, the first is done.
	settle := func() { j.more <- struct{}{}; j.more <- struct{}{} }
	settle()
	if got := texts(x.Suggest("checkout", 8)); len(got) != 2 {
		t.Errorf("at the start: %q", got)
	}
	put := func(id string, d *Document) {
		j.mu.Lock()
		defer j.mu.Unlock()
		if delete(j.docs, id); d != nil {
			j.docs[id] = *d
		}
	}
	put("1", nil)
	change("document", "1")
	change("token", "2")
	settle()
	if got := texts(x.Suggest("checkout", 8)); len(got) != 0 {
		t.Errorf("after a removal: %q", got)
	}
	first := shelf()[0]
	put("1", &first)
	j.mu.Lock()
	j.gone = true
	j.mu.Unlock()
	settle()
	settle()
	if got := texts(x.Suggest("checkout", 8)); len(got) != 2 {
		t.Errorf("after the log was trimmed: %q", got)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// library100k are titles as a large portal has them.
func library100k() []Document {
	r := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields("checkout payment gateway pool connection exhausted timeout latency disk full replica lag kafka consumer " +
		"pod crash looping memory leak deploy rollback certificate expired dns cache stampede quota node clock skew index search orders " +
		"inventory shipping identity edge proxy region failover partition retry storm")
	pick := func() string { return words[r.IntN(len(words))] }
	docs := make([]Document, 100_000)
	for i := range docs {
		title := fmt.Sprintf("%s %s %s after %s %s in cell-%d", pick(), pick(), pick(), pick(), pick(), r.IntN(400))
		docs[i] = Document{
			ID: fmt.Sprint(i), Title: title, Address: fmt.Sprint("/postmortems/", i), Kind: "postmortem",
			Services: []string{pick() + "-" + pick()}, Date: on(r.IntN(28)),
		}
	}
	return docs
}

// BenchmarkSuggest types into a library of 100,000 documents and reports the
// slowest answers.
func BenchmarkSuggest(b *testing.B) {
	x := New()
	docs := library100k()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began := time.Now()
	x.Replace(docs)
	took := time.Since(began)
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.Logf("rebuild of %d documents: %v, %d MB", len(docs), took.Round(time.Millisecond), (after.HeapAlloc-before.HeapAlloc)>>20)
	asked := []string{
		"c", "ch", "pool", "pool exh", "consumer lag", "lag consumer", "connection pool exhausted after deploy", "cell-3",
		"search", "连接池", "a",
	}
	var answers []time.Duration
	for b.Loop() {
		for _, q := range asked {
			began := time.Now()
			x.Suggest(q, 8)
			answers = append(answers, time.Since(began))
		}
	}
	slices.Sort(answers)
	b.ReportMetric(float64(answers[len(answers)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(answers[len(answers)*99/100].Microseconds()), "p99-µs")
}

func BenchmarkApply(b *testing.B) {
	x := New()
	docs := library100k()
	x.Replace(docs)
	for i := 0; b.Loop(); i++ {
		x.Apply(docs[i%1000:i%1000+1], nil)
	}
}

// The whole name comes first, whatever its rank; then kinds that help with an
// incident; then newer documents.
func TestOrderOfSuggestions(t *testing.T) {
	x := New()
	x.Replace([]Document{
		{ID: "1", Title: "Pool", Kind: "page", Date: on(1)},
		{ID: "2", Title: "Pool sizes", Kind: "runbook", Date: on(2)},
		{ID: "3", Title: "Pool outage", Kind: "postmortem", Date: on(3)},
		{ID: "4", Title: "Pool guide", Kind: "guide", Date: on(9)},
		{ID: "5", Title: "Pool history", Kind: "guide", Date: on(8)},
		{ID: "6", Title: "The pool", Kind: "runbook", Date: on(9)},
	})
	var got []string
	for _, s := range x.Suggest("pool", 9) {
		got = append(got, s.Text)
	}
	want := []string{"Pool", "Pool sizes", "Pool outage", "Pool guide", "Pool history", "The pool"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
