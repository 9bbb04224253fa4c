package incident

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/growth"
)

// spoken is a voice that began at an hour of one day.
func spoken(source, ref string, hour int) Record {
	at := time.Date(2026, 11, 20, hour, 0, 0, 0, time.UTC)
	return Record{Source: source, Form: "ndjson", Ref: ref, Rev: 1, At: at, Title: source + " " + ref,
		Times: map[Milestone]Moment{Started: {At: at}}}
}

func byHand(hour int, action, into string, refs ...string) Edit {
	return Edit{At: time.Date(2026, 11, 21, hour, 0, 0, 0, time.UTC), Who: "kim", Action: action, Into: into, Refs: refs, Why: "test"}
}

// TestAnIncidentThatWasSplitOffTakesOthersIn: of two voices of one name that a person
// split, one is published under a hash. Others are merged into it by that, and it
// into others.
func TestAnIncidentThatWasSplitOffTakesOthersIn(t *testing.T) {
	voices := []Record{spoken("pager", "INC-7", 1), spoken("desk", "INC-7", 2), spoken("pager", "INC-9", 3)}
	split := byHand(1, Split, "INC-7", "desk:INC-7")
	apart := Fold(voices, []Edit{split}, feedPolicy())
	if len(apart) != 3 {
		t.Fatalf("%d incidents after the split, want 3", len(apart))
	}
	at := slices.IndexFunc(apart, func(in Incident) bool { return in.Title == "desk INC-7" })
	hash := apart[at].ID
	if hash == "INC-7" {
		t.Fatal("two incidents have one id")
	}
	for _, merge := range []Edit{byHand(2, Merge, hash, "INC-9"), byHand(2, Merge, "INC-9", hash)} {
		all := Fold(voices, []Edit{split, merge}, feedPolicy())
		sizes := map[string]int{}
		for _, in := range all {
			sizes[in.ID] = len(in.Records)
		}
		if len(all) != 2 || sizes["INC-7"] != 1 || sizes[merge.Into] != 2 {
			t.Errorf("merged into %s: incidents by voices are %v", merge.Into, sizes)
		}
	}
}

// TestAWholeNameCountsMoreThanARefLikeIt: a sender chooses its refs, and cannot be
// split off with another's by choosing that one's name.
func TestAWholeNameCountsMoreThanARefLikeIt(t *testing.T) {
	voices := []Record{spoken("pager", "INC-7", 1), spoken("evil", "pager:INC-7", 2), spoken("evil", "INC-7", 3)}
	for _, in := range Fold(voices, []Edit{byHand(1, Split, "INC-7", "pager:INC-7")}, feedPolicy()) {
		if in.Title == "pager INC-7" && len(in.Records) != 1 {
			t.Errorf("%d voices were split off, want pager's own", len(in.Records))
		}
	}
}

// TestAnIncidentCalledNewHasAPage: /incidents/new is the form for another one.
func TestAnIncidentCalledNewHasAPage(t *testing.T) {
	for _, in := range Fold([]Record{spoken("pager", "new", 1)}, nil, feedPolicy()) {
		if in.ID == "new" || !slices.Contains(in.Refs, "new") {
			t.Errorf("its id is %s, its names are %v", in.ID, in.Refs)
		}
	}
}

// TestManyMergesAreFoldedInTime: with a look along all voices for each name, folding
// 2,000 merges of 3,000 incidents took most of a minute, on every change of any incident.
func TestManyMergesAreFoldedInTime(t *testing.T) {
	const few, refs = 250, 100 // and eight times as many
	growth.Linear(t, few, func(merges int) func() {
		voices, merged := merges*3/2, merges/4
		var all []Record
		var edits []Edit
		for i := range voices {
			all = append(all, spoken("pager", fmt.Sprint("INC-", i), i%24))
		}
		for i := range merges {
			e := byHand(i%24, Merge, "INC-1")
			for k := range refs {
				e.Refs = append(e.Refs, fmt.Sprint("INC-", voices-1-(i+k)%merged))
			}
			edits = append(edits, e)
		}
		return func() {
			if got := len(Fold(all, edits, feedPolicy())); got != voices-merged {
				t.Errorf("%d incidents, want %d", got, voices-merged)
			}
		}
	})
}
