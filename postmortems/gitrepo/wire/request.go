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

// Bounds of what comes before the pack. They are far above what git sends for
// an honest push, and small enough to be kept in memory.
const (
	MaxCommands = 64   // refs a push; an author publishes one branch, seldom a handful
	MaxOptions  = 16   // -o options a push; one is known
	MaxOption   = 1024 // bytes of one -o option
	MaxShallow  = 4096 // "shallow" lines a push: the edges of a shallow clone
	maxRefBytes = 1024 // bytes of a ref's name, before anything else is asked of it
)

// zeroOID stands for "no such ref" on the wire; in a Command it is "".
const zeroOID = "0000000000000000000000000000000000000000"

// Command asks to move one ref. Old is "" to create, New is "" to delete.
type Command struct {
	Ref      string
	Old, New postmortems.OID
}

// Request is a push up to its pack.
type Request struct {
	Commands []Command // empty for the probe that git sends before a chunked push
	Options  []string  // -o values
	// What the client's capabilities say.
	Report   bool // wants a report at all
	SideBand bool // wants words and report multiplexed
	Atomic   bool // all refs or none
	Quiet    bool // git push -q
}

// ReadRequest reads commands and options; the pack, if any, is what remains in
// r. Errors are faults of kind Invalid.
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
			// Whether the history behind it is here is found by walking it.
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

// capabilities notes what the client asked for and tells whether a list of push
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
			return false, fault.New(fault.Unsupported, "wire", "this repository keeps SHA-1 objects; a SHA-256 repository cannot push to it")
		}
	}
	return options, nil
}

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

// parseCommand reads "OLD NEW REF". The ref's grammar is judged later, so that
// it can be refused by name; a name that could not be printed in the answer is
// refused here.
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
		return Command{}, protocol("a branch name is over 1,024 bytes, is not UTF-8 or holds control characters", nil)
	}
	return Command{Ref: ref, Old: from, New: to}, nil
}

// parseOID reads a 40-digit object name; the all-zero one is "".
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

// ended turns the end of the stream into a protocol error: inside a request it
// is one.
func ended(err error) error {
	if err == io.EOF {
		return protocol("the request ends before its flush packet", err)
	}
	return err
}
