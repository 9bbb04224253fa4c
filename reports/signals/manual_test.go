package signals

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/incident"
)

func zoe(key string) incident.Hand { return incident.Hand{Who: "zoe", Key: key} }

func set(field, value string) incident.Edit {
	return incident.Edit{Action: incident.Set, Field: field, Value: value, Why: "chat log"}
}

func TestEditsByHand(t *testing.T) {
	f := open(t)
	if _, err := f.Edit(
		t.Context(),
		zoe(""),
		"PX",
		incident.Edit{Action: incident.Merge, Refs: []string{"PY"}, Why: "one outage"},
	); err != nil {
		t.Fatal(err)
	}
	f.now = at(1001)
	in, err := f.Edit(t.Context(), incident.Hand{Who: "yan"}, "PY", set("diagnosed", at(4).Format(time.RFC3339)), set("severity", "SEV2"))
	if err != nil || in.ID != "PX" || len(in.Edits) != 3 || in.Edits[0].Who != "zoe" || !in.Edits[1].At.Equal(at(1001)) ||
		!in.Times[incident.Diagnosed].At.Equal(at(4)) ||
		in.Severity != "SEV2" {
		t.Errorf("%+v %v", in, err)
	}
	if in, err = f.Edit(
		t.Context(),
		zoe(""),
		"PX",
		incident.Edit{Action: incident.Split, Refs: []string{"pd:PY"}, Why: "two after all"},
	); err != nil || len(in.Records) != 1 ||
		in.Edits[len(in.Edits)-1].Into != "PX" {
		t.Errorf("%+v %v", in, err)
	}
	if other, err := f.Incident(t.Context(), "PY"); err != nil || other.ID != "PY" || len(other.Edits) == 0 {
		t.Errorf("%+v %v", other, err)
	}
}

func TestLinksByHand(t *testing.T) {
	f := open(t)
	link := func(action, kind, id string) incident.Edit {
		return incident.Edit{Action: action, Field: kind, Value: id, Why: "seen"}
	}
	f.documents.known = []string{"doc1"}
	in, err := f.Edit(
		t.Context(),
		zoe(""),
		"PX",
		link("link", "change", "d-1"),
		link("link", "slo", "cart"),
		link("link", "alert", "CartDown"),
		link("link", "postmortem", "doc1"),
	)
	if err != nil || !slices.Equal(in.Changes, []string{"d-1"}) || !slices.Equal(in.SLOs, []string{"cart"}) ||
		!slices.Equal(in.Alerts, []string{"CartDown"}) ||
		!slices.Equal(in.Postmortems, []string{"doc1"}) {
		t.Errorf("%+v %v", in, err)
	}
	f.now = at(1001)
	if in, err = f.Edit(
		t.Context(),
		zoe(""),
		"PX",
		link("unlink", "change", "d-1"),
	); err != nil || len(in.Changes) != 0 ||
		len(in.Edits) != 5 {
		t.Errorf("%+v %v", in, err)
	}
}

// TestWrongEditsNameTheirField: each is refused with the field that is wrong, and
// none of a request is kept when one of its edits is refused.
func TestWrongEditsNameTheirField(t *testing.T) {
	f := open(t)
	for name, c := range map[string]struct {
		id    string
		edits []incident.Edit
		kind  fault.Kind
		field string
	}{
		"no such incident": {"none", []incident.Edit{set("title", "x")}, fault.NotFound, ""},
		"nothing":          {"PX", nil, fault.Invalid, ""},
		"no reason":        {"PX", []incident.Edit{{Action: incident.Set, Field: "title", Value: "x"}}, fault.Invalid, "why"},
		"severity":         {"PX", []incident.Edit{set("title", "x"), set("severity", "P1")}, fault.Invalid, "severity"},
		"no time":          {"PX", []incident.Edit{set("detected", "yesterday")}, fault.Invalid, "detected"},
		"no field":         {"PX", []incident.Edit{set("colour", "red")}, fault.Invalid, "field"},
		"yes or no":        {"PX", []incident.Edit{set("counted", "maybe")}, fault.Invalid, "counted"},
		"a stranger":       {"PX", []incident.Edit{{Action: incident.Merge, Refs: []string{"PY", "none"}, Why: "x"}}, fault.NotFound, "refs"},
		"itself":           {"PX", []incident.Edit{{Action: incident.Merge, Refs: []string{"pd:PX"}, Why: "x"}}, fault.Invalid, "refs"},
		"no voice":         {"PX", []incident.Edit{{Action: incident.Split, Refs: []string{"pd:PY"}, Why: "x"}}, fault.Invalid, "refs"},
		"the last voice":   {"PX", []incident.Edit{{Action: incident.Split, Refs: []string{"pd:PX"}, Why: "x"}}, fault.Invalid, "refs"},
		"link of nothing":  {"PX", []incident.Edit{{Action: incident.Link, Field: "change", Why: "x"}}, fault.Invalid, "id"},
		"link of what":     {"PX", []incident.Edit{{Action: incident.Link, Field: "poem", Value: "x", Why: "x"}}, fault.Invalid, "kind"},
		"no such post-mortem": {"PX", []incident.Edit{{Action: incident.Link, Field: "postmortem", Value: "none", Why: "x"}},
			fault.Invalid, "id"},
		"no action": {"PX", []incident.Edit{{Action: "burn", Why: "x"}}, fault.Invalid, "action"},
	} {
		_, err := f.Edit(t.Context(), zoe("key "+name), c.id, c.edits...)
		if err == nil || fault.KindOf(err) != c.kind || fault.FieldOf(err) != c.field {
			t.Errorf("%s: %v of %q", name, err, fault.FieldOf(err))
		}
	}
	if in, err := f.Incident(t.Context(), "PX"); err != nil || len(in.Edits) != 0 || in.Title != "Pages" {
		t.Errorf("%+v %v", in, err)
	}
}

func entry(title string) incident.Record {
	return incident.Record{
		Title:    title,
		Severity: "SEV1",
		Services: []string{"shop"},
		Times:    map[incident.Milestone]incident.Moment{incident.Started: {At: at(900)}},
	}
}

func TestAPersonsEntry(t *testing.T) {
	f := open(t)
	in, fresh, err := f.Enter(t.Context(), zoe(""), entry(" Checkout down "))
	if err != nil || !fresh || in.Title != "Checkout down" || !in.Open || in.Times[incident.Started].Confidence != incident.Stated ||
		in.Records[0].By != "zoe" {
		t.Errorf("%+v %v", in, err)
	}
	v := entry("Cart down")
	v.Ref = "INC-7"
	for _, want := range []bool{true, false} { // the second is a retry
		if in, fresh, err = f.Enter(t.Context(), zoe(""), v); err != nil || fresh != want || in.ID != "INC-7" {
			t.Errorf("%+v %v %v", in, fresh, err)
		}
	}
	v.Title = "Cart slow"
	if _, _, err := f.Enter(t.Context(), zoe(""), v); fault.KindOf(err) != fault.Conflict || fault.FieldOf(err) != "id" {
		t.Errorf("another entry of that id: %v", err)
	}
	v.Ref = "PX" // a pager tells of it, too
	if in, _, err = f.Enter(t.Context(), zoe(""), v); err != nil || in.ID != "PX" || len(in.Records) != 2 || in.Title != "Cart slow" {
		t.Errorf("%+v %v", in, err)
	}
}

func TestWrongEntriesNameTheirField(t *testing.T) {
	f := open(t)
	moment := func(t time.Time) incident.Moment { return incident.Moment{At: t} }
	for field, spoil := range map[string]func(*incident.Record){
		"title":    func(v *incident.Record) { v.Title = " " },
		"started":  func(v *incident.Record) { delete(v.Times, incident.Started) },
		"services": func(v *incident.Record) { v.Services = make([]string, maxEntryList+1) },
		"aliases":  func(v *incident.Record) { v.Aliases = []string{strings.Repeat("x", maxText+1)} },
		"severity": func(v *incident.Record) { v.Severity = "bad" },
		"id":       func(v *incident.Record) { v.Ref = "17" },
		"resolved": func(v *incident.Record) {
			v.Times[incident.Resolved] = moment(time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC))
		},
		"detected": func(v *incident.Record) { v.Times[incident.Detected] = moment(at(899)) },
		"fixed":    func(v *incident.Record) { v.Times["fixed"] = moment(at(901)) },
	} {
		v := entry("Down")
		spoil(&v)
		if _, _, err := f.Enter(t.Context(), zoe(""), v); fault.KindOf(err) != fault.Invalid || fault.FieldOf(err) != field {
			t.Errorf("%s: %v of %q", field, err, fault.FieldOf(err))
		}
	}
	if n, err := f.Seq(t.Context()); n != 0 || err != nil {
		t.Errorf("%d writes, %v", n, err)
	}
}

// TestRetriesChangeNothing: whatever clients ask, and however often and in which
// order they ask it again, it is done once for each of their keys.
func TestRetriesChangeNothing(t *testing.T) {
	f := open(t)
	run, before := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		titles := map[string]string{}
		run++
		for range rapid.IntRange(1, 8).Draw(rt, "requests") {
			key := fmt.Sprint(run) + rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "key")
			title := rapid.SampledFrom([]string{"one", "two"}).Draw(rt, "title")
			_, err := f.Edit(t.Context(), zoe(key), "PX", set("title", title))
			said, known := titles[key]
			if conflict := known && said != title; conflict != (fault.KindOf(err) == fault.Conflict && err != nil) {
				rt.Fatalf("%s asks for %q after %q: %v", key, title, said, err)
			}
			if !known {
				titles[key] = title
			}
			f.now = f.now.Add(time.Second)
		}
		in, err := f.Incident(t.Context(), "PX")
		if err != nil || len(in.Edits) != before+len(titles) {
			rt.Fatalf("%d edits more of %d keys, %v", len(in.Edits)-before, len(titles), err)
		}
		before = len(in.Edits)
	})
}

func TestARetriedEntryIsTheSame(t *testing.T) {
	f := open(t)
	first, fresh, err := f.Enter(t.Context(), zoe("k"), entry("Down"))
	if err != nil || !fresh {
		t.Fatal(err)
	}
	f.now = at(1005)
	again, fresh, err := f.Enter(t.Context(), zoe("k"), entry("Down"))
	if err != nil || fresh || again.ID != first.ID {
		t.Errorf("%q, then %q: %v", first.ID, again.ID, err)
	}
	if _, _, err := f.Enter(
		t.Context(),
		zoe("k"),
		entry("Up"),
	); fault.KindOf(err) != fault.Conflict ||
		fault.FieldOf(err) != "Idempotency-Key" {
		t.Errorf("another request under the key: %v", err)
	}
}

func TestOldRequestsAreForgotten(t *testing.T) {
	f := open(t)
	for i := range 9 {
		if i == 5 {
			f.now = f.now.Add(requestRetention + time.Hour)
		}
		if _, err := f.Edit(t.Context(), zoe(fmt.Sprint(i)), "PX", set("title", "x")); err != nil {
			t.Fatal(err)
		}
	}
	for _, bucket := range []string{bRequest, bRequestAge} {
		n := 0
		err := f.opt.DB.View(t.Context(), func(r kv.Reader) error {
			for _, err := range r.Scan(bucket, nil, nil) {
				if n++; err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || n != 4 {
			t.Errorf("%s holds %d, %v", bucket, n, err)
		}
	}
}
