package reports_test

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/postern/postern/reports"
)

// golden returns a report that this version made.
func golden(t *testing.T, kind string) reports.Report {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", kind+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return decoded(t, b)
}

// beforeKeys returns the same report as a version before keys made it, with its texts.
func beforeKeys(t *testing.T, kind string) reports.Report {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "before_keys", kind+".json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return decoded(t, b)
}

func decoded(t *testing.T, b []byte) reports.Report {
	t.Helper()
	r, err := reports.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// copied returns a report that shares nothing with r.
func copied(t *testing.T, r reports.Report) reports.Report {
	t.Helper()
	b, err := reports.Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	return decoded(t, b)
}

// reworded returns a report with another text everywhere, as a version with other words
// would make it. The title and the lead's words are not the program's.
func reworded(t *testing.T, r reports.Report) reports.Report {
	t.Helper()
	out := copied(t, r)
	reword(reflect.ValueOf(&out).Elem())
	out.Title, out.Words, out.Scope = r.Title, r.Words, r.Scope
	return out
}

func reword(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			reword(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			reword(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Field(i)
			texts := []string{"Text", "Note", "Title", "Label", "Empty", "Formula", "Source", "Heading", "MarksName", "Why", "Who"}
			term := v.Type().Name() == "Term" || v.Type().Name() == "Series"
			if f.Kind() == reflect.String && f.String() != "" && (slices.Contains(texts, v.Type().Field(i).Name) || term &&
				v.Type().Field(i).Name == "Name") {
				f.SetString("said otherwise: " + strings.ToUpper(f.String()))
				continue
			}
			reword(f)
		}
	}
}

// checkSame fails unless b states the same as a, both ways.
func checkSame(t *testing.T, a, b reports.Report) {
	t.Helper()
	for _, x := range []struct {
		name string
		a, b reports.Report
	}{{"there", a, b}, {"and back", b, a}} {
		all, left := reports.Diff(x.a, x.b)
		if diff := cmp.Diff([]reports.Difference(nil), all); diff != "" || left > 0 {
			t.Errorf("%s: differences, and %d more: %s", x.name, left, diff)
		}
		if !reports.Same(x.a, x.b) {
			t.Errorf("%s: the reports do not state the same", x.name)
		}
		if reports.VerdictDiffers(x.a, x.b) {
			t.Errorf("%s: the verdict is news", x.name)
		}
	}
}

func TestRewordingIsNoDifference(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"daily", "weekly", "monthly"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			r := golden(t, kind)
			other := reworded(t, r)
			if other.Verdict.Text == r.Verdict.Text || other.Sections[0].Title == r.Sections[0].Title {
				t.Fatal("nothing was reworded")
			}
			checkSame(t, r, other)
			if all, _ := reports.Compare(r, other); len(all) > 0 {
				t.Errorf("side by side they differ in %v", all[0])
			}
		})
	}
}

// The version before keys had other texts for the same data.
func TestUpgradeIsNoDifference(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"daily", "weekly", "monthly"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			checkSame(t, beforeKeys(t, kind), golden(t, kind))
		})
	}
}

// edit is one change of what a report states, and the item of the only difference.
type edit struct {
	name string
	make func(*reports.Report)
	item string // "" for one that is behind the figures
	news bool
}

func edits() []edit {
	row := func(r *reports.Report, table, key string) *reports.Row {
		for s := range r.Sections {
			for t := range r.Sections[s].Tables {
				x := &r.Sections[s].Tables[t]
				if n := slices.IndexFunc(x.Rows, func(row reports.Row) bool { return row.Key == key }); x.Key == table && n >= 0 {
					return &x.Rows[n]
				}
			}
		}
		return nil
	}
	return []edit{
		{"a number of a cell", func(r *reports.Report) {
			v := &row(r, "spenders", "spend-orders-2").Cells[3]
			v.Number, v.Text = reports.Number(*v.Number+1), "one more"
		}, "orders objective 2", false},
		{"a number too small to be read", func(r *reports.Report) {
			v := &row(r, "spenders", "spend-orders-2").Cells[3]
			v.Number = reports.Number(*v.Number * (1 + 1e-13))
		}, "same", false},
		{"a number that is not known any more", func(r *reports.Report) {
			v := &row(r, "spenders", "spend-orders-2").Cells[3]
			*v = reports.Value{Text: "unknown", Key: "state_unknown", Tone: reports.Gap}
		}, "orders objective 2", false},
		{"a headline figure", func(r *reports.Report) {
			v := &r.Headline[0].Value
			v.Number, v.Key, v.Text = reports.Number(0.125), "1/8", "1 / 8"
			r.Verdict.Facts[1].Number = reports.Number(1)
		}, "SLOs met", true},
		{"a point of a chart", func(r *reports.Report) {
			r.Charts[0].Series[0].Points[0].Value = reports.Number(12345)
		}, "", false},
		{"a term of a derivation", func(r *reports.Report) {
			r.Derivations[0].Terms[0].Value.Number = reports.Number(12345)
		}, "", false},
		{"the tone of the verdict", func(r *reports.Report) { r.Verdict.Tone = reports.Good }, "verdict", true},
	}
}

// One fact that comes late changes its figure and no other, whatever else is worded
// otherwise in the meantime.
func TestOneChangedFigure(t *testing.T) {
	t.Parallel()
	r := golden(t, "weekly")
	for _, x := range edits() {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			now := copied(t, r)
			x.make(&now)
			now = reworded(t, now)
			all, _ := reports.Diff(r, now)
			news := reports.VerdictDiffers(r, now)
			if same := reports.Same(r, now); same != (x.item == "same") || news != x.news {
				t.Errorf("same %v, news %v, want %v, %v", same, news, x.item == "same", x.news)
			}
			var items []string
			for _, d := range all {
				if d.Section == "Verdict" {
					items = append(items, "verdict")
				} else {
					items = append(items, strings.ToLower(strings.TrimPrefix(d.Item, "said otherwise: ")))
				}
			}
			var want []string
			if x.item != "" && x.item != "same" {
				want = []string{strings.ToLower(x.item)}
			}
			if x.news && x.item != "verdict" {
				want = append([]string{"verdict"}, want...)
			}
			if diff := cmp.Diff(want, items); diff != "" {
				t.Errorf("the differences are of other items: %s", diff)
			}
		})
	}
}

// Rows, sections and states that come or go are differences; a column that only one version
// has is not.
func TestStructure(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name string
		edit func(*reports.Report)
		same bool
	}{
		{"a row goes", func(r *reports.Report) { tb := &r.Sections[0].Tables[0]; tb.Rows = tb.Rows[:len(tb.Rows)-1] }, false},
		{"a section goes", func(r *reports.Report) { r.Sections = r.Sections[1:] }, false},
		{"a section could not be read", func(r *reports.Report) { r.Sections[0].State = reports.NotRead }, false},
		{"a state", func(r *reports.Report) { r.Sections[0].Tables[1].Rows[0].Cells[2].Key = "state_slo_met" }, false},
		{"a name", func(r *reports.Report) { r.Sections[0].Tables[0].Rows[1].Cells[1] = reports.Value{Text: "b", Key: "b"} }, false},
		{"the lead's words", func(r *reports.Report) { r.Words = "I think" }, false},
		{"the title of a definition", func(r *reports.Report) { r.Title = "Ours" }, false},
		{"the scope", func(r *reports.Report) { r.Scope = "team payments" }, false},
		{"who has to act", func(r *reports.Report) { r.Acts = r.Acts[1:] }, false},
		{"a column more", func(r *reports.Report) {
			tb := &r.Sections[0].Tables[1]
			tb.Columns = append(tb.Columns, reports.Column{Key: "new", Title: "New"})
			for n := range tb.Rows {
				tb.Rows[n].Cells = append(tb.Rows[n].Cells, reports.Value{Text: "new", Key: "new"})
			}
		}, true},
		{"a derivation more", func(r *reports.Report) {
			r.Derivations = append(r.Derivations, reports.Derivation{Key: "new",
				Terms: []reports.Term{{Name: "n", Value: reports.Value{Text: "1", Number: reports.Number(1)}}}})
		}, true},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			a := golden(t, "weekly")
			b := copied(t, a)
			x.edit(&b)
			if reports.Same(a, b) != x.same || reports.Same(b, a) != x.same {
				t.Errorf("same is %v there and %v back, want %v", reports.Same(a, b), reports.Same(b, a), x.same)
			}
		})
	}
}

// Against a report before keys, a name is compared by its text, anything else without a
// number by its tone.
func TestBeforeKeys(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name     string
		old, now reports.Value
		same     bool
	}{
		{"a state worded otherwise", reports.Value{Text: "mended", Tone: reports.Good},
			reports.Value{Text: "fixed", Key: "state_fixed", Tone: reports.Good}, true},
		{"another state", reports.Value{Text: "missing", Tone: reports.Bad},
			reports.Value{Text: "published", Key: "state_published", Tone: reports.Good}, false},
		{"a name", reports.Value{Text: "SEV2"}, reports.Value{Text: "SEV2", Key: "SEV2"}, true},
		{"another name", reports.Value{Text: "SEV2"}, reports.Value{Text: "SEV3", Key: "SEV3"}, false},
		{"the same number with more words", reports.Value{Text: "3", Number: reports.Number(3)},
			reports.Value{Text: "3 of 4", Number: reports.Number(3), Key: "3/4"}, true},
		{"another number", reports.Value{Text: "3", Number: reports.Number(3)}, reports.Value{Text: "3", Number: reports.Number(4)}, false},
		{"a sentence", reports.Value{Text: "because"}, reports.Value{Text: "since"}, true},
		{"nothing, and a sentence", reports.Value{}, reports.Value{Text: "since"}, false},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			one := func(v reports.Value, facts []reports.Fact) reports.Report {
				return reports.Report{Verdict: reports.Verdict{Facts: facts}, Sections: []reports.Section{{Key: "a", Tables: []reports.Table{{
					Key: "t", Columns: []reports.Column{{Key: "c"}}, Rows: []reports.Row{{Key: "r", Cells: []reports.Value{v}}},
				}}}}}
			}
			if got := reports.Same(one(x.old, nil), one(x.now, []reports.Fact{{Key: "met"}})); got != x.same {
				t.Errorf("same is %v, want %v", got, x.same)
			}
		})
	}
}

// Reports that are far apart are listed up to a bound and counted beyond it.
func TestDifferencesAreBounded(t *testing.T) {
	t.Parallel()
	var a reports.Report
	table := reports.Table{Key: "t", Columns: []reports.Column{{Key: "c", Title: "C"}}}
	for n := range 250 {
		b, _ := json.Marshal(n)
		table.Rows = append(table.Rows, reports.Row{Key: string(b), Cells: []reports.Value{{Text: string(b), Key: string(b)}}})
	}
	b := reports.Report{Sections: []reports.Section{{Key: "s", Title: "S", Tables: []reports.Table{table}}}}
	all, left := reports.Diff(a, b)
	if len(all) != 200 || left != 50 {
		t.Errorf("%d listed, %d left, want 200 and 50", len(all), left)
	}
	if want := (reports.Difference{Section: "S", Item: "0", Column: "C", After: "0"}); all[0] != want {
		t.Errorf("the first is %+v, want %+v", all[0], want)
	}
}

// A part that only one of two versions of the program has is no difference. Within one
// version, a part appears or goes because of the data, and that is one.
func TestPartsOfAnotherLayout(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		add  func(*reports.Report)
	}{
		{"a section", func(r *reports.Report) {
			r.Sections = append(r.Sections, reports.Section{Key: "made-up", Title: "Made up", Figures: []reports.Figure{
				{Key: "made-up", Label: "made up", Value: reports.Value{Text: "5", Number: reports.Number(5)}}}})
		}},
		{"a section without data", func(r *reports.Report) {
			r.Sections = append(r.Sections, reports.Section{Key: "made-up", Title: "Made up", Empty: "No data."})
		}},
		{"a table", func(r *reports.Report) {
			r.Sections[0].Tables = append(r.Sections[0].Tables, reports.Table{Key: "made-up",
				Columns: []reports.Column{{Key: "a", Title: "A"}},
				Rows:    []reports.Row{{Key: "1", Cells: []reports.Value{{Text: "7", Number: reports.Number(7)}}}}})
		}},
		{"a figure of the headline", func(r *reports.Report) {
			r.Headline = append(r.Headline, reports.Figure{Key: "made-up", Label: "made up",
				Value: reports.Value{Text: "5", Number: reports.Number(5)}})
		}},
		{"a chart", func(r *reports.Report) {
			r.Charts = append(r.Charts, reports.Chart{Name: "made-up",
				Series: []reports.Series{{Points: []reports.Point{{Value: reports.Number(1)}}}}})
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			before, after := golden(t, "weekly"), golden(t, "weekly")
			test.add(&after)
			if reports.Same(before, after) || reports.Same(after, before) {
				t.Error("within one layout the reports state the same")
			}
			after.Layout = before.Layout + 1
			checkSame(t, before, after)
		})
	}
}

// A row that appears, and a number that changes, is a difference in any layout.
func TestRowsOfAnotherLayout(t *testing.T) {
	t.Parallel()
	for _, e := range edits() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			before, after := golden(t, "weekly"), golden(t, "weekly")
			e.make(&after)
			after.Layout = before.Layout + 1
			if same := reports.Same(before, after); same != (e.item == "same") {
				t.Errorf("the reports state the same: %v", same)
			}
		})
	}
	before, after := golden(t, "weekly"), golden(t, "weekly")
	after.Layout = before.Layout + 1
	for s := range after.Sections {
		for n := range after.Sections[s].Tables {
			if table := &after.Sections[s].Tables[n]; len(table.Rows) > 1 {
				table.Rows = table.Rows[1:]
				if reports.Same(before, after) || reports.Same(after, before) {
					t.Error("a row is missing and the reports state the same")
				}
				return
			}
		}
	}
	t.Fatal("no table with two rows")
}
