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
// class "missing" and a title instead of the attribute.
func (b Body) FillLinks(open func(i int) string) []byte {
	out := make([]byte, 0, len(b.HTML)+len(b.HTML)/8)
	rest := b.HTML
	for {
		at := bytes.Index(rest, []byte(placeholderStart))
		if at < 0 {
			return append(out, rest...)
		}
		digits, tail, closed := bytes.Cut(rest[at+len(placeholderStart):], []byte(`"`))
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
