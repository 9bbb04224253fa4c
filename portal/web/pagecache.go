package web

import (
	"container/list"
	"sync"
)

// pageCache keeps finished pages of documents and lists, newest used first, bounded in bytes.
// An entry is valid for one state of the library and one day; a newer one
// replaces it, and what is no longer asked for falls off the end.
type pageCache struct {
	limit int // bytes

	mu    sync.Mutex
	size  int
	order *list.List // of *finished, most recently used first
	byKey map[string]*list.Element
}

// finished is a page ready to send. Its slices are never changed.
type finished struct {
	key   string
	valid pageState
	id    string // the document's, for counting readings; "" for a list
	plain []byte
	zip   []byte
	// Header values, made once.
	etag, plainLength, zipLength []string
}

// pageState is what a page depends on besides its address.
type pageState struct {
	seq uint64
	day int64 // Unix seconds of the UTC day
	bad int   // rows of the database that cannot be read, which every page states
}

func newPageCache(limit int) *pageCache {
	return &pageCache{limit: limit, order: list.New(), byKey: map[string]*list.Element{}}
}

func (c *pageCache) get(key string, now pageState) *finished {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.byKey[key]
	if e == nil || e.Value.(*finished).valid != now {
		return nil
	}
	c.order.MoveToFront(e)
	return e.Value.(*finished)
}

// put keeps a page, unless it is so large that it would push out most others.
func (c *pageCache) put(f *finished) {
	const share = 8 // at most an eighth of the cache for one page
	if f.bytes() > c.limit/share {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.byKey[f.key]; e != nil {
		c.remove(e)
	}
	c.byKey[f.key] = c.order.PushFront(f)
	c.size += f.bytes()
	for c.size > c.limit {
		c.remove(c.order.Back())
	}
}

func (c *pageCache) remove(e *list.Element) {
	f := c.order.Remove(e).(*finished)
	delete(c.byKey, f.key)
	c.size -= f.bytes()
}

func (f *finished) bytes() int {
	const overhead = 256 // bytes of map entry, list element and headers
	return len(f.plain) + len(f.zip) + 2*len(f.key) + overhead
}
