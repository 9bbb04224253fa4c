package page

import (
	"net/http"
	"time"
)

// SlowWriter returns a writer for an answer that takes longer than a page: each piece
// written moves the connection's deadlines, by ten minutes in all.
func (r *Request) SlowWriter() *SlowWriter {
	// Deadlines of a connection are the machine's: not the injected clock's.
	w := &SlowWriter{out: r.Writer, ctl: http.NewResponseController(r.Writer), end: time.Now().Add(slowTime)}
	// Some work precedes the first byte: it may take the whole time.
	_ = w.ctl.SetWriteDeadline(w.end) // a recorder has no deadlines
	_ = w.ctl.SetReadDeadline(w.end)
	return w
}

// SlowWriter is an io.Writer that moves the deadlines of its connection.
type SlowWriter struct {
	out *Response
	ctl *http.ResponseController
	end time.Time
}

// Write implements io.Writer.
func (w *SlowWriter) Write(p []byte) (int, error) {
	next := time.Now().Add(slowStep)
	if next.After(w.end) {
		next = w.end
	}
	_ = w.ctl.SetWriteDeadline(next)
	n, err := w.out.Write(p)
	if err == nil {
		_ = w.ctl.SetWriteDeadline(w.end)
	}
	return n, err
}
