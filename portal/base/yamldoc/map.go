package yamldoc

import (
	"iter"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Map reads one mapping. Its accessors never fail: an absent key, a null and a value of
// another form all return the zero value, the last with an Issue. A requested key
// becomes known; Unknown reports the others.
type Map struct {
	doc   *Doc
	node  *yaml.Node // nil for an absent mapping
	path  string     // "incident", "actions[2]"; "" at the root
	known []string   // in the order of the requests
	hints map[string]string
}

// newMap returns the Map of a node; a node that is not a mapping is an empty Map.
func newMap(doc *Doc, node *yaml.Node, path string) *Map {
	if node != nil && node.Kind != yaml.MappingNode {
		node = nil
	}
	return &Map{doc: doc, node: node, path: path}
}

// Len returns the number of entries.
func (m *Map) Len() int {
	if m.node == nil {
		return 0
	}
	return len(m.node.Content) / 2
}

// Line returns the line where the mapping begins; 0 when it is absent.
func (m *Map) Line() int {
	if m.node == nil {
		return 0
	}
	return m.node.Line
}

// Has reports whether the key is there, even if its value is null. It makes the key
// known.
func (m *Map) Has(key string) bool { return m.find(key) != nil }

// Value returns the value of a key; the zero Value when it is absent. It makes the key
// known, also when it is absent, so that Unknown can suggest it.
func (m *Map) Value(key string) Value {
	return Value{doc: m.doc, node: m.find(key), path: m.join(key)}
}

// Key returns the place of the key itself, for findings about it; the place of the
// mapping when the key is absent.
func (m *Map) Key(key string) Value {
	for k := range m.entries() {
		if k.Value == key {
			return Value{doc: m.doc, node: k, path: m.join(key)}
		}
	}
	return Value{doc: m.doc, node: m.node, path: m.path}
}

// Keys returns the keys as they are written, each once, and makes none known.
func (m *Map) Keys() []string {
	var keys []string
	seen := map[string]bool{}
	for k := range m.entries() {
		if !seen[k.Value] {
			seen[k.Value] = true
			keys = append(keys, k.Value)
		}
	}
	return keys
}

// All returns the entries in the order in which they are written, and makes all known.
func (m *Map) All() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		seen := map[string]bool{}
		for k, v := range m.entries() {
			if seen[k.Value] {
				continue
			}
			seen[k.Value] = true
			m.learn(k.Value)
			if !yield(k.Value, Value{doc: m.doc, node: v, path: m.join(k.Value)}) {
				return
			}
		}
	}
}

// Unknown reports every key that is not known, with the nearest known one as a
// suggestion, and returns those entries in the order in which they are written.
func (m *Map) Unknown() iter.Seq2[string, Value] {
	known := map[string]bool{}
	for _, k := range m.known {
		known[k] = true
	}
	var keys []string
	values := map[string]Value{}
	for k, v := range m.entries() {
		if known[k.Value] {
			continue
		}
		known[k.Value] = true // a duplicate is reported as such
		keys = append(keys, k.Value)
		values[k.Value] = Value{doc: m.doc, node: v, path: m.join(k.Value)}
		m.doc.report(Unknown, k, "%s", m.unknownText(k.Value))
	}
	return func(yield func(string, Value) bool) {
		for _, k := range keys {
			if !yield(k, values[k]) {
				return
			}
		}
	}
}

// Hint sets what Unknown suggests instead of a key that is known elsewhere or by
// another name.
func (m *Map) Hint(key, instead string) {
	if m.hints == nil {
		m.hints = map[string]string{}
	}
	m.hints[key] = instead
}

// unknownText returns the message about an unknown key.
func (m *Map) unknownText(key string) string {
	text := "unknown key " + quote(m.join(key))
	if hint := m.hints[key]; hint != "" {
		return text + ": did you mean " + quote(hint) + "?"
	}
	if near := Nearest(key, m.known); near != "" {
		text += ": did you mean " + quote(near) + "?"
	}
	return text
}

// entries returns the key and value nodes.
func (m *Map) entries() iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(k, v *yaml.Node) bool) {
		if m.node == nil {
			return
		}
		for i := 0; i+1 < len(m.node.Content); i += 2 {
			if !yield(m.node.Content[i], m.node.Content[i+1]) {
				return
			}
		}
	}
}

// find returns the value node of a key, nil when it is absent, and makes the key known.
// Of a duplicate key it returns the first value.
func (m *Map) find(key string) *yaml.Node {
	m.learn(key)
	for k, v := range m.entries() {
		if k.Value == key {
			return v
		}
	}
	return nil
}

// learn makes a key known. The list is searched linearly: it has as many keys as the
// caller requests, not as many as the author wrote.
func (m *Map) learn(key string) {
	if slices.Contains(m.known, key) {
		return
	}
	m.known = append(m.known, key)
}

// join returns the path of a key.
func (m *Map) join(key string) string {
	if m.path == "" {
		return key
	}
	return m.path + "." + key
}

// quote returns a text in double quotes for a message, cut to a length that fits.
func quote(s string) string { return `"` + strings.ReplaceAll(shorten(s), `"`, "'") + `"` }

// shorten cuts a text that is quoted in a message.
func shorten(s string) string {
	const most = 60 // runes; a message must stay readable on a terminal line
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "..."
	}
	return s
}
