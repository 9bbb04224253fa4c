package incident

import (
	"math/rand"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func at(minute int) time.Time {
	return time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC).Add(time.Duration(minute) * time.Minute)
}

func times(pairs ...any) map[Milestone]Moment {
	m := map[Milestone]Moment{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i].(Milestone)] = Moment{At: at(pairs[i+1].(int))}
	}
	return m
}

func pager(ref string, t map[Milestone]Moment) Record {
	return Record{Source: "pd", Form: "pagerduty", Ref: ref, Rev: 1, At: at(1), Title: "Pages", Times: t, Services: []string{"shop-pd"}}
}

func report(ref string, t map[Milestone]Moment) Record {
	return Record{Source: "postmortem:abc", Form: "postmortem", Ref: ref, Rev: 1, At: at(900), Title: "The pool ran dry",
		Severity: "SEV2", Services: []string{"shop"}, PostmortemID: "abc", Times: t}
}

func public(ref string, t map[Milestone]Moment) Record {
	return Record{Source: "status", Form: "statuspage", Ref: ref, Rev: 1, At: at(12), Title: "Degraded", Status: "resolved", Times: t}
}

func fold(voices ...Record) []Incident { return Fold(voices, nil, feedPolicy()) }

func only(t *testing.T, all []Incident) Incident {
	t.Helper()
	if len(all) != 1 {
		t.Fatalf("%d incidents: %+v", len(all), all)
	}
	return all[0]
}

func TestTheMostTrustworthyVoiceWinsEachField(t *testing.T) {
	p := pager("PABC1", times(Detected, 3, Acknowledged, 4, Resolved, 40))
	s := public("st-1", times(Started, 10, Resolved, 55))
	s.Aliases = []string{"PABC1"}
	r := report("PABC1", times(Started, 0, Diagnosed, 20, Mitigated, 31))
	in := only(t, fold(s, p, r))
	if in.ID != "PABC1" || in.Title != "The pool ran dry" || in.Said["title"] != "postmortem:abc" || in.Severity != "SEV2" {
		t.Errorf("%+v", in)
	}
	for m, want := range map[Milestone]Stamp{
		Started:      {Moment{At: at(0)}, "postmortem:abc", Stated},
		Detected:     {Moment{At: at(3)}, "pd", Measured},
		Acknowledged: {Moment{At: at(4)}, "pd", Measured},
		Diagnosed:    {Moment{At: at(20)}, "postmortem:abc", Stated},
		Mitigated:    {Moment{At: at(31)}, "postmortem:abc", Stated},
		Resolved:     {Moment{At: at(40)}, "pd", Measured},
	} {
		if in.Times[m] != want {
			t.Errorf("%s is %+v", m, in.Times[m])
		}
	}
	if !slices.Equal(in.Services, []string{"shop"}) || len(in.Records) != 3 || in.Open || len(in.Uncertainties) != 0 {
		t.Errorf("%+v", in)
	}
	d := in.Durations(feedPolicy())
	if *d.Detect != 3*time.Minute || *d.Diagnose != 20*time.Minute || *d.Recover != 31*time.Minute || *d.Resolve != 40*time.Minute {
		t.Errorf("%+v", d)
	}
}

func TestWhatBelongsTogether(t *testing.T) {
	alias := public("x1", nil)
	alias.Aliases = []string{"pd:17"}
	dup := report("INC-9", nil)
	dup.Source, dup.DuplicateOf = "postmortem:dup", "INC-7"
	other := pager("17", nil)
	other.Source = "pd2"
	person := report("17", nil)
	keyed := func(ref string) Record {
		v := pager(ref, nil)
		v.Aliases = []string{"key"}
		return v
	}
	title := public("other", nil)
	title.Title = "Pages"
	for name, c := range map[string]struct {
		voices []Record
		n      int
	}{
		"one ref":                      {[]Record{pager("PX", nil), report("PX", nil)}, 1},
		"an alias with its source":     {[]Record{pager("17", nil), alias}, 1},
		"duplicate_of":                 {[]Record{report("INC-7", nil), dup}, 1},
		"never by title":               {[]Record{pager("PX", nil), title}, 2},
		"17 here is not 17 there":      {[]Record{pager("17", nil), other}, 2},
		"a person's 17 is the one":     {[]Record{pager("17", nil), person}, 1},
		"a person's 17 is none of two": {[]Record{pager("17", nil), other, person}, 3},
		"an alias of two of a source":  {[]Record{keyed("PA"), keyed("PB"), report("key", nil)}, 3},
		"an alias that is a ref":       {[]Record{keyed("PA"), keyed("PB"), pager("key", nil)}, 1},
		"a deleted voice":              {[]Record{{Source: "pd", Ref: "PX", Rev: 2, Deleted: true}, pager("PX", nil)}, 0},
	} {
		if got := fold(c.voices...); len(got) != c.n {
			t.Errorf("%s: %d incidents, want %d", name, len(got), c.n)
		}
	}
}

func TestTwoPagesOfOneIncident(t *testing.T) {
	a, b := pager("PA", times(Started, 2, Detected, 3, Resolved, 20)), pager("PB", times(Started, 0, Detected, 5, Resolved, 30))
	b.Aliases = []string{"PA"}
	in := only(t, fold(a, b))
	if in.Times[Started].At != at(0) || in.Times[Detected].At != at(3) || in.Times[Resolved].At != at(30) {
		t.Errorf("%+v", in.Times)
	}
}

func TestADuplicateCountsLess(t *testing.T) {
	dup := report("INC-9", times(Started, 5, Mitigated, 90))
	dup.Source, dup.PostmortemID, dup.DuplicateOf, dup.At = "postmortem:dup", "dup", "INC-7", at(2000)
	in := only(t, fold(dup, report("INC-7", times(Started, 0, Mitigated, 31))))
	if in.Times[Started].At != at(0) || in.Times[Mitigated].At != at(31) || !slices.Equal(in.Postmortems, []string{"abc", "dup"}) {
		t.Errorf("%+v", in)
	}
}

func TestExactBeatsADay(t *testing.T) {
	r := report("PX", nil)
	r.Times = map[Milestone]Moment{Started: {At: at(0).Truncate(24 * time.Hour), DayOnly: true}}
	if in := only(t, fold(r)); in.Durations(feedPolicy()).Recover != nil || len(in.Uncertainties) != 0 || in.Open {
		t.Errorf("%+v", in)
	}
	if in := only(t, fold(r, pager("PX", times(Started, 2)))); in.Times[Started].At != at(2) {
		t.Errorf("%+v", in.Times)
	}
}

func TestThePublicIsToldLate(t *testing.T) {
	in := only(t, fold(pager("PX", times(Detected, 3)), public("PX", times(Started, 10, Resolved, 55))))
	if s := in.Times[Started]; s.At != at(3) || s.Confidence != Inferred || len(in.Uncertainties) > 0 {
		t.Errorf("%+v %v", s, in.Uncertainties)
	}
	if d := in.Durations(feedPolicy()); d.Detect != nil || d.Resolve == nil {
		t.Errorf("detection is known by itself: %+v", d)
	}
}

func TestDoubts(t *testing.T) {
	far := report("PX", times(Started, 0, Mitigated, 60*24*200))
	early := public("PX", times(Started, 60*24*3, Resolved, 60*24*3+5))
	for name, in := range map[string]Incident{
		"negative": only(t, fold(report("PX", times(Started, 10, Mitigated, 5)))),
		"zero":     only(t, fold(public("PX", times(Started, 10, Resolved, 10)))),
		"long":     only(t, fold(far)),
		"early":    only(t, fold(early)),
		"apart":    only(t, fold(report("PX", times(Started, 0, Mitigated, 9)), pager("PX", times(Started, 60*24*90)))),
	} {
		if len(in.Uncertainties) == 0 || in.Counted() || in.Durations(feedPolicy()) != (Durations{}) {
			t.Errorf("%s: %+v", name, in)
		}
		if _, _, ok := in.Length(at(100)); ok {
			t.Errorf("%s has a length", name)
		}
	}
}

func TestEdits(t *testing.T) {
	a, b := pager("PA", times(Started, 0, Resolved, 30)), public("st-9", times(Started, 8, Resolved, 8))
	edit := func(minute int, e Edit) Edit {
		e.At, e.Who, e.Why = at(minute), "zoe", "because"
		if err := e.Check(); err != nil {
			t.Fatal(err)
		}
		return e
	}
	merge := edit(100, Edit{Action: Merge, Into: "st-9", Refs: []string{"PA"}})
	split := edit(200, Edit{Action: Split, Refs: []string{"status:st-9"}})
	set := edit(150, Edit{Action: Set, Refs: []string{"PA"}, Field: "diagnosed", Value: at(7).Format(time.RFC3339)})

	in := only(t, Fold([]Record{a, b}, []Edit{set, merge}, feedPolicy()))
	if in.ID != "st-9" || !slices.Contains(in.Refs, "PA") || len(in.Edits) != 2 {
		t.Errorf("merged: %+v", in)
	}
	if s := in.Times[Diagnosed]; s != (Stamp{Moment{At: at(7)}, "edit by zoe", Stated}) {
		t.Errorf("set: %+v", s)
	}
	if got := Fold([]Record{a, b}, []Edit{split, merge}, feedPolicy()); len(got) != 2 {
		t.Errorf("split: %d", len(got))
	}
	again := edit(300, Edit{Action: Merge, Into: "PA", Refs: []string{"st-9"}})
	if in := only(t, Fold([]Record{a, b}, []Edit{split, merge, again}, feedPolicy())); in.ID != "PA" {
		t.Errorf("merged again: %s", in.ID)
	}
	unknown := edit(400, Edit{Action: Set, Refs: []string{"PA"}, Field: "started"})
	if in := only(t, Fold([]Record{a}, []Edit{unknown}, feedPolicy())); in.Durations(feedPolicy()) != (Durations{}) {
		t.Errorf("unset: %+v", in.Times)
	}
	counted := edit(400, Edit{Action: Set, Refs: []string{"st-9"}, Field: "counted", Value: "yes"})
	if in := only(t, Fold([]Record{b}, []Edit{counted}, feedPolicy())); !in.Counted() {
		t.Errorf("counted: %+v", in.Uncertainties)
	}
	left := edit(400, Edit{Action: Set, Refs: []string{"PA"}, Field: "counted", Value: "no"})
	if in := only(t, Fold([]Record{a}, []Edit{left}, feedPolicy())); in.Counted() || in.Uncertainties[0] != "left out by zoe: because" {
		t.Errorf("left out: %+v", in.Uncertainties)
	}
	for field, value := range map[string]string{"title": "T", "severity": "SEV1", "environment": "prod", "detected_by": "alert",
		"services": "b, a,b", "maintenance": "yes"} {
		e := edit(400, Edit{Action: Set, Refs: []string{"PA"}, Field: field, Value: value})
		in := only(t, Fold([]Record{a}, []Edit{e}, feedPolicy()))
		if in.Said[field] != "edit by zoe" {
			t.Errorf("%s: %+v", field, in)
		}
		if field == "services" && !slices.Equal(in.Services, []string{"a", "b"}) || field == "maintenance" && in.Counted() {
			t.Errorf("%s: %+v", field, in)
		}
	}
}

func TestEditsAreChecked(t *testing.T) {
	ok := Edit{Action: Set, Refs: []string{"x"}, Field: "severity", Value: "SEV1", Why: "y"}
	for name, change := range map[string]func(*Edit){
		"no reason": func(e *Edit) { e.Why = " " }, "no ref": func(e *Edit) { e.Refs = nil },
		"empty ref": func(e *Edit) { e.Refs = []string{""} },
		"action":    func(e *Edit) { e.Action = "drop" }, "merge into nothing": func(e *Edit) { e.Action = Merge },
		"severity": func(e *Edit) { e.Value = "P1" }, "field": func(e *Edit) { e.Field = "id" },
		"time": func(e *Edit) { e.Field = "started" }, "maintenance": func(e *Edit) { e.Field = "maintenance" },
		"long": func(e *Edit) { e.Why = string(make([]byte, 3000)) },
	} {
		e := ok
		if change(&e); e.Check() == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	if err := ok.Check(); err != nil {
		t.Error(err)
	}
}

// TestFoldInAnyOrder: order, repetition and older revisions change nothing.
func TestFoldInAnyOrder(t *testing.T) {
	refs := []string{"A1", "B2", "C3", "17", "D4"}
	voice := rapid.Custom(func(t *rapid.T) Record {
		form := rapid.SampledFrom([]string{"postmortem", "portal", "pagerduty", "statuspage", "cdevents", "new"}).Draw(t, "form")
		v := Record{Source: form + rapid.SampledFrom([]string{"", "2"}).Draw(t, "source"), Form: form,
			Ref: rapid.SampledFrom(refs).Draw(t, "ref"),
			Rev: int64(rapid.IntRange(1, 3).Draw(t, "rev")), At: at(rapid.IntRange(0, 50).Draw(t, "at")),
			Title: rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "title"), Deleted: rapid.IntRange(0, 9).Draw(t, "deleted") == 0,
			Times: map[Milestone]Moment{}}
		if rapid.Bool().Draw(t, "aliased") {
			v.Aliases = []string{rapid.SampledFrom(refs).Draw(t, "alias")}
		}
		for _, m := range Milestones() {
			if rapid.Bool().Draw(t, "has") {
				v.Times[m] = Moment{At: at(rapid.IntRange(0, 99).Draw(t, "minute")), DayOnly: rapid.Bool().Draw(t, "day")}
			}
		}
		return v
	})
	rapid.Check(t, func(t *rapid.T) {
		voices := rapid.SliceOfN(voice, 0, 12).Draw(t, "voices")
		edits := []Edit{
			{At: at(1), Action: Merge, Into: "A1", Refs: []string{"B2"}}, {At: at(2), Action: Split, Refs: []string{"B2"}},
			{At: at(3), Action: Set, Refs: []string{"C3"}, Field: "title", Value: "z"},
			{At: at(2), Action: Merge, Into: "D4", Refs: []string{"A1", "nobody"}},
		}
		want := Fold(voices, edits, feedPolicy())
		ids := map[string]bool{}
		n := 0
		for _, in := range want {
			if ids[in.ID] {
				t.Fatalf("two incidents are %s", in.ID)
			}
			ids[in.ID] = true
			n += len(in.Records)
			if d := in.Durations(feedPolicy()); d.Recover != nil && *d.Recover < 0 {
				t.Fatalf("negative: %+v", in)
			}
		}
		r := rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed")))
		more := slices.Concat(voices, voices)
		r.Shuffle(len(more), func(i, j int) { more[i], more[j] = more[j], more[i] })
		r.Shuffle(len(edits), func(i, j int) { edits[i], edits[j] = edits[j], edits[i] })
		if got := Fold(more, slices.Concat(edits, edits), feedPolicy()); !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v\n%+v", got, want)
		}
	})
}
