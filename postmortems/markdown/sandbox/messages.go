package sandbox

import (
	"github.com/postern/postern/postmortems"
)

// Statuses of a reply.
const (
	statusBody  = 0
	statusError = 1
)

// reply is the answer of a worker: a body and its problems, or the text of the
// renderer's error.
type reply struct {
	body     postmortems.Body
	problems []postmortems.Problem
	failed   string
}

// encodeInput returns the payload of a request. The capacity covers the lengths of the
// three values.
func encodeInput(in postmortems.BodyInput) []byte {
	e := encoder{buf: make([]byte, 0, len(in.Markdown)+len(in.Path)+16)}
	e.string(in.Path)
	e.int(in.FirstLine)
	e.bytes(in.Markdown)
	return e.buf
}

// decodeInput reads the payload of a request. The Markdown is a part of payload, not a
// copy: payload must not be reused.
func decodeInput(payload []byte) (postmortems.BodyInput, error) {
	d := decoder{buf: payload}
	in := postmortems.BodyInput{Path: d.string(), FirstLine: d.int(), Markdown: d.take()}
	return in, d.done()
}

// encodeReply returns the payload of a reply. The order of the values is that of
// decodeReply. A reply with an error has no body.
func encodeReply(r reply) []byte {
	e := encoder{buf: make([]byte, 0, 2*len(r.body.HTML)+1024)}
	if r.failed != "" {
		e.buf = append(e.buf, statusError)
		e.string(r.failed)
		return e.buf
	}
	e.buf = append(e.buf, statusBody)
	e.bytes(r.body.HTML)
	e.string(r.body.H1)
	e.int(r.body.Words)
	e.bool(r.body.Mermaid)
	encodeList(&e, r.body.Headings, encodeHeading)
	encodeList(&e, r.body.Sections, encodeSection)
	encodeList(&e, r.body.Links, encodeLink)
	encodeList(&e, r.body.Rows, encodeRow)
	encodeList(&e, r.problems, encodeProblem)
	return e.buf
}

// decodeReply reads the payload of a reply. The HTML is a part of payload, not a copy.
// Values outside their enumeration are failures, because a conversion would accept any
// number.
func decodeReply(payload []byte) (reply, error) {
	d := decoder{buf: payload}
	var r reply
	switch d.byte() {
	case statusError:
		if r.failed = d.string(); r.failed == "" {
			d.fail("error without a text")
		}
	case statusBody:
		r.body = postmortems.Body{
			HTML: d.take(), H1: d.string(), Words: d.int(), Mermaid: d.bool(),
			Headings: decodeList(&d, decodeHeading), Sections: decodeList(&d, decodeSection),
			Links: decodeList(&d, decodeLink), Rows: decodeList(&d, decodeRow),
		}
		r.problems = decodeList(&d, decodeProblem)
	default:
		d.fail("status")
	}
	return r, d.done()
}

// The functions below encode and decode one value of each type, field by field in the
// same order. A field that is added to the type must be added to both.
func encodeHeading(e *encoder, h postmortems.Heading) {
	e.int(h.Level)
	e.string(h.Text)
	e.string(h.Anchor)
	e.int(h.Line)
}

func decodeHeading(d *decoder) postmortems.Heading {
	return postmortems.Heading{Level: d.int(), Text: d.string(), Anchor: d.string(), Line: d.int()}
}

func encodeSection(e *encoder, s postmortems.Section) {
	e.string(s.Heading)
	e.string(s.Anchor)
	e.int(s.Level)
	e.string(s.Text)
	e.string(s.Code)
	e.int(s.Line)
}

func decodeSection(d *decoder) postmortems.Section {
	return postmortems.Section{
		Heading: d.string(), Anchor: d.string(), Level: d.int(), Text: d.string(), Code: d.string(), Line: d.int(),
	}
}

func encodeLink(e *encoder, l postmortems.Link) {
	e.int(int(l.Kind))
	e.string(l.Raw)
	encodeList(e, l.Candidates, (*encoder).string)
	e.string(l.Fragment)
	e.int(l.Line)
	e.int(l.Col)
}

func decodeLink(d *decoder) postmortems.Link {
	kind := d.int()
	if kind < 0 || kind > int(postmortems.LinkWiki) {
		d.fail("kind of link")
	}
	return postmortems.Link{
		Kind: postmortems.LinkKind(kind), Raw: d.string(), Candidates: decodeList(d, (*decoder).string),
		Fragment: d.string(), Line: d.int(), Col: d.int(),
	}
}

// Encoded states of a task.
const (
	taskNone = 0
	taskOpen = 1
	taskDone = 2
)

func encodeRow(e *encoder, r postmortems.Row) {
	task := taskNone
	if r.Checked != nil {
		task = taskOpen
		if *r.Checked {
			task = taskDone
		}
	}
	e.int(r.Section)
	encodeList(e, r.Cells, (*encoder).string)
	encodeList(e, r.Header, (*encoder).string)
	e.int(task)
	e.bool(r.Paragraph)
	encodeList(e, r.Links, (*encoder).string)
	e.int(r.Line)
}

func decodeRow(d *decoder) postmortems.Row {
	r := postmortems.Row{Section: d.int(), Cells: decodeList(d, (*decoder).string), Header: decodeList(d, (*decoder).string)}
	switch task := d.int(); task {
	case taskNone:
	case taskOpen, taskDone:
		done := task == taskDone
		r.Checked = &done
	default:
		d.fail("task")
	}
	r.Paragraph = d.bool()
	r.Links = decodeList(d, (*decoder).string)
	r.Line = d.int()
	return r
}

func encodeProblem(e *encoder, p postmortems.Problem) {
	e.string(p.Path)
	e.int(p.Line)
	e.int(p.Col)
	e.int(int(p.Weight))
	e.string(p.Rule)
	e.string(p.Message)
	e.string(p.Excerpt)
}

func decodeProblem(d *decoder) postmortems.Problem {
	p := postmortems.Problem{Path: d.string(), Line: d.int(), Col: d.int()}
	weight := d.int()
	if weight != int(postmortems.Warning) && weight != int(postmortems.Error) {
		d.fail("weight")
	}
	p.Weight = postmortems.Weight(weight)
	p.Rule, p.Message, p.Excerpt = d.string(), d.string(), d.string()
	return p
}
