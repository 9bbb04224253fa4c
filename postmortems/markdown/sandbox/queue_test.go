package sandbox

import (
	"math/rand/v2"
	"testing"

	"github.com/postern/postern/portal/base/campaign"
)

// grantAll grants all turns that may begin.
func (q *queue) grantAll() (turns []*turn) {
	for t := q.grant(); t != nil; t = q.grant() {
		turns = append(turns, t)
	}
	return turns
}

// addMany adds n documents of a party.
func (q *queue) addMany(p *party, n int) (turns []*turn) {
	for range n {
		turns = append(turns, q.add(p))
	}
	return turns
}

func TestPartyWithoutRunningDocumentIsServedAtOnce(t *testing.T) {
	q := newQueue(2, 4)
	many, few := &party{}, &party{}
	q.addMany(many, 40)
	if n := len(q.grantAll()); n != 2 {
		t.Fatalf("%d documents of one party at work", n)
	}
	q.addMany(few, 2)
	got := q.grantAll()
	if len(got) != 1 || got[0].party != few {
		t.Fatalf("the other party got %v", got)
	}
	portal := q.add(nil)
	if got := q.grantAll(); len(got) != 1 || got[0] != portal {
		t.Fatalf("the portal itself got %v", got)
	}
	if q.running != 4 {
		t.Errorf("%d at work", q.running)
	}
}

// A party alone has at most base running documents, however many wait.
func TestOnePartyRunsAtMostBase(t *testing.T) {
	for _, p := range []*party{nil, {}} {
		q := newQueue(2, 4)
		q.addMany(p, 10)
		for range 10 {
			turns := q.grantAll()
			if q.running > 2 {
				t.Fatalf("%d at work", q.running)
			}
			for _, turn := range turns {
				q.end(turn)
			}
		}
		if !q.idle() && q.running != 0 {
			t.Errorf("not all were served: %d", q.running)
		}
	}
}

func TestPartyWithFewestRunningIsServedFirst(t *testing.T) {
	q := newQueue(3, 0)
	a, b, c := &party{}, &party{}, &party{}
	q.addMany(a, 5)
	first := q.grantAll() // all three are a's
	q.addMany(b, 2)
	q.addMany(c, 1)
	for i, want := range []*party{b, c, a} { // by the third, a has none running
		if got := q.grantAll(); len(got) > 0 {
			t.Fatalf("without a free worker: %v", got)
		}
		q.end(first[i])
		if got := q.grantAll(); len(got) != 1 || got[0].party != want {
			t.Fatalf("turn %d: %v", i, got)
		}
	}
}

func TestRemovedTurnIsNotServed(t *testing.T) {
	q := newQueue(1, 1)
	p := &party{}
	turns := q.addMany(p, 3)
	running := q.grantAll()
	if !q.remove(turns[1]) || q.remove(turns[0]) {
		t.Fatal("only a waiting turn can be removed")
	}
	q.end(running[0])
	if got := q.grantAll(); len(got) != 1 || got[0] != turns[2] {
		t.Fatalf("%v", got)
	}
	q.end(turns[2])
	if !q.idle() {
		t.Error("the queue retains ended turns")
	}
}

// TestCampaignQueueIsFair adds, ends and removes turns at random: no party waits while it has none
// running, the bounds are kept, and every document is served once.
func TestCampaignQueueIsFair(t *testing.T) {
	rng := campaign.Rand(t)
	for range campaign.Size(300, 20_000) {
		fairQueue(t, rng)
	}
}

func fairQueue(t *testing.T, rng *rand.Rand) {
	t.Helper()
	base, extra := 1+rng.IntN(3), rng.IntN(5)
	q := newQueue(base, extra)
	parties := make([]*party, 1+extra) // the first is the portal itself
	for i := range parties[1:] {
		parties[1+i] = &party{}
	}
	var waiting, running []*turn
	served, left, asked := 0, 0, 0
	pick := func(list *[]*turn) *turn {
		i := rng.IntN(len(*list))
		turn := (*list)[i]
		*list = append((*list)[:i], (*list)[i+1:]...)
		return turn
	}
	for step := 0; step < 60 || len(running) > 0; step++ {
		switch k := rng.IntN(10); {
		case step < 60 && k < 5:
			waiting = append(waiting, q.add(parties[rng.IntN(len(parties))]))
			asked++
		case step < 60 && k < 6 && len(waiting) > 0:
			if !q.remove(pick(&waiting)) {
				t.Fatal("a waiting turn was not found")
			}
			left++
		case len(running) > 0:
			q.end(pick(&running))
			served++
		}
		for _, turn := range q.grantAll() {
			running = append(running, turn)
			for i := range waiting {
				if waiting[i] == turn {
					waiting = append(waiting[:i], waiting[i+1:]...)
					break
				}
			}
		}
		checkFair(t, q, len(running))
	}
	if served+left != asked || !q.idle() {
		t.Fatalf("%d added, %d served, %d removed, idle %v", asked, served, left, q.idle())
	}
}

func checkFair(t *testing.T, q *queue, running int) {
	t.Helper()
	if q.running != running || running > q.base+q.extra {
		t.Fatalf("%d at work, counted %d, bound %d+%d", running, q.running, q.base, q.extra)
	}
	for p, s := range q.parties {
		if len(s.waiting) > 0 && s.running == 0 {
			t.Fatalf("party %p waits with none at work beside %d", p, q.running)
		}
		if s.running > q.base {
			t.Fatalf("a party has %d at work, more than %d", s.running, q.base)
		}
	}
}
