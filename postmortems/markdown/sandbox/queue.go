package sandbox

import "context"

// party is one of the users that share the workers: a push, or the portal itself (nil).
type party struct{ _ byte } // not of size zero: such values may share an address

// partyKey is the context key of a party.
type partyKey struct{}

// WithParty returns a context whose documents belong to a new party, for example to one
// push. Documents of contexts without a party belong to the portal itself.
func WithParty(ctx context.Context) context.Context {
	return context.WithValue(ctx, partyKey{}, &party{})
}

// partyOf returns the party of a context; nil means the portal itself.
func partyOf(ctx context.Context) *party {
	p, _ := ctx.Value(partyKey{}).(*party)
	return p
}

// turn is one document that waits for a worker or is rendered.
type turn struct {
	party   *party
	order   uint64        // in which it arrived
	granted chan struct{} // closed when the document may be rendered
	worker  *worker       // assigned to the turn or returned with it; nil: none
}

// queue decides whose document is rendered next. It is a plain data structure: Pool
// guards it and starts the workers.
//
// Up to base documents are rendered at a time. The party with the fewest running
// documents is served first; among equals, the one whose document arrived first. A
// party with none running does not wait for the others: it gets a turn beyond base, up
// to extra of them. With at most extra+1 parties, no party waits while it has none
// running: further turns of a party are granted only below base, so there are at most
// base-1 of them, and with one for each of the other extra parties fewer than
// base+extra are running.
type queue struct {
	base, extra int
	running     int
	order       uint64
	parties     map[*party]*share // those with a waiting or running document
}

// share is the state of one party.
type share struct {
	running int
	waiting []*turn // in the order of arrival
}

func newQueue(base, extra int) *queue {
	return &queue{base: base, extra: extra, parties: map[*party]*share{}}
}

// add adds a document of a party.
func (q *queue) add(p *party) *turn {
	s := q.parties[p]
	if s == nil {
		s = &share{}
		q.parties[p] = s
	}
	q.order++
	t := &turn{party: p, order: q.order, granted: make(chan struct{})}
	s.waiting = append(s.waiting, t)
	return t
}

// grant returns the next turn that may begin, which counts as running from then on; nil
// if there is none. It is called until it returns nil whenever a turn was added or has
// ended. The search is linear in the parties, which are as many as there are pushes at
// a time.
func (q *queue) grant() *turn {
	var next *share
	for _, s := range q.parties {
		if len(s.waiting) > 0 && (next == nil || s.before(next)) {
			next = s
		}
	}
	if next == nil || q.running >= q.base && (next.running > 0 || q.running >= q.base+q.extra) {
		return nil
	}
	t := next.waiting[0]
	next.waiting = next.waiting[1:]
	next.running++
	q.running++
	return t
}

// before reports whether a waiting party is served before another.
func (s *share) before(other *share) bool {
	if s.running != other.running {
		return s.running < other.running
	}
	return s.waiting[0].order < other.waiting[0].order
}

// end ends a granted turn.
func (q *queue) end(t *turn) {
	q.running--
	s := q.parties[t.party]
	s.running--
	q.forget(t.party, s)
}

// remove removes a waiting turn. It returns false when the turn has been granted
// already; the caller must then end it.
func (q *queue) remove(t *turn) bool {
	s := q.parties[t.party]
	if s == nil {
		return false
	}
	for i, have := range s.waiting {
		if have == t {
			s.waiting = append(s.waiting[:i:i], s.waiting[i+1:]...)
			q.forget(t.party, s)
			return true
		}
	}
	return false
}

// forget removes a party that has no document.
func (q *queue) forget(p *party, s *share) {
	if s.running == 0 && len(s.waiting) == 0 {
		delete(q.parties, p)
	}
}

// idle reports whether no document is waiting or running.
func (q *queue) idle() bool { return len(q.parties) == 0 }
