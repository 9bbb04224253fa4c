package feedstore

import (
	"context"
	"slices"

	"github.com/postern/postern/portal/base/kv"
)

// DeadLetterFilter selects dead letters.
type DeadLetterFilter struct {
	Source  string   // "": all
	Sources []string // only of these; nil: all
	Limit   int      // 0 is 50, at most 500
	Cursor  string   // next of the previous page; "": the first page
}

// admits reports whether the filter selects a dead letter. An empty list of Sources
// selects none, nil all.
func (f DeadLetterFilter) admits(l DeadLetter) bool {
	return (f.Source == "" || l.Source == f.Source) && (f.Sources == nil || slices.Contains(f.Sources, l.Source))
}

// maxLooked bounds the dead letters that are read for one page: a filter
// may select few of very many.
const maxLooked = 5000

// DeadLetters returns dead letters, the newest first, and the cursor of the
// next page ("" at the end). A page that read maxLooked of them may have
// fewer than Limit, or none, and still a next page.
func (l *Store) DeadLetters(ctx context.Context, f DeadLetterFilter) (out []DeadLetter, next string, err error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, 500)
	var past []byte
	if f.Cursor != "" {
		if past, err = deadLetterKeyOf(f.Cursor); err != nil {
			return nil, "", err
		}
	}
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		looked, last := 0, ""
		for item, err := range r.ScanBack(bLetter, nil, past) {
			if err != nil {
				return err
			}
			if looked == maxLooked {
				next = last
				return nil
			}
			looked++
			letter, err := deadLetterOf(item.Key, item.Value)
			if err != nil {
				kv.Skip(r, bLetter, item.Key, err)
				continue
			}
			if last = letter.ID; !f.admits(letter) {
				continue
			}
			if len(out) == limit {
				next = out[limit-1].ID
				return nil
			}
			out = append(out, letter)
		}
		return nil
	})
	return out, next, err
}
