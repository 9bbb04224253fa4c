package outbox

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/postern/postern/reports/deliver"
)

// A revision that still waits is not sent any more once a later one goes to the same
// place; what was sent, what waits for another place and what a person asked for
// stays.
func TestLaterRevisionTakesThePlace(t *testing.T) {
	w := newWorld(t, t.TempDir())
	var sent []string
	w.send = func(l deliver.Message, address, _ string) error {
		if address == "down@example.org" {
			return &deliver.Failure{Outcome: deliver.Permanent, Msg: "no such mailbox"}
		}
		sent = append(sent, fmt.Sprintf("r%d to %s", l.Revision, address))
		return nil
	}
	quiet := &Quiet{From: 7 * 60, To: 9 * 60, Zone: "UTC"}
	to := func(revision int, address string, q *Quiet) Delivery {
		d := weekly
		d.Revision, d.Address, d.Quiet = revision, address, q
		return d
	}
	w.add(to(1, "awake@example.org", nil), to(1, "down@example.org", nil), to(1, "asleep@example.org", quiet),
		to(1, "other@example.org", quiet))
	w.tick()
	for _, d := range mustList(w) {
		if d.State == Parked {
			if _, err := w.box.Resend(t.Context(), d.ID, "ana"); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.add(to(2, "awake@example.org", nil), to(2, "down@example.org", quiet), to(2, "asleep@example.org", quiet))
	if all := mustList(w); len(all) != 6 {
		t.Errorf("%d deliveries: %+v", len(all), all)
	}
	w.now = w.now.Add(2 * time.Hour)
	w.tick()
	slices.Sort(sent)
	want := []string{"r1 to awake@example.org", "r1 to other@example.org", "r2 to asleep@example.org", "r2 to awake@example.org"}
	if !slices.Equal(sent, want) {
		t.Errorf("sent %v\nwant %v", sent, want)
	}
}

// A later revision that is asked for while an earlier one is being sent takes its
// place when that attempt comes to nothing; one that arrived stays.
func TestLaterRevisionDuringAnAttempt(t *testing.T) {
	for _, arrives := range []bool{false, true} {
		w := newWorld(t, t.TempDir())
		first, second := weekly, weekly
		first.Revision, second.Revision = 1, 2
		var sent []int
		w.send = func(l deliver.Message, _, _ string) error {
			if l.Revision == 1 {
				w.add(second)
				if !arrives {
					return &deliver.Failure{Outcome: deliver.Temporary, Msg: "the server is busy"}
				}
			}
			sent = append(sent, l.Revision)
			return nil
		}
		w.add(first)
		w.tick()
		w.now = w.now.Add(2 * time.Hour)
		w.tick()
		want := []int{2}
		if arrives {
			want = []int{1, 2}
		}
		if all := mustList(w); !slices.Equal(sent, want) || len(all) != len(want) {
			t.Errorf("the first arrives %t: sent %v, want %v; left %+v", arrives, sent, want, all)
		}
	}
}
