package page

import (
	"fmt"
	"testing"
)

func TestPageCacheIsBounded(t *testing.T) {
	t.Parallel()
	c := newCache(100_000)
	for i := range 1000 {
		c.put(&Finished{key: fmt.Sprint(i), plain: make([]byte, 1000)})
	}
	if c.size > c.limit || len(c.byKey) != c.order.Len() {
		t.Errorf("%d bytes of %d; %d keys, %d entries", c.size, c.limit, len(c.byKey), c.order.Len())
	}
	if c.get("999", State{}) == nil || c.get("0", State{}) != nil {
		t.Error("the newest must stay and the oldest go")
	}
	c.put(&Finished{key: "huge", plain: make([]byte, 50_000)})
	if c.get("huge", State{}) != nil {
		t.Error("one page took half of the cache")
	}
}
