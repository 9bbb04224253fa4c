package library

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
)

const (
	defaultActions = 500  // action items of a page when the filter sets no limit
	maxActions     = 2000 // largest page of action items
)

// Actions returns action items of all documents by due date, those without a due date
// last. It returns the first page only, of at most maxActions items.
func (l *Library) Actions(ctx context.Context, f ActionFilter) ([]ActionItem, error) {
	items, _, err := l.ListActions(ctx, f)
	return items, err
}

// ListActions is Actions with the cursor of the next page, "" at the end. The position of
// an item changes only when its document is pushed again. A cursor of another list is a
// fault of kind Invalid. It reads the content of every document that may match, so its
// cost grows with the documents and not with the page. Documents whose content cannot
// be read are left out; the database counts their rows.
func (l *Library) ListActions(ctx context.Context, f ActionFilter) (out []ActionItem, next string, err error) {
	after, err := readActionCursor(f.Cursor)
	if err != nil {
		return nil, "", err
	}
	docs, err := l.actionDocuments(ctx, f)
	if err != nil {
		return nil, "", err
	}
	var places []actionPlace
	items := map[actionPlace]ActionItem{}
	for _, rec := range docs {
		d, err := l.content(ctx, rec.Revision.Blob, rec.Path)
		if kv.Unreadable(err) {
			continue
		}
		if err != nil {
			return nil, "", err
		}
		for i, a := range d.Actions {
			place := placeOf(a, rec, i)
			// Items up to the cursor are skipped before sorting: the cursor is a position and
			// not an offset, so that items which a push adds or removes shift no page.
			if !f.admits(a) || f.Cursor != "" && comparePlaces(place, after) <= 0 {
				continue
			}
			places = append(places, place)
			items[place] = ActionItem{Action: a, Document: rec}
		}
	}
	slices.SortFunc(places, comparePlaces)
	if f.Limit <= 0 {
		f.Limit = defaultActions
	}
	if most := min(f.Limit, maxActions); len(places) > most {
		places = places[:most]
		next = places[most-1].cursor()
	}
	for _, p := range places {
		out = append(out, items[p])
	}
	return out, next, nil
}

// actionDocuments returns the documents that may have matching action items. Open items
// without a service have a list of their own; every other filter walks the documents of
// the service or all of them, at most countedList.
func (l *Library) actionDocuments(ctx context.Context, f ActionFilter) (out []Record, err error) {
	if f.Status == "open" && f.Service == "" {
		return l.WithOpenActions(ctx, countedList)
	}
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		return walk(r, Filter{Service: f.Service, Limit: countedList}, func(_ []byte, id string, rec storedRecord) bool {
			if rec.Actions > 0 {
				out = append(out, rec.record(id))
			}
			return true
		})
	})
	return out, err
}

// admits reports whether an action item matches the filter. "open" includes every
// status except done and dropped. The service is a property of the document and is not
// checked here.
func (f ActionFilter) admits(a postmortems.Action) bool {
	if f.Owner != "" && a.Owner != f.Owner {
		return false
	}
	if !f.DueBefore.IsZero() && (a.Due.IsZero() || !a.Due.Before(f.DueBefore)) {
		return false
	}
	switch f.Status {
	case "":
		return true
	case "open":
		return isOpen(a)
	}
	return a.Status == f.Status
}

// actionPlace is the position of an item in the list: by due date, then by document,
// newest first, then as written. It is also the content of a cursor. The short names
// keep cursors short in addresses.
type actionPlace struct {
	Due   int64  `json:"u"` // Unix seconds; noDueDate when there is none
	Date  int64  `json:"d"` // the document's, Unix seconds
	ID    string `json:"i"`
	Index int    `json:"n"`
}

// noDueDate sorts after every due date.
const noDueDate = 1<<63 - 1

// placeOf returns the position of an item; index is its number in the document.
func placeOf(a postmortems.Action, rec Record, index int) actionPlace {
	return actionPlace{Due: dueSeconds(a.Due), Date: rec.Date.Unix(), ID: rec.ID, Index: index}
}

// dueSeconds returns a due date in Unix seconds, noDueDate for the zero time.
func dueSeconds(t time.Time) int64 {
	if t.IsZero() {
		return noDueDate
	}
	return t.Unix()
}

// comparePlaces compares two positions. It is a total order: a document and an index
// determine an item.
func comparePlaces(a, b actionPlace) int {
	return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(b.Date, a.Date), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Index, b.Index))
}

// cursor returns the cursor of the page behind an item.
func (p actionPlace) cursor() string {
	b, err := json.Marshal(p)
	if err != nil {
		return "" // unreachable: numbers and strings always encode
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// readActionCursor decodes a cursor; the zero position for "".
func readActionCursor(s string) (p actionPlace, err error) {
	if s == "" {
		return p, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	if err != nil {
		return p, fault.Wrap(fault.Invalid, "library.ListActions", "the cursor is not one of this list", err)
	}
	return p, nil
}
