package gitrepo

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/postern/postern/portal/base/fault"
)

// finalWait is how long the answer may take after the time of an exchange has
// ended, so that the client learns why it ended.
const finalWait = 10 * time.Second

// conn is one HTTP exchange. Its deadlines move on with every byte, up to a total. A
// transfer that stalls ends soon, and a slow one that makes progress may use the whole
// time.
type conn struct {
	idle    time.Duration
	w       http.ResponseWriter
	control *http.ResponseController
	until   time.Time
	pending string // content type to start with at the first write
	started bool
}

// The total of the exchange begins now.
func newConn(w http.ResponseWriter, req *http.Request, limits Limits) *conn {
	return &conn{w: w, idle: limits.Idle, control: http.NewResponseController(w), until: time.Now().Add(limits.Duration)}
}

// deadline returns when the next step of the exchange must be done, at most extra
// after the exchange's total. It uses the machine's clock, as sockets do.
func (c *conn) deadline(extra time.Duration) time.Time {
	t, end := time.Now().Add(c.idle), c.until.Add(extra)
	if t.Before(end) {
		return t
	}
	return end
}

// stopReadDeadline removes the read deadline when the body has been read. The server
// keeps reading to notice that the client disconnects, and would treat an expired
// deadline as a disconnect: a push that waits or is checked for longer would be
// aborted.
func (c *conn) stopReadDeadline() { _ = c.control.SetReadDeadline(time.Time{}) } // not every server has deadlines

// start writes the status and the header of the answer. The headers forbid caching, as
// git's own http-backend does: proxies would otherwise answer with old refs.
func (c *conn) start(contentType string) {
	h := c.w.Header()
	h.Set("Content-Type", "application/x-"+contentType)
	h.Set("Cache-Control", "no-cache, max-age=0, must-revalidate")
	h.Set("Pragma", "no-cache")
	h.Set("Expires", "Fri, 01 Jan 1980 00:00:00 GMT")
	c.w.WriteHeader(http.StatusOK)
	c.started = true
}

// Write writes and flushes p; the header is written before the first byte. Flushing
// after each write shows progress lines while the push is processed.
func (c *conn) Write(p []byte) (int, error) {
	if !c.started {
		c.start(c.pending)
	}
	_ = c.control.SetWriteDeadline(c.deadline(finalWait)) // not every server has deadlines
	n, err := c.w.Write(p)
	if err == nil {
		err = c.control.Flush()
	}
	if errors.Is(err, http.ErrNotSupported) {
		err = nil
	}
	return n, err
}

// abort breaks the connection, so that the client does not take half an answer for
// a complete one: with its deadline in the past, the server cannot finish the body.
func (c *conn) abort() { _ = c.control.SetWriteDeadline(time.Unix(1, 0)) }

// body returns a reader of the decoded request body whose deadlines move on. Reading
// more than most bytes is a fault of kind TooLarge. An unknown content encoding is a
// fault of kind Unsupported. The bound applies to the decoded bytes, so that a small
// gzip body cannot become gigabytes.
func (c *conn) body(req *http.Request, most int64) (io.Reader, error) {
	raw := &timed{conn: c, r: req.Body}
	var in io.Reader = raw
	switch encoding := req.Header.Get("Content-Encoding"); encoding {
	case "", "identity":
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(raw)
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, "gitrepo.body", "the request is labelled gzip and is not gzip", err)
		}
		in = z
	default:
		return nil, fault.Newf(fault.Unsupported, "gitrepo.body", "the content encoding %q is unknown", encoding)
	}
	return &capped{r: in, left: most, most: most}, nil
}

// drain reads and discards what a refused client still sends, up to most bytes. Errors
// are ignored: the answer is written in any case.
func (c *conn) drain(body io.Reader, most int64) {
	_, _ = io.Copy(io.Discard, io.LimitReader(&timed{conn: c, r: body, extra: finalWait}, most)) // the data is discarded
	c.stopReadDeadline()
}

// timed moves the read deadline on before every read.
type timed struct {
	conn  *conn
	r     io.Reader
	extra time.Duration // beyond the total of the exchange
}

// A client that stops sending for longer than Limits.Idle fails here, and a slow one at
// the end of the total.
func (t *timed) Read(p []byte) (int, error) {
	_ = t.conn.control.SetReadDeadline(t.conn.deadline(t.extra)) // not every server has deadlines
	n, err := t.r.Read(p)
	if err != nil && err != io.EOF {
		err = fault.Wrap(fault.Invalid, "gitrepo.body", "the request ended early or was too slow; try again", err)
	}
	return n, err
}

// capped reports a body that is too large as a fault of kind TooLarge, not as its end.
type capped struct {
	r          io.Reader
	left, most int64
}

func (c *capped) Read(p []byte) (int, error) {
	if c.left == 0 {
		// One more byte distinguishes a body of exactly most bytes from a larger one.
		var one [1]byte
		n, err := c.r.Read(one[:])
		if n > 0 {
			return 0, fault.Newf(fault.TooLarge, "gitrepo.body",
				"the push is larger than %d bytes; push in parts, and keep large files elsewhere", c.most)
		}
		return 0, err
	}
	n, err := c.r.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}
