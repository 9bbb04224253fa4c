package plumbing

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/postern/postern/postmortems"
)

// Modes a tree entry can have, as git writes them.
const (
	ModeFile       = 0o100644
	ModeExecutable = 0o100755
	ModeTree       = 0o040000
	ModeSymlink    = 0o120000
	ModeSubmodule  = 0o160000
)

const (
	rawOIDLen = 20 // bytes of an object name inside a tree
	hexOIDLen = 40
)

// ValidOID reports whether id is a full object name. Only valid names are written to a
// child.
func ValidOID(id postmortems.OID) bool {
	if len(id) != hexOIDLen {
		return false
	}
	for _, c := range []byte(id) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// Entry is one line of a tree object.
type Entry struct {
	Mode uint32
	Name string // bytes as stored, perhaps not UTF-8
	ID   postmortems.OID
}

// IsTree reports whether the entry is a folder.
func (e Entry) IsTree() bool { return e.Mode == ModeTree }

// ParseTree reads a tree object: for each entry "MODE NAME\0" and 20 bytes, in git's
// order. It checks the format, not the meaning of names and modes. An error names the
// index of the entry. The capacity is estimated at 40 bytes per entry, about what a
// name of twelve bytes takes.
func ParseTree(data []byte) ([]Entry, error) {
	entries := make([]Entry, 0, len(data)/40)
	for len(data) > 0 {
		mode, rest, ok := bytes.Cut(data, []byte{' '})
		if !ok || len(mode) == 0 || len(mode) > 6 {
			return nil, fmt.Errorf("tree entry %d has no mode", len(entries))
		}
		m, err := strconv.ParseUint(string(mode), 8, 32)
		if err != nil {
			return nil, fmt.Errorf("tree entry %d: %w", len(entries), err)
		}
		name, rest, ok := bytes.Cut(rest, []byte{0})
		if !ok || len(name) == 0 || len(rest) < rawOIDLen {
			return nil, fmt.Errorf("tree entry %d is cut off", len(entries))
		}
		id := hex.EncodeToString(rest[:rawOIDLen])
		entries = append(entries, Entry{Mode: uint32(m), Name: string(name), ID: postmortems.OID(id)})
		data = rest[rawOIDLen:]
	}
	return entries, nil
}

// Compare orders entries as git orders a tree: by bytes, as if the name of a folder
// ended in "/". A folder "a" therefore follows the file "a.md": "/" is greater than
// ".".
func (e Entry) Compare(o Entry) int {
	n := min(len(e.Name), len(o.Name))
	if c := strings.Compare(e.Name[:n], o.Name[:n]); c != 0 {
		return c
	}
	return int(e.byteAt(n)) - int(o.byteAt(n))
}

// byteAt returns byte i of the name as Compare sees it, 0 behind its end.
func (e Entry) byteAt(i int) byte {
	switch {
	case i < len(e.Name):
		return e.Name[i]
	case e.IsTree():
		return '/'
	}
	return 0
}

// Commit is a parsed commit object.
type Commit struct {
	Tree              postmortems.OID
	Parents           []postmortems.OID
	Author, Committer postmortems.Signature
	Subject           string // first line of the message, as written
}

// ParseCommit reads a commit object. Of malformed signatures, as old histories have
// them, the readable parts are returned. The error is for a missing or malformed tree
// or parent, without which the history cannot be walked. Other headers, such as gpgsig
// and its continuation lines, are ignored. Subject is the first line that is not blank,
// not made printable.
func ParseCommit(data []byte) (Commit, error) {
	var c Commit
	head, message, _ := bytes.Cut(data, []byte("\n\n"))
	for line := range bytes.Lines(head) {
		key, value, _ := strings.Cut(string(bytes.TrimSuffix(line, []byte("\n"))), " ")
		switch key {
		case "tree":
			c.Tree = postmortems.OID(value)
		case "parent":
			c.Parents = append(c.Parents, postmortems.OID(value))
			if !ValidOID(postmortems.OID(value)) {
				return Commit{}, fmt.Errorf("commit has a parent %q", value)
			}
		case "author":
			c.Author = parseSignature(value)
		case "committer":
			c.Committer = parseSignature(value)
		}
	}
	if !ValidOID(c.Tree) {
		return Commit{}, fmt.Errorf("commit has a tree %q", c.Tree)
	}
	for line := range strings.Lines(string(message)) {
		if c.Subject = strings.TrimSpace(line); c.Subject != "" {
			break
		}
	}
	return c, nil
}

// parseSignature reads "Name <mail> 1700000000 +0800". A missing or impossible time is
// the zero time. A name may contain "<", so the last ">" ends the address.
func parseSignature(s string) postmortems.Signature {
	var sig postmortems.Signature
	open, end := strings.IndexByte(s, '<'), strings.LastIndexByte(s, '>')
	if open < 0 || end < open {
		sig.Name = strings.TrimSpace(s)
		return sig
	}
	sig.Name, sig.Email = strings.TrimSpace(s[:open]), strings.TrimSpace(s[open+1:end])
	fields := strings.Fields(s[end+1:])
	if len(fields) == 0 {
		return sig
	}
	seconds, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil || seconds < 0 || seconds > maxSeconds {
		return sig
	}
	zone := time.UTC
	if len(fields) > 1 {
		zone = parseZone(fields[1])
	}
	sig.When = time.Unix(seconds, 0).In(zone)
	return sig
}

// maxSeconds is the end of the year 9999 in Unix time: RFC 3339 cannot represent later
// years.
const maxSeconds = 253402300799

// parseZone reads "+0530"; an impossible zone is UTC. "+0000" is time.UTC, not a fixed
// zone of that name.
func parseZone(s string) *time.Location {
	if len(s) != 5 || s[0] != '+' && s[0] != '-' {
		return time.UTC
	}
	n, err := strconv.ParseUint(s[1:], 10, 16)
	if err != nil || n/100 > 14 || n%100 > 59 || n == 0 {
		return time.UTC
	}
	offset := int(n/100*3600 + n%100*60)
	if s[0] == '-' {
		offset = -offset
	}
	return time.FixedZone(s, offset)
}
