package convert

import (
	"regexp"
	"strings"
)

// shortcode matches one {{< name args >}} or {{% name args %}}.
var shortcode = regexp.MustCompile(`\{\{[<%]\s*(/?)\s*([A-Za-z][\w/.-]*)((?:[^{}"]|"[^"\n]*")*?)/?\s*[%>]\}\}`)

// shortcodes replaces the shortcodes of a body. firstLine is its first line in the
// file. Code is not changed: a document about Hugo may quote shortcodes. Unknown ones
// stay as text and are reported.
func (d *draft) shortcodes(body string, firstLine int) string {
	c := codes{draft: d, paired: map[string]bool{}}
	// A first pass finds which names have an end tag: without one, an opening callout
	// would enclose the rest of the page.
	for _, m := range shortcode.FindAllStringSubmatch(body, -1) {
		if m[1] != "" {
			c.paired[strings.ToLower(m[2])] = true
		}
	}
	for i, l := range lines(body) {
		if l.code {
			c.write(l.text)
			continue
		}
		c.line(l.text, firstLine+i)
	}
	return strings.Join(c.out, "\n")
}

// codes replaces shortcodes line by line.
type codes struct {
	*draft
	paired map[string]bool // names with an end tag, which enclose text
	depth  int             // number of open callouts
	out    []string
}

// write adds a line to the innermost open callout. Each level of callout prefixes the
// line with "> ".
func (c *codes) write(text string) {
	if c.depth > 0 {
		text = strings.TrimRight(strings.Repeat("> ", c.depth)+text, " ")
	}
	c.out = append(c.out, text)
}

// line splits a line at the callouts that open or close on it, because in Markdown a
// callout consists of whole lines. Text before and behind a callout's tags on the same
// line becomes lines of their own. An end tag without an opening one is dropped. at is
// the line in the file, for findings.
func (c *codes) line(text string, at int) {
	from, boxes := 0, false
	for _, span := range shortcode.FindAllStringSubmatchIndex(text, -1) {
		name := strings.ToLower(text[span[4]:span[5]])
		if !callout(name) || !c.paired[name] {
			continue
		}
		boxes = true
		if before := text[from:span[0]]; strings.TrimSpace(before) != "" {
			c.write(c.replace(before, at))
		}
		from = span[1]
		if span[2] == span[3] {
			args := arguments(text[span[6]:span[7]])
			c.depth++
			c.write(strings.TrimSpace("[!" + calloutKind(name, args) + "] " + args["title"]))
		} else if c.depth > 0 {
			c.depth--
			c.write("") // otherwise the next line would continue the callout
		}
	}
	rest := text[from:]
	plain := c.replace(rest, at)
	blank := strings.TrimSpace(plain) == ""
	if blank && (boxes || strings.TrimSpace(rest) != "") {
		return // the line had only shortcodes
	}
	c.write(plain)
}

// replace turns shortcodes inside a line into Markdown or leaves them as text. ref and
// relref are the destination of a link, so only their argument remains. copyable is a
// button of one theme and has no content. highlight becomes a fenced block if it has an
// end tag.
func (c *codes) replace(text string, at int) string {
	return shortcode.ReplaceAllStringFunc(text, func(code string) string {
		m := shortcode.FindStringSubmatch(code)
		end, name, args := m[1] != "", strings.ToLower(m[2]), arguments(m[3])
		switch {
		case name == "ref" || name == "relref":
			return args["0"]
		case name == "copyable":
			return ""
		case name == "highlight" && end:
			return "```"
		case name == "highlight" && c.paired[name]:
			return "```" + args["0"]
		case name == "figure" && args["src"] != "":
			return figure(args)
		}
		c.find(at, "shortcode "+name+" is not supported: it stays as text")
		return literal(code)
	})
}

// literal returns a shortcode in a form that is not read as an HTML tag. "{{<name"
// would begin a tag in CommonMark; a blank behind the bracket prevents that.
func literal(code string) string {
	if strings.HasPrefix(code, "{{<") && !strings.HasPrefix(code, "{{< ") {
		return "{{< " + code[len("{{<"):]
	}
	return code
}

// figure returns an image with its caption. The caption follows the image on the same
// line. Blanks in the address are encoded, because they would end it.
func figure(args map[string]string) string {
	alt := args["alt"]
	if alt == "" {
		alt = args["title"]
	}
	out := "![" + alt + "](" + strings.ReplaceAll(args["src"], " ", "%20") + ")"
	if args["caption"] != "" {
		out += " " + args["caption"]
	}
	return out
}

// argument matches one argument of a shortcode.
var argument = regexp.MustCompile(`(?:([\w-]+)=)?(?:"([^"]*)"|([^\s"=]+))`)

// arguments returns the named and the positional ("0", "1", …) arguments. Positional
// arguments beyond the fourth are dropped: no supported shortcode has them.
func arguments(text string) map[string]string {
	out := map[string]string{}
	names := []string{"0", "1", "2", "3"}
	for _, m := range argument.FindAllStringSubmatch(text, -1) {
		key := m[1]
		if key == "" {
			if len(names) == 0 {
				continue
			}
			key, names = names[0], names[1:]
		}
		out[key] = m[2] + m[3]
	}
	return out
}

// callout reports whether a shortcode of a common theme is a callout. The name must be
// in lower case.
func callout(name string) bool {
	switch name {
	case "hint", "notice", "admonition", "alert", "callout", "note", "tip", "info", "warning", "caution", "danger", "important":
		return true
	}
	return false
}

// calloutKind returns the kind of callout for the words of the themes. The kind is the
// first argument or one called type, style or color, otherwise the shortcode's name. An
// unknown word is a note.
func calloutKind(name string, args map[string]string) string {
	word := name
	for _, key := range []string{"0", "type", "style", "color"} {
		if args[key] != "" {
			word = args[key]
			break
		}
	}
	switch strings.ToLower(word) {
	case "tip", "success":
		return "TIP"
	case "important":
		return "IMPORTANT"
	case "warning", "caution", "attention":
		return "WARNING"
	case "danger", "error":
		return "CAUTION"
	}
	return "NOTE"
}
