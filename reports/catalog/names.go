package catalog

import (
	"context"
	"maps"
	"slices"
)

// Names lists every objective there ever was, also those that were removed: a
// report of an earlier time still counts them.
func (c *Catalog) Names(ctx context.Context) ([]string, error) {
	s, err := c.read(ctx)
	if err != nil {
		return nil, err
	}
	return slices.Sorted(maps.Keys(s.versions)), nil
}
