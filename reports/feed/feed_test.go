package feed_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/incident"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func said(key string, minute int, v incident.Record) feed.Fact {
	return feed.Fact{Kind: feed.Incident, Source: "s", Entity: "1", Key: key, At: noon.Add(time.Duration(minute) * time.Minute), Incident: &v}
}

func when(minute int) incident.Moment {
	return incident.Moment{At: noon.Add(time.Duration(minute) * time.Minute)}
}

func TestWhole(t *testing.T) {
	v, ok := feed.Whole([]feed.Fact{
		said(
			"c",
			5,
			incident.Record{
				Title:    "Cart is down",
				Services: []string{"cart", "search"},
				Times:    map[incident.Milestone]incident.Moment{incident.Resolved: when(5)},
			},
		),
		said(
			"a",
			0,
			incident.Record{
				Title:       "Cart",
				RawSeverity: "P2",
				Services:    []string{"cart"},
				At:          noon,
				Times:       map[incident.Milestone]incident.Moment{incident.Detected: when(0)},
			},
		),
		said("b", 3, incident.Record{Times: map[incident.Milestone]incident.Moment{incident.Acknowledged: when(3), incident.Detected: when(2)}}),
		said("d", 6, incident.Record{Times: map[incident.Milestone]incident.Moment{incident.Acknowledged: {}}}),
		{Kind: feed.Change, At: noon},
	})
	want := map[incident.Milestone]incident.Moment{incident.Detected: when(0), incident.Resolved: when(5)}
	if !ok || v.Title != "Cart is down" || v.RawSeverity != "P2" || len(v.Services) != 2 || !v.At.Equal(noon) ||
		!reflect.DeepEqual(v.Times, want) {
		t.Errorf("%+v", v)
	}
	if _, ok := feed.Whole([]feed.Fact{{Kind: feed.Change}}); ok {
		t.Error("a change is a voice")
	}
}

func TestWholeInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var facts []feed.Fact
		for i := range rapid.IntRange(1, 8).Draw(t, "events") {
			m := rapid.SampledFrom([]incident.Milestone{incident.Detected, incident.Resolved}).Draw(t, "milestone")
			at := rapid.SampledFrom([]incident.Moment{{}, when(1), when(2)}).Draw(t, "at")
			facts = append(facts, said(string(rune('a'+i)), rapid.IntRange(0, 3).Draw(t, "minute"), incident.Record{
				Title: rapid.SampledFrom([]string{"", "x", "y"}).
					Draw(t, "title"),
				Aliases: []string{rapid.SampledFrom([]string{"p", "q"}).Draw(t, "alias")},
				Times:   map[incident.Milestone]incident.Moment{m: at},
			}))
		}
		before, _ := json.Marshal(facts)
		want, _ := feed.Whole(facts)
		if after, _ := json.Marshal(facts); string(before) != string(after) {
			t.Fatal("the facts were changed")
		}
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		r.Shuffle(len(facts), func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
		if got, _ := feed.Whole(facts); !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v, want %+v", got, want)
		}
	})
}

func TestReadTime(t *testing.T) {
	for text, want := range map[string]string{
		"2026-11-24T12:00:00Z": "2026-11-24T12:00:00Z", "2026-11-24T04:00:00.5-08:00": "2026-11-24T12:00:00.5Z",
		"2026-11-24T20:00:00+0800": "2026-11-24T12:00:00Z", "2026-11-24 12:00:00+00:00": "2026-11-24T12:00:00Z",
		" 2026-11-24T12:00:00Z ": "2026-11-24T12:00:00Z",
	} {
		if got, err := feed.ReadTime(text); err != nil || got.Format(time.RFC3339Nano) != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	if got, err := feed.ReadTime("null"); err != nil || !got.IsZero() {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := feed.ReadTime("24.11.2026"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("%v", err)
	}
}

func TestEpoch(t *testing.T) {
	want := time.Date(2015, 1, 5, 10, 3, 11, 0, time.UTC)
	for _, n := range []int64{1420452191, 1420452191000, 1420452191000000, 1420452191000000000} {
		if got := feed.Epoch(n); !got.Equal(want) {
			t.Errorf("%d: %v", n, got)
		}
	}
	if !feed.Epoch(0).IsZero() {
		t.Error("0 is a time")
	}
}

func TestTexts(t *testing.T) {
	if got := feed.Texts(" a ", "", "b", "a", "\xff"); !reflect.DeepEqual(got, []string{"a", "b", "\uFFFD"}) {
		t.Errorf("%q", got)
	}
	if got := feed.Text(strings.Repeat("é", feed.MaxText)); len(got) > feed.MaxText || !strings.HasSuffix(got, "é") {
		t.Errorf("%d bytes", len(got))
	}
}

func TestReasonsAreForSenders(t *testing.T) {
	var v struct {
		Alerts []int `json:"alerts"`
	}
	for body, want := range map[string]string{`{"alerts":"x"}`: "alerts: something else than string", `{"alerts":[`: "at byte", "": "empty",
		`[]`: "the value: something else than array"} {
		err := feed.ReadJSON([]byte(body), &v)
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.Message(err), want) || strings.Contains(fault.Message(err), "Go ") {
			t.Errorf("%q: %v", body, err)
		}
	}
}

// A sender that names others with every event does not make an incident grow
// without end.
func TestListsOfAWholeEnd(t *testing.T) {
	var facts []feed.Fact
	for i := range 300 {
		names := make([]string, feed.MaxList)
		for k := range names {
			names[k] = strconv.Itoa(i*feed.MaxList + k)
		}
		facts = append(facts, said(strconv.Itoa(i), 0, incident.Record{Aliases: names, Services: names}))
	}
	v, ok := feed.Whole(facts)
	if !ok || len(v.Aliases) != feed.MaxList || len(v.Services) != feed.MaxList {
		t.Errorf("%d aliases, %d services", len(v.Aliases), len(v.Services))
	}
}

func TestRejectionsAreListedUpToABound(t *testing.T) {
	var d feed.Decoded
	for i := range feed.MaxRejected + 7 {
		d.Take(feed.Fact{Item: i}, false, errors.New("no"), nil)
	}
	if len(d.Rejected) != feed.MaxRejected || d.Unlisted != 7 || d.Rejected[0].Index != 0 {
		t.Errorf("%d listed, %d not", len(d.Rejected), d.Unlisted)
	}
}
