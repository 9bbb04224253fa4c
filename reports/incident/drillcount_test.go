package incident

import (
	"reflect"
	"testing"
	"time"
)

func TestCount(t *testing.T) {
	at := func(day int) time.Time { return time.Date(2026, 11, day, 9, 0, 0, 0, time.UTC) }
	all := NewestDrills([]Drill{
		{ID: "1", Source: "s", At: at(1), Outcome: "failed", Services: []string{"shop"}, Rev: 1},
		{ID: "1", Source: "s", At: at(2), Outcome: "passed", Services: []string{"shop", "pay"}, Rev: 2},
		{ID: "2", Source: "s", At: at(3), Services: []string{"shop"}},
		{ID: "3", Source: "s", At: at(4), Outcome: "failed"},
	})
	if len(all) != 3 || all[0].ID != "3" || all[2].Rev != 2 {
		t.Fatalf("%+v", all)
	}
	want := DrillStats{Drills: 3, Passed: 1, Failed: 1, Covered: []string{"pay", "shop"}, Uncovered: []string{"a", "web"}}
	if got := CountDrills(all, []string{"web", "shop", "a"}); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
}
