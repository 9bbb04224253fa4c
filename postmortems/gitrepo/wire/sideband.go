package wire

import (
	"io"
	"sync"
	"unicode/utf8"
)

// The bands of side-band-64k.
const (
	bandReport = 1
	bandText   = 2
)

// maxLine is how many bytes of one line go into a packet. git prefixes the lines of each
// packet with "remote: ", so a longer line is sent as several.
const maxLine = 2000

// Answer writes what a pushing client receives: messages during the work, then one
// report. It may be used from several goroutines.
type Answer struct {
	mu       sync.Mutex
	w        io.Writer
	sideBand bool
	buf      []byte
	err      error // the first failure to write; later writes are dropped
}

// NewAnswer returns an Answer that writes to w, which must not buffer. Without a side
// band there is no channel for messages, and Say does nothing.
func NewAnswer(w io.Writer, sideBand bool) *Answer {
	return &Answer{w: w, sideBand: sideBand}
}

// Say prints lines in the author's terminal, after Clean.
func (a *Answer) Say(lines ...string) {
	if !a.sideBand || len(lines) == 0 {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.buf = a.buf[:0]
	for _, line := range lines {
		for _, part := range split(Clean(line)) {
			data := append([]byte{bandText}, part...)
			a.buf = AppendPacket(a.buf, append(data, '\n'))
		}
	}
	a.flush()
}

// KeepAlive sends an empty packet, so that neither git nor a proxy takes long work for a
// dead server.
func (a *Answer) KeepAlive() {
	if !a.sideBand {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.buf = AppendPacket(a.buf[:0], []byte{bandReport})
	a.flush()
}

// Result is the result of one ref: Reason is "" when it moved.
type Result struct {
	Ref, Reason string
}

// Report ends the answer. unpack is "ok" or why the pack was refused. The error is the
// first failed write of the answer. After it the client has read its final flush:
// nothing may be written any more. Without a side band the report is sent as plain
// packets, which is what a client that did not choose side-band-64k expects.
func (a *Answer) Report(unpack string, results []Result) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	var report []byte
	report = AppendPacket(report, "unpack "+reason(unpack)+"\n")
	for _, r := range results {
		line := "ok " + r.Ref
		if r.Reason != "" {
			line = "ng " + r.Ref + " " + reason(r.Reason)
		}
		report = AppendPacket(report, line+"\n")
	}
	report = AppendFlush(report)
	a.buf = a.buf[:0]
	if !a.sideBand {
		a.buf = append(a.buf, report...)
		a.flush()
		return a.err
	}
	for len(report) > 0 {
		n := min(len(report), MaxPacket-lengthLen-1)
		a.buf = AppendPacket(a.buf, append([]byte{bandReport}, report[:n]...))
		report = report[n:]
	}
	a.buf = AppendFlush(a.buf)
	a.flush()
	return a.err
}

// flush writes the buffer, unless an earlier write failed.
func (a *Answer) flush() {
	if a.err == nil {
		_, a.err = a.w.Write(a.buf)
	}
}

// reason returns a reason as one line; git prints it inside parentheses. Only the first
// maxLine bytes are returned: a report has no second line for the rest.
func reason(s string) string { return split(Clean(s))[0] }

// split cuts a line between runes into parts of at most maxLine bytes.
func split(s string) []string {
	var parts []string
	for len(s) > maxLine {
		n := maxLine
		for !utf8.RuneStart(s[n]) {
			n--
		}
		parts = append(parts, s[:n])
		s = s[n:]
	}
	return append(parts, s)
}
