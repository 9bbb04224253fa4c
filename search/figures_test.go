package search

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestFigures measures what docs/search.md promises, beside its peers in the same
// run, at each number of documents that POSTERN_BENCH names ("10000,100000"). It
// skips without. Figures of one run compare; those of two runs do not.
func TestFigures(t *testing.T) {
	sizes := os.Getenv("POSTERN_BENCH")
	if sizes == "" {
		t.Skip("set POSTERN_BENCH=10000,100000 to measure")
	}
	for size := range strings.SplitSeq(sizes, ",") {
		n, err := strconv.Atoi(size)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(size, func(t *testing.T) {
			f := figures{T: t, docs: synthetic(t, n)}
			f.queries = someQueries(f.docs, 200)
			f.rebuild()
			f.answers()
			f.clients()
			f.grep()
		})
	}
}

// figures is one corpus being measured.
type figures struct {
	*testing.T
	docs    []Document
	queries [][]string
	index   *Index
	whole   time.Duration // median of a whole answer
}

// goal prints a measured ratio beside what is asked.
func (f *figures) goal(what string, got float64, sign string, want float64, unit string) {
	verdict := "reached"
	if sign == "<=" && got > want || sign == ">=" && got < want {
		verdict = "MISSED"
	}
	f.Logf("%-52s %9.2f%s  (asked: %s %g%s)  %s", what, got, unit, sign, want, unit, verdict)
}

// rebuild compares building the index with Bleve's default mapping.
func (f *figures) rebuild() {
	source := make(memory, len(f.docs))
	for _, d := range f.docs {
		source[d.ID] = d
	}
	dir := f.TempDir()
	var err error
	f.index, err = Open(f.Context(), quiet(dir, source))
	must(f.T, err)
	f.Cleanup(func() { _ = f.index.Close() })
	began, cpu := time.Now(), cpuTime(f)
	must(f.T, f.index.Rebuild(f.Context(), contents(1, f.docs...)))
	wall, used := time.Since(began), cpuTime(f)-cpu
	peer := filepath.Join(f.TempDir(), "bleve")
	some := f.docs[:min(len(f.docs), 20_000)] // its rate does not grow with their number
	began, cpu = time.Now(), cpuTime(f)
	indexWithBleve(f, peer, some)
	n := float64(len(f.docs))
	scale := n / float64(len(some))
	peerWall, peerUsed := scaled(time.Since(began), scale), scaled(cpuTime(f)-cpu, scale)
	bytes := float64(folderSize(f, filepath.Join(dir, liveName))) / n
	f.Logf("rebuild: %.0f documents/s, %.0f a CPU second, %.0f bytes a document in %d segments",
		n/wall.Seconds(), n/used.Seconds(), bytes, f.segments())
	f.Logf("Bleve's default mapping: %.0f documents/s, %.0f a CPU second, %.0f bytes a document",
		n/peerWall.Seconds(), n/peerUsed.Seconds(), float64(folderSize(f, peer))/float64(len(some)))
	f.goal("rebuild against Bleve's default mapping, wall", peerWall.Seconds()/wall.Seconds(), ">=", 4, "x")
	f.goal("rebuild against Bleve's default mapping, CPU", peerUsed.Seconds()/used.Seconds(), ">=", 4, "x")
	f.goal("index, bytes a document, phrases included", bytes, "<=", 3500, " B")
	must(f.T, os.RemoveAll(peer))
}

func scaled(d time.Duration, by float64) time.Duration { return time.Duration(float64(d) * by) }

func (f *figures) segments() (n int) {
	must(f.T, f.index.reading(func(g *engine) error {
		s, err := g.snapshot()
		if err == nil {
			n = len(s.Segments())
			err = s.Close()
		}
		return err
	}))
	return n
}

// variant is one way to ask.
type variant struct {
	name string
	ask  func(q []string) error
	took []time.Duration
}

func (v *variant) quantile(percent int) time.Duration {
	slices.Sort(v.took)
	return v.took[min(len(v.took)-1, len(v.took)*percent/100)]
}

// ours asks for the words of a query.
func (f *figures) ours(r Request) func([]string) error {
	return func(q []string) error {
		r.Text = strings.Join(q, " ")
		_, err := f.index.Search(context.Background(), r)
		return err
	}
}

// typed asks for the words with the last one half typed.
func (f *figures) typed(q []string) error {
	last := q[len(q)-1]
	text := strings.Join(q[:len(q)-1], " ") + " " + last[:min(len(last), 4)]
	_, err := f.index.Search(context.Background(), Request{Text: text, Prefix: true, Facets: true, Fragments: true})
	return err
}

func (f *figures) phrase(q []string) error {
	_, err := f.index.Search(context.Background(), Request{Text: `"` + strings.Join(q[:2], " ") + `"`})
	return err
}

// answers asks every query in every way in turn, so that whatever else the machine
// does hits all ways alike.
func (f *figures) answers() {
	ways := []*variant{
		{name: "Bleve's bare AND, same index", ask: f.index.bleveAnd},
		{name: "AND, ranked", ask: f.ours(Request{})},
		{name: "AND + facets", ask: f.ours(Request{Facets: true})},
		{name: "AND + facets + fragments", ask: f.ours(Request{Facets: true, Fragments: true})},
		{name: "typing, last word 4 letters, whole answer", ask: f.typed},
		{name: "first word, 3 letters, whole answer", ask: func(q []string) error { return f.typed([]string{q[0][:3]}) }},
		{name: "phrase of two words", ask: f.phrase},
	}
	const rounds = 6 // the first warms up
	for round := range rounds {
		for i, q := range f.queries {
			for j := range ways {
				v := ways[(i+j+round)%len(ways)] // each comes first, and finds nothing warm, in turn
				began := time.Now()
				must(f.T, v.ask(q))
				if round > 0 {
					v.took = append(v.took, time.Since(began))
				}
			}
		}
	}
	bare := ways[0].quantile(50)
	for _, v := range ways {
		f.Logf("%-45s p50 %8.3f ms  p99 %8.3f ms  %5.2fx", v.name, ms(v.quantile(50)), ms(v.quantile(99)),
			float64(v.quantile(50))/float64(bare))
	}
	f.whole = ways[3].quantile(50)
	f.Logf("of the whole answer: matching and ranking %.3f ms, facets %.3f ms, fetching and quoting %.3f ms",
		ms(ways[1].quantile(50)), ms(ways[2].quantile(50)-ways[1].quantile(50)), ms(f.whole-ways[2].quantile(50)))
	f.goal("whole answer against Bleve's bare AND, p50", float64(f.whole)/float64(bare), "<=", 1.5, "x")
	f.goal("search while typing, p99", ms(max(ways[4].quantile(99), ways[5].quantile(99))), "<=", 12, " ms")
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// clients compares one client with sixteen, with and without admission control.
func (f *figures) clients() {
	one, many, free := &variant{}, &variant{}, &variant{}
	limited, open := f.index.admission, newAdmission(Limits{Searches: 16, Waiting: 64})
	var manyTime, freeTime time.Duration
	for range 3 { // in turns
		f.load(one, 1)
		manyTime += f.load(many, 16)
		f.index.admission = open
		freeTime += f.load(free, 16)
		f.index.admission = limited
	}
	qps := float64(len(many.took)) / manyTime.Seconds()
	freely := float64(len(free.took)) / freeTime.Seconds()
	f.Logf("one client p99 %.3f ms; 16 clients p99 %.3f ms, %.0f queries/s; 16 without admission control p99 %.3f ms, %.0f queries/s",
		ms(one.quantile(99)), ms(many.quantile(99)), qps, ms(free.quantile(99)), freely)
	f.goal("p99 of 16 clients against one client's", float64(many.quantile(99))/float64(one.quantile(99)), "<=", 4, "x")
	f.goal("queries/s against no admission control", qps/freely, ">=", 1.15, "x")
}

// load lets clients ask whole answers for a while.
func (f *figures) load(v *variant, clients int) time.Duration {
	const each = 1600 // questions
	ask := f.ours(Request{Facets: true, Fragments: true})
	var mu sync.Mutex
	var wg sync.WaitGroup
	began := time.Now()
	for c := range clients {
		wg.Go(func() {
			var took []time.Duration
			for i := range each / clients {
				at := time.Now()
				if err := ask(f.queries[(c*31+i)%len(f.queries)]); err != nil {
					f.Error(err)
				}
				took = append(took, time.Since(at))
			}
			mu.Lock()
			v.took = append(v.took, took...)
			mu.Unlock()
		})
	}
	wg.Wait()
	return time.Since(began)
}

// grep compares with ripgrep over the documents as files.
func (f *figures) grep() {
	rg, err := exec.LookPath("rg")
	if err != nil {
		f.Log("ripgrep is not installed: not compared")
		return
	}
	dir := f.TempDir()
	for _, d := range f.docs {
		var b strings.Builder
		fmt.Fprintf(&b, "# %s\n", d.Title)
		for _, s := range d.Sections {
			fmt.Fprintf(&b, "\n## %s\n\n%s\n\n```\n%s\n```\n", s.Heading, s.Text, s.Code)
		}
		path := filepath.Join(dir, d.ID[len(d.ID)-3:], d.ID+".md")
		must(f.T, os.MkdirAll(filepath.Dir(path), 0o700))
		must(f.T, os.WriteFile(path, []byte(b.String()), 0o600))
	}
	v := &variant{}
	for i := range 6 { // the first warms the page cache
		began := time.Now()
		cmd := exec.Command(rg, "-l", "-i", "-w", "-F", f.queries[i][0], dir)
		if err := cmd.Run(); err != nil && cmd.ProcessState.ExitCode() > 1 {
			f.Fatal(err)
		}
		if i > 0 {
			v.took = append(v.took, time.Since(began))
		}
	}
	f.Logf("rg for one word over the files: p50 %.0f ms", ms(v.quantile(50)))
	f.goal("rg for one word against a whole answer, p50", float64(v.quantile(50))/float64(f.whole), ">=", 2000, "x")
}
