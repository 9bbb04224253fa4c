package gitrepo

import "sync"

// cache keeps what was used lately: when the young half is full it becomes the
// old half, and the old half is forgotten. Keys are object names, so nothing in
// it can be out of date.
type cache[K comparable, V any] struct {
	mu         sync.Mutex
	young, old map[K]V
	weight     int // of young
	most       int // of young; the cache weighs twice that at most
}

func newCache[K comparable, V any](most int) *cache[K, V] {
	return &cache[K, V]{young: map[K]V{}, old: map[K]V{}, most: most}
}

func (c *cache[K, V]) get(k K) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if v, ok := c.young[k]; ok {
		return v, true
	}
	v, ok := c.old[k]
	return v, ok
}

func (c *cache[K, V]) put(k K, v V, weight int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.weight += weight; c.weight > c.most {
		c.young, c.old, c.weight = map[K]V{}, c.young, weight
	}
	c.young[k] = v
}
