package deliver

import (
	"bytes"
	"fmt"
	"html/template"
	"net/url"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/templates"
)

// Published is one revision of a report with where it is read.
type Published struct {
	Report   reports.Report
	Revision int
	At       time.Time // when it was published
	// URL is the absolute address of the revision, Latest of the newest one. Base
	// is put before the path-absolute links inside the report.
	URL, Latest, Base string
	Portal            string
	Words             []byte // the lead's words as safe HTML; empty: they stand as they are written
	Markdown, JSON    []byte // the whole report, as the pages offer it
	Pictures          []Picture
}

// Composer writes letters.
type Composer struct {
	mail  *template.Template
	texts *messages.Printer
}

// NewComposer parses the template of mails, whose texts are those of the printer.
func NewComposer(texts *messages.Printer) (*Composer, error) {
	t, err := templates.Mail("report", template.FuncMap{
		"t": texts.Text, "t_html": texts.HTML, "count": texts.Count, "lang": texts.Language,
		"tone": toneStyle, "word": reports.Tone.Word, "line": oneLine, "lines": humanize.Lines,
	})
	if err != nil {
		return nil, err
	}
	return &Composer{mail: t, texts: texts}, nil
}

// mailView is what the template of a mail is given.
type mailView struct {
	Subject, Portal, URL, Latest, Published string
	Revision                                int
	R                                       reports.Report
	Words                                   template.HTML
	Lists                                   []mailList
	Pictures                                []mailPicture
}

// mailPicture is a picture of the mail's body; html/template would not let the
// cid scheme of its address through by itself.
type mailPicture struct {
	Src template.URL
	Alt string
}

type mailList struct {
	Heading string
	Lines   []mailLine
}

type mailLine struct{ Who, Text, URL string }

// Letter writes a revision in every form that a channel wants. All of them print
// the texts of the same values.
func (c *Composer) Letter(p Published) (Letter, error) {
	l := Letter{
		Report: p.Report.Name, Period: p.Report.Period, Revision: p.Revision, Verdict: p.Report.Verdict.Text,
		URL: p.URL, Portal: p.Portal, Markdown: p.Markdown, JSON: p.JSON, Pictures: p.Pictures,
	}
	l.Subject = subject(p)
	for _, f := range p.Report.Headline {
		l.Facts = append(l.Facts, Fact{Label: f.Label, Value: f.Value.Text, Note: f.Note})
	}
	lists := []mailList{p.list("What changed", p.Report.Changed), p.list("Who acts", p.Report.Acts)}
	view := mailView{
		Subject: l.Subject, Portal: p.Portal, URL: p.URL, Latest: p.Latest, Revision: p.Revision, R: p.Report, Words: template.HTML(p.Words),
	}
	for _, x := range p.Pictures {
		view.Pictures = append(view.Pictures, mailPicture{Src: template.URL("cid:" + url.PathEscape(x.Name)), Alt: x.Alt})
	}
	if !p.At.IsZero() {
		view.Published = p.At.In(zoneOf(p.Report)).Format("2 Jan 2006 15:04")
		l.Date = p.At.In(zoneOf(p.Report))
	}
	for _, list := range lists {
		if len(list.Lines) > 0 {
			view.Lists = append(view.Lists, list)
			l.Lists = append(l.Lists, list.plain())
		}
	}
	var b bytes.Buffer
	if err := c.mail.Execute(&b, view); err != nil {
		return Letter{}, fmt.Errorf("deliver: %w", err)
	}
	l.HTML, l.Text = b.Bytes(), plainText(view)
	return l, nil
}

func zoneOf(r reports.Report) *time.Location {
	zone, err := time.LoadLocation(r.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// subject begins with the verdict's word: a phone shows forty characters.
func subject(p Published) string {
	s := fmt.Sprintf("%s: %s, %s", p.Report.Verdict.Tone.Word(), p.Report.Title, p.Report.Heading)
	if p.Revision > 1 {
		s = fmt.Sprintf("Revision %d, %s", p.Revision, s)
	}
	return oneLine(s)
}

func (p Published) list(heading string, lines []reports.Line) mailList {
	list := mailList{Heading: heading}
	for _, x := range lines {
		line := mailLine{Who: x.Who, Text: x.Text}
		if x.Link != "" {
			line.URL = p.Base + x.Link
		}
		list.Lines = append(list.Lines, line)
	}
	return list
}

func (l mailList) plain() List {
	out := List{Heading: l.Heading}
	for _, x := range l.Lines {
		out.Lines = append(out.Lines, x.String())
	}
	return out
}

// String is the line without its link.
func (l mailLine) String() string {
	if l.Who == "" {
		return l.Text
	}
	return l.Who + ": " + l.Text
}

// plainText is the whole mail for readers who see no HTML.
func plainText(v mailView) []byte {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("%s\n%s", oneLine(v.R.Title+", "+v.R.Heading), strings.Repeat("=", 40))
	if v.R.Scope != "" {
		line("%s", oneLine(v.R.Scope))
	}
	if v.R.Words != "" {
		line("\n%s", humanize.Lines(v.R.Words))
	}
	line("\n%s. %s\n", v.R.Verdict.Tone.Word(), oneLine(v.R.Verdict.Text))
	for _, f := range v.R.Headline {
		note := ""
		if f.Note != "" {
			note = " (" + oneLine(f.Note) + ")"
		}
		line("  %-12s %s%s", oneLine(f.Value.Text), oneLine(f.Label), note)
	}
	for _, list := range v.Lists {
		line("\n%s\n%s", list.Heading, strings.Repeat("-", len(list.Heading)))
		for _, x := range list.Lines {
			line("* %s", oneLine(x.String()))
			if x.URL != "" {
				line("  %s", x.URL)
			}
		}
	}
	line("\nThe report: %s", v.URL)
	line("Times are in %s. This mail carries revision %d; later ones are at %s", v.R.Zone, v.Revision, v.Latest)
	return []byte(b.String())
}

// toneStyle colours a tone in a light mail; the dark colours are in the mail's
// own style sheet.
func toneStyle(t reports.Tone) template.CSS {
	switch t {
	case reports.Good:
		return "color:#1a7438"
	case reports.Warn:
		return "color:#7d4e00"
	case reports.Bad:
		return "color:#ab2018"
	case reports.Gap:
		return "color:#5f6165"
	}
	return ""
}
