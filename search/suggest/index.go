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
	// A search that led to a document before.
	Query = "query"
)

// Suggestion is one item that matches the typed text.
type Suggestion struct {
	Text string
	// Path-absolute, without the portal's prefix.
	Address string
	// A kind of document, or Alert, Service, Query.
	Kind string
}

// Document is a published document.
type Document struct {
	ID, Title, Address, Kind string
	Alerts, Services         []string
	Date                     time.Time
	// Suggested after all other items.
	Archived bool
}

// mergeAt is the number of fresh and dead items above which the base is rebuilt.
const mergeAt = 2000

// Index returns suggestions for typed text. It is safe for concurrent use; writers
// exclude one another.
type Index struct {
	state atomic.Pointer[state]

	// Held by writers.
	mu   sync.Mutex
	docs map[string]Document
	// How many documents name it.
	alerts   map[string]int
	services map[string]int
	fresh    map[string]item // by owner
}

// state is the part that readers use. It is immutable.
type state struct {
	base, fresh, queries *segment
	// Items of base that were removed or replaced.
	dead map[uint32]bool
}

// New returns an empty Index.
func New() *Index {
	x := &Index{}
	x.reset()
	none := newSegment(nil)
	x.state.Store(&state{base: none, fresh: none, queries: none})
	return x
}

// reset removes all documents from the writer's maps.
func (x *Index) reset() {
	x.docs, x.alerts, x.services = map[string]Document{}, map[string]int{}, map[string]int{}
	x.fresh = map[string]item{}
}

// Replace replaces all documents.
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

// Apply adds or replaces published documents, and removes those with the ids removed.
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

// SetQueries replaces the successful searches, which are in order, best first.
func (x *Index) SetQueries(queries []string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	items := make([]item, 0, len(queries))
	for i, q := range queries {
		items = append(items, item{
			Suggestion: Suggestion{Text: q, Address: "/search?" + url.Values{"q": {q}}.Encode(), Kind: Query},
			// In the order given.
			owner: q, kind: weight(Query), date: -int64(i),
		})
	}
	next := *x.state.Load()
	next.queries = newSegment(items)
	x.state.Store(&next)
}

// count adds by, 1 or -1, to the document counts of the names in d, and the owners of
// these names to touched.
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

// rebuild replaces base by a segment of all items.
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

// The names of owners. An owner is the document, alert or service of an item.
func document(id string) string  { return "document " + id }
func alert(name string) string   { return "alert " + name }
func service(name string) string { return "service " + name }

// item returns the current item of an owner; false if the owner no longer exists.
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

// itemOf returns the item of a document.
func itemOf(d Document) item {
	return item{
		Suggestion: Suggestion{Text: d.Title, Address: d.Address, Kind: d.Kind},
		owner:      document(d.ID), kind: weight(d.Kind), archived: d.Archived, date: d.Date.Unix(),
	}
}

// named returns the item of an alert or a service.
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

// weight returns the rank of a kind: what helps with an incident comes first.
func weight(kind string) int8 {
	switch kind {
	case Alert, Service, "runbook":
		return 3
	case Query, "postmortem":
		return 2
	}
	return 1
}

// valuesOf returns the items of a map.
func valuesOf(m map[string]item) []item {
	out := make([]item, 0, len(m))
	for _, it := range m {
		out = append(out, it)
	}
	return out
}
