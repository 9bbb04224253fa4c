package search

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/mapping"
	blevesearch "github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/collector"
	"github.com/blevesearch/bleve/v2/search/query"

	"github.com/postern/postern/portal/base/realdata"
	"github.com/postern/postern/search/analysis"
	"github.com/postern/postern/search/segment"
)

// benchDocs is how many documents the benchmarks index; POSTERN_BENCH_DOCS says
// otherwise.
func benchDocs(tb testing.TB) int {
	n, err := strconv.Atoi(cmp.Or(os.Getenv("POSTERN_BENCH_DOCS"), "10000"))
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

// synthetic recombines the paragraphs of real documents into documents of about
// 4.3 KB, each with some identifiers of its own, so that the vocabulary grows
// with the corpus as a real one does.
func synthetic(tb testing.TB, n int) []Document {
	tb.Helper()
	var blocks []string
	for _, d := range loadSet(tb, realdata.Find(tb, "relevance")).docs {
		for _, s := range d.Sections {
			for block := range strings.SplitSeq(s.Text, "\n\n") {
				if len(block) < 1500 && len(strings.Fields(block)) > 6 {
					blocks = append(blocks, block)
				}
			}
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(values ...string) string { return values[r.IntN(len(values))] }
	docs := make([]Document, n)
	for i := range docs {
		d := &docs[i]
		d.ID, d.Kind = fmt.Sprintf("doc-%06d", i), pick("postmortem", "runbook", "guide", "standard")
		d.Path = d.Kind + "s/" + d.ID + ".md"
		d.Date = time.Date(2018+r.IntN(9), 1, 1+r.IntN(365), 0, 0, 0, 0, time.UTC)
		d.Severity = pick("", "SEV1", "SEV2", "SEV3")
		d.Services = []string{fmt.Sprintf("service-%d", r.IntN(60))}
		d.Tags = []string{fmt.Sprintf("tag-%d", r.IntN(200)), fmt.Sprintf("tag-%d", r.IntN(200))}
		d.Factors = []string{pick("config-change", "capacity", "dependency", "bug")}
		d.Title = strings.Join(strings.Fields(blocks[r.IntN(len(blocks))])[:6], " ")
		size := 0
		for size < 4300 {
			text := blocks[r.IntN(len(blocks))] + "\n" + blocks[r.IntN(len(blocks))]
			heading := strings.Join(strings.Fields(blocks[r.IntN(len(blocks))])[:4], " ")
			code := fmt.Sprintf("req_%08x host-%d.internal:%d", r.Uint32(), r.IntN(100_000), r.IntN(65536))
			d.Sections = append(d.Sections, Section{Heading: heading, Anchor: "h-" + strconv.Itoa(size), Text: text, Code: code})
			size += len(text) + len(heading) + len(code)
		}
	}
	return docs
}

// someQueries are queries of two or three words that stand together in a document.
func someQueries(docs []Document, n int) [][]string {
	r := rand.New(rand.NewPCG(3, 4))
	var out [][]string
	for len(out) < n {
		d := docs[r.IntN(len(docs))]
		s := d.Sections[r.IntN(len(d.Sections))]
		var words []string
		for _, t := range analysis.Scan(nil, s.Text) {
			// A word that is its own stem, so that Bleve can be asked the same.
			if len(t.Text) > 3 && isPlain(t.Text) && analysis.Stem(t.Text) == t.Text && !analysis.IsStop(t.Text) {
				words = append(words, t.Text)
			}
		}
		if k := 2 + r.IntN(2); len(words) > k+2 {
			from := r.IntN(len(words) - k)
			q := slices.Compact(slices.Sorted(slices.Values(words[from : from+k])))
			if len(q) > 1 {
				out = append(out, q)
			}
		}
	}
	return out
}

// BenchmarkIndex rebuilds an index: documents a second and bytes a document.
func BenchmarkIndex(b *testing.B) {
	docs := synthetic(b, benchDocs(b))
	for b.Loop() {
		dir := b.TempDir()
		x, err := Open(b.Context(), quiet(dir, memory{}))
		if err != nil {
			b.Fatal(err)
		}
		began, cpu := time.Now(), cpuTime(b)
		if err := x.Rebuild(b.Context(), contents(1, docs...)); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(docs))/time.Since(began).Seconds(), "docs/s")
		b.ReportMetric(float64(len(docs))/(cpuTime(b)-cpu).Seconds(), "docs/cpu-s")
		b.ReportMetric(float64(folderSize(b, dir))/float64(len(docs)), "B/doc")
		if err := x.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// indexWithBleve indexes documents with Bleve's default mapping, for comparison.
func indexWithBleve(tb testing.TB, dir string, docs []Document) {
	tb.Helper()
	x, err := bleve.New(dir, bleve.NewIndexMapping())
	if err != nil {
		tb.Fatal(err)
	}
	for part := range slices.Chunk(docs, 1000) {
		batch := x.NewBatch()
		for _, d := range part {
			if err := batch.Index(d.ID, d); err != nil {
				tb.Fatal(err)
			}
		}
		if err := x.Batch(batch); err != nil {
			tb.Fatal(err)
		}
	}
	if err := x.Close(); err != nil {
		tb.Fatal(err)
	}
}

// cpuTime is what the process has used, which a busy machine does not distort.
func cpuTime(tb testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkColdStart opens an index and answers a first query.
func BenchmarkColdStart(b *testing.B) {
	docs := synthetic(b, benchDocs(b))
	source := make(memory, len(docs))
	for _, d := range docs {
		source[d.ID] = d
	}
	dir := b.TempDir()
	for b.Loop() {
		x, err := Open(b.Context(), quiet(dir, source))
		if err != nil {
			b.Fatal(err)
		}
		if !x.State().Usable {
			if err := x.Rebuild(b.Context(), contents(1, docs...)); err != nil {
				b.Fatal(err)
			}
			if err := x.Close(); err != nil {
				b.Fatal(err)
			}
			b.ResetTimer()
			continue
		}
		if _, err := x.Search(b.Context(), Request{Text: "connection pool", Facets: true, Fragments: true}); err != nil {
			b.Fatal(err)
		}
		if err := x.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func folderSize(tb testing.TB, dir string) (n int64) {
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			n += info.Size()
		}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

// BenchmarkSearch compares whole answers with Bleve's bare conjunction of terms
// over the same index.
func BenchmarkSearch(b *testing.B) {
	docs := synthetic(b, benchDocs(b))
	queries := someQueries(docs, 200)
	x := indexOf(b, docs...)
	run := func(name string, ask func(q []string) error) {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				began := time.Now()
				if err := ask(queries[i%len(queries)]); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
		})
	}
	ours := func(r Request) func([]string) error {
		return func(q []string) error {
			r.Text = strings.Join(q, " ")
			_, err := x.Search(context.Background(), r)
			return err
		}
	}
	run("bleve-and", x.bleveAnd)
	run("and", ours(Request{Limit: 10}))
	run("and+facets", ours(Request{Limit: 10, Facets: true}))
	run("and+facets+fragments", ours(Request{Limit: 10, Facets: true, Fragments: true}))
	run("typing", func(q []string) error {
		last := q[len(q)-1]
		text := strings.Join(q[:len(q)-1], " ") + " " + last[:min(len(last), 4)]
		_, err := x.Search(context.Background(), Request{Text: text, Prefix: true, Facets: true, Fragments: true})
		return err
	})
	run("prefix", func(q []string) error {
		_, err := x.Search(context.Background(), Request{Text: q[0][:3], Prefix: true, Fragments: true})
		return err
	})
	run("phrase", func(q []string) error {
		_, err := x.Search(context.Background(), Request{Text: `"the ` + q[0] + `"`})
		return err
	})
	run("word", func(q []string) error {
		_, err := x.Search(context.Background(), Request{Text: q[0], Facets: true, Fragments: true})
		return err
	})
	run("misspelt", func(q []string) error {
		w := q[0]
		_, err := x.Search(context.Background(), Request{Text: w[:2] + "q" + w[2:]})
		return err
	})
}

// bleveAnd runs Bleve's own searcher and collector over the present snapshot.
func (x *Index) bleveAnd(words []string) error {
	return x.reading(func(g *engine) error {
		s, err := g.snapshot()
		if err != nil {
			return err
		}
		defer s.Close()
		var terms []query.Query
		for _, w := range words {
			t := query.NewTermQuery(w)
			t.SetField(segment.TermField)
			terms = append(terms, t)
		}
		ctx := context.Background()
		searcher, err := query.NewConjunctionQuery(terms).Searcher(ctx, s, mapping.NewIndexMapping(), blevesearch.SearcherOptions{})
		if err != nil {
			return err
		}
		defer searcher.Close()
		return collector.NewTopNCollector(10, 0, blevesearch.SortOrder{&blevesearch.SortScore{Desc: true}}).Collect(ctx, searcher, s)
	})
}
