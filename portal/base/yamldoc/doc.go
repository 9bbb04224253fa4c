// Package yamldoc owns the reading and writing of YAML: it is the one door
// through which front matter, configuration and definitions come in.
//
//	bytes -> guard (size, encoding, upper bounds of keys and nesting)
//	      -> the YAML library, into nodes and never into Go values
//	      -> tree check (anchors, aliases, tags, merge keys, duplicates; exact bounds)
//	      -> Doc -> Map with typed accessors
//
// Everything wrong is an Issue with line and column, and reading goes on after
// an Issue where it can, so that an author learns all of it at once.
//
// Only plain YAML passes. Anchors and aliases let a kilobyte become gigabytes,
// tags let a value be something else than it looks like, and a key given twice
// means that one of the two is silently lost. The guard exists because the
// library's time is quadratic in places: 175 KB of one repeated key took it 45 s.
package yamldoc

import (
	"fmt"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// Limits bound one document. A zero field takes the default.
type Limits struct {
	Bytes int // size of the input
	Keys  int // mapping keys, all levels together
	Depth int // nesting of mappings and lists; a flat mapping has depth 1
}

// The default limits: far more than a person writes by hand, and far less than
// what makes a parser slow.
const (
	DefaultBytes = 256 << 10
	DefaultKeys  = 4096
	DefaultDepth = 16
)

// Code tells which sort of finding an Issue is.
type Code uint8

// The sorts of Issue. Those before Duplicate mean that there is no Doc to read.
const (
	Syntax    Code = iota // not YAML at all
	Limit                 // over one of the Limits
	Feature               // YAML that is refused: anchor, alias, tag, merge key, second document
	Duplicate             // a key given twice in one mapping
	Wrong                 // a value that is not of the asked form
	Unknown               // a key nobody asked for
)

// Issue is one finding about one place.
type Issue struct {
	Code    Code
	Line    int    // 1-based
	Col     int    // 1-based, in runes
	Msg     string // what is wrong and how to mend it; one line, no control characters
	Excerpt string // the source line, without its line end
}

// String is the finding without its excerpt, as a log or a command prints it.
func (i Issue) String() string { return fmt.Sprintf("%d:%d: %s", i.Line, i.Col, i.Msg) }

// Doc is a parsed document and the findings about it so far. It is not safe for
// use by several goroutines.
type Doc struct {
	lines  []string
	root   *Map
	issues []Issue
}

// Parse reads one YAML document whose top level is a mapping; an empty document
// is an empty mapping. The Doc is nil when the input cannot be read at all:
// then there is at least one Issue. Otherwise the issues are duplicate keys,
// and the first of the two values counts.
func Parse(data []byte, limits Limits) (*Doc, []Issue) {
	limits = limits.withDefaults()
	if issue, ok := guard(data, limits); !ok {
		return nil, []Issue{issue}
	}
	doc := &Doc{lines: splitLines(data)}
	top, issue, ok := decode(data)
	if !ok {
		issue.Excerpt = doc.excerpt(issue.Line)
		return nil, []Issue{issue}
	}
	check := checker{doc: doc, limits: limits}
	check.node(top, 1)
	if check.fatal {
		return nil, doc.issues
	}
	if top != nil && top.Kind != yaml.MappingNode && !isNull(top) {
		doc.report(Syntax, top, `this is not a list of "key: value" lines`)
		return nil, doc.issues
	}
	doc.root = newMap(doc, top, "")
	return doc, doc.Issues()
}

// maxDocuments bounds the documents of one stream, and the items of their lists:
// each is a thing of its own.
const maxDocuments = 1000

// ParseAll reads a stream of YAML documents, each of which is a mapping or a list
// of mappings, as tools write definitions. It gives each mapping as a Map; all
// share the Doc, whose Root is empty, and its limits. Empty documents are passed
// over. The Doc is nil when the input cannot be read at all.
func ParseAll(data []byte, limits Limits) (*Doc, []*Map, []Issue) {
	limits = limits.withDefaults()
	if issue, ok := guard(data, limits); !ok {
		return nil, nil, []Issue{issue}
	}
	doc := &Doc{lines: splitLines(data)}
	doc.root = newMap(doc, nil, "")
	tops, issue, ok := decodeAll(data, maxDocuments)
	if !ok {
		issue.Excerpt = doc.excerpt(issue.Line)
		return nil, nil, []Issue{issue}
	}
	check := checker{doc: doc, limits: limits}
	var roots []*Map
	for _, top := range tops {
		if check.fatal && len(doc.issues) > maxFatal {
			break
		}
		check.node(top, 1)
		roots = append(roots, doc.mappings(top, &check)...)
	}
	if len(roots) > maxDocuments {
		check.refuse(Limit, tops[0], "more than %d definitions in one file", maxDocuments)
	}
	if check.fatal {
		return nil, nil, doc.issues
	}
	return doc, roots, doc.Issues()
}

// mappings are the mappings of one top node: itself, or the items of a list.
func (d *Doc) mappings(top *yaml.Node, check *checker) []*Map {
	items := []*yaml.Node{top}
	if top.Kind == yaml.SequenceNode {
		items = top.Content
	}
	var out []*Map
	for _, n := range items {
		if check.fatal && len(d.issues) > maxFatal {
			break
		}
		if n.Kind != yaml.MappingNode {
			check.refuse(Syntax, n, `this is not a list of "key: value" lines`)
			continue
		}
		out = append(out, newMap(d, n, ""))
	}
	return out
}

func (l Limits) withDefaults() Limits {
	if l.Bytes <= 0 {
		l.Bytes = DefaultBytes
	}
	if l.Keys <= 0 {
		l.Keys = DefaultKeys
	}
	if l.Depth <= 0 {
		l.Depth = DefaultDepth
	}
	return l
}

// Root is the top-level mapping; never nil.
func (d *Doc) Root() *Map { return d.root }

// Issues are the findings so far, in the order they were made.
func (d *Doc) Issues() []Issue { return append([]Issue(nil), d.issues...) }

// report adds a finding at a node.
func (d *Doc) report(code Code, at *yaml.Node, format string, args ...any) {
	issue := Issue{Code: code, Line: 1, Col: 1, Msg: clean(fmt.Sprintf(format, args...))}
	if at != nil {
		issue.Line, issue.Col = max(at.Line, 1), max(at.Column, 1)
	}
	issue.Excerpt = d.excerpt(issue.Line)
	d.issues = append(d.issues, issue)
}

func (d *Doc) excerpt(line int) string {
	if line < 1 || line > len(d.lines) {
		return ""
	}
	return d.lines[line-1]
}

// splitLines gives the lines as the library counts them, without line ends.
func splitLines(data []byte) []string {
	text := strings.TrimPrefix(string(data), "\uFEFF")
	return strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n")
}

// clean keeps a message on one line and free of control characters, whatever it quotes.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || isSeparator(r) {
			return ' '
		}
		return r
	}, s)
}
