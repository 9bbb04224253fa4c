package yamldoc

import (
	"go.yaml.in/yaml/v3"
)

// checker walks the parsed tree once. It refuses features beyond plain YAML and
// enforces the exact limits.
type checker struct {
	doc    *Doc
	limits Limits
	keys   int
	fatal  bool // an Issue means that there is no Doc to read
}

// refuse reports an Issue with which the document cannot be read.
func (c *checker) refuse(code Code, at *yaml.Node, format string, args ...any) {
	c.fatal = true
	c.doc.report(code, at, format, args...)
}

// node checks a node and everything below it. depth is that of the node, 1 at the top.
// A scalar below the deepest level is accepted: it nests nothing.
func (c *checker) node(n *yaml.Node, depth int) {
	if n == nil || c.fatal && len(c.doc.issues) > maxFatal {
		return
	}
	if depth > c.limits.Depth && len(n.Content) > 0 {
		c.refuse(Limit, n, "nested deeper than %d levels", c.limits.Depth)
		return
	}
	c.features(n)
	if n.Kind == yaml.MappingNode {
		c.mapping(n)
	}
	for _, child := range n.Content {
		c.node(child, depth+1)
	}
}

// maxFatal ends the walk: a longer list of such Issues would not help. It ends at the
// first Issue beyond this number.
const maxFatal = 20

// features refuses aliases, anchors, tags and merge keys. The messages speak of texts
// that must be quoted, since an author rarely means the feature.
func (c *checker) features(n *yaml.Node) {
	switch {
	case n.Kind == yaml.AliasNode:
		c.refuse(Feature, n, `a text that begins with "*" must be quoted: aliases are not read`)
	case n.Anchor != "":
		c.refuse(Feature, n, `a text that begins with "&" must be quoted: anchors are not read`)
	case n.Style&yaml.TaggedStyle != 0:
		c.refuse(Feature, n, `a text that begins with "!" must be quoted: tags are not read`)
	case n.Kind == yaml.ScalarNode && n.ShortTag() == "!!merge":
		c.refuse(Feature, n, `the merge key "<<" is not read: write the keys out`)
	}
}

// mapping counts keys and reports those that are not plain text or occur twice. A
// duplicate does not end the reading: the first value counts.
func (c *checker) mapping(n *yaml.Node) {
	first := make(map[string]*yaml.Node, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if c.keys++; c.keys > c.limits.Keys {
			c.refuse(Limit, key, "more than %d keys", c.limits.Keys)
			return
		}
		if key.Kind == yaml.MappingNode || key.Kind == yaml.SequenceNode {
			c.refuse(Syntax, key, `a key must be a word: a text that begins with "{" or "[" must be quoted`)
			continue
		}
		if before, ok := first[key.Value]; ok {
			c.doc.report(Duplicate, key, "%q was given on line %d already: keep one of the two", shorten(key.Value), before.Line)
			continue
		}
		first[key.Value] = key
	}
}
