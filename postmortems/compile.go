package postmortems

import (
	"context"
	"path"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/postern/postern/portal/base/fault"
)

// summaryRunes bounds a summary: three lines in a list.
const summaryRunes = 300

// Compile compiles one repository file into a Document and checks it by every rule that
// concerns the file alone. The portal, "postern lint" and drafts use the same function;
// it depends only on its arguments. Problems are sorted by place. If one is an Error,
// the Document holds what could be read. The error is a failure of the renderer, or of
// kind Invalid if the path is not that of a document. A file that is not text has only
// a title made from its path. A missing front matter is no problem of its own.
func Compile(ctx context.Context, repoPath string, src []byte, policy Policy, renderer BodyRenderer) (Document, []Problem, error) {
	kind, ok := KindOf(repoPath)
	if !ok {
		return Document{}, nil, fault.Newf(fault.Invalid, "postmortems.Compile", "%s is not a document", Printable(repoPath))
	}
	c := &checker{path: repoPath, policy: policy}
	doc := Document{Path: repoPath, Kind: kind, Title: titleFromPath(repoPath), Lang: "en", Status: StatusPublished}
	// Everything below assumes valid UTF-8.
	if line, col := notText(src); line > 0 {
		c.report(ruleNotText, place{line: line, col: col}, "this is not UTF-8 text: save the file as UTF-8")
		return doc, c.sorted(), nil
	}
	// The front matter comes first: it does not depend on the body, and the body needs its
	// lines.
	source := Split(src)
	fm, stated := readFront(c, source)
	body, found, err := renderer.RenderBody(ctx, BodyInput{Path: repoPath, Markdown: source.Body, FirstLine: source.BodyLine})
	if err != nil {
		return Document{}, nil, fault.Wrap(fault.KindOf(err), "postmortems.Compile", "", err)
	}
	// A renderer in another process must not name other files.
	for i := range found {
		found[i].Path = repoPath
	}
	c.problems = append(c.problems, found...)
	assignRoles(body.Sections)
	// From here on everything follows from these two.
	doc.Front, doc.Body = fm, body
	doc.derive(c, stated)
	return doc, c.sorted(), nil
}

// derive computes the fields that follow from front matter and body, and checks them.
// The order matters: the timeline and the durations need the milestones, and check
// needs all of them.
func (d *Document) derive(c *checker, st frontContext) {
	d.Title = firstNonEmpty(d.Front.Title, oneLine(d.Body.H1), d.Title)
	d.Summary = summaryOf(d.Front, d.Body)
	d.Lang = langOf(d.Title, d.Body)
	if d.Front.Status != "" {
		d.Status = d.Front.Status
	}
	d.Date = dateOf(d.Front)
	d.Durations = DurationsOf(d.Front.Times)
	d.Actions = mergeActions(d.Front.Actions, readActions(d.Body))
	timeline := readTimeline(d.Body, d.Front, st)
	d.Timeline = timeline.entries()
	d.check(c, st, timeline)
}

// check applies the rules that need more than one value. It reports no missing value when
// the front matter could not be read completely: the value may be there. README and
// index files describe a folder and are not checked. Only post-mortems need an owner
// and times.
func (d *Document) check(c *checker, st frontContext, timeline *timelineReader) {
	if isIndex(d.Path) {
		return
	}
	if d.Front.Title == "" && oneLine(d.Body.H1) == "" && !st.incomplete {
		c.report(ruleTitleMissing, place{}, "this document has no title: begin the text with a heading, or set title")
	}
	if d.Kind != Postmortem || st.incomplete {
		return
	}
	if d.Front.Owner == "" {
		c.report(ruleOwnerMissing, place{}, "this post-mortem has no owner: set owner")
	}
	if !st.started {
		c.report(ruleStartMissing, place{}, "times.started is missing: durations and the day of the incident are unknown")
	}
	c.timeline(timeline, d.Front.Times)
	c.actionDates(d.Actions)
	if !st.detected {
		timeline.milestone(c, d.Front.Times)
	}
}

// dateOf returns the date of a document, zero when the file states none. The day of the
// start is that in UTC, whatever zone the author wrote.
func dateOf(fm FrontMatter) time.Time {
	if fm.Times.Started.Known() {
		return utcDay(fm.Times.Started.At)
	}
	return utcDay(fm.Date)
}

// summaryOf returns the given summary, otherwise the text of the summary section,
// otherwise the first text longer than one character. It is cut to summaryRunes and on
// one line; "" for a document without text.
func summaryOf(fm FrontMatter, body Body) string {
	text := fm.Summary
	for _, s := range body.Sections {
		if text == "" && s.Role == RoleSummary {
			text = s.Text
		}
	}
	for _, s := range body.Sections {
		if text == "" && len([]rune(strings.TrimSpace(s.Text))) > 1 {
			text, _, _ = strings.Cut(strings.TrimSpace(s.Text), "\n")
		}
	}
	return cutRunes(oneLine(text), summaryRunes)
}

// langOf returns "zh" if there are more Han characters than words of letters, otherwise
// "en". Code is not counted: it is English in every document.
func langOf(title string, body Body) string {
	han, words := 0, 0
	count := func(text string) {
		inWord := false
		for _, r := range text {
			switch {
			case unicode.Is(unicode.Han, r):
				han++
				inWord = false
			case unicode.IsLetter(r):
				if !inWord {
					words++
				}
				inWord = true
			default:
				inWord = false
			}
		}
	}
	count(title)
	for _, s := range body.Sections {
		count(s.Heading)
		count(s.Text)
	}
	if han > words {
		return "zh"
	}
	return "en"
}

var (
	leadingDate = regexp.MustCompile(`^(?:\d{4}-\d{2}-\d{2}|\d{8})[-_ ]+`)
	wordBreak   = regexp.MustCompile(`[-_\s]+`)
)

// titleFromPath returns a title made from a file name: "2021-05-09-api-outage.md" becomes
// "Api outage"; a file that describes its folder gets the folder's name. It is never
// empty.
func titleFromPath(repoPath string) string {
	name := path.Base(repoPath)
	if isIndex(repoPath) && path.Dir(repoPath) != "." {
		name = path.Base(path.Dir(repoPath))
	}
	for _, ext := range []string{".md", ".markdown", ".html"} {
		name = strings.TrimSuffix(name, ext)
	}
	if rest := leadingDate.ReplaceAllString(name, ""); rest != "" {
		name = rest
	}
	name = oneLine(wordBreak.ReplaceAllString(name, " "))
	if name == "" {
		return path.Base(repoPath)
	}
	first := []rune(name)
	first[0] = unicode.ToUpper(first[0])
	return string(first)
}

// firstNonEmpty returns the first text that is not "", otherwise "".
func firstNonEmpty(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
