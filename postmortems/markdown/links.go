package markdown

import (
	"path"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"golang.org/x/net/html"

	"github.com/postern/postern/postmortems"
)

// resolveLinks resolves every link and image, in document order, and replaces it by a
// node of this package. Body.Links is filled here, in the order of the document.
func (d *document) resolveLinks() {
	r := linkResolver{document: d}
	r.in(d.root)
}

// linkResolver tracks how many links are open around a node, because HTML does not
// allow links in links.
type linkResolver struct {
	*document
	depth  int
	hidden []bool // for each open <a> of raw HTML: it has no target and is removed
}

// in resolves the links below a node. Nodes that are no links are entered; the children
// of links are resolved by their own methods.
func (r *linkResolver) in(parent ast.Node) {
	for _, c := range children(parent) {
		switch n := c.(type) {
		case *ast.Link:
			r.link(n)
		case *ast.Image:
			r.image(n)
		case *ast.AutoLink:
			r.autoLink(n)
		case *wikiLink:
			r.wikiLink(n)
		case *rawHTML:
			r.raw(n)
		default:
			r.in(c)
		}
	}
}

// link resolves an inline or reference link. The text is resolved after the address, so
// that a link's index is lower than those of images inside it.
func (r *linkResolver) link(n *ast.Link) {
	to := r.resolve(postmortems.LinkPage, decode(n.Destination), offsetOf(n))
	r.depth++
	r.in(n)
	r.depth--
	r.put(n, &link{target: to, title: decode(n.Title)})
}

// put replaces a node by a link, or by its content when there is no target. A link with
// a class and no target is written as a <span>.
func (r *linkResolver) put(old ast.Node, n *link) {
	moveChildren(old, n)
	if n.target != "" || n.class != "" {
		replace(old, n)
		return
	}
	parent := old.Parent()
	for _, c := range children(n) {
		parent.InsertBefore(parent, old, c)
	}
	parent.RemoveChild(parent, old)
}

// image resolves an image: one of the repository is shown, another one becomes a link.
// Images of other sites are not loaded: that site would learn who reads the page.
func (r *linkResolver) image(n *ast.Image) {
	dest, alt := decode(n.Destination), plainText(n, r.source)
	to := r.resolve(postmortems.LinkImage, dest, offsetOf(n))
	if strings.HasPrefix(string(to), placeholder) {
		replace(n, &image{target: to, alt: alt, title: decode(n.Title)})
		return
	}
	n.RemoveChildren(n)
	n.AppendChild(n, textNode(r.imageText(alt, dest, to)))
	r.put(n, r.foreignImage(to, dest, offsetOf(n)))
}

// foreignImage returns the link that replaces an image of another site. An address that
// is not absolute has been reported already and has no link.
func (r *linkResolver) foreignImage(to target, dest string, offset int) *link {
	if !to.isAbsolute() {
		return &link{}
	}
	r.problemAt(ruleImageExternal, offset,
		"%s is an image of another site and is shown as a link; store the file beside the document", quoted(dest))
	if r.depth > 0 {
		to = ""
	}
	return &link{target: to, class: "external-image"}
}

// imageText returns the text that replaces an image. It is the alternative text,
// otherwise the file's name, otherwise the address as written.
func (r *linkResolver) imageText(alt, dest string, to target) string {
	if alt != "" {
		return alt
	}
	if to.isAbsolute() {
		return path.Base(strings.TrimRight(string(to), "/"))
	}
	return quoted(dest)
}

// autoLink resolves an address that is written as text. Inside another link it is text.
func (r *linkResolver) autoLink(n *ast.AutoLink) {
	label := string(n.Label(r.source))
	dest := string(n.URL(r.source))
	if n.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(dest), "mailto:") {
		dest = "mailto:" + dest
	}
	to := target("")
	if r.depth == 0 {
		to = r.resolve(postmortems.LinkPage, dest, offsetOf(n))
	}
	l := &link{target: to}
	l.AppendChild(l, textNode(label))
	if to == "" {
		replace(n, textNode(label))
		return
	}
	replace(n, l)
}

// wikiLink resolves [[target]]. Inside another link it is text. Without a target it
// refers to a heading of the same page.
func (r *linkResolver) wikiLink(n *wikiLink) {
	var to target
	switch {
	case r.depth > 0:
	case n.target == "":
		to = r.resolveFragment(n.fragment, n.Pos())
	default:
		to = r.addLink(postmortems.Link{
			Kind: postmortems.LinkWiki, Raw: n.target, Fragment: foreignAnchor(n.fragment),
			Candidates: candidates(r.input.Path, n.target, postmortems.LinkWiki),
		}, n.Pos())
	}
	if to == "" {
		replace(n, textNode(n.label))
		return
	}
	l := &link{target: to}
	l.AppendChild(l, textNode(n.label))
	replace(n, l)
}

// raw resolves href and src of raw HTML. The balancer has closed every <a> under the
// parent in which it was opened, so hidden is never empty at an end tag. A link inside
// a link loses its address.
func (r *linkResolver) raw(n *rawHTML) {
	var out []rawToken
	for _, t := range n.tokens {
		switch {
		// An end tag is hidden together with its start tag.
		case t.name == "a" && t.kind == tokenClose:
			last := len(r.hidden) - 1
			hide := r.hidden[last]
			r.hidden = r.hidden[:last]
			r.depth--
			if hide {
				continue
			}
		case t.name == "a":
			r.depth++
			if href, ok := cutAttr(&t, "href"); ok && r.depth == 1 {
				t.target = r.resolve(postmortems.LinkPage, href, t.offset)
			}
			hide := t.target == "" && t.attr("id") == ""
			r.hidden = append(r.hidden, hide)
			if hide {
				continue
			}
		case t.name == "img":
			out = append(out, r.rawImage(t)...)
			continue
		}
		out = append(out, t)
	}
	n.tokens = out
}

// rawImage resolves an <img> and returns the tokens that replace it.
func (r *linkResolver) rawImage(t rawToken) []rawToken {
	src, _ := cutAttr(&t, "src")
	t.target = r.resolve(postmortems.LinkImage, src, t.offset)
	if strings.HasPrefix(string(t.target), placeholder) {
		alt, _ := cutAttr(&t, "alt")
		t.attrs = append(t.attrs, html.Attribute{Key: "alt", Val: alt}) // without alt, screen readers read the address
		return []rawToken{t}
	}
	text := rawToken{text: r.imageText(t.attr("alt"), src, t.target)}
	l := r.foreignImage(t.target, src, t.offset)
	if l.class == "" {
		return []rawToken{text}
	}
	open := rawToken{kind: tokenOpen, name: "span", target: l.target, attrs: []html.Attribute{{Key: "class", Val: l.class}}}
	if l.target != "" {
		open.name = "a"
	}
	return []rawToken{open, text, {kind: tokenClose, name: open.name}}
}

// cutAttr removes an attribute from a token and returns its value. The slice of
// attributes is copied, because tokens may share it.
func cutAttr(t *rawToken, key string) (value string, ok bool) {
	i := slices.IndexFunc(t.attrs, func(a html.Attribute) bool { return a.Key == key })
	if i < 0 {
		return "", false
	}
	value = t.attrs[i].Val
	t.attrs = slices.Delete(slices.Clone(t.attrs), i, i+1)
	return value, true
}

// offsetOf returns where a node begins in the source. A node without a position has
// that of its first descendant or nearest ancestor with one.
func offsetOf(n ast.Node) int {
	for c := n; c != nil; c = c.FirstChild() {
		if c.Pos() >= 0 {
			return c.Pos()
		}
	}
	for p := n.Parent(); p != nil; p = p.Parent() {
		if p.Pos() >= 0 {
			return p.Pos()
		}
	}
	return 0
}
