package feeds

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feedstore"
)

const (
	// feedBody is the largest body of a feed when nothing else is configured, in
	// bytes: the alerts of a whole rack in one message of Alertmanager, which never
	// sends again what is refused, are 3 MB.
	feedBody = 16 << 20
	// feedPart is how much of an NDJSON stream is taken at a time, and how long one of
	// its lines may be, in bytes.
	feedPart = 2 << 20
	// feedReadTime is for reading one body of a known sender: 16 MiB at 2.5 Mbit/s.
	feedReadTime = time.Minute
	// answerTime is for being answered after the body was read.
	answerTime = 30 * time.Second
	// feedStream is the largest NDJSON in all: a year of buckets of 100 SLOs.
	feedStream = 4 << 30
	// rejectedShown bounds the rejections of one answer; all are in the dead letters.
	rejectedShown = 1000
)

// feedBody returns the largest body of a feed, in bytes.
func (h *Handler) feedBody() int64 {
	if h.opt.Body > 0 {
		return h.opt.Body
	}
	return feedBody
}

// feeds returns the store of feeds, or the error of a portal without one.
func (h *Handler) feeds() (Feeds, error) {
	if h.deps.Feeds == nil {
		return nil, fault.New(fault.NotFound, "web", "this portal takes no feeds")
	}
	return h.deps.Feeds, nil
}

// feedAnswer is the answer to a post, as documented. It is the answer of all formats.
// Duplicates are not errors: senders repeat what was not acknowledged.
type feedAnswer struct {
	Accepted  int            `json:"accepted"`
	Duplicate int            `json:"duplicate"`
	Rejected  []feedRejected `json:"rejected"`
	// More counts rejections that are not listed; absent when all are.
	More int `json:"rejected_more,omitempty"`
}

// feedRejected is one rejected item of a post.
type feedRejected struct {
	Index  int    `json:"index"`
	Reason string `json:"reason"`
}

// add adds the result of a part of a body whose first item has the given index. Indexes
// are made relative to the whole body.
func (a *feedAnswer) add(part feedstore.Result, first int) {
	a.Accepted += part.Accepted
	a.Duplicate += part.Duplicate
	a.More += part.Unlisted
	for _, r := range part.Rejected {
		if len(a.Rejected) == rejectedShown {
			a.More++
			continue
		}
		a.Rejected = append(a.Rejected, feedRejected{first + r.Index, r.Reason})
	}
}

// newFeedAnswer returns an answer whose list is empty and not null.
func newFeedAnswer() feedAnswer { return feedAnswer{Rejected: []feedRejected{}} }

// feedInput returns a request as the decoders receive it. The decoder sees headers by
// name only.
func (h *Handler) feedInput(req *page.Request, body []byte) (feed.Input, error) {
	who := req.Who
	source, err := sourceOf(req.QueryValue("source"), who)
	return feed.Input{
		Body: body, ContentType: req.Header.Get("Content-Type"), Header: req.Header.Get,
		Source: source, Bound: who.Sources, Sender: who.TokenID, Received: h.Now(),
	}, err
}

// sourceOf returns the source of a post: the one that it names, else the one that the
// token is bound to, else one named after the token. It fails with fault.Invalid if the
// token is bound to several. Whether a bound token may name the source is checked by the
// store.
func sourceOf(named string, who auth.Principal) (string, error) {
	switch {
	case named != "":
		return named, nil
	case len(who.Sources) == 0:
		return who.Name, nil
	case len(who.Sources) == 1:
		return who.Sources[0], nil
	}
	return "", fault.Newf(fault.Invalid, "web.feed", "source: this token may post for %s; name one of them as ?source=NAME",
		strings.Join(who.Sources, ", "))
}

// feedBegin checks a request that brings a body. in has everything except the body and
// its time. What can be refused without the body is refused before it is read.
func (h *Handler) feedBegin(req *page.Request) (feeds Feeds, in feed.Input, err error) {
	if feeds, err = h.feeds(); err != nil {
		return nil, in, err
	}
	if err = plainBody(req.Request); err != nil {
		return nil, in, err
	}
	in, err = h.feedInput(req, nil)
	return feeds, in, err
}

// feedPost accepts one body. The answer is 202: facts are durable, but folded later. A
// format with AcceptsAll gets 202 even for a body that is rejected, because its sender
// stops sending after a few refusals.
func (h *Handler) feedPost(req *page.Request) error {
	feeds, in, err := h.feedBegin(req)
	if err != nil {
		return err
	}
	h.slowReader(req)
	body, land, err := h.readFeed(req, h.feedBody())
	defer land()
	if err != nil {
		return err
	}
	bodyRead(req)
	in.Body = body
	// The time is that of the complete body, which may arrive a minute after its head.
	in.Received = h.Now()
	format := h.format(req.PathValue("format"))
	if err := h.checkSignature(format, in); err != nil {
		return err
	}
	var got feedstore.Result
	ctx := req.Context()
	err = h.flights.decode(ctx, len(in.Body), func() (err error) {
		got, err = feeds.Accept(ctx, format.Name, in)
		return err
	})
	if err != nil && (!format.AcceptsAll || fault.KindOf(err) != fault.Invalid || len(got.Rejected) == 0) {
		return whetherKept(err, got)
	}
	answer := newFeedAnswer()
	answer.add(got, 0)
	return req.JSON(http.StatusAccepted, answer)
}

// slowReader gives a known sender more time than others to send its body, and to be
// answered after it.
func (h *Handler) slowReader(req *page.Request) {
	// Deadlines of a connection are the machine's: not the injected clock's.
	ctl, end := http.NewResponseController(req.Writer), time.Now().Add(feedReadTime)
	_ = ctl.SetReadDeadline(end) // a recorder has no deadlines
	_ = ctl.SetWriteDeadline(end.Add(answerTime))
}

// bodyRead removes the read deadline once the body has arrived: net/http would take its
// expiry for a client that left, while the body waits to be decoded.
func bodyRead(req *page.Request) {
	_ = http.NewResponseController(req.Writer).SetReadDeadline(time.Time{}) // a recorder has no deadlines
}

// whetherKept marks the error of a body that is a dead letter already. Its dead letter
// must not be written twice.
func whetherKept(err error, got feedstore.Result) error {
	if len(got.Rejected) > 0 {
		return traceless{err}
	}
	return err
}

// plainBody rejects compressed bodies: their size in memory is unknown before they are
// read.
func plainBody(r *http.Request) error {
	if e := r.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return fault.New(fault.Unsupported, "web.feed", "send the body as it is, without Content-Encoding")
	}
	return nil
}

// unreadable returns the error for a body that did not arrive completely.
func unreadable(err error) error {
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		return err
	}
	return fault.Wrap(fault.Invalid, "web.feed", "the body did not come whole; nothing of it was stored, send it again", err)
}

// feedStream accepts NDJSON of any length in parts of whole lines. Each part is durable
// before the next one is read. If it fails half way, sending all of it again does no
// harm.
func (h *Handler) feedStream(req *page.Request) error {
	feeds, in, err := h.feedBegin(req)
	if err != nil {
		return err
	}
	if req.ContentLength > feedStream {
		return h.feedTooLarge()
	}
	part := min(h.feedBody(), feedPart)
	room := part
	if n := req.ContentLength; n > 0 {
		room = min(n, part)
	}
	land, err := h.reserve(req, room)
	if err != nil {
		return err
	}
	defer land()
	req.SlowWriter()
	answer, first := newFeedAnswer(), 0
	parts := lineParts{in: bufio.NewReaderSize(req.Body, 64<<10), most: int(part)}
	for parts.next() {
		if first > 0 {
			// A stream may last for hours, in which a token can be revoked.
			if err := h.StillMay(req, auth.PostFeed); err != nil {
				return traceless{err} // no sender that may post
			}
		}
		in.Body, in.Received = parts.part, h.Now()
		got, err := feeds.Accept(req.Context(), formatOf(req), in)
		// A rejected part does not end the stream, unless it is all of it.
		if err != nil && (fault.KindOf(err) != fault.Invalid || len(got.Rejected) == 0 || first == 0 && parts.last) {
			return whetherKept(err, got)
		}
		answer.add(got, first)
		first += parts.lines
	}
	if parts.err != nil {
		return parts.err
	}
	return req.JSON(http.StatusAccepted, answer)
}

// lineParts splits a stream into parts of whole lines. It holds at most one part and one
// line in memory.
type lineParts struct {
	in    *bufio.Reader
	most  int    // bytes of a part
	part  []byte // the present one
	lines int    // in it, blank ones not counted
	last  bool   // the stream ended with it
	rest  []byte // a line that did not fit
	err   error
}

// next reads the next part. An empty stream is one empty part. After false, err is nil at
// the end of the stream. A line that would exceed the part begins the next one.
func (p *lineParts) next() bool {
	if p.last || p.err != nil {
		return false
	}
	p.part, p.lines = nil, 0
	p.take(p.rest)
	p.rest = nil
	for {
		line, err := p.line()
		if err != nil && !errors.Is(err, io.EOF) {
			p.err = err
			return false
		}
		if len(p.part) > 0 && len(p.part)+len(line) > p.most {
			p.rest = line
			return true
		}
		p.take(line)
		if err != nil {
			p.last = true
			return true
		}
	}
}

// take appends a line to the part.
func (p *lineParts) take(line []byte) {
	p.part = append(p.part, line...)
	if len(bytes.TrimSpace(line)) > 0 {
		p.lines++
	}
}

// line reads one line, which must fit into a part. io.EOF comes with the last line, which
// may lack its newline.
func (p *lineParts) line() (line []byte, err error) {
	for {
		piece, err := p.in.ReadSlice('\n')
		line = append(line, piece...)
		if len(line) > p.most {
			return nil, fault.Newf(fault.TooLarge, "web.feed", "a line is longer than %s; the lines before it are stored, what came after is not",
				byteSize(int64(p.most)))
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, unreadable(err)
		}
		return line, err
	}
}
