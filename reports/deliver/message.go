package deliver

import (
	"time"

	"github.com/postern/postern/portal/base/messages"
)

// Message is one revision of one report, ready to be sent: its texts are in the
// language of the portal, and its times in the zone of the report.
type Message struct {
	Report   string // name of the definition
	Period   string // "2026-W47"
	Revision int
	Subject  string // one line
	Verdict  string // the report in a sentence or three
	URL      string // absolute, of this revision
	Portal   string // name of the portal
	Facts    []Fact
	Lists    []List // what changed, who acts
	Open     string // text of the link to the report, in chats
	Source   string // which revision of which report this is, and when it was published
	HTML     []byte // mail body; refers to pictures as cid:NAME
	Text     []byte // plain-text body
	Pictures []Picture
	Markdown []byte    // the whole report
	JSON     []byte    // the whole report
	Date     time.Time // when the revision was published
}

// Fact is one figure of the headline, with the text that every form of the report has.
// Note is "" where there is none.
type Fact struct {
	Label, Value, Note string
}

// List is a short list under a heading.
type List struct {
	Heading string
	Lines   []string
}

// Picture is a chart of a mail.
type Picture struct {
	Name string // file name, ASCII, unique in the message; also its content id
	Alt  string
	PNG  []byte
}

// sourceLine returns which revision of which report a message contains: a reader who
// has two must know which one is newer.
func sourceLine(texts *messages.Printer, p Published) string {
	report, revision := p.Report.Name+" "+p.Report.Period, number(p.Revision)
	if p.At.IsZero() {
		return texts.Text("chat.revision", "Report", report, "Revision", revision)
	}
	published := p.At.In(zoneOf(p.Report)).Format("2006-01-02 15:04 -07:00")
	return texts.Text("chat.revision_of", "Report", report, "Revision", revision, "Published", published)
}
