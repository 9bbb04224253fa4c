package web

import (
	"html/template"
	"strings"

	"golang.org/x/net/html"
)

// excerptBytes bounds the HTML that is quoted of a section: about a screen.
const excerptBytes = 4000

// excerpt cuts the part of a document's sanitised HTML that stands under the
// heading with the anchor, up to the next heading; when nothing stands there but
// further headings, what stands under the first of them that has anything. It ends
// after the block that goes over excerptBytes. "" when there is no such heading.
func excerpt(body template.HTML, anchor string) template.HTML {
	const near = 3 // headings below; further down it is another subject
	_, rest, found := strings.Cut(string(body), ` id="`+html.EscapeString(anchor)+`"`)
	if anchor == "" || !found {
		return ""
	}
	for range near {
		end := strings.Index(rest, "</h")
		if end < 0 {
			return ""
		}
		_, rest, _ = strings.Cut(rest[end:], ">")
		if out := blocks(rest); strings.TrimSpace(out) != "" {
			return template.HTML(out) // a run of whole blocks of what was sanitised
		}
	}
	return ""
}

// blocks is the run of whole blocks at the start of s, up to a heading, the end of
// what contains them, or the bound.
func blocks(s string) string {
	z := html.NewTokenizer(strings.NewReader(s))
	depth, at, whole := 0, 0, 0
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return s[:whole]
		}
		name, _ := z.TagName()
		switch kind {
		case html.StartTagToken:
			if depth == 0 && isHeading(string(name)) {
				return s[:whole]
			}
			if !isVoid(string(name)) {
				depth++
			}
		case html.EndTagToken:
			if depth--; depth < 0 {
				return s[:whole]
			}
		}
		at += len(z.Raw())
		if depth > 0 {
			continue
		}
		if whole = at; at > excerptBytes {
			return s[:whole]
		}
	}
}

func isHeading(name string) bool {
	return len(name) == 2 && name[0] == 'h' && '1' <= name[1] && name[1] <= '6'
}

// isVoid tells the elements without an end tag that the sanitiser lets through.
func isVoid(name string) bool {
	switch name {
	case "br", "hr", "img", "input", "wbr", "source", "col":
		return true
	}
	return false
}
