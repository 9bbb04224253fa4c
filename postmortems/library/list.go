package library

import (
	"bytes"
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// The facets by which documents are listed and counted.
const (
	facetAll      = "all" // one value, ""
	FacetKind     = "kind"
	FacetService  = "service"
	FacetSeverity = "severity"
	FacetTag      = "tag"
	FacetOwner    = "owner"
	FacetYear     = "year"
	facetAlert    = "alert" // values in lower case
	facetOpen     = "open"  // value "yes": has open action items
)

const (
	defaultPage = 50  // documents of a page when the filter sets no limit
	maxPage     = 500 // largest page, which bounds the memory of one answer
)

// facets returns the lists that contain the document, as pairs of facet and value. Each
// pair is a row of library.by and a count. Every value must follow from the record
// alone, because deleteFacets computes the same pairs from the stored record. Empty
// values have no list.
func (r storedRecord) facets() (out [][2]string) {
	add := func(facet string, values ...string) {
		for _, v := range values {
			if v != "" {
				out = append(out, [2]string{facet, v})
			}
		}
	}
	out = append(out, [2]string{facetAll, ""})
	add(FacetKind, r.Kind)
	for _, s := range compact(r.Services) {
		add(FacetService, s)
	}
	for _, t := range compact(r.Tags) {
		add(FacetTag, t)
	}
	add(FacetSeverity, r.Severity)
	add(FacetOwner, r.Owner)
	add(FacetYear, strconv.Itoa(fromUnix(r.Date).Year()))
	for _, a := range compact(r.Alerts) {
		add(facetAlert, strings.ToLower(a))
	}
	if r.Open > 0 {
		add(facetOpen, "yes")
	}
	return out
}

// compact returns the set of the values: a document that names a service twice is
// listed and counted once. values is not changed; the result is sorted.
func compact(values []string) []string {
	out := slices.Clone(values)
	slices.Sort(out)
	return slices.Compact(out)
}

// putFacets adds a document to its lists. It must be called once for a document that is
// in no list: the counts would otherwise be wrong.
func putFacets(w kv.Writer, id string, rec storedRecord) error {
	for _, f := range rec.facets() {
		if err := addCount(w, f[0], f[1], 1); err != nil {
			return err
		}
		if err := w.Put(bBy, byKey(f[0], f[1], fromUnix(rec.Date), id), nil); err != nil {
			return err
		}
	}
	return nil
}

// deleteFacets removes a document from its lists. rec must be the record of putFacets.
func deleteFacets(w kv.Writer, id string, rec storedRecord) error {
	for _, f := range rec.facets() {
		if err := addCount(w, f[0], f[1], -1); err != nil {
			return err
		}
		if err := w.Delete(bBy, byKey(f[0], f[1], fromUnix(rec.Date), id)); err != nil {
			return err
		}
	}
	return nil
}

// readCount returns the number of documents in a list. A list that does not exist has
// 0.
func readCount(r kv.Reader, facet, value string) (int, error) {
	n, err := kv.Number(r, bCount, kv.Join(facet, value))
	return int(n), err
}

// addCount changes a count, before the row that it counts is written or deleted: rows
// that a push writes can be held back until its end, so that they cannot be counted.
// Counts are derived: one that cannot be read is counted again. A count that reaches
// zero is deleted, so that facets without documents do not appear.
func addCount(w kv.Writer, facet, value string, by int) error {
	n, err := readCount(w, facet, value)
	if kv.Unreadable(err) {
		n, err = recount(w, facet, value)
	}
	n += by
	if err != nil {
		return err
	}
	if n <= 0 {
		return w.Delete(bCount, kv.Join(facet, value))
	}
	return kv.PutNumber(w, bCount, kv.Join(facet, value), uint64(n))
}

// recount counts the rows of a list.
func recount(r kv.Reader, facet, value string) (n int, err error) {
	from, to := kv.Under(facet, value)
	for _, err := range r.Scan(bBy, from, to) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

// storedCounts returns the values of a facet with their numbers of documents, most
// first. Values of equal frequency are in the order of their keys. The counts include
// archived documents.
func (l *Library) storedCounts(ctx context.Context, facet string) (out []Count, err error) {
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		from, to := kv.Under(facet)
		for item, err := range r.Scan(bCount, from, to) {
			if err != nil {
				return err
			}
			n, ok := kv.NumberOf(item.Value)
			if !ok {
				kv.Skip(r, bCount, item.Key, errNotNumber())
				continue
			}
			out = append(out, Count{Value: string(item.Key[len(from):]), N: int(n)})
		}
		return nil
	})
	slices.SortStableFunc(out, func(a, b Count) int { return b.N - a.N })
	return out, err
}

// List returns documents, newest first, and the cursor of the next page, "" after the
// last. A cursor of another list is a fault of kind Invalid.
func (l *Library) List(ctx context.Context, f Filter) (out []Record, next string, err error) {
	if f.Limit <= 0 {
		f.Limit = defaultPage
	}
	f.Limit = min(f.Limit, maxPage)
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		out, next, err = list(r, f)
		return err
	})
	return out, next, err
}

// list reads one page. It reads one document more than the page holds, to know whether
// there is another page.
func list(r kv.Reader, f Filter) (out []Record, next string, err error) {
	more := false
	var last []byte
	err = walk(r, f, func(k []byte, id string, rec storedRecord) bool {
		if more = len(out) == f.Limit; more {
			return false
		}
		out = append(out, rec.record(id))
		last = bytes.Clone(k)
		return true
	})
	if more {
		next = base64.RawURLEncoding.EncodeToString(last)
	}
	return out, next, err
}

// walk calls fn for the documents that match the filter, newest first, until it returns
// false. A malformed cursor is a fault of kind Invalid. Limit is not applied here.
func walk(r kv.Reader, f Filter, fn func(k []byte, id string, rec storedRecord) bool) error {
	from, to, err := f.span()
	if err != nil {
		return err
	}
	return walkRows(r, from, to, func(k []byte, id string, rec storedRecord) bool {
		return !f.matches(rec) || fn(k, id, rec)
	})
}

// walkRows calls fn for the documents of a range of list rows until it returns false.
// Documents whose record cannot be read are left out. k is valid only during the call.
func walkRows(r kv.Reader, from, to []byte, fn func(k []byte, id string, rec storedRecord) bool) error {
	for item, err := range r.Scan(bBy, from, to) {
		if err != nil {
			return err
		}
		id := string(item.Key[bytes.LastIndexByte(item.Key, sep)+1:])
		rec, err := mustRecord(r, id)
		if kv.Unreadable(err) {
			continue
		}
		if err != nil {
			return err
		}
		if !fn(item.Key, id, rec) {
			return nil
		}
	}
	return nil
}

// span returns the range of list rows that the filter needs. from is inclusive and to
// exclusive, as Scan takes them. Dates are compared by day, so the bounds apply to
// whole days. The cursor is the key of the last document shown, and the next page
// begins directly behind it.
func (f Filter) span() (from, to []byte, err error) {
	facet, value := f.narrowest()
	from, to = kv.Under(facet, value)
	if !f.Before.IsZero() { // exclusive, in reverse order: begin at the day before
		from = byDay(facet, value, f.Before.Add(-time.Nanosecond))
	}
	if !f.After.IsZero() {
		to = byDay(facet, value, f.After.AddDate(0, 0, -1))
	}
	if f.Cursor == "" {
		return from, to, nil
	}
	after, err := base64.RawURLEncoding.DecodeString(f.Cursor)
	if err != nil || !bytes.HasPrefix(after, kv.Join(facet, value)) {
		return nil, nil, fault.New(fault.Invalid, "library.List", "the cursor is not one of this list")
	}
	return append(after, 0), to, nil
}

// narrowest returns the list to read: that of the facet with usually the fewest
// documents. The other fields of the filter are then checked document by document.
func (f Filter) narrowest() (facet, value string) {
	for _, c := range [][2]string{
		{FacetTag, f.Tag}, {FacetOwner, f.Owner}, {FacetService, f.Service},
		{FacetSeverity, f.Severity}, {FacetKind, string(f.Kind)},
	} {
		if c[1] != "" {
			return c[0], c[1]
		}
	}
	if f.Year != 0 {
		return FacetYear, strconv.Itoa(f.Year)
	}
	return facetAll, ""
}

// matches reports whether a document matches the filter, except for the range of dates.
func (f Filter) matches(r storedRecord) bool {
	has := func(want string, values ...string) bool { return want == "" || slices.Contains(values, want) }
	return has(string(f.Kind), r.Kind) && has(f.Severity, r.Severity) && has(f.Owner, r.Owner) &&
		has(f.Service, r.Services...) && has(f.Tag, r.Tags...) &&
		(f.Year == 0 || fromUnix(r.Date).Year() == f.Year) &&
		(f.Archived || r.Status != "archived")
}

// WithOpenActions returns the documents with open action items, newest first. At most
// limit; archived documents are included.
func (l *Library) WithOpenActions(ctx context.Context, limit int) (out []Record, err error) {
	return l.facetList(ctx, facetOpen, "yes", limit)
}

// ForAlert returns the documents that name an alert in any case, newest first.
func (l *Library) ForAlert(ctx context.Context, alert string, limit int) (out []Record, err error) {
	return l.facetList(ctx, facetAlert, strings.ToLower(alert), limit)
}

// facetList returns the first documents of one list. A limit of 0 returns none.
func (l *Library) facetList(ctx context.Context, facet, value string, limit int) (out []Record, err error) {
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		from, to := kv.Under(facet, value)
		return walkRows(r, from, to, func(_ []byte, id string, rec storedRecord) bool {
			if len(out) < limit {
				out = append(out, rec.record(id))
			}
			return len(out) < limit
		})
	})
	return out, err
}

// IDs returns the id of every published document, and the number of the state it was read
// from. It serves to rebuild derived data. Both are of one transaction: following the
// change log from that number on misses nothing.
func (l *Library) IDs(ctx context.Context) (out []string, seq uint64, err error) {
	err = l.opt.DB.View(ctx, func(r kv.Reader) error {
		s, err := r.Seq()
		if err != nil {
			return err
		}
		seq = uint64(s)
		for item, err := range r.Scan(bRecord, nil, nil) {
			if err != nil {
				return err
			}
			out = append(out, string(item.Key))
		}
		return nil
	})
	return out, seq, err
}
