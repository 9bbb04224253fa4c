package segment

import "github.com/RoaringBitmap/roaring/v2"

// Union returns the union of bitmaps, nil if it is empty. It changes none of them; the
// result may be one of them.
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

// Intersect returns the intersection of two bitmaps. A nil bitmap is empty.
func Intersect(a, b *roaring.Bitmap) *roaring.Bitmap {
	if a == nil || b == nil {
		return nil
	}
	return roaring.And(a, b)
}
