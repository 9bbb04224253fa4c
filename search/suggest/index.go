package suggest

import (
	"maps"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// The kinds of suggestions that are not kinds of documents.
const (
	Alert   = "alert"
	Service = "service"
	Query   = "query" // a search that led somewhere before
)

// Suggestion is one thing that fits what is typed.
type Suggestion struct {
	Text    string
	Address string // path-absolute, without the portal's prefix
	Kind    string // a kind of document, or Alert, Service, Query
}

// Document is what is known of a published document.
type Document struct {
	ID, Title, Address, Kind string
	Alerts, Services         []string
	Date                     time.Time
	Sunk                     bool // archived: offered after everything else
}

// mergeAt is how many fresh or dead items lead to a rebuild of the base.
const mergeAt = 2000

// Index answers what is typed. Suggest may be called by many goroutines; writers
// take turns.
type Index struct {
	state atomic.Pointer[state]

	mu       sync.Mutex // held by writers
	docs     map[string]Document
	alerts   map[string]int // how many documents name it
	services map[string]int
	fresh    map[string]item // by owner
}

// state is what readers see.
type state struct {
	base, fresh, queries *segment
	dead                 map[uint32]bool // items of base that are no more
}

// New makes an empty Index.
func New() *Index {
	x := &Index{}
	x.reset()
	none := newSegment(nil)
	x.state.Store(&state{base: none, fresh: none, queries: none})
	return x
}

func (x *Index) reset() {
	x.docs, x.alerts, x.services = map[string]Document{}, map[string]int{}, map[string]int{}
	x.fresh = map[string]item{}
}

// Replace takes all documents anew.
func (x *Index) Replace(docs []Document) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.reset()
	for _, d := range docs {
		x.docs[d.ID] = d
		x.count(d, 1, nil)
	}
	x.rebuild()
}

// Apply takes documents that were published and ids of those that were removed.
func (x *Index) Apply(put []Document, removed []string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	old := x.state.Load()
	touched := map[string]bool{} // owners
	for _, id := range removed {
		x.count(x.docs[id], -1, touched)
		delete(x.docs, id)
		touched[document(id)] = true
	}
	for _, d := range put {
		x.count(x.docs[d.ID], -1, touched)
		x.docs[d.ID] = d
		x.count(d, 1, touched)
		touched[document(d.ID)] = true
	}
	dead := maps.Clone(old.dead)
	if dead == nil {
		dead = map[uint32]bool{}
	}
	for owner := range touched {
		if i, ok := old.base.owner[owner]; ok {
			dead[i] = true
		}
		delete(x.fresh, owner)
		if it, ok := x.item(owner); ok {
			x.fresh[owner] = it
		}
	}
	if len(x.fresh)+len(dead) > mergeAt {
		x.rebuild()
		return
	}
	x.state.Store(&state{base: old.base, fresh: newSegment(valuesOf(x.fresh)), queries: old.queries, dead: dead})
}

// SetQueries replaces the successful searches, best first.
func (x *Index) SetQueries(queries []string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	items := make([]item, 0, len(queries))
	for i, q := range queries {
		items = append(items, item{
			Suggestion: Suggestion{Text: q, Address: "/search?" + url.Values{"q": {q}}.Encode(), Kind: Query},
			owner:      q, kind: weight(Query), date: -int64(i), // in the order given
		})
	}
	next := *x.state.Load()
	next.queries = newSegment(items)
	x.state.Store(&next)
}

// count adds a document to the names it mentions, or takes it off.
func (x *Index) count(d Document, by int, touched map[string]bool) {
	add := func(counts map[string]int, names []string, owner func(string) string) {
		for _, n := range names {
			if n == "" {
				continue
			}
			if counts[n] += by; counts[n] <= 0 {
				delete(counts, n)
			}
			if touched != nil {
				touched[owner(n)] = true
			}
		}
	}
	add(x.alerts, d.Alerts, alert)
	add(x.services, d.Services, service)
}

// rebuild sorts everything into a new base.
func (x *Index) rebuild() {
	items := make([]item, 0, len(x.docs)+len(x.alerts)+len(x.services))
	for _, d := range x.docs {
		items = append(items, itemOf(d))
	}
	for name := range x.alerts {
		items = append(items, named(Alert, name))
	}
	for name := range x.services {
		items = append(items, named(Service, name))
	}
	x.fresh = map[string]item{}
	x.state.Store(&state{base: newSegment(items), fresh: newSegment(nil), queries: x.state.Load().queries})
}

// The names of owners: what an item stands for.
func document(id string) string  { return "document " + id }
func alert(name string) string   { return "alert " + name }
func service(name string) string { return "service " + name }

// item is the item of an owner as things are now.
func (x *Index) item(owner string) (item, bool) {
	what, name, _ := strings.Cut(owner, " ")
	switch what {
	case Alert:
		return named(Alert, name), x.alerts[name] > 0
	case Service:
		return named(Service, name), x.services[name] > 0
	}
	d, ok := x.docs[name]
	return itemOf(d), ok
}

func itemOf(d Document) item {
	return item{
		Suggestion: Suggestion{Text: d.Title, Address: d.Address, Kind: d.Kind},
		owner:      document(d.ID), kind: weight(d.Kind), sunk: d.Sunk, date: d.Date.Unix(),
	}
}

func named(kind, name string) item {
	it := item{Suggestion: Suggestion{Text: name, Kind: kind}, kind: weight(kind)}
	path := "/a/" + name
	it.owner = alert(name)
	if kind == Service {
		path, it.owner = "/services/"+name, service(name)
	}
	it.Address = (&url.URL{Path: path}).EscapedPath()
	return it
}

// weight puts what leads to a fix before what is read at leisure.
func weight(kind string) int8 {
	switch kind {
	case Alert, Service, "runbook":
		return 3
	case Query, "postmortem":
		return 2
	}
	return 1
}

func valuesOf(m map[string]item) []item {
	out := make([]item, 0, len(m))
	for _, it := range m {
		out = append(out, it)
	}
	return out
}
