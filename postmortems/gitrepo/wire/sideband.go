package wire

import (
	"io"
	"sync"
	"unicode/utf8"
)

// The bands of side-band-64k.
const (
	bandReport = 1
	bandWords  = 2
)

// maxLine is how many bytes of one line go into a packet. git prefixes each
// packet's lines with "remote: ", so a longer line is told as several.
const maxLine = 2000

// Answer writes what a pushing client receives: words while the work goes on,
// and at its end one report. It may be used from several goroutines.
type Answer struct {
	mu       sync.Mutex
	w        io.Writer
	sideBand bool
	buf      []byte
	err      error // the first failure to write; later writes are dropped
}

// NewAnswer writes to w, which must pass each write on at once. Without a side
// band there is no way to tell words: Say does nothing then.
func NewAnswer(w io.Writer, sideBand bool) *Answer {
	return &Answer{w: w, sideBand: sideBand}
}

// Say prints lines in the author's terminal, cleaned.
func (a *Answer) Say(lines ...string) {
	if !a.sideBand || len(lines) == 0 {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.buf = a.buf[:0]
	for _, line := range lines {
		for _, part := range split(Clean(line)) {
			data := append([]byte{bandWords}, part...)
			a.buf = AppendPacket(a.buf, append(data, '\n'))
		}
	}
	a.flush()
}

// KeepAlive sends an empty packet, so that neither git nor a proxy takes long
// work for a dead server.
func (a *Answer) KeepAlive() {
	if !a.sideBand {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.buf = AppendPacket(a.buf[:0], []byte{bandReport})
	a.flush()
}

// Result is what became of one ref: Reason is "" when it moved.
type Result struct {
	Ref, Reason string
}

// Report ends the answer. Unpack is "ok" or why the pack could not be taken.
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

func (a *Answer) flush() {
	if a.err == nil {
		_, a.err = a.w.Write(a.buf)
	}
}

// reason makes a ref's one-line reason: git prints it inside parentheses.
func reason(s string) string { return split(Clean(s))[0] }

// split cuts a line into parts of at most maxLine bytes between runes.
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
