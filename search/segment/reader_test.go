package segment

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/postern/postern/search/positions"
)

// indexOf returns an index in memory with one segment for each batch of documents.
func indexOf(t testing.TB, batches ...[]*document.Document) *scorch.Scorch {
	t.Helper()
	queue := index.NewAnalysisQueue(1)
	t.Cleanup(queue.Close)
	store, err := scorch.NewScorch(scorch.Name, map[string]any{"path": ""}, queue)
	if err == nil {
		err = store.Open()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	for _, docs := range batches {
		b := index.NewBatch()
		for _, d := range docs {
			b.Update(d)
		}
		if err := store.Batch(b); err != nil {
			t.Fatal(err)
		}
	}
	return store.(*scorch.Scorch)
}

// snapshotOf returns the current snapshot of an index.
func snapshotOf(t testing.TB, store *scorch.Scorch) *scorch.IndexSnapshot {
	t.Helper()
	r, err := store.Reader()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r.(*scorch.IndexSnapshot)
}

// doc returns a document with fields.
func doc(id string, fields ...*Field) *document.Document {
	d := document.NewDocument(id)
	for _, f := range fields {
		if len(f.terms) > 0 || f.value != nil {
			d.Fields = append(d.Fields, f)
		}
	}
	return d
}

func number(n int64) *int64 { return &n }

// byID returns the number of each document of a segment.
func byID(t testing.TB, r *Reader) map[string]uint32 {
	t.Helper()
	out := map[string]uint32{}
	for n := range r.Size() {
		id, err := r.ID(uint32(n))
		if err != nil {
			t.Fatal(err)
		}
		out[id] = uint32(n)
	}
	return out
}

func TestUnionAndIntersect(t *testing.T) {
	set := func(docs ...uint32) *roaring.Bitmap { return roaring.BitmapOf(docs...) }
	for name, c := range map[string]struct {
		sets []*roaring.Bitmap
		want []uint32 // nil: no bitmap
	}{
		"none":      {nil, nil},
		"nil":       {[]*roaring.Bitmap{nil, nil}, nil},
		"empty":     {[]*roaring.Bitmap{set(), nil}, nil},
		"one":       {[]*roaring.Bitmap{nil, set(3), set()}, []uint32{3}},
		"two":       {[]*roaring.Bitmap{set(1, 3), set(2, 3)}, []uint32{1, 2, 3}},
		"three":     {[]*roaring.Bitmap{set(1), set(2), set(1, 9)}, []uint32{1, 2, 9}},
		"unchanged": {[]*roaring.Bitmap{set(5), set(6), set(7)}, []uint32{5, 6, 7}},
	} {
		t.Run(name, func(t *testing.T) {
			var before [][]uint32
			for _, s := range c.sets {
				if s != nil {
					before = append(before, s.ToArray())
				}
			}
			got := Union(c.sets...)
			if (got == nil) != (c.want == nil) || got != nil && !slices.Equal(got.ToArray(), c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			var after [][]uint32
			for _, s := range c.sets {
				if s != nil {
					after = append(after, s.ToArray())
				}
			}
			if diff := cmp.Diff(before, after); diff != "" {
				t.Errorf("the sets changed: %s", diff)
			}
		})
	}
	if Intersect(nil, set(1)) != nil || Intersect(set(1), nil) != nil {
		t.Error("an intersection with nil is not nil")
	}
	if got := Intersect(set(1, 2), set(2, 3)); !slices.Equal(got.ToArray(), []uint32{2}) {
		t.Errorf("got %v", got)
	}
}

func TestKeywordsDropWhatNoFilterNames(t *testing.T) {
	long := string(make([]byte, maxKeywordBytes))
	f := NewKeywords(TagField, "a", "", "a", "b", long, long+"x")
	if len(f.terms) != 3 || f.terms["a"] == nil || f.terms[long] == nil {
		t.Errorf("%d keywords", len(f.terms))
	}
	if f.Options().IsStored() || !f.Options().IsIndexed() || f.Name() != TagField {
		t.Errorf("options %v of %s", f.Options(), f.Name())
	}
	stored := NewStored(PosField, []byte("x"))
	if !stored.Options().IsStored() || stored.Options().IsIndexed() || string(stored.Value()) != "x" {
		t.Errorf("options %v", stored.Options())
	}
	if n := NewNumber(DayField, nil); len(n.terms) != 0 {
		t.Error("a document without a number has one")
	}
}

// The order of encoded numbers is that of the numbers, and they read back.
func TestNumbersKeepTheirOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b")
		x, y := encodeNumber(a), encodeNumber(b)
		if decodeNumber(x) != a || (a < b) != (x < y) || (a == b) != (x == y) {
			t.Fatalf("%d and %d are %x and %x", a, b, x, y)
		}
	})
	if decodeNumber("1234567") != UnknownNumber || decodeNumber("") != UnknownNumber {
		t.Error("a term of another length is a number")
	}
}

func TestDayNumber(t *testing.T) {
	for day, want := range map[string]int64{
		"1970-01-01T00:00:00Z": 0, "1970-01-01T23:59:59Z": 0, "1970-01-02T00:00:00Z": 1, "1969-12-31T23:59:59Z": -1, "1969-12-31T00:00:00Z": -1,
		"1969-12-30T23:59:59Z": -2, "2026-11-24T00:00:00Z": 20781, "2026-11-24T01:00:00+02:00": 20780,
	} {
		at, err := time.Parse(time.RFC3339, day)
		if err != nil {
			t.Fatal(err)
		}
		if got := DayNumber(at); got != want {
			t.Errorf("DayNumber(%s) = %d, want %d", day, got, want)
		}
	}
}

func TestColumns(t *testing.T) {
	day := func(y int) *int64 { return number(DayNumber(time.Date(y, 6, 1, 0, 0, 0, 0, time.UTC))) }
	r := segmentOf(t, []*document.Document{
		doc("a", NewKeywords(ServiceField, "pay", "web", "pay"), NewNumber(DayField, day(2026)), NewNumber(DetectField, number(-5))),
		doc("b", NewKeywords(ServiceField, "web"), NewNumber(DayField, day(2025))),
		doc("c", NewNumber(DayField, day(2026)), NewNumber(DetectField, number(0))),
		doc("d", NewKeywords(KindField, "x")),
	})
	docs := byID(t, r)
	values := func(field, id string) (out []string) {
		t.Helper()
		c, err := r.keyword(field)
		if err != nil {
			t.Fatal(err)
		}
		for _, ord := range c.ords[c.first[docs[id]]:c.first[docs[id]+1]] {
			out = append(out, c.values[ord])
		}
		slices.Sort(out)
		return out
	}
	for id, want := range map[string][]string{"a": {"pay", "web"}, "b": {"web"}, "c": nil, "d": nil} {
		if diff := cmp.Diff(want, values(ServiceField, id)); diff != "" {
			t.Errorf("services of %s: %s", id, diff)
		}
	}
	for id, want := range map[string][]string{"a": {"2026"}, "b": {"2025"}, "c": {"2026"}, "d": nil} {
		if diff := cmp.Diff(want, values(YearColumn, id)); diff != "" {
			t.Errorf("year of %s: %s", id, diff)
		}
	}
	numbers, err := r.Number(DetectField)
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]int64{"a": -5, "b": UnknownNumber, "c": 0, "d": UnknownNumber} {
		if got := numbers[docs[id]]; got != want {
			t.Errorf("number of %s: %d, want %d", id, got, want)
		}
	}
	again, err := r.Number(DetectField)
	if err != nil || &again[0] != &numbers[0] {
		t.Errorf("a column is read twice (%v)", err)
	}
	one, _ := r.keyword(ServiceField)
	if other, _ := r.keyword(ServiceField); one != other {
		t.Error("a column of keywords is read twice")
	}
	if c, err := r.keyword("nothing"); err != nil || len(c.values) != 0 {
		t.Errorf("a field that no document has: %v, %v", c, err)
	}
}

func TestTerms(t *testing.T) {
	r := segmentOf(t, []*document.Document{doc("a", NewKeywords(TagField, "b", "ab", "abc", "c"))})
	list := func(from string, most int) (out []string) {
		err := r.Terms(TagField, from, func(term string) bool {
			out = append(out, term)
			return len(out) < most
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for _, c := range []struct {
		from string
		most int
		want []string
	}{
		{
			"", 9, []string{"ab", "abc", "b", "c"},
		}, {"", 2, []string{"ab", "abc"}}, {"abc", 9, []string{"abc", "b", "c"}}, {"abcd", 1, []string{"b"}}, {"d", 9, nil},
	} {
		if diff := cmp.Diff(c.want, list(c.from, c.most)); diff != "" {
			t.Errorf("from %q: %s", c.from, diff)
		}
	}
}

// The word itself is a token; its stem, or what was derived to it, is not.
func TestTokens(t *testing.T) {
	unit := UnitCode(1)
	r := segmentOf(t, []*document.Document{
		doc("a", NewWeights(TermField, map[string]Weight{"timeout": {1, true}}, unit)),
		doc("b", NewWeights(TermField, map[string]Weight{"timeout": {1, false}}, unit), NewKeywords(WordField, "timeouts")),
	})
	docs := byID(t, r)
	for word, want := range map[string]string{"timeout": "a", "timeouts": "b"} {
		got, err := r.Tokens(word, r.Alive())
		if err != nil || got.GetCardinality() != 1 || !got.Contains(docs[want]) {
			t.Errorf("%s is a token of %v (%v), want %s", word, got, err, want)
		}
		if got, err := r.Tokens(word, roaring.New()); err != nil || !got.IsEmpty() {
			t.Errorf("%s among no documents: %v, %v", word, got, err)
		}
	}
}

func TestPositionsOfADocument(t *testing.T) {
	encoded := positions.Encode([]uint64{positions.Hash("pool"), positions.Hash("full")}, []uint32{1, 2, 0})
	r := segmentOf(t, []*document.Document{doc("a", NewStored(PosField, encoded)), doc("b", NewKeywords(TagField, "x"))})
	docs := byID(t, r)
	for _, c := range []struct {
		id    string
		words []string
		want  bool
	}{
		{"a", []string{"pool", "full"}, true}, {"a", []string{"full", "pool"}, false}, {"b", []string{"pool", "full"}, false},
	} {
		if got, err := r.HasPhrase(docs[c.id], c.words); err != nil || got != c.want {
			t.Errorf("%s has %v: %v, %v", c.id, c.words, got, err)
		}
	}
}

// Deleted documents are in Size and in sets, and not in the counts.
func TestDeletedDocuments(t *testing.T) {
	var docs []*document.Document
	for i := range 5 {
		docs = append(docs, doc(fmt.Sprint(i), NewKeywords(TagField, "x")))
	}
	store := indexOf(t, docs)
	b := index.NewBatch()
	b.Delete("1")
	b.Delete("3")
	if err := store.Batch(b); err != nil {
		t.Fatal(err)
	}
	var cache Cache
	r := cache.Readers(snapshotOf(t, store))[0]
	set, err := r.Docs(TagField, "x")
	if err != nil {
		t.Fatal(err)
	}
	if r.Size() != 5 || r.Count() != 3 || r.Alive().GetCardinality() != 3 || set.GetCardinality() != 5 || r.Cardinality(set) != 3 ||
		r.Cardinality(nil) != 0 {
		t.Errorf("size %d, count %d, alive %v, set %v, cardinality %d", r.Size(), r.Count(), r.Alive(), set, r.Cardinality(set))
	}
	if none, err := r.Docs(TagField, "nothing"); err != nil || none != nil {
		t.Errorf("a term that no document has: %v, %v", none, err)
	}
}

// Values of several segments are counted in one list; a document counts once for a
// value that it has twice.
func TestJoinedCounts(t *testing.T) {
	store := indexOf(t,
		[]*document.Document{doc("a", NewKeywords(ServiceField, "pay", "pay", "web")), doc("b", NewKeywords(ServiceField, "web"))},
		[]*document.Document{doc("c", NewKeywords(ServiceField, "db", "web"))})
	snap := snapshotOf(t, store)
	var cache Cache
	readers, joins := cache.Readers(snap), cache.Joins(snap)
	joined, err := joins.Of(ServiceField, readers)
	if err != nil {
		t.Fatal(err)
	}
	counts := make([]int, len(joined.Values))
	for i, r := range readers {
		if err := joined.Count(i, r, nil, counts); err != nil {
			t.Fatal(err)
		}
		if err := joined.Count(i, r, []*roaring.Bitmap{r.Alive()}, counts); err != nil {
			t.Fatal(err)
		}
	}
	got := map[string]int{}
	for i, v := range joined.Values {
		got[v] += counts[i]
	}
	if diff := cmp.Diff(map[string]int{"pay": 1, "web": 3, "db": 1}, got); diff != "" || len(joined.Values) != 3 {
		t.Errorf("%v: %s", joined.Values, diff)
	}
	if again, _ := joins.Of(ServiceField, readers); again != joined {
		t.Error("values are joined twice")
	}
	if cache.Joins(snap) != joins {
		t.Error("joins of one list of segments are not retained")
	}
	b := index.NewBatch()
	b.Update(doc("d", NewKeywords(ServiceField, "db")))
	if err := store.Batch(b); err != nil {
		t.Fatal(err)
	}
	if cache.Joins(snapshotOf(t, store)) == joins {
		t.Error("joins of another list of segments are the same")
	}
}

// Columns are retained by segment, and dropped when it was merged away.
func TestCacheDropsColumns(t *testing.T) {
	var cache Cache
	first := cache.columns([]uint64{1, 2})
	if again := cache.columns([]uint64{2, 1}); again[0] != first[1] || again[1] != first[0] {
		t.Error("columns are made twice")
	}
	for id := uint64(3); id < 30; id++ {
		cache.columns([]uint64{id})
	}
	if len(cache.byID) > 11 {
		t.Errorf("%d columns are retained for one segment", len(cache.byID))
	}
	if cache.columns([]uint64{1})[0] == first[0] {
		t.Error("the columns of a dropped segment are retained")
	}
}

// Weights read back with the unit's precision, in rare and frequent lists.
func TestWeightsReadBack(t *testing.T) {
	code := UnitCode(0.5)
	unit := UnitOf(code)
	weights := map[string]float64{"one": 1, "two": 2, "many": 100, "full": 127, "over": 1000}
	field := map[string]Weight{}
	for term, units := range weights {
		field[term] = Weight{Sum: units * unit, Token: term != "two"}
	}
	r := segmentOf(t, []*document.Document{doc("a", NewWeights(TermField, field, code))})
	for term, units := range weights {
		p, err := r.Postings(TermField, term)
		if err != nil {
			t.Fatal(err)
		}
		calls := 0
		err = p.Each(r.Alive(), func(_ uint32, freq, norm uint8) {
			calls++
			want := float32(math.Min(units, (maxFrequency+1)/2))
			if got := Units(freq); got != want || int(norm) != code || (freq%2 == 1) != (term != "two") {
				t.Errorf("%s: %v units, norm %d, frequency %d; want %v units, norm %d", term, got, norm, freq, want, code)
			}
		})
		if err != nil || calls != 1 {
			t.Errorf("%s: %d documents, %v", term, calls, err)
		}
		if err := p.Each(roaring.New(), func(uint32, uint8, uint8) { t.Error("a document that is not wanted") }); err != nil {
			t.Error(err)
		}
	}
	table := UnitTable()
	for c := 1; c <= MaxUnitCode; c++ {
		if table[c] != float32(UnitOf(c)) || c > 1 && table[c] >= table[c-1] {
			t.Errorf("unit %d is %v", c, table[c])
		}
	}
	if UnitCode(1e9) != 1 || UnitCode(1e-9) != MaxUnitCode || UnitOf(1) != maxUnit || UnitOf(1+unitSteps) != maxUnit/2 {
		t.Error("codes are not limited to their range")
	}
}

// Only lists of frequent words in segments of some size are retained, and only for
// queries that want a small part of them.
func TestWhichListsAreRetained(t *testing.T) {
	build := func(size, having int) *Reader {
		docs := make([]*document.Document, size)
		for i := range docs {
			terms := map[string]Weight{"other": {1, true}}
			if i < having {
				terms["word"] = Weight{1, true}
			}
			docs[i] = doc(fmt.Sprint(i), NewWeights(TermField, terms, 1))
		}
		return segmentOf(t, docs)
	}
	for name, c := range map[string]struct {
		size, having int
		wanted       uint64
		want         bool
	}{
		"frequent":       {denseFrom, denseFrom / 2, 10, true},
		"small segment":  {denseFrom - 1, denseFrom / 2, 10, false},
		"rare":           {2 * denseFrom, 2*denseFrom/denseShare - 1, 1, false},
		"just frequent":  {2 * denseFrom, 2 * denseFrom / denseShare, 1, true},
		"half wanted":    {denseFrom, 100, 50, false},
		"less than half": {denseFrom, 100, 49, true},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := build(c.size, c.having).Postings(TermField, "word")
			if err != nil {
				t.Fatal(err)
			}
			list, err := p.weights(c.wanted)
			if err != nil || (list != nil) != c.want {
				t.Errorf("retained: %v (%v)", list != nil, err)
			}
		})
	}
}
