package sandbox

import "context"

// party is one of those that share the workers: a push, or the portal itself (nil).
type party struct{ _ byte } // not of size zero: two of those may have one address

// partyKey is the context key of a party.
type partyKey struct{}

// WithParty returns a context whose documents are rendered as those of one new
// party, for example of one push. Documents of contexts without a party are those of
// one further party: the portal itself.
func WithParty(ctx context.Context) context.Context {
	return context.WithValue(ctx, partyKey{}, &party{})
}

// partyOf returns the party of a context; nil is the portal itself.
func partyOf(ctx context.Context) *party {
	p, _ := ctx.Value(partyKey{}).(*party)
	return p
}

// turn is one document that waits for a worker or is rendered.
type turn struct {
	party   *party
	order   uint64        // of its arrival
	granted chan struct{} // closed when the document may be rendered
	worker  *worker       // given with the turn, or given back with it; nil: none
}

// queue decides whose document is rendered next. It is a plain data structure: Pool
// guards it and starts the workers.
//
// Up to base documents are rendered at a time. The party with the fewest at work is
// served first, of equal ones the one whose document came first. A party with none at
// work does not wait for the others: it is granted a turn beyond base, up to extra of
// them. With at most extra+1 parties none waits with nothing at work: turns of a party
// beyond its first are granted below base only, so that there are at most base-1 of
// them, and with one for each of the extra others less than base+extra are at work.
type queue struct {
	base, extra int
	running     int
	order       uint64
	parties     map[*party]*share // those with a document that waits or is rendered
}

// share is what one party has of the workers.
type share struct {
	running int
	waiting []*turn // in the order of their arrival
}

func newQueue(base, extra int) *queue {
	return &queue{base: base, extra: extra, parties: map[*party]*share{}}
}

// ask adds a document of a party.
func (q *queue) ask(p *party) *turn {
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

// grant returns the next turn that may begin now, which counts as running from here
// on; nil is none.
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

// end ends a turn that was granted.
func (q *queue) end(t *turn) {
	q.running--
	s := q.parties[t.party]
	s.running--
	q.forget(t.party, s)
}

// leave takes a turn out that is not wanted any more. It returns false when the turn
// was granted already; then it must be ended.
func (q *queue) leave(t *turn) bool {
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

func (q *queue) forget(p *party, s *share) {
	if s.running == 0 && len(s.waiting) == 0 {
		delete(q.parties, p)
	}
}

// idle reports whether no document waits or is rendered.
func (q *queue) idle() bool { return len(q.parties) == 0 }
