package convert

import (
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/yamldoc"
)

// fromPlain converts Markdown without front matter: the title comes from the first
// heading, the date from the names of file and folder. A file with YAML front matter is
// not changed. TOML front matter is that of Hugo and is converted like it. Of a file
// with YAML front matter only links are adapted to the new names.
func fromPlain(p string, src []byte) ([]File, []Finding) {
	d := &draft{source: p}
	text := d.text(src)
	style, _, _, _ := split(text)
	if style == "+++" {
		return fromHugo(p, src)
	}
	to := safePath(p)
	if style == "---" {
		d.find(1, "there is front matter already: it was not changed")
		return []File{{Path: to, Data: []byte(relink(text))}}, d.findings
	}
	d.body = text
	return plainDocument(d, to)
}

// plainDocument completes a document of which only the body is known. to is the path of
// the result, before Run places it. The body stays whole, including the heading that
// became the title.
func plainDocument(d *draft, to string) ([]File, []Finding) {
	d.title = firstHeading(d.body)
	if d.title == "" {
		d.title = nameTitle(d.source)
		d.find(1, "no heading for the title: “"+d.title+"” was generated")
	}
	if day, ok := pathDate(d.source); ok {
		d.set("date", yamldoc.Date(day))
	}
	d.body = relink(d.body)
	return []File{{Path: to, Data: d.bytes()}}, d.findings
}

// Headings and inline markup.
var (
	atxTitle    = regexp.MustCompile(`^ {0,3}#[ \t]+(.*?)[ \t]*#*[ \t]*$`)
	setextTitle = regexp.MustCompile(`^ {0,3}=+[ \t]*$`)
	markup      = regexp.MustCompile("[*_`]{1,3}([^*_`]+)[*_`]{1,3}|!?\\[([^\\]]*)\\]\\([^)]*\\)")
)

// firstHeading returns the plain text of the first level-1 heading outside code, ""
// without one. A setext heading is a line above a row of equals signs. Code and lower
// levels are passed over.
func firstHeading(body string) string {
	before := ""
	for _, l := range lines(body) {
		if !l.code {
			if m := atxTitle.FindStringSubmatch(l.text); m != nil && strings.TrimSpace(m[1]) != "" {
				return unmark(m[1])
			}
			if setextTitle.MatchString(l.text) && before != "" {
				return unmark(before)
			}
		}
		before = strings.TrimSpace(l.text)
	}
	return ""
}

// unmark removes emphasis and links from a line. The text of a link or image stays. It
// is a heuristic for titles and not a Markdown parser.
func unmark(s string) string { return oneLine(markup.ReplaceAllString(s, "$1$2")) }

// stem returns the name of a file without folder and extension.
func stem(p string) string {
	base := path.Base(p)
	return strings.TrimSuffix(base, path.Ext(base))
}

// dateLead matches a date at the beginning of a file name.
var dateLead = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}[-_ ]*`)

// nameTitle returns a title made from a file name. Hyphens and underscores become
// blanks, unless the name has blanks already: then they belong to it. A date at the
// beginning is dropped.
func nameTitle(p string) string {
	name := dateLead.ReplaceAllString(stem(p), "")
	if !strings.Contains(name, " ") {
		name = strings.NewReplacer("-", " ", "_", " ").Replace(name)
	}
	if name = oneLine(name); name == "" || name == "." || name == "/" {
		return "Untitled"
	}
	return name
}

// Dates in the names of files and folders.
var (
	wholeDate = regexp.MustCompile(`(?:^|[^0-9])((?:19|20)\d{2})[-_.]?(\d{2})[-_.]?(\d{2})(?:[^0-9]|$)`)
	yearMonth = regexp.MustCompile(`^((?:19|20)\d{2})[-_.](\d{2})$`)
	monthDay  = regexp.MustCompile(`^(\d{2})[-_.](\d{2})(?:[^0-9]|$)`)
)

// pathDate returns the day that a path states: in the file name, otherwise in a folder,
// otherwise the month of the folder with the day of the file (2023-04/04-25-name.md). A
// year alone is not a day. The innermost part with a date counts. A date that does not
// exist, such as 2023-02-30, is false.
func pathDate(p string) (time.Time, bool) {
	parts := strings.Split(p, "/")
	for i := len(parts) - 1; i >= 0; i-- {
		if m := wholeDate.FindStringSubmatch(parts[i]); m != nil {
			return day(m[1], m[2], m[3])
		}
	}
	if len(parts) < 2 {
		return time.Time{}, false
	}
	month := yearMonth.FindStringSubmatch(parts[len(parts)-2])
	rest := monthDay.FindStringSubmatch(parts[len(parts)-1])
	if month == nil || rest == nil || month[2] != rest[1] {
		return time.Time{}, false
	}
	return day(month[1], rest[1], rest[2])
}

// day parses the parts of a date.
func day(year, month, dayOfMonth string) (time.Time, bool) {
	t, err := time.Parse(time.DateOnly, year+"-"+month+"-"+dayOfMonth)
	return t, err == nil
}
