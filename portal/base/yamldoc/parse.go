package yamldoc

import (
	"fmt"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// Limits bound one document. A zero field has its default.
type Limits struct {
	Bytes int // size of the input
	Keys  int // mapping keys, all levels together
	Depth int // nesting of mappings and lists; a flat mapping has depth 1
}

// The default limits: far more than a person writes, and far less than what makes a
// parser slow.
const (
	// DefaultBytes bounds the size of the input.
	DefaultBytes = 256 << 10
	// DefaultKeys bounds the mapping keys of all levels.
	DefaultKeys = 4096
	// DefaultDepth bounds the nesting.
	DefaultDepth = 16
)

// Code is the category of an Issue.
type Code uint8

// The categories. Those before Duplicate mean that there is no Doc to read.
const (
	Syntax    Code = iota // not YAML at all
	Limit                 // over one of the Limits
	Feature               // YAML that is refused: anchor, alias, tag, merge key, second document
	Duplicate             // a key given twice in one mapping
	Wrong                 // a value that does not have the requested form
	Unknown               // a key that no accessor requested
)

// Issue is one finding about one place.
type Issue struct {
	Code    Code
	Line    int    // 1-based
	Col     int    // 1-based, in runes
	Msg     string // what is wrong and how to fix it, in one line without control characters
	Excerpt string // the source line, without its line end
}

// String returns the finding without its excerpt, as a log or a command prints it.
func (i Issue) String() string { return fmt.Sprintf("%d:%d: %s", i.Line, i.Col, i.Msg) }

// Doc is a parsed document and the findings about it so far. It must not be used by
// several goroutines at the same time.
type Doc struct {
	lines  []string
	root   *Map
	issues []Issue
}

// Parse reads one YAML document whose top level is a mapping; an empty document is an
// empty mapping. The Doc is nil when the input cannot be read at all; then there is at
// least one Issue. Otherwise the issues are duplicate keys, of which the first value
// counts.
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

// maxDocuments bounds the documents of one stream, and the items of their lists: each
// is a separate definition.
const maxDocuments = 1000

// ParseAll reads a stream of YAML documents, each of which is a mapping or a list of
// mappings, as tools write definitions. It returns each mapping as a Map; all share the
// Doc, whose Root is empty, and its limits. Empty documents are skipped. The Doc is nil
// when the input cannot be read at all.
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

// mappings returns the mappings of one top node: itself, or the items of a list.
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

// withDefaults returns the limits with the defaults of fields that are not positive.
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

// Root returns the top-level mapping; never nil.
func (d *Doc) Root() *Map { return d.root }

// Issues returns the findings so far, in the order in which they were made.
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

// excerpt returns a source line, "" outside of the document.
func (d *Doc) excerpt(line int) string {
	if line < 1 || line > len(d.lines) {
		return ""
	}
	return d.lines[line-1]
}

// splitLines returns the lines as the library counts them, without line ends.
func splitLines(data []byte) []string {
	text := strings.TrimPrefix(string(data), "\uFEFF")
	return strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n")
}

// clean returns a message on one line without control characters, whatever it quotes.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || isSeparator(r) {
			return ' '
		}
		return r
	}, s)
}
