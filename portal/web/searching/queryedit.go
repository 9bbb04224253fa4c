package searching

import (
	"github.com/postern/postern/search/query"
)

// filtersOf returns the qualifiers that apply to the whole query, those at its top level.
// One inside a group or an OR cannot be removed alone. A negated qualifier is a filter as
// well.
func filtersOf(q query.Query) []query.Node {
	var out []query.Node
	for _, n := range outermost(q) {
		if _, ok := n.(query.Filter); ok {
			out = append(out, n)
		}
		if not, ok := n.(query.Not); ok {
			if _, ok := not.Node.(query.Filter); ok {
				out = append(out, n)
			}
		}
	}
	return out
}

// outermost returns the nodes at the top level of a query. The words of a query are
// joined by AND, so that its nodes are the top level.
func outermost(q query.Query) []query.Node {
	switch n := q.Root.(type) {
	case nil:
		return nil
	case query.And:
		return n.Nodes
	default:
		return []query.Node{n}
	}
}

// without returns the text of the query without one of its top-level nodes. Nodes are
// compared by their text, so that equal ones are all removed.
func without(q query.Query, gone query.Node) string {
	var rest []query.Node
	for _, n := range outermost(q) {
		if textOf(n) != textOf(gone) {
			rest = append(rest, n)
		}
	}
	return join(rest)
}

// toggled returns the text of the query with a qualifier added, or removed if it has it.
// on reports whether it has it. A qualifier that the query has inside a group does not
// count.
func toggled(q query.Query, field, value string) (text string, on bool) {
	f := query.Filter{Field: facetField(field), Value: value}
	for _, n := range outermost(q) {
		if textOf(n) == textOf(f) {
			return without(q, f), true
		}
	}
	return join(append(append([]query.Node(nil), outermost(q)...), f)), false
}

// facetField returns the qualifier for a facet. An unknown facet has query.NoField.
func facetField(facet string) query.Field {
	switch facet {
	case "kind":
		return query.Kind
	case "severity":
		return query.Severity
	case "service":
		return query.Service
	case "factor":
		return query.Factor
	case "year":
		return query.Year
	case "tag":
		return query.Tag
	}
	return query.NoField
}

// textOf returns a node as the text of a query. Parsing the text again gives the same
// node.
func textOf(n query.Node) string { return query.Query{Root: n}.String() }

// join returns nodes as the text of one query.
func join(nodes []query.Node) string {
	switch len(nodes) {
	case 0:
		return ""
	case 1:
		return textOf(nodes[0])
	}
	return textOf(query.And{Nodes: nodes})
}
