package markdown

import (
	"bytes"
	"net/url"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"

	"github.com/postern/postern/portal/base/fault"
)

// placeholder begins the target of a link that is resolved when the page is served.
const placeholder = "postern:"

// The attribute values that the renderer writes.
var (
	policyID       = regexp.MustCompile(`^h-[\p{L}\p{M}\p{N}_:-]{1,600}$`)
	policyHref     = regexp.MustCompile(`^(?:#top$|#h-|https?://|mailto:|postern:[0-9]+$)`)
	policySrc      = regexp.MustCompile(`^postern:[0-9]+$`)
	policyCode     = regexp.MustCompile(`^(?:template|language-[\p{L}\p{N}_+#.-]{1,40})$`)
	policyPre      = regexp.MustCompile(`^(?:chroma|code|mermaid)$`)
	policyToken    = regexp.MustCompile(`^(?:[a-z][a-z0-9]{0,3}|external-image)$`)
	policyDiv      = regexp.MustCompile(`^(?:callout callout-(?:note|tip|important|warning|caution)|table|footnotes)$`)
	policyTitle    = regexp.MustCompile(`^callout-title$`)
	policyItem     = regexp.MustCompile(`^task(?: task-done)?$`)
	policyAnchor   = regexp.MustCompile(`^(?:footnote-ref|footnote-backref|external-image)$`)
	policyRole     = regexp.MustCompile(`^(?:note|doc-noteref|doc-backlink|doc-endnotes)$`)
	policyTabIndex = regexp.MustCompile(`^0$`)
)

// newPolicy returns the policy of the sanitiser. It allows what the renderer writes,
// element by element and value by value, and nothing else: a defect in the renderer
// costs a missing tag and not a running script.
func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	for name, rule := range tagRules {
		if rule.use != tagInline && rule.use != tagBlock {
			continue
		}
		p.AllowNoAttrs().OnElements(name)
		p.AllowAttrs("id").Matching(policyID).OnElements(name)
		for key, want := range rule.attrs {
			p.AllowAttrs(key).Matching(want).OnElements(name)
		}
	}
	p.AllowNoAttrs().OnElements("span")
	p.AllowAttrs("id").Matching(policyID).OnElements("span")
	for _, class := range []struct {
		want     *regexp.Regexp
		elements string
	}{
		{policyCode, "code"}, {policyPre, "pre"}, {policyToken, "span"}, {policyDiv, "div"},
		{policyTitle, "p"}, {policyItem, "li"}, {policyAnchor, "a"},
	} {
		p.AllowAttrs("class").Matching(class.want).OnElements(class.elements)
	}
	p.AllowAttrs("href").Matching(policyHref).OnElements("a")
	p.AllowAttrs("rel").Matching(regexp.MustCompile(`^` + linkRel + `$`)).OnElements("a")
	p.AllowAttrs("src").Matching(policySrc).OnElements("img")
	p.AllowAttrs("loading").Matching(regexp.MustCompile(`^lazy$`)).OnElements("img")
	p.AllowAttrs("role").Matching(policyRole).OnElements("a", "div")
	p.AllowAttrs("tabindex").Matching(policyTabIndex).OnElements("div", "pre")
	p.AllowAttrs("type").Matching(regexp.MustCompile(`^checkbox$`)).OnElements("input")
	p.AllowAttrs("disabled", "checked").Matching(attrEmpty).OnElements("input")
	p.AllowAttrs("aria-label").Matching(regexp.MustCompile(`^(?:done|open)$`)).OnElements("input")
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(true) // fragments only: policyHref
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowURLSchemeWithCustomPolicy(strings.TrimSuffix(placeholder, ":"), func(u *url.URL) bool {
		return policySrc.MatchString(u.String())
	})
	return p
}

// checkPlaceholders returns a fault of kind Internal unless every placeholder is in
// href or src and refers to an existing link. The page handler replaces every
// occurrence of the opening bytes, so one that an author could place elsewhere would
// inject an address. The number is read only until it exceeds links, so it cannot
// overflow.
func checkPlaceholders(html []byte, links int) error {
	open := []byte(`="` + placeholder)
	for rest := html; ; {
		i := bytes.Index(rest, open)
		if i < 0 {
			return nil
		}
		before := rest[:i]
		rest = rest[i+len(open):]
		n, digits := 0, len(rest)
		for len(rest) > 0 && rest[0] >= '0' && rest[0] <= '9' && n < links {
			n, rest = n*10+int(rest[0]-'0'), rest[1:]
		}
		inTarget := bytes.HasSuffix(before, []byte(" href")) || bytes.HasSuffix(before, []byte(" src"))
		if !inTarget || n >= links || len(rest) == digits {
			return fault.New(fault.Internal, "markdown.RenderBody", "the page has a link placeholder in a wrong place")
		}
	}
}
