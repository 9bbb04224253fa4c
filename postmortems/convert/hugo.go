package convert

import (
	"path"
	"strings"

	"github.com/postern/postern/portal/base/yamldoc"
)

// fromHugo converts a page of a Hugo site: TOML or YAML front matter and shortcodes.
// Folders below content/ are preserved. Keys for the layout of the site are omitted
// with a Finding. A page without front matter, or with one that cannot be read, is
// converted like a plain document. Images are copied by Run.
func fromHugo(p string, src []byte) ([]File, []Finding) {
	d := &draft{source: p}
	style, front, body, bodyLine := split(d.text(src))
	to := safePath(trimContent(p))
	d.body = d.shortcodes(body, bodyLine)
	var m *yamldoc.Map
	ok := false
	switch style {
	case "---":
		m, ok = d.yaml(front)
	case "+++":
		m, ok = d.toml(front)
	}
	if !ok {
		return plainDocument(d, to)
	}
	// Findings before this index are about shortcodes and have correct lines.
	before := len(d.findings)
	d.hugo(m)
	for i := range d.findings[before:] {
		if style == "+++" {
			d.findings[before+i].Line = 0 // lines of the generated YAML, not of the TOML
		}
	}
	d.body = relink(d.body)
	return []File{{Path: to, Data: d.bytes()}}, d.findings
}

// trimContent removes the folder that contains the pages of every Hugo site. The last
// folder of that name counts: a site may be inside a folder called content.
func trimContent(p string) string {
	if at := strings.LastIndex("/"+p, "/content/"); at >= 0 {
		return p[at+len("content/"):]
	}
	return p
}

// hugo converts the front matter. The title comes from the front matter, otherwise from
// the first heading, otherwise from the file name; of an index page, from the folder's
// name.
func (d *draft) hugo(m *yamldoc.Map) {
	d.title = oneLine(m.Value("title").Text())
	if d.title == "" {
		d.title = firstHeading(d.body)
	}
	if d.title == "" {
		d.title = nameTitle(d.source)
		if name := stem(d.source); name == "_index" || name == "index" {
			d.title = nameTitle(path.Base(path.Dir(d.source)))
		}
	}
	d.date(m.Value("date"))
	// Hugo publishes a page unless draft is true; the portal withholds it for any value it
	// does not understand.
	if draft := oneLine(m.Value("draft").Text()); draft == "true" {
		d.set("draft", true)
	} else if draft != "" && draft != "false" {
		d.set("draft", draft) // not understood, so the page will not be published
	}
	// Both spellings occur; the plural wins and the other one is then reported as dropped.
	authors := m.Value("authors")
	if !authors.Present() {
		authors = m.Value("author")
	}
	d.set("authors", d.names(authors))
	d.set("tags", d.names(m.Value("tags")))
	if description := m.Value("description").Text(); description != "" {
		d.summary(description)
	} else {
		d.summary(m.Value("summary").Text())
	}
	d.dropped(m)
}

// date sets the date from a value, otherwise from the path. A value that is not a time
// is reported and does not prevent the date of the path. A path without a date sets
// nothing.
func (d *draft) date(v yamldoc.Value) {
	if text := strings.TrimSpace(v.Text()); text != "" {
		if at, day, ok := yamldoc.ParseTime(text); ok {
			d.set("date", when(at, day))
			return
		}
		d.find(v.Line(), "date "+cut(oneLine(text), 80)+" is not a time and was left out")
	}
	if day, ok := pathDate(d.source); ok {
		d.set("date", yamldoc.Date(day))
	}
}

// names returns a text, a list of texts, or the names in a list of mappings. Themes
// write an author as {name, email, …}: only the name is used, and the other keys are
// reported. An item without a name is reported as a whole.
func (d *draft) names(v yamldoc.Value) []string {
	if v.Scalar() {
		return texts([]string{v.Text()})
	}
	var out []string
	items := v.Items()
	if v.Mapping() {
		items = []yamldoc.Value{v}
	}
	for _, item := range items {
		if item.Scalar() {
			out = append(out, item.Text())
			continue
		}
		if m := item.Map(); item.Mapping() && m.Value("name").Scalar() {
			out = append(out, m.Value("name").Text())
			d.dropped(m)
		} else {
			d.find(item.Line(), item.Path()+" is not a name and was left out: "+cut(oneLine(item.YAML()), 300))
		}
	}
	return texts(out)
}
