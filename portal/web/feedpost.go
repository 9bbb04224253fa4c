package web

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/fault"
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
	// feedStream is the largest NDJSON in all: a year of buckets of 100 SLOs.
	feedStream = 4 << 30
	// rejectedShown bounds the rejections of one answer; all are in the dead letters.
	rejectedShown = 1000
)

// feedRoutes take feeds in. Only tokens in the header count: a browser's session
// must not post events.
func (s *Server) feedRoutes() []route {
	body := s.feedBody()
	routes := []route{
		{method: http.MethodPost, path: "/api/v1/feeds/:format", need: auth.PostFeed, strict: true, late: true, body: body, serve: s.traced(s.feedPost)},
		{method: http.MethodGet, path: "/api/v1/feeds", need: auth.Read, body: noBody, serve: s.feedSources},
		{method: http.MethodGet, path: "/api/v1/dead-letters", need: auth.ReadLetters, body: noBody, rate: rateSearch, serve: s.letterList},
		{method: http.MethodPost, path: "/api/v1/dead-letters/:id/retry", need: auth.PushMain, strict: true, body: noBody, serve: s.letterRetry},
		{method: http.MethodDelete, path: "/api/v1/dead-letters/:id", need: auth.PushMain, strict: true, body: noBody, serve: s.letterDelete},
		page("/feeds", s.feedsPage),
		{method: http.MethodGet, path: "/dead-letters", need: auth.ReadLetters, body: noBody, rate: rateSearch, serve: s.lettersPage},
		{method: http.MethodPost, path: "/dead-letters/:id/retry", need: auth.PushMain, body: noBody, serve: s.letterRetryForm},
		{method: http.MethodPost, path: "/dead-letters/:id/dismiss", need: auth.PushMain, body: noBody, serve: s.letterDismissForm},
	}
	for _, f := range s.opt.Feeds.Formats {
		if f.Lines {
			routes = append(routes, route{method: http.MethodPost, path: "/api/v1/feeds/" + f.Name, need: auth.PostFeed, strict: true, late: true, body: max(feedStream, body), serve: s.traced(s.feedStream)})
		}
	}
	return routes
}

func (s *Server) feedBody() int64 {
	if s.opt.Feeds.Body > 0 {
		return s.opt.Feeds.Body
	}
	return feedBody
}

// feeds are there, or the routes are not.
func (s *Server) feeds() (Feeds, error) {
	if s.deps.Feeds == nil {
		return nil, fault.New(fault.NotFound, "web", "this portal takes no feeds")
	}
	return s.deps.Feeds, nil
}

// feedAnswer is the answer of the contract.
type feedAnswer struct {
	Accepted  int            `json:"accepted"`
	Duplicate int            `json:"duplicate"`
	Rejected  []feedRejected `json:"rejected"`
	// More counts rejections that are not listed; absent when all are.
	More int `json:"rejected_more,omitempty"`
}

type feedRejected struct {
	Index  int    `json:"index"`
	Reason string `json:"reason"`
}

// add takes the answer for a part of a body whose first item has the given index.
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

func newFeedAnswer() feedAnswer { return feedAnswer{Rejected: []feedRejected{}} }

// feedInput is a request as the decoders see it.
func (s *Server) feedInput(c echo.Context, body []byte) (feed.Input, error) {
	who := visitOf(c).who
	source, err := sourceOf(c.QueryParam("source"), who)
	return feed.Input{
		Body: body, ContentType: c.Request().Header.Get("Content-Type"), Header: c.Request().Header.Get,
		Source: source, Bound: who.Sources, Sender: who.TokenID, Received: s.opt.Now(),
	}, err
}

// sourceOf is who speaks: the source that is named; else the one that the token is
// bound to; else a source called after the token.
func sourceOf(named string, who auth.Principal) (string, error) {
	switch {
	case named != "":
		return named, nil
	case len(who.Sources) == 0:
		return who.Name, nil
	case len(who.Sources) == 1:
		return who.Sources[0], nil
	}
	return "", fault.Newf(fault.Invalid, "web.feed", "source: this token may post for %s; name one of them as ?source=NAME", strings.Join(who.Sources, ", "))
}

// feedBegin judges a request that brings a body. in has all but the body and its
// time.
func (s *Server) feedBegin(c echo.Context) (feeds Feeds, in feed.Input, err error) {
	if feeds, err = s.feeds(); err != nil {
		return nil, in, err
	}
	if err = plainBody(c.Request()); err != nil {
		return nil, in, err
	}
	in, err = s.feedInput(c, nil)
	return feeds, in, err
}

// feedPost takes one body.
func (s *Server) feedPost(c echo.Context) error {
	feeds, in, err := s.feedBegin(c)
	if err != nil {
		return err
	}
	s.slowReader(c)
	body, land, err := s.readFeed(c, s.feedBody())
	defer land()
	if err != nil {
		return err
	}
	bodyRead(c)
	in.Body = body
	in.Received = s.opt.Now()
	format := s.format(c.Param("format"))
	if err := s.checkSignature(format, in); err != nil {
		return err
	}
	var got feedstore.Result
	ctx := c.Request().Context()
	err = s.flights.decode(ctx, len(in.Body), func() (err error) {
		got, err = feeds.Accept(ctx, format.Name, in)
		return err
	})
	if err != nil && (!format.AcceptsAll || fault.KindOf(err) != fault.Invalid || len(got.Rejected) == 0) {
		return whetherKept(err, got)
	}
	answer := newFeedAnswer()
	answer.add(got, 0)
	return writeJSON(c, http.StatusAccepted, answer)
}

// slowReader gives a known sender longer than others to send its body, and to be
// answered after it.
func (s *Server) slowReader(c echo.Context) {
	// Deadlines of a connection are the machine's: not the injected clock's.
	ctl, end := http.NewResponseController(c.Response()), time.Now().Add(feedReadTime)
	_ = ctl.SetReadDeadline(end) // a recorder has no deadlines
	_ = ctl.SetWriteDeadline(end.Add(writeTimeout))
}

// bodyRead lifts the deadline of reading once a body is there: net/http would take
// its passing for a client that left, while the body waits to be decoded.
func bodyRead(c echo.Context) {
	_ = http.NewResponseController(c.Response()).SetReadDeadline(time.Time{}) // a recorder has no deadlines
}

// whetherKept marks the error of a body that is a dead letter already.
func whetherKept(err error, got feedstore.Result) error {
	if len(got.Rejected) > 0 {
		return traceless{err}
	}
	return err
}

// plainBody refuses compressed bodies: what they unpack to cannot be counted
// before it is read.
func plainBody(r *http.Request) error {
	if e := r.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return fault.New(fault.Unsupported, "web.feed", "send the body as it is, without Content-Encoding")
	}
	return nil
}

// unreadable is the error of a body that did not come whole.
func unreadable(err error) error {
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		return err
	}
	return fault.Wrap(fault.Invalid, "web.feed", "the body did not come whole; nothing of it was stored, send it again", err)
}

// feedStream takes NDJSON of any length in parts of whole lines, each durable
// before the next is read. When it fails half way, sending all of it again does
// no harm.
func (s *Server) feedStream(c echo.Context) error {
	feeds, in, err := s.feedBegin(c)
	if err != nil {
		return err
	}
	if c.Request().ContentLength > feedStream {
		return s.feedTooLarge()
	}
	part := min(s.feedBody(), feedPart)
	room := part
	if n := c.Request().ContentLength; n > 0 {
		room = min(n, part)
	}
	land, err := s.reserve(c, room)
	if err != nil {
		return err
	}
	defer land()
	s.slowWriter(c)
	answer, first := newFeedAnswer(), 0
	parts := lineParts{in: bufio.NewReaderSize(c.Request().Body, 64<<10), most: int(part)}
	for parts.next() {
		if first > 0 {
			if err := s.stillMay(c, auth.PostFeed); err != nil {
				return traceless{err} // no sender that may post
			}
		}
		in.Body, in.Received = parts.part, s.opt.Now()
		got, err := feeds.Accept(c.Request().Context(), formatOf(c), in)
		if err != nil && (fault.KindOf(err) != fault.Invalid || len(got.Rejected) == 0 || first == 0 && parts.last) {
			return whetherKept(err, got)
		}
		answer.add(got, first)
		first += parts.lines
	}
	if parts.err != nil {
		return parts.err
	}
	return writeJSON(c, http.StatusAccepted, answer)
}

// lineParts cuts a stream into parts of whole lines.
type lineParts struct {
	in    *bufio.Reader
	most  int    // bytes of a part
	part  []byte // the present one
	lines int    // in it, blank ones not counted
	last  bool   // the stream ended with it
	rest  []byte // a line that did not fit
	err   error
}

// next reads the next part; an empty stream is one empty part.
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

func (p *lineParts) take(line []byte) {
	p.part = append(p.part, line...)
	if len(bytes.TrimSpace(line)) > 0 {
		p.lines++
	}
}

// line reads one line, which must fit into a part.
func (p *lineParts) line() (line []byte, err error) {
	for {
		piece, err := p.in.ReadSlice('\n')
		line = append(line, piece...)
		if len(line) > p.most {
			return nil, fault.Newf(fault.TooLarge, "web.feed", "a line is longer than %s; the lines before it are stored, what came after is not", byteSize(int64(p.most)))
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
