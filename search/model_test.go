package search

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/postern/postern/search/analysis"
	"github.com/postern/postern/search/query"
	"github.com/postern/postern/search/segment"
)

// The tests of this file compare the index with a plain scan over documents.

func docGen() *rapid.Generator[Document] {
	word := rapid.SampledFrom([]string{
		"the", "pool", "pools", "timeout", "timeouts", "of", "database", "failing", "failed", "KubePodCrashLooping",
		"tcp_tw_reuse", "10.0.0.1", "连接池", "超时", "db-1", "a",
	})
	text := rapid.Map(rapid.SliceOfN(word, 0, 12), func(w []string) string { return strings.Join(w, " ") })
	some := func(values ...string) *rapid.Generator[[]string] {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(values), 0, 2, rapid.ID[string])
	}
	seconds := rapid.Ptr(rapid.Int64Range(0, 7200), true)
	return rapid.Custom(func(t *rapid.T) Document {
		actions := rapid.IntRange(0, 2).Draw(t, "actions")
		return Document{
			Path:       rapid.SampledFrom([]string{"runbooks/db/", "runbooks/", "guides/"}).Draw(t, "folder") + "x.md",
			Kind:       rapid.SampledFrom([]string{"postmortem", "runbook", "guide"}).Draw(t, "kind"),
			Title:      text.Draw(t, "title"),
			Summary:    text.Draw(t, "summary"),
			Status:     rapid.SampledFrom([]string{"", "published", "archived"}).Draw(t, "status"),
			Date:       time.Date(2024, 1, 1+rapid.IntRange(0, 900).Draw(t, "day"), 0, 0, 0, 0, time.UTC),
			Severity:   rapid.SampledFrom([]string{"", "SEV1", "SEV2"}).Draw(t, "severity"),
			Services:   some("pay", "Cart", "edge").Draw(t, "services"),
			Tags:       some("dns", "config").Draw(t, "tags"),
			Factors:    some("config-change").Draw(t, "factors"),
			Owner:      rapid.SampledFrom([]string{"", "team-db"}).Draw(t, "owner"),
			Authors:    some("Ada Lovelace", "bo").Draw(t, "authors"),
			DetectedBy: rapid.SampledFrom([]string{"", "alert", "customer"}).Draw(t, "detected by"),
			Detect:     seconds.Draw(t, "detect"), Diagnose: seconds.Draw(t, "diagnose"), Recover: seconds.Draw(t, "recover"),
			Actions: actions, OpenActions: rapid.IntRange(0, actions).Draw(t, "open"),
			Sections: []Section{
				{Heading: text.Draw(t, "heading"), Anchor: "h", Text: text.Draw(t, "text")},
				{Text: text.Draw(t, "text2"), Code: text.Draw(t, "code")},
			},
		}
	})
}

// corpusGen draws documents with ids; some replace earlier ones.
func corpusGen(t *rapid.T) []Document {
	docs := rapid.SliceOfN(docGen(), 1, 12).Draw(t, "docs")
	for i := range docs {
		docs[i].ID = fmt.Sprintf("d%02d", i)
	}
	return docs
}

// scrambled indexes documents in several batches, with versions that are
// replaced and documents that are removed, so that there are many segments.
func scrambled(t *testing.T, rt *rapid.T, docs []Document) *Index {
	source := make(memory)
	for _, d := range docs {
		source[d.ID] = d
	}
	x, err := Open(t.Context(), quiet(t.TempDir(), source))
	if err != nil {
		rt.Fatal(err)
	}
	if err := x.Rebuild(t.Context(), contents(1)); err != nil {
		rt.Fatal(err)
	}
	seq := uint64(1)
	apply := func(put []Document, del ...string) {
		seq++
		if err := x.Apply(t.Context(), Changes{UpTo: seq, Put: put, Delete: del}); err != nil {
			rt.Fatal(err)
		}
	}
	for i, d := range docs {
		old := docs[(i+1)%len(docs)]
		old.ID = d.ID
		apply([]Document{old, {ID: "gone", Title: "pool timeout"}})
	}
	half := len(docs) / 2
	apply(docs[:half], "gone")
	apply(docs[half:])
	return x
}

// texts are the stretches of a document that phrases may lie in.
func textsOf(d Document) []string {
	out := []string{d.Title, d.Summary, d.Owner, d.DetectedBy}
	for _, l := range [][]string{d.Tags, d.Services, d.Alerts, d.Factors, d.Authors} {
		out = append(out, l...)
	}
	for _, s := range d.Sections {
		out = append(out, s.Heading, s.Text, s.Code)
	}
	return out
}

func spaced(text string) string {
	var b strings.Builder
	for _, t := range analysis.Scan(nil, analysis.Normalize(text)) {
		b.WriteString(" " + t.Text)
	}
	return b.String() + " "
}

func hasPhrase(d Document, phrase string) bool {
	return slices.ContainsFunc(textsOf(d), func(t string) bool { return strings.Contains(spaced(t), spaced(phrase)) })
}

// meets is the plain meaning of a qualifier.
func meets(d Document, f query.Filter) bool {
	has := func(values ...string) bool {
		return slices.ContainsFunc(values, func(v string) bool { return v != "" && strings.EqualFold(v, f.Value) })
	}
	switch f.Field {
	case query.Kind:
		return d.Kind == f.Value
	case query.Service:
		return has(d.Services...)
	case query.Severity:
		return d.Severity == f.Value
	case query.Tag:
		return has(d.Tags...)
	case query.Factor:
		return has(d.Factors...)
	case query.Owner:
		return has(d.Owner)
	case query.Status:
		return d.Status == f.Value || d.Status == "" && f.Value == "published"
	case query.Path:
		return strings.HasPrefix(d.Path, f.Value)
	case query.Has:
		return d.Actions > 0
	case query.OpenActions:
		return (d.OpenActions > 0) == f.Yes
	case query.After:
		return !d.Date.Before(f.Time)
	case query.Before:
		return d.Date.Before(f.Time)
	case query.Year:
		return d.Date.Year() == f.Time.Year()
	case query.Author:
		return has(d.Authors...)
	case query.DetectedBy:
		return has(d.DetectedBy)
	case query.Title:
		return titleHas(d.Title, f.Value)
	case query.Detect:
		return within(d.Detect, f)
	case query.Diagnose:
		return within(d.Diagnose, f)
	case query.Recover:
		return within(d.Recover, f)
	}
	return false
}

// titleHas is the plain meaning of title: every word of the value, or part of an
// identifier, is in the title.
func titleHas(title, value string) bool {
	title = analysis.Normalize(title)
	tokens := analysis.Scan(nil, title)
	have := analysis.Bigrams(nil, tokens)
	for _, t := range tokens {
		have = append(append(have, analysis.Stem(t.Text)), stems(analysis.Parts(title[t.Start:t.End]))...)
	}
	want := analysis.Scan(nil, value)
	pairs := analysis.Bigrams(nil, want)
	for _, t := range want {
		if !t.Ideograph || len(pairs) == 0 {
			pairs = append(pairs, analysis.Stem(t.Text))
		}
	}
	return !slices.ContainsFunc(pairs, func(w string) bool { return !slices.Contains(have, w) })
}

func within(v *int64, f query.Filter) bool {
	return v != nil && map[query.Op]bool{
		query.Less: *v < f.Seconds, query.LessOrEqual: *v <= f.Seconds, query.Equal: *v == f.Seconds,
		query.Greater: *v > f.Seconds, query.GreaterOrEqual: *v >= f.Seconds,
	}[f.Op]
}

// scan gives the ids of the documents that a strict query means.
func scan(docs []Document, n query.Node) []string {
	var out []string
	for _, d := range docs {
		if holds(d, n) {
			out = append(out, d.ID)
		}
	}
	return out
}

func holds(d Document, n query.Node) bool {
	switch n := n.(type) {
	case query.And:
		return !slices.ContainsFunc(n.Nodes, func(c query.Node) bool { return !holds(d, c) })
	case query.Or:
		return slices.ContainsFunc(n.Nodes, func(c query.Node) bool { return holds(d, c) })
	case query.Not:
		return !holds(d, n.Node)
	case query.Phrase:
		return hasPhrase(d, n.Text)
	case query.Filter:
		return meets(d, n)
	}
	return true
}

func ids(r Results) []string {
	var out []string
	for _, h := range r.Hits {
		out = append(out, h.ID)
	}
	slices.Sort(out)
	return out
}

// Filters, phrases, exclusions and OR find exactly what a plain scan finds, and
// facets count exactly that.
func TestAgainstScan(t *testing.T) {
	strict := rapid.SampledFrom([]string{
		"kind:runbook", "-kind:guide", "service:PAY", "service:cart", "severity:1", "-severity:SEV2", "tag:dns",
		"factor:config-change", "owner:team-db", "status:archived", "status:published", "path:runbooks/", "path:runbooks/db",
		"has:actions", "-has:actions", "open-actions:yes", "open-actions:no", "after:2024-06-15", "before:2025-03",
		"year:2025", `author:"ada lovelace"`, "-author:bo", "detected-by:alert", "title:pools", "-title:crash", "title:连接池",
		"title:connection-pool",
		"diagnose:>10m", "-diagnose:>=1h", "detect:=0s", "detect:>30m", "detect:<=1h", "-recover:<10m", "(kind:runbook OR tag:config)",
		`"pool timeout"`, `"the pool of"`, `-"timeout the"`, `"连接池 超时"`, `"连接"`, `"tcp_tw_reuse"`, `"10.0.0.1 a"`,
		`"failing"`, `"池"`, `("pool of" OR severity:1)`, `"no such phrase"`,
	})
	rapid.Check(t, func(rt *rapid.T) {
		docs := corpusGen(rt)
		x := scrambled(t, rt, docs)
		defer x.Close()
		for range 6 {
			text := strings.Join(rapid.SliceOfN(strict, 0, 3).Draw(rt, "query"), " ")
			want := scan(docs, query.Parse(text).Root)
			r := find(t, x, text)
			if got := ids(r); !slices.Equal(got, want) || r.Total != len(want) {
				rt.Fatalf("%s\nfound %v (total %d)\nwant  %v", text, got, r.Total, want)
			}
			checkFacets(rt, r)
		}
	})
}

// checkFacets compares the facets with the hits, all of which are shown.
func checkFacets(t *rapid.T, r Results) {
	want := make(map[string]map[string]int)
	for f := range r.Facets {
		want[f] = make(map[string]int)
	}
	for _, h := range r.Hits {
		values := map[string][]string{
			segment.KindField: {h.Kind}, segment.SeverityField: {h.Severity}, segment.ServiceField: h.Services, segment.TagField: h.Tags,
			segment.FactorField: h.Factors, segment.YearColumn: {fmt.Sprint(h.Date.Year())},
		}
		for f, vs := range values {
			for _, v := range vs {
				if v != "" {
					want[f][v]++
				}
			}
		}
	}
	for f, values := range r.Facets {
		if len(values) != len(want[f]) {
			t.Fatalf("facet %s is %v, want %v", f, values, want[f])
		}
		for _, v := range values {
			if want[f][v.Value] != v.Count {
				t.Fatalf("facet %s is %v, want %v", f, values, want[f])
			}
		}
	}
}

// Words may be relaxed, but what is strict never is, and documents with all
// words come first.
func TestWordsNeverRelaxTheStrict(t *testing.T) {
	words := rapid.SampledFrom([]string{
		"pool", "timeouts", "database", "failed", "crash", "looping", "超时", "tcp_tw_reuse", "databse", "nowhere",
	})
	strict := rapid.SampledFrom([]string{"", "kind:runbook", `"pool timeout"`, "-超时", `-"the pool"`, "-timeout", "severity:1 -database"})
	rapid.Check(t, func(rt *rapid.T) {
		docs := corpusGen(rt)
		x := scrambled(t, rt, docs)
		defer x.Close()
		for range 6 {
			rule := strict.Draw(rt, "strict")
			text := strings.Join(rapid.SliceOfN(words, 1, 4).Draw(rt, "words"), " ")
			r := find(t, x, text+" "+rule)
			alone := ids(find(t, x, rule))
			for _, h := range r.Hits {
				if rule != "" && !slices.Contains(alone, h.ID) {
					rt.Fatalf("%q found %s, which %q does not", text, h.ID, rule)
				}
			}
			if r.Total != len(r.Hits) {
				rt.Fatalf("total %d, %d hits", r.Total, len(r.Hits))
			}
			checkFacets(rt, r)
		}
	})
}

// The score of a document does not depend on how the index is cut into segments.
func TestScoresIgnoreLayout(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		docs := corpusGen(rt)
		many := scrambled(t, rt, docs)
		defer many.Close()
		one := indexOf(t, docs...)
		for _, text := range []string{"pool timeout", "database", "crash looping", "超时", "连接池 failing"} {
			a, b := find(t, many, text), find(t, one, text)
			if len(a.Hits) != len(b.Hits) {
				rt.Fatalf("%q: %d hits and %d", text, len(a.Hits), len(b.Hits))
			}
			for i := range a.Hits {
				if a.Hits[i].ID != b.Hits[i].ID || a.Hits[i].Score != b.Hits[i].Score {
					rt.Fatalf("%q: hit %d is %s %v in many segments, %s %v in one", text, i,
						a.Hits[i].ID, a.Hits[i].Score, b.Hits[i].ID, b.Hits[i].Score)
				}
			}
		}
	})
}
