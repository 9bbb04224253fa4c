package markdown

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"

	"github.com/postern/postern/postmortems"
)

// anchorPrefix begins every id of a page, so that a heading cannot have the id of a
// part of the portal ("search") or of a property of the page's script ("location").
const anchorPrefix = "h-"

// maxSlug is how many runes of a heading its anchor has at most.
const maxSlug = 120

// anchors are the ids of one page and the fragments that refer to them. Slugs in named
// and loose are without anchorPrefix; ids have it.
type anchors struct {
	used  map[string]bool
	next  map[string]int    // number of the next anchor with the same slug
	named map[string]string // slug as GitHub makes it -> id; "" means the top of the page
	loose map[string]string // letters and digits of a slug -> id
}

func newAnchors() anchors {
	return anchors{used: map[string]bool{}, next: map[string]int{}, named: map[string]string{}, loose: map[string]string{}}
}

// add returns a new unique id for a slug; the first one has no number. Further ones end
// with "-1", "-2" and so on, as on GitHub. next remembers the last number of a slug, so
// that a thousand equal headings take linear time.
func (a *anchors) add(slug string) string {
	name := slug
	for a.used[name] {
		a.next[slug]++
		name = fmt.Sprintf("%s-%d", slug, a.next[slug])
	}
	a.used[name] = true
	id := anchorPrefix + name
	a.alias(name, id)
	return id
}

// alias makes links to a slug refer to an id, unless they refer to another already. The
// first heading of a name wins, as in browsers.
func (a *anchors) alias(slug, id string) {
	if _, taken := a.named[slug]; !taken {
		a.named[slug] = id
	}
	if loose := looseSlug(slug); a.loose[loose] == "" {
		a.loose[loose] = id
	}
}

// find returns the id that a fragment means: read as on GitHub, literally, or by its
// letters and digits only, because site generators differ in hyphens. An empty id with
// ok means the top of the page.
func (a *anchors) find(fragment string) (id string, ok bool) {
	if bare, isOurs := strings.CutPrefix(fragment, anchorPrefix); isOurs {
		if id, ok = a.named[bare]; ok {
			return id, ok
		}
	}
	if id, ok = a.named[slugOf(fragment)]; ok {
		return id, ok
	}
	id, ok = a.loose[looseSlug(slugOf(fragment))]
	return id, ok
}

// foreignAnchor returns the id that a fragment most likely means on another page of the
// repository. That page's headings are not known here, so numbers of repeated headings
// and explicit ids may be missed.
func foreignAnchor(fragment string) string {
	if fragment == "" {
		return ""
	}
	return anchorPrefix + slugOf(strings.TrimPrefix(fragment, anchorPrefix))
}

// decodeFragment removes percent-encoding. Text that is not valid encoding stays.
func decodeFragment(fragment string) string {
	if decoded, err := url.PathUnescape(fragment); err == nil {
		return decoded
	}
	return fragment
}

// slugOf makes a slug as GitHub does: lower case; letters, digits, "-" and "_" of every
// script stay, spaces become hyphens, other characters are removed. A text without any
// such character has the slug "section". It is truncated to maxSlug runes.
func slugOf(text string) string {
	var b strings.Builder
	n := 0
	for _, r := range strings.TrimSpace(text) {
		if n == maxSlug {
			break
		}
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '_' || r == '-':
			b.WriteRune(unicode.ToLower(r))
		case r == ' ':
			b.WriteByte('-')
		default:
			continue
		}
		n++
	}
	if b.Len() == 0 {
		return "section"
	}
	return b.String()
}

// looseSlug returns the letters and digits of a slug, which every site generator
// preserves.
func looseSlug(slug string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, slug)
}

// headingID matches the "## Heading {#id}" of Hugo and Pandoc.
var headingID = regexp.MustCompile(`\s*\{#([^{}\s]{1,100})\}\s*$`)

// anchorHeadings assigns anchors to headings, then to ids of raw HTML, and removes the
// first heading from the page if it is the document's title. Headings come first, so
// that an id in raw HTML cannot take the anchor of a heading below it.
func (d *document) anchorHeadings() {
	var ids []*rawToken
	_ = ast.Walk(d.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			d.anchorHeading(n)
		case *rawHTML:
			for i := range n.tokens {
				if t := &n.tokens[i]; t.kind == tokenOpen && t.attr("id") != "" {
					ids = append(ids, t)
				}
			}
		}
		return ast.WalkContinue, nil
	})
	for _, t := range ids {
		for i, a := range t.attrs {
			if a.Key == "id" {
				t.attrs[i].Val = d.anchors.add(slugOf(strings.TrimPrefix(a.Val, anchorPrefix)))
			}
		}
	}
	if h, ok := firstBlock(d.root).(*ast.Heading); ok && h.Level == 1 {
		d.root.RemoveChild(d.root, h)
	}
}

// anchorHeading assigns the anchor of one heading. The title at the top has none: links
// to it lead to the top of the page. A heading without text has neither an anchor nor
// an entry in Body.Headings. The first level-1 heading is Body.H1 wherever it is.
func (d *document) anchorHeading(h *ast.Heading) {
	explicit := d.cutHeadingID(h)
	text := plainText(h, d.source)
	if text == "" {
		return
	}
	if h.Level == 1 && d.body.H1 == "" {
		d.body.H1 = text
		if firstBlock(d.root) == ast.Node(h) {
			d.anchors.used[slugOf(text)] = true
			d.anchors.alias(slugOf(text), "")
			return
		}
	}
	slug := slugOf(text)
	if explicit != "" {
		slug = slugOf(explicit)
	}
	id := d.anchors.add(slug)
	if explicit != "" {
		d.anchors.alias(slugOf(text), id)
	}
	h.SetAttributeString("id", id)
	d.body.Headings = append(d.body.Headings, postmortems.Heading{
		Level: h.Level, Text: text, Anchor: id, Line: d.lines.line(h.Pos()),
	})
}

// cutHeadingID removes "{#id}" from the end of a heading and returns the id. It changes
// the tree: the id is not part of the heading's text. "" means that there is none.
func (d *document) cutHeadingID(h *ast.Heading) string {
	last, ok := h.LastChild().(*ast.Text)
	if !ok {
		return ""
	}
	value := last.Segment.Value(d.source)
	m := headingID.FindSubmatchIndex(value)
	if m == nil {
		return ""
	}
	id := string(value[m[2]:m[3]])
	last.Segment = last.Segment.WithStop(last.Segment.Start + m[0])
	if before, ok := last.PreviousSibling().(*ast.Text); ok && m[0] == 0 {
		before.Segment = before.Segment.TrimRightSpace(d.source)
	}
	return id
}

// firstBlock returns the first visible block of a document, nil when there is none.
// Definitions of links are not visible.
func firstBlock(root ast.Node) ast.Node {
	for c := root.FirstChild(); c != nil; c = c.NextSibling() {
		if c.Kind() != ast.KindLinkReferenceDefinition {
			return c
		}
	}
	return nil
}
