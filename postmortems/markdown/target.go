package markdown

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/postern/postern/postmortems"
)

// target is the resolved target of a link as it is written into HTML: "#h-x", "#top",
// "https://…", "mailto:…" or "postern:N". "" means none: only the text is shown.
type target string

// isAbsolute reports whether the target is on another site.
func (t target) isAbsolute() bool {
	return strings.HasPrefix(string(t), "http://") || strings.HasPrefix(string(t), "https://")
}

// topOfPage is the fragment that HTML defines as the top of a page.
const topOfPage target = "#top"

// schemePrefix matches the scheme of an address.
var schemePrefix = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:`)

// resolve returns the target of a decoded destination, and reports why there is none.
// offset is where the link is, for problems. dest has no escapes of Markdown or HTML
// any more, but percent-encoding.
func (d *document) resolve(kind postmortems.LinkKind, dest string, offset int) target {
	dest = strings.TrimSpace(dest)
	if d.overBudget(len(dest), offset) {
		return ""
	}
	switch {
	case dest == "":
		d.problemAt(ruleLinkMalformed, offset, "the link has no address")
		return ""
	case strings.ContainsFunc(dest, func(r rune) bool { return r < ' ' || r == 0x7f }):
		d.problemAt(ruleLinkMalformed, offset, "the address %s contains control characters", quoted(dest))
		return ""
	case dest[0] == '#':
		return d.resolveFragment(dest[1:], offset)
	// A portal may be served over http, so a scheme-relative address would depend on it.
	case strings.HasPrefix(dest, "//"):
		return d.resolveAbsolute("https:"+dest, offset)
	}
	if scheme := schemePrefix.FindString(dest); scheme != "" {
		switch strings.ToLower(scheme) {
		case "http:", "https:":
			return d.resolveAbsolute(strings.ToLower(scheme)+dest[len(scheme):], offset)
		case "mailto:":
			return d.resolveMail(dest, offset)
		}
		d.problemAt(ruleLinkScheme, offset,
			"%s is neither http, https, mailto nor a path of the repository; its text is shown without the link", quoted(dest))
		return ""
	}
	return d.resolveLocal(kind, dest, offset)
}

// overBudget counts the bytes that destinations take on the page: a definition of 2 KiB
// may be used a hundred thousand times. It returns true, and reports it, when they
// exceed the output limit.
func (d *document) overBudget(n, offset int) bool {
	if d.targets > d.maxOutput {
		return true
	}
	if d.targets += n; d.targets > d.maxOutput {
		d.reportTooLarge(d.lines.line(offset))
		return true
	}
	return false
}

// resolveFragment resolves a link within the page. A missing heading is a warning, and
// the link is written nevertheless.
func (d *document) resolveFragment(fragment string, offset int) target {
	fragment = decodeFragment(fragment)
	if fragment == "" || fragment == "top" {
		return topOfPage
	}
	id, ok := d.anchors.find(fragment)
	if !ok {
		d.problemAt(ruleAnchor, offset, "no heading of this page is %s; the link has no target", quoted("#"+fragment))
		id = foreignAnchor(fragment)
	}
	if id == "" {
		return topOfPage
	}
	return target("#" + id)
}

// resolveAbsolute resolves a link to another site. The address is written as package
// url prints it, so that no quote or space of the author is in it.
func (d *document) resolveAbsolute(dest string, offset int) target {
	u, err := url.Parse(strings.ReplaceAll(dest, " ", "%20"))
	if err != nil || u.Host == "" {
		d.problemAt(ruleLinkMalformed, offset,
			"%s is not an address that a browser can open; its text is shown without the link", quoted(dest))
		return ""
	}
	return target(u.String())
}

// resolveMail resolves a mail address. Parameters such as ?subject= stay.
func (d *document) resolveMail(dest string, offset int) target {
	u, err := url.Parse(dest)
	if err != nil || u.Opaque == "" || strings.ContainsAny(u.Opaque, " \t") {
		d.problemAt(ruleLinkMalformed, offset, "%s is not a mail address", quoted(dest))
		return ""
	}
	return target(u.String())
}

// resolveLocal resolves a link inside the repository to a placeholder. The query is
// dropped: files have none. Raw keeps the destination for messages.
func (d *document) resolveLocal(kind postmortems.LinkKind, dest string, offset int) target {
	path, fragment, _ := strings.Cut(dest, "#")
	path, _, _ = strings.Cut(path, "?")
	if path == "" {
		d.problemAt(ruleLinkMalformed, offset, "%s has no path", quoted(dest))
		return ""
	}
	if decoded, err := url.PathUnescape(path); err == nil {
		path = decoded
	}
	return d.addLink(postmortems.Link{
		Kind: kind, Raw: dest, Candidates: candidates(d.input.Path, path, kind),
		Fragment: foreignAnchor(decodeFragment(fragment)),
	}, offset)
}

// maxLinks bounds the links into the repository; real documents have at most 900.
const maxLinks = 10_000

// addLink adds a link that is resolved when the page is served, and returns its
// placeholder. Beyond maxLinks it reports one problem and returns no target.
func (d *document) addLink(l postmortems.Link, offset int) target {
	if len(d.body.Links) == maxLinks {
		if d.problems.counts[ruleLinks] == 0 {
			d.problemAt(ruleLinks, offset, "the document has over %d links into the repository; split it", maxLinks)
		}
		return ""
	}
	l.Line, l.Col = d.lines.at(offset)
	d.body.Links = append(d.body.Links, l)
	return target(fmt.Sprintf("%s%d", placeholder, len(d.body.Links)-1))
}
