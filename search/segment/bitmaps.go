package segment

import "github.com/RoaringBitmap/roaring/v2"

// Union joins bitmaps without changing any; nil for none.
func Union(sets ...*roaring.Bitmap) *roaring.Bitmap {
	var some []*roaring.Bitmap
	for _, s := range sets {
		if s != nil && !s.IsEmpty() {
			some = append(some, s)
		}
	}
	switch len(some) {
	case 0:
		return nil
	case 1:
		return some[0]
	case 2:
		return roaring.Or(some[0], some[1])
	}
	return roaring.FastOr(some...)
}

// Intersect meets two bitmaps; nil is the empty one.
func Intersect(a, b *roaring.Bitmap) *roaring.Bitmap {
	if a == nil || b == nil {
		return nil
	}
	return roaring.And(a, b)
}
