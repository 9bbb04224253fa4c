package deliver

import (
	"bytes"
	"fmt"
	"html/template"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/humanize"
	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/templates"
)

// Published is one revision of a report and the addresses at which it is read.
type Published struct {
	Report   reports.Report
	Revision int
	At       time.Time // when it was published
	// URL is the absolute address of the revision, Latest of the newest one. Base
	// is put before the path-absolute links inside the report.
	URL, Latest, Base string
	Portal            string
	Words             []byte // the lead's words as safe HTML; if empty, they are printed as text
	Markdown, JSON    []byte // the whole report, as the pages offer it
	Pictures          []Picture
}

// Composer writes the messages of reports.
type Composer struct {
	mail  *template.Template
	texts *messages.Printer
}

// NewComposer returns a composer whose texts are those of the printer. It fails when
// the template of mails is damaged.
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

// mailView is the data of the template of a mail.
type mailView struct {
	Subject, Portal, URL, Latest, Published string
	Revision                                string // its number, without separators
	R                                       reports.Report
	Words                                   template.HTML
	Lists                                   []mailList
	Pictures                                []mailPicture
}

// mailPicture is a picture of the mail's body. Its address is a template.URL because
// html/template refuses the scheme cid.
type mailPicture struct {
	Src template.URL
	Alt string
}

// mailList is a list of a mail, with links.
type mailList struct {
	Heading string
	Lines   []mailLine
}

// mailLine is one sentence, with the team that acts and an absolute address.
type mailLine struct{ Who, Text, URL string }

// Compose returns a revision in every form that a channel needs. All forms print the
// texts of the same values. The words are used as HTML without escaping, so callers
// must pass safe HTML.
func (c *Composer) Compose(p Published) (Message, error) {
	m := Message{
		Report: p.Report.Name, Period: p.Report.Period, Revision: p.Revision, Verdict: p.Report.Verdict.Text,
		URL: p.URL, Portal: p.Portal, Markdown: p.Markdown, JSON: p.JSON, Pictures: p.Pictures,
		Subject: c.subject(p), Open: c.texts.Text("chat.open_report"), Source: sourceLine(c.texts, p),
	}
	for _, f := range p.Report.Headline {
		m.Facts = append(m.Facts, Fact{Label: f.Label, Value: f.Value.Text, Note: f.Note})
	}
	view := mailView{
		Subject: m.Subject, Portal: p.Portal, URL: p.URL, Latest: p.Latest, Revision: number(p.Revision),
		R: p.Report, Words: template.HTML(p.Words),
	}
	for _, x := range p.Pictures {
		view.Pictures = append(view.Pictures, mailPicture{Src: template.URL("cid:" + url.PathEscape(x.Name)), Alt: x.Alt})
	}
	if !p.At.IsZero() {
		m.Date = p.At.In(zoneOf(p.Report))
		view.Published = m.Date.Format("2 Jan 2006 15:04")
	}
	for _, list := range []mailList{p.list(c.texts.Text("mail.changed"), p.Report.Changed), p.list(c.texts.Text("mail.acts"), p.Report.Acts)} {
		if len(list.Lines) > 0 {
			view.Lists = append(view.Lists, list)
			m.Lists = append(m.Lists, list.plain())
		}
	}
	var b bytes.Buffer
	if err := c.mail.Execute(&b, view); err != nil {
		return Message{}, fmt.Errorf("deliver: %w", err)
	}
	m.HTML, m.Text = b.Bytes(), c.plainText(view)
	return m, nil
}

// number returns the number of a revision. It is a name, so it has no separators.
func number(revision int) string { return strconv.Itoa(revision) }

// zoneOf returns the zone of a report, UTC if this system does not know it.
func zoneOf(r reports.Report) *time.Location {
	zone, err := time.LoadLocation(r.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// subject returns one line that begins with the verdict, because a phone shows forty
// characters of it.
func (c *Composer) subject(p Published) string {
	s := c.texts.Text("mail.subject", "Verdict", p.Report.Verdict.Tone.Word(), "Title", p.Report.Title, "Heading", p.Report.Heading)
	if p.Revision > 1 {
		s = c.texts.Text("mail.subject_of_revision", "Revision", number(p.Revision), "Subject", s)
	}
	return oneLine(s)
}

// list returns lines under a heading, with absolute links.
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

// plain returns the list without links.
func (l mailList) plain() List {
	out := List{Heading: l.Heading}
	for _, x := range l.Lines {
		out.Lines = append(out.Lines, x.String())
	}
	return out
}

// String returns the line without its link.
func (l mailLine) String() string {
	if l.Who == "" {
		return l.Text
	}
	return l.Who + ": " + l.Text
}

// plainText returns the whole mail as text, for mail programs that show no HTML.
func (c *Composer) plainText(v mailView) []byte {
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
	line("\n%s", c.texts.Text("mail.report_at", "Link", v.URL))
	line("%s", c.texts.Text("mail.later", "Zone", v.R.Zone, "Revision", v.Revision, "Link", v.Latest))
	return []byte(b.String())
}

// toneStyle returns the color of a tone in a light mail. The dark colors are in the
// style sheet of the template.
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
