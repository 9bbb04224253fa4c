package page

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/messages"
)

// Facet is one filter of a list with its values.
type Facet struct {
	Name, Label string
	Values      []FacetValue
	More        int // values that are not shown
}

// FacetValue is one value of a filter, or one of several views of a page.
type FacetValue struct {
	Text  string
	Count int
	Link  string // adds the value, or removes it when On
	On    bool
}

// Chip is a filter that is on; its link takes it off.
type Chip struct {
	Text, Link string
}

// Tile is one figure with its arithmetic.
type Tile struct {
	Name, Value string
	Note        string // "of 23 pages"
	Class       string // ok, warn, bad, none; "" plain
	How         string // the arithmetic in words
}

// WithQuery returns the link to an address with one parameter of the query set, or
// removed if the value is empty. It leads to the first page of a list.
func (k *Kit) WithQuery(address string, q url.Values, name, value string) string {
	next := url.Values{}
	for key, v := range q {
		if key != "cursor" {
			next[key] = v
		}
	}
	next.Del(name)
	if value != "" {
		next.Set(name, value)
	}
	if len(next) == 0 {
		return k.Link(address)
	}
	return k.Link(address) + "?" + next.Encode()
}

// WithoutPage returns the parameters of an address but for the number of the page.
func WithoutPage(q url.Values) url.Values {
	out := url.Values{}
	for k, v := range q {
		if k != "page" {
			out[k] = v
		}
	}
	return out
}

// MaxPage bounds the number of a page in an address: no list is that long.
const MaxPage = 1_000_000

// Pager links one page of rows to the next.
type Pager struct{ Text, Before, After string }

// Paginate cuts the page that the address names out of n rows, and returns the links
// around it. It fails with fault.Invalid for what is no number of a page.
func (k *Kit) Paginate(r *Request, address string, n int) (from, to int, pages Pager, err error) {
	at := 1
	if text := r.QueryValue("page"); text != "" {
		if at, err = strconv.Atoi(text); err != nil || at < 1 || at > MaxPage {
			return 0, 0, pages, fault.Newf(fault.Invalid, "web", "page= takes a number from 1 to %d", MaxPage)
		}
	}
	from = min((at-1)*Rows, n)
	to = min(from+Rows, n)
	pages.Text = k.Texts().Count("filter.entries", n)
	if n > Rows {
		pages.Text = k.Texts().Count("filter.entries_of", n, "First", from+1, "Last", to)
	}
	if at > 1 {
		pages.Before = k.WithQuery(address, r.Query(), "page", strconv.Itoa(at-1))
	}
	if to < n {
		pages.After = k.WithQuery(address, r.Query(), "page", strconv.Itoa(at+1))
	}
	return from, to, pages, nil
}

// FilterLabel returns the label of a filter by its name in addresses.
func (k *Kit) FilterLabel(name string) string {
	return k.Texts().Text(messages.Key("filter.label.", name))
}

// Counted is a filter of a page: its name in the address, its label, and how many rows
// have each value. Words are the texts of values that are not names of the data, such as
// the value for rows without a team; other values are shown as they are.
type Counted struct {
	Name, Label string
	Counts      map[string]int
	Words       map[string]string
}

// Filters returns a chip for every filter that is on, and the facets of the filters that
// have values.
func (k *Kit) Filters(r *Request, address string, by ...Counted) (chips []Chip, facets []Facet) {
	q := r.Query()
	for _, f := range by {
		if value := q.Get(f.Name); value != "" {
			chips = append(chips, Chip{f.Label + ": " + cmp.Or(f.Words[value], value), k.WithQuery(address, WithoutPage(q), f.Name, "")})
		}
		if facet := k.facet(r, address, f); len(facet.Values) > 0 {
			facets = append(facets, facet)
		}
	}
	return chips, facets
}

// facet lists the values of a filter, most frequent first, with links that narrow the
// page to one.
func (k *Kit) facet(r *Request, address string, by Counted) Facet {
	q := r.Query()
	v := Facet{Name: by.Name, Label: by.Label}
	for value, n := range by.Counts {
		if value == "" {
			continue
		}
		f := FacetValue{Text: cmp.Or(by.Words[value], value), Count: n, On: q.Get(by.Name) == value}
		if f.Link = k.WithQuery(address, WithoutPage(q), by.Name, value); f.On {
			f.Link = k.WithQuery(address, WithoutPage(q), by.Name, "")
		}
		v.Values = append(v.Values, f)
	}
	slices.SortFunc(v.Values, func(a, b FacetValue) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Text, b.Text))
	})
	v.More = max(0, len(v.Values)-FacetShown)
	v.Values = v.Values[:min(len(v.Values), FacetShown)]
	return v
}
