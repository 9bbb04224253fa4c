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

// summaryRunes is the most a derived or given summary has: three lines of a list.
const summaryRunes = 300

// Compile makes a Document of one repository file, and judges it by every rule
// that concerns the file alone. It is the same for the portal, for "postern
// lint" and for drafts, and depends on nothing but its arguments. Problems are
// sorted by place; with an Error among them the Document is what could be read
// all the same. The error is a failure of the renderer, or fault.Invalid for a
// path that is not a document's.
func Compile(ctx context.Context, repoPath string, src []byte, policy Policy, renderer BodyRenderer) (Document, []Problem, error) {
	kind, ok := KindOf(repoPath)
	if !ok {
		return Document{}, nil, fault.Newf(fault.Invalid, "postmortems.Compile", "%s is not a document", Printable(repoPath))
	}
	j := &judge{path: repoPath, policy: policy}
	doc := Document{Path: repoPath, Kind: kind, Title: titleFromPath(repoPath), Lang: "en", Status: StatusPublished}
	if line, col := notText(src); line > 0 {
		j.find(ruleNotText, place{line: line, col: col}, "this is not UTF-8 text: save the file as UTF-8")
		return doc, j.sorted(), nil
	}
	source := Split(src)
	fm, stated := readFront(j, source)
	body, found, err := renderer.RenderBody(ctx, BodyInput{Path: repoPath, Markdown: source.Body, FirstLine: source.BodyLine})
	if err != nil {
		return Document{}, nil, fault.Wrap(fault.KindOf(err), "postmortems.Compile", "", err)
	}
	for i := range found {
		found[i].Path = repoPath
	}
	j.problems = append(j.problems, found...)
	assignRoles(body.Sections)
	doc.Front, doc.Body = fm, body
	doc.derive(j, stated)
	return doc, j.sorted(), nil
}

// derive fills in what follows from front matter and body.
func (d *Document) derive(j *judge, st stated) {
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
	d.judge(j, st, timeline)
}

// judge applies the rules that need more than one value. What is missing is not
// told of front matter that could not be read: it may be in there.
func (d *Document) judge(j *judge, st stated, timeline *timelineReader) {
	if isIndex(d.Path) {
		return
	}
	if d.Front.Title == "" && oneLine(d.Body.H1) == "" && !st.unread {
		j.find(ruleTitleMissing, place{}, "this document has no title: begin the text with a heading, or give title")
	}
	if d.Kind != Postmortem || st.unread {
		return
	}
	if d.Front.Owner == "" {
		j.find(ruleOwnerMissing, place{}, "this post-mortem has no owner: give owner")
	}
	if !st.started {
		j.find(ruleStartMissing, place{}, "times.started is missing: durations and the day of the incident are unknown")
	}
	j.timeline(timeline, d.Front.Times)
	j.actionDates(d.Actions)
	if !st.detected {
		timeline.milestone(j, d.Front.Times)
	}
}

// dateOf is the contract's date of a document, as far as the file states it.
func dateOf(fm FrontMatter) time.Time {
	if fm.Times.Started.Known() {
		return utcDay(fm.Times.Started.At)
	}
	return utcDay(fm.Date)
}

// summaryOf is the given summary, else the text of the section that summarises,
// else the first text that is not a list of links or other furniture.
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

// langOf tells Chinese from everything else by what there is more of: Han
// characters, or words of letters.
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

// titleFromPath makes a title of a file name: "2021-05-09-api-outage.md" is "Api
// outage"; a file that describes its folder has the folder's name.
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

func firstNonEmpty(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
