package deliver

import (
	"strconv"
	"time"
)

// Letter is one revision of one report, ready to be sent.
type Letter struct {
	Report   string // name of the definition
	Period   string // "2026-W47"
	Revision int
	Subject  string // one line
	Verdict  string // the report in a sentence or three
	URL      string // absolute, of this revision
	Portal   string // name of the portal
	Facts    []Fact
	Lists    []List // what changed, who acts
	HTML     []byte // mail body; refers to pictures as cid:NAME
	Text     []byte // plain-text body
	Pictures []Picture
	Markdown []byte    // the whole report
	JSON     []byte    // the whole report
	Date     time.Time // when the revision was published
}

// Fact is one figure of the first screen, as every face of the report prints it.
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
	Name string // file name, ASCII, unique in the letter; also its content id
	Alt  string
	PNG  []byte
}

// revisionLine says which revision a letter carries: a reader who has two must
// know which one is newer.
func (l Letter) revisionLine() string {
	s := l.Report + " " + l.Period + ", revision " + strconv.Itoa(l.Revision)
	if !l.Date.IsZero() {
		s += ", " + l.Date.Format("2006-01-02 15:04 -07:00")
	}
	return s
}
