package markdown

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/postern/postern/postmortems"
)

// target is where a link leads, as it is written into HTML: "#h-x",
// "#top", "https://…", "mailto:…" or "postern:N". Empty: nowhere, the text stays.
type target string

// isAbsolute tells a link to another site.
func (t target) isAbsolute() bool {
	return strings.HasPrefix(string(t), "http://") || strings.HasPrefix(string(t), "https://")
}

// topOfPage is what HTML takes for the top of a page without any such id.
const topOfPage target = "#top"

var schemePrefix = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:`)

// decide tells where a decoded destination leads, and says why when nowhere.
func (d *document) decide(kind postmortems.LinkKind, dest string, offset int) target {
	dest = strings.TrimSpace(dest)
	if d.overBudget(len(dest), offset) {
		return ""
	}
	switch {
	case dest == "":
		d.problemAt(ruleLinkMalformed, offset, "the link has no address")
		return ""
	case strings.ContainsFunc(dest, func(r rune) bool { return r < ' ' || r == 0x7f }):
		d.problemAt(ruleLinkMalformed, offset, "the address %s holds control characters", quoted(dest))
		return ""
	case dest[0] == '#':
		return d.decideFragment(dest[1:], offset)
	case strings.HasPrefix(dest, "//"):
		return d.decideAbsolute("https:"+dest, offset)
	}
	if scheme := schemePrefix.FindString(dest); scheme != "" {
		switch strings.ToLower(scheme) {
		case "http:", "https:":
			return d.decideAbsolute(strings.ToLower(scheme)+dest[len(scheme):], offset)
		case "mailto:":
			return d.decideMail(dest, offset)
		}
		d.problemAt(ruleLinkScheme, offset, "%s is neither http, https, mailto nor a path of the repository; its text is shown without the link", quoted(dest))
		return ""
	}
	return d.decideLocal(kind, dest, offset)
}

// overBudget counts the bytes that destinations will take on the page: a
// definition of 2 KiB may be used a hundred thousand times.
func (d *document) overBudget(n, offset int) bool {
	if d.targets > d.maxOutput {
		return true
	}
	if d.targets += n; d.targets > d.maxOutput {
		d.tooMuch(d.lines.line(offset))
		return true
	}
	return false
}

func (d *document) decideFragment(fragment string, offset int) target {
	fragment = decodeFragment(fragment)
	if fragment == "" || fragment == "top" {
		return topOfPage
	}
	id, ok := d.anchors.find(fragment)
	if !ok {
		d.problemAt(ruleAnchor, offset, "no heading of this page is %s; the link leads nowhere", quoted("#"+fragment))
		id = foreignAnchor(fragment)
	}
	if id == "" {
		return topOfPage
	}
	return target("#" + id)
}

func (d *document) decideAbsolute(dest string, offset int) target {
	u, err := url.Parse(strings.ReplaceAll(dest, " ", "%20"))
	if err != nil || u.Host == "" {
		d.problemAt(ruleLinkMalformed, offset, "%s is not an address that a browser can open; its text is shown without the link", quoted(dest))
		return ""
	}
	return target(u.String())
}

func (d *document) decideMail(dest string, offset int) target {
	u, err := url.Parse(dest)
	if err != nil || u.Opaque == "" || strings.ContainsAny(u.Opaque, " \t") {
		d.problemAt(ruleLinkMalformed, offset, "%s is not a mail address", quoted(dest))
		return ""
	}
	return target(u.String())
}

// decideLocal opens a link inside the repository: it becomes a placeholder.
func (d *document) decideLocal(kind postmortems.LinkKind, dest string, offset int) target {
	path, fragment, _ := strings.Cut(dest, "#")
	path, _, _ = strings.Cut(path, "?")
	if path == "" {
		d.problemAt(ruleLinkMalformed, offset, "%s has no path", quoted(dest))
		return ""
	}
	if decoded, err := url.PathUnescape(path); err == nil {
		path = decoded
	}
	return d.open(postmortems.Link{
		Kind: kind, Raw: dest, Candidates: candidates(d.input.Path, path, kind), Fragment: foreignAnchor(decodeFragment(fragment)),
	}, offset)
}

// maxLinks is how many links into the repository a document has; 932 real ones
// have 900 at most.
const maxLinks = 10_000

// open adds a link to those that are resolved when the page is served.
func (d *document) open(l postmortems.Link, offset int) target {
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
