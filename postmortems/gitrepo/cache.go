package gitrepo

import "sync"

// cache is a bounded cache in two generations. When the young generation is full
// it becomes the old one and the previous old one is dropped, so that recently used
// values survive. Keys are object names, so a cached value is never stale. Reads of one
// push and of all readers share it.
type cache[K comparable, V any] struct {
	mu         sync.Mutex
	young, old map[K]V
	weight     int // of young
	most       int // bound of weight; the cache as a whole weighs at most twice that
}

// most is in the unit of the weights that put receives.
func newCache[K comparable, V any](most int) *cache[K, V] {
	return &cache[K, V]{young: map[K]V{}, old: map[K]V{}, most: most}
}

// A value of the old generation is not moved: one that is put again becomes young.
func (c *cache[K, V]) get(k K) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if v, ok := c.young[k]; ok {
		return v, true
	}
	v, ok := c.old[k]
	return v, ok
}

// The caller must not change v afterwards, since it is shared.
func (c *cache[K, V]) put(k K, v V, weight int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.weight += weight; c.weight > c.most {
		c.young, c.old, c.weight = map[K]V{}, c.young, weight
	}
	c.young[k] = v
}
