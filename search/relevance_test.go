package search

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/blevesearch/bleve/v2"

	"github.com/postern/postern/portal/base/realdata"
)

// TestRelevance measures ranking on the development set of real queries, beside
// Bleve's defaults in the same run. It runs when POSTERN_RELEVANCE is set; without
// the set it skips.
func TestRelevance(t *testing.T) {
	if os.Getenv("POSTERN_RELEVANCE") == "" {
		t.Skip("set POSTERN_RELEVANCE=1 to measure ranking")
	}
	dir := realdata.Find(t, "relevance")
	set := loadSet(t, dir)
	ours := measure(set, oursOver(t, set))
	theirs := measure(set, bleveOver(t, set))
	mean := printScores(t, ours, theirs)
	zh := loadSet(t, filepath.Join(dir, "xquad-zh"))
	chinese := printScores(t, measure(zh, oursOver(t, zh)), measure(zh, bleveOver(t, zh)))
	atLeast(t, "macro S@1", mean.s1/float64(mean.n), 0.78)
	atLeast(t, "macro S@5", mean.s5/float64(mean.n), 0.90)
	for _, kind := range []string{"alert-paste", "name-words"} {
		atLeast(t, kind+" S@1", ours[kind].s1/float64(ours[kind].n), 0.95)
	}
	for kind, s := range ours {
		atLeast(t, kind+" S@1, Bleve's default", s.s1/float64(s.n), theirs[kind].s1/float64(s.n))
	}
	atLeast(t, "xquad-zh S@1", chinese.s1/float64(chinese.n), 0.94)
}

// atLeast holds the ranking to what is promised.
func atLeast(t *testing.T, what string, got, want float64) {
	t.Helper()
	if got < want-1e-9 {
		t.Errorf("%s is %.4f, at least %.4f is promised", what, got, want)
	}
}

// relevanceSet is a corpus with queries and judgements.
type relevanceSet struct {
	docs    []Document
	queries []judged
}

type judged struct {
	id, text, kind string
	relevant       map[string]bool
}

func loadSet(tb testing.TB, dir string) relevanceSet {
	tb.Helper()
	var set relevanceSet
	eachLine(tb, filepath.Join(dir, "corpus.jsonl"), func(line []byte) {
		var d struct {
			ID    string `json:"_id"`
			Title string `json:"title"`
			Text  string `json:"text"`
		}
		if err := json.Unmarshal(line, &d); err != nil {
			tb.Fatal(err)
		}
		set.docs = append(set.docs, Document{ID: d.ID, Path: d.ID, Kind: "page", Title: d.Title, Sections: sectionsOf(d.Text)})
	})
	relevant := make(map[string]map[string]bool)
	eachLine(tb, filepath.Join(dir, "qrels"), func(line []byte) {
		f := strings.Fields(string(line))
		if relevant[f[0]] == nil {
			relevant[f[0]] = make(map[string]bool)
		}
		relevant[f[0]][f[2]] = f[3] != "0"
	})
	eachLine(tb, filepath.Join(dir, "queries.jsonl"), func(line []byte) {
		var q struct {
			ID   string `json:"_id"`
			Text string `json:"text"`
			Kind string `json:"kind"`
		}
		if err := json.Unmarshal(line, &q); err != nil {
			tb.Fatal(err)
		}
		set.queries = append(set.queries, judged{q.ID, q.Text, cmp.Or(q.Kind, "xquad-zh"), relevant[q.ID]})
	})
	return set
}

func eachLine(tb testing.TB, path string, fn func([]byte)) {
	tb.Helper()
	f, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, 16<<20)
	for s.Scan() {
		fn(s.Bytes())
	}
	if err := s.Err(); err != nil {
		tb.Fatal(err)
	}
}

// sectionsOf cuts Markdown at its headings, roughly as the renderer does.
func sectionsOf(markdown string) []Section {
	var out []Section
	var text, code strings.Builder
	var heading string
	flush := func() {
		if heading != "" || text.Len() > 0 || code.Len() > 0 {
			for i, span := range strings.Split(text.String(), "`") {
				if i%2 == 1 {
					code.WriteString(span + "\n")
				}
			}
			out = append(out, Section{Heading: heading, Text: strings.ReplaceAll(text.String(), "`", ""), Code: code.String()})
		}
		text.Reset()
		code.Reset()
	}
	fenced := false
	for line := range strings.Lines(markdown) {
		switch trimmed := strings.TrimSpace(line); {
		case strings.HasPrefix(trimmed, "```"):
			fenced = !fenced
		case fenced:
			code.WriteString(line)
		case strings.HasPrefix(line, "#"):
			flush()
			heading = strings.Trim(trimmed, "# ")
		default:
			text.WriteString(line)
		}
	}
	flush()
	return out
}

// asker answers a query with document ids, best first.
type asker func(q judged) []scoredID

type scoredID struct {
	id    string
	score float64
}

func oursOver(t *testing.T, set relevanceSet) asker {
	x := indexOf(t, set.docs...)
	return func(q judged) []scoredID {
		if q.kind == "alert-paste" || q.kind == "error-line" {
			return similarOf(t, x, q.text)
		}
		r, err := x.Search(context.Background(), Request{Text: q.text, Limit: 10})
		if err != nil {
			t.Fatalf("Search(%q): %v", q.text, err)
		}
		var out []scoredID
		for _, h := range r.Hits {
			out = append(out, scoredID{h.ID, h.Score})
		}
		return out
	}
}

// similarOf asks as a pasted text is asked.
func similarOf(t *testing.T, x *Index, text string) []scoredID {
	r, err := x.Similar(context.Background(), SimilarRequest{Text: text})
	if err != nil {
		t.Fatalf("Similar(%q): %v", text, err)
	}
	var out []scoredID
	for _, m := range r.Matches {
		out = append(out, scoredID{m.ID, m.Score})
	}
	return out
}

func bleveOver(t *testing.T, set relevanceSet) asker {
	x, err := bleve.NewMemOnly(bleve.NewIndexMapping())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Close() })
	b := x.NewBatch()
	for _, d := range set.docs {
		var all strings.Builder
		all.WriteString(d.Title)
		for _, s := range d.Sections {
			all.WriteString("\n" + s.Heading + "\n" + s.Text + "\n" + s.Code)
		}
		if err := b.Index(d.ID, map[string]string{"text": all.String()}); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.Batch(b); err != nil {
		t.Fatal(err)
	}
	return func(q judged) []scoredID {
		m := bleve.NewMatchQuery(q.text)
		m.SetField("text")
		r, err := x.Search(bleve.NewSearchRequestOptions(m, 10, 0, false))
		if err != nil {
			t.Fatal(err)
		}
		var out []scoredID
		for _, h := range r.Hits {
			out = append(out, scoredID{h.ID, h.Score})
		}
		// trec_eval's order of ties
		slices.SortStableFunc(out, func(a, b scoredID) int {
			return cmp.Or(cmp.Compare(b.score, a.score), strings.Compare(b.id, a.id))
		})
		return out
	}
}

// score sums success@1, success@5 and reciprocal ranks over n queries.
type score struct {
	n           int
	s1, s5, mrr float64
}

func (s score) String() string {
	n := float64(max(s.n, 1))
	return fmt.Sprintf("%5.1f %5.1f %5.1f", 100*s.s1/n, 100*s.s5/n, 100*s.mrr/n)
}

func measure(set relevanceSet, ask asker) map[string]*score {
	out := make(map[string]*score)
	for _, q := range set.queries {
		s := out[q.kind]
		if s == nil {
			s = &score{}
			out[q.kind] = s
		}
		s.n++
		for rank, hit := range ask(q) {
			if !q.relevant[hit.id] {
				continue
			}
			s.mrr += 1 / float64(rank+1)
			if rank == 0 {
				s.s1++
			}
			if rank < 5 {
				s.s5++
			}
			break
		}
	}
	return out
}

// printScores prints a line a kind and returns the mean over the kinds.
func printScores(t *testing.T, ours, theirs map[string]*score) (mean score) {
	t.Logf("%-18s %4s   %-17s   %-17s", "kind", "n", "  S@1   S@5   MRR", "Bleve default")
	var b score
	for _, kind := range slices.Sorted(maps.Keys(ours)) {
		t.Logf("%-18s %4d   %v   %v", kind, ours[kind].n, ours[kind], theirs[kind])
		mean.add(ours[kind])
		b.add(theirs[kind])
	}
	t.Logf("%-18s %4d   %v   %v", "macro", mean.n, mean, b)
	return mean
}

// add counts a kind as one, for the mean over the kinds.
func (s *score) add(o *score) {
	n := float64(o.n)
	s.n++
	s.s1 += o.s1 / n
	s.s5 += o.s5 / n
	s.mrr += o.mrr / n
}
