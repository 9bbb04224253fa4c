package wire

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
)

// Bounds of what precedes the pack. They are far above what git sends for an honest
// push, and small enough to hold in memory.
const (
	MaxCommands = 64   // refs per push; an author publishes one branch, rarely a few
	MaxOptions  = 16   // -o options per push; one is known
	MaxOption   = 1024 // bytes of one -o option
	MaxShallow  = 4096 // "shallow" lines per push: the edges of a shallow clone
	maxRefBytes = 1024 // bytes of a ref's name, checked before its grammar
)

// zeroOID means "no such ref" in the protocol; a Command has "" instead.
const zeroOID = "0000000000000000000000000000000000000000"

// Command requests to move one ref. Old is "" to create it, New is "" to delete it.
type Command struct {
	Ref      string
	Old, New postmortems.OID
}

// Request is a push up to its pack.
type Request struct {
	Commands []Command // empty for the probe that git sends before a chunked push
	Options  []string  // -o values
	// The capabilities that the client chose.
	Report   bool // wants a report at all
	SideBand bool // wants messages and report multiplexed
	Atomic   bool // all refs or none
	Quiet    bool // git push -q
}

// ReadRequest reads commands and options; the pack, if any, remains unread in r. Errors
// are faults of kind Invalid, or Unsupported for SHA-256 objects. The bounds above are
// applied while reading, so that a hostile client cannot make the server store more
// than their product.
func ReadRequest(r *bufio.Reader) (Request, error) {
	var q Request
	var options bool
	shallow := 0
	pkt := NewReader(r)
	for {
		line, flush, err := pkt.Next()
		if err != nil {
			return Request{}, ended(err)
		}
		if flush {
			break
		}
		if bytes.HasPrefix(line, []byte("shallow ")) {
			// Walking the history later shows whether these commits are in the repository.
			if shallow++; shallow > MaxShallow {
				return Request{}, protocol(fmt.Sprintf("more than %d shallow lines", MaxShallow), nil)
			}
			continue
		}
		if len(q.Commands) == MaxCommands {
			return Request{}, protocol(fmt.Sprintf("more than %d refs; push fewer at a time", MaxCommands), nil)
		}
		if len(q.Commands) == 0 {
			var caps []byte
			if line, caps, _ = bytes.Cut(line, []byte{0}); caps != nil {
				if options, err = q.capabilities(string(caps)); err != nil {
					return Request{}, err
				}
			}
		}
		c, err := parseCommand(line)
		if err != nil {
			return Request{}, err
		}
		q.Commands = append(q.Commands, c)
	}
	if options && len(q.Commands) > 0 {
		if err := q.readOptions(pkt); err != nil {
			return Request{}, err
		}
	}
	return q, nil
}

// capabilities stores what the client asked for and reports whether a list of push
// options follows the commands.
func (q *Request) capabilities(caps string) (options bool, err error) {
	for c := range strings.FieldsSeq(caps) {
		switch {
		case c == "report-status", c == "report-status-v2":
			q.Report = true
		case c == "side-band-64k":
			q.SideBand = true
		case c == "atomic":
			q.Atomic = true
		case c == "quiet":
			q.Quiet = true
		case c == "push-options":
			options = true
		case strings.HasPrefix(c, "object-format=") && c != "object-format=sha1":
			return false, fault.New(fault.Unsupported, "wire", "this repository stores SHA-1 objects; a SHA-256 repository cannot push to it")
		}
	}
	return options, nil
}

// readOptions reads push options up to the flush.
func (q *Request) readOptions(pkt *Reader) error {
	for {
		line, flush, err := pkt.Next()
		if err != nil {
			return ended(err)
		}
		if flush {
			return nil
		}
		line = bytes.TrimSuffix(line, []byte("\n"))
		if len(q.Options) == MaxOptions || len(line) > MaxOption {
			return protocol(fmt.Sprintf("more than %d push options, or one over %d bytes", MaxOptions, MaxOption), nil)
		}
		q.Options = append(q.Options, string(line))
	}
}

// parseCommand reads "OLD NEW REF". The grammar of the ref is checked later, so that the
// answer can name the ref; a name that cannot be printed is refused here.
func parseCommand(line []byte) (Command, error) {
	line = bytes.TrimSuffix(line, []byte("\n"))
	const fixed = 2*len(zeroOID) + 2
	if len(line) <= fixed || line[len(zeroOID)] != ' ' || line[fixed-1] != ' ' {
		return Command{}, protocol("a command is not OLD NEW REF", nil)
	}
	from, okOld := parseOID(line[:len(zeroOID)])
	to, okNew := parseOID(line[len(zeroOID)+1 : fixed-1])
	if !okOld || !okNew {
		return Command{}, protocol("a command does not name its objects", nil)
	}
	if from == "" && to == "" {
		return Command{}, protocol("a command neither creates nor deletes", nil)
	}
	ref := string(line[fixed:])
	if len(ref) > maxRefBytes || !utf8.ValidString(ref) || ref != Clean(ref) {
		return Command{}, protocol("a branch name is over 1,024 bytes, is not UTF-8 or contains control characters", nil)
	}
	return Command{Ref: ref, Old: from, New: to}, nil
}

// parseOID parses a 40-digit object name; the all-zero one is "". Only lower-case
// digits are accepted, as git writes them: one object then has one spelling wherever
// names are compared as strings.
func parseOID(b []byte) (postmortems.OID, bool) {
	for _, c := range b {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return "", false
		}
	}
	if string(b) == zeroOID {
		return "", true
	}
	return postmortems.OID(b), true
}

// ended turns the end of the stream, which must not come inside a request, into a fault.
func ended(err error) error {
	if err == io.EOF {
		return protocol("the request ends before its flush packet", err)
	}
	return err
}
