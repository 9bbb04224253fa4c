package markdown

import "regexp"

// tagUse is what happens to an HTML element that an author wrote.
type tagUse uint8

const (
	tagText    tagUse = iota // not HTML: shown as typed
	tagInline                // allowed
	tagBlock                 // allowed, but not inside a paragraph
	tagThrough               // the tags are removed, the content stays
	tagRemoved               // removed with a warning
)

// tagRule is the rule for one element. The zero rule is tagText.
type tagRule struct {
	use   tagUse
	void  bool
	attrs map[string]*regexp.Regexp // besides id, href and src
	in    string                    // elements of which one must be open, separated by spaces
	ends  string                    // open elements that its start tag closes
}

// Values of attributes.
var (
	attrAlign  = regexp.MustCompile(`^(?:left|right|center)$`)
	attrNumber = regexp.MustCompile(`^[0-9]{1,4}$`)
	attrEmpty  = regexp.MustCompile(`^$`)
	attrText   = regexp.MustCompile(`^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]{0,500}$`)
	attrScope  = regexp.MustCompile(`^(?:col|row)$`)
)

// tagRules is the allow-list of raw HTML. The policy of the sanitiser allows the same
// elements.
var tagRules = newTagRules()

// newTagRules returns the rule of every known element. Names that are not in the map
// are text: tagText is the zero value.
func newTagRules() map[string]tagRule {
	type attrs = map[string]*regexp.Regexp
	cell := attrs{"align": attrAlign, "colspan": attrNumber, "rowspan": attrNumber, "scope": attrScope}
	aligned := attrs{"align": attrAlign}
	rules := map[string]tagRule{
		"a":          {use: tagInline, attrs: attrs{"title": attrText}},
		"abbr":       {use: tagInline, attrs: attrs{"title": attrText}},
		"img":        {use: tagInline, void: true, attrs: attrs{"alt": attrText, "title": attrText, "width": attrNumber, "height": attrNumber}},
		"br":         {use: tagInline, void: true},
		"wbr":        {use: tagInline, void: true},
		"hr":         {use: tagBlock, void: true},
		"p":          {use: tagBlock, attrs: aligned, ends: "p"},
		"div":        {use: tagBlock, attrs: aligned},
		"details":    {use: tagBlock, attrs: attrs{"open": attrEmpty}},
		"summary":    {use: tagBlock, in: "details"},
		"figcaption": {use: tagBlock, in: "figure"},
		"ol":         {use: tagBlock, attrs: attrs{"start": attrNumber}},
		"li":         {use: tagBlock, in: "ul ol", ends: "li p"},
		"dt":         {use: tagBlock, in: "dl", ends: "dt dd p"},
		"dd":         {use: tagBlock, in: "dl", ends: "dt dd p"},
		"caption":    {use: tagBlock, in: "table"},
		"thead":      {use: tagBlock, in: "table", ends: "td th tr tbody"},
		"tbody":      {use: tagBlock, in: "table", ends: "td th tr thead tbody caption"},
		"tfoot":      {use: tagBlock, in: "table", ends: "td th tr thead tbody"},
		"tr":         {use: tagBlock, in: "table", ends: "td th tr p"},
		"td":         {use: tagBlock, in: "tr", attrs: cell, ends: "td th p"},
		"th":         {use: tagBlock, in: "tr", attrs: cell, ends: "td th p"},
	}
	for _, name := range []string{"h1", "h2", "h3", "h4", "h5", "h6"} {
		rules[name] = tagRule{use: tagBlock, attrs: aligned, ends: "p"}
	}
	for use, names := range plainTags() {
		for _, name := range names {
			rules[name] = tagRule{use: use}
		}
	}
	for _, name := range []string{"input", "col", "source", "track", "link", "meta", "base", "param", "embed", "frame", "area"} {
		rule := rules[name]
		rule.void = true
		if rule.use == tagText {
			rule.use = tagThrough
		}
		rules[name] = rule
	}
	return rules
}

// plainTags returns the elements without attributes of their own, by use. The second
// list of newTagRules then marks the void ones among them.
func plainTags() map[tagUse][]string {
	return map[tagUse][]string{
		tagInline: {
			"b", "strong", "i", "em", "u", "s", "del", "ins", "mark", "small", "sub", "sup", "code", "kbd", "samp", "var",
			"q", "cite", "dfn", "ruby", "rt", "rp", "bdi",
		},
		tagBlock: {"pre", "blockquote", "ul", "dl", "table", "figure"},
		tagThrough: {
			"span", "font", "center", "label", "input", "section", "article", "aside", "header", "footer", "main", "nav", "hgroup",
			"address", "picture", "big", "tt", "strike", "time", "colgroup", "bdo", "acronym", "nobr",
		},
		tagRemoved: {
			"script", "style", "iframe", "frame", "frameset", "object", "embed", "applet", "param", "form", "button", "select",
			"option", "textarea", "video", "audio", "source", "track", "svg", "math", "canvas", "link", "meta", "base", "template",
			"noscript", "dialog", "map", "area", "marquee", "portal", "slot", "html", "head", "body", "plaintext", "xmp", "noembed",
		},
	}
}
