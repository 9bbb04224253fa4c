package postmortems

import (
	"bytes"
	"html"
	"strconv"
)

// placeholderStart begins a placeholder in Body.HTML, after the name of its attribute.
const placeholderStart = `="postern:`

// FillLinks returns Body.HTML with its placeholders replaced. open returns the address of
// the link with an index, or "" when its target does not exist: then the element gets the
// class "missing" and a title instead of the attribute. b is not changed, and open is
// called once per placeholder, in the order of the page. Bytes that look like a
// placeholder and name no link stay as they are; the renderer makes none.
func (b Body) FillLinks(open func(i int) string) []byte {
	out := make([]byte, 0, len(b.HTML)+len(b.HTML)/8)
	rest := b.HTML
	for {
		at := bytes.Index(rest, []byte(placeholderStart))
		if at < 0 {
			return append(out, rest...)
		}
		digits, tail, closed := bytes.Cut(rest[at+len(placeholderStart):], []byte(`"`))
		// The checks repeat those of the renderer, because stored pages may be older than it.
		n, err := strconv.Atoi(string(digits))
		if !closed || err != nil || n < 0 || n >= len(b.Links) {
			out = append(out, rest[:at+len(placeholderStart)]...)
			rest = rest[at+len(placeholderStart):]
			continue
		}
		out = append(out, rest[:at]...)
		out = appendTarget(out, open(n), b.Links[n].Raw)
		rest = tail
	}
}

// appendTarget completes an attribute whose name (href or src) is the end of out.
// Without an address the name of the attribute is removed from out, up to the blank
// before it.
func appendTarget(out []byte, address, raw string) []byte {
	if address != "" {
		out = append(out, `="`...)
		out = append(out, html.EscapeString(address)...)
		return append(out, '"')
	}
	if at := bytes.LastIndexByte(out, ' '); at >= 0 {
		out = out[:at+1]
	}
	out = append(out, `class="missing" title="`...)
	out = append(out, html.EscapeString("Leads nowhere: "+raw)...)
	return append(out, '"')
}
