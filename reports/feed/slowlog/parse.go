package slowlog

import (
	"bytes"
	"strings"
	"time"
	"unicode"

	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/sql"
)

// The log is parsed line by line without backtracking: headers start
// entries, all other lines belong to the statement of the current entry. A
// log may start and end anywhere, because it is sent in parts.

// parser reads the lines of a log.
type parser struct {
	entries  []*entry
	now      *entry    // current; nil before the first
	last     time.Time // of the newest "# Time:" line
	database string    // current database: entries omit it while it does not change
	body     bool      // the statement of the current entry has started
}

// parse returns the entries of a log in their order. It skips lines before the first
// header and the server's banner, wherever it appears: a server writes it at every
// start and at FLUSH LOGS. The time is linear in the length of the log. Bytes that are
// not UTF-8, as in statements with binary literals, are replaced.
func parse(log []byte) []*entry {
	p := &parser{}
	for raw := range bytes.Lines(log) {
		line := strings.ToValidUTF8(strings.TrimRight(string(raw), "\r\n"), "\uFFFD")
		switch {
		case isHeader(line):
			p.header(line)
		case isBanner(line):
			p.finish()
		case p.now != nil:
			p.text(line)
		}
	}
	p.finish()
	return p.entries
}

// isHeader distinguishes header lines of the log from comments in a statement, which
// may start with "#" as well. Unknown headers are therefore text of the statement,
// where normalising removes them as comments.
func isHeader(line string) bool {
	rest, ok := strings.CutPrefix(line, "#")
	if !ok {
		return false
	}
	rest = strings.TrimLeft(rest, " ")
	// Headers that every server writes.
	for _, word := range []string{"Time: ", "User@Host: ", "Query_time: ", "Thread_id: ", "Schema: ", "administrator command: "} {
		if strings.HasPrefix(rest, word) {
			return true
		}
	}
	// Headers of Percona Server and MariaDB with extended statistics.
	for _, word := range []string{
		"QC_Hit: ", "Filesort: ", "Bytes_sent: ", "InnoDB_", "No InnoDB statistics", "Log_slow_rate_type: ", "Rows_affected: ",
		"Stored_routine: ", "Full_scan: ", "Tmp_tables: ", "explain: ", "Profile_",
	} {
		if strings.HasPrefix(rest, word) {
			return true
		}
	}
	return false
}

// isBanner reports whether a server writes the line when it opens the log.
func isBanner(line string) bool {
	return strings.HasPrefix(line, "Tcp port: ") || strings.HasPrefix(line, "TCP Port: ") ||
		strings.HasPrefix(line, "Time ") && strings.HasSuffix(line, "Argument") ||
		strings.Contains(line, ", Version: ") && strings.HasSuffix(line, "started with:")
}

// finish ends the current entry. One without a time, a command and a statement, such as
// a header at the end of a part, is dropped. The database is that of the newest "use".
func (p *parser) finish() {
	if p.now != nil && (p.now.measured || p.now.command || p.now.statement.Len() > 0) {
		if p.now.database == "" {
			p.now.database = p.database
		}
		p.entries = append(p.entries, p.now)
	}
	p.now, p.body = nil, false
}

// header reads one header line. A header after a statement starts the next entry, and
// so does a second "Time:" or "User@Host:" after a measured entry, whose statement is
// missing. The headers are collected in head for Redact and for rejections.
func (p *parser) header(line string) {
	rest := strings.TrimLeft(line[1:], " ")
	begins := strings.HasPrefix(rest, "Time: ") || strings.HasPrefix(rest, "User@Host: ")
	name, isCommand := strings.CutPrefix(rest, "administrator command: ")
	closes := isCommand && p.now != nil && p.now.statement.Len() == 0 // it replaces the statement
	if p.now == nil || p.body && !closes || begins && p.now.measured {
		p.finish()
		p.now = &entry{at: p.last}
	}
	if begun, user, both := strings.Cut(rest, "# User@Host: "); both {
		// 5.0 and Percona write both on one line.
		p.time(strings.TrimSpace(strings.TrimPrefix(begun, "Time: ")))
		p.userHost(user)
		p.now.head.WriteString("# Time: " + p.last.Format(time.RFC3339Nano) + "\n# User@Host: " + user + "\n")
		return
	}
	if isCommand {
		p.now.command, p.body = true, true
		p.now.head.WriteString("# administrator command: " + feed.Text(name) + "\n")
		return
	}
	p.now.head.WriteString("# " + feed.Text(rest) + "\n")
	switch {
	case strings.HasPrefix(rest, "Time: "):
		p.time(strings.TrimPrefix(rest, "Time: "))
	case strings.HasPrefix(rest, "User@Host: "):
		p.userHost(strings.TrimPrefix(rest, "User@Host: "))
	default:
		p.fields(rest)
	}
}

// time reads the time of a "# Time:" line: RFC 3339 since 5.7, "071015 21:43:52"
// before, where the hour may have one digit. If it cannot be read the time is unknown,
// not that of the entry before.
func (p *parser) time(text string) {
	p.last = time.Time{}
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		p.last = t.UTC()
	} else if t, err := time.Parse("060102 15:04:05", strings.Join(strings.Fields(text), " ")); err == nil {
		p.last = t
	} else if t, err := time.Parse("060102 3:04:05", strings.Join(strings.Fields(text), " ")); err == nil {
		p.last = t
	}
	p.now.at = p.last
}

// userHost reads "root[root] @ localhost [127.0.0.1]  Id:   168". The first name is
// that of the account; where it is empty, the one in brackets is used, which the client
// gave.
func (p *parser) userHost(text string) {
	user, rest, _ := strings.Cut(text, "@")
	user = strings.TrimSpace(user)
	if name, _, ok := strings.Cut(user, "["); ok && name != "" {
		user = name
	}
	p.now.user = feed.Text(strings.Trim(user, "[] "))
	if _, id, ok := strings.Cut(rest, "Id:"); ok {
		p.now.thread = strings.TrimSpace(id)
	}
}

// fields reads "Name: value" pairs. Unknown names are skipped, because servers add
// statistics with every release.
func (p *parser) fields(text string) {
	words := strings.Fields(text)
	for i, w := range words {
		name, ok := strings.CutSuffix(w, ":")
		if !ok || i+1 == len(words) {
			continue
		}
		value := words[i+1]
		switch name {
		case "Query_time":
			p.now.seconds, p.now.measured = p.now.number(feed.Execution(), name, value), true
		case "Lock_time":
			p.now.lock = lockTime(value)
		case "Rows_sent":
			p.now.sent = int64(p.now.number(feed.Rows(), name, value))
		case "Rows_examined":
			p.now.examined = int64(p.now.number(feed.Rows(), name, value))
		case "Log_slow_rate_limit":
			p.now.oneIn = int(p.now.number(feed.SampleRate(), name, value))
		case "Thread_id":
			p.now.thread = value
		case "Schema":
			// "Schema:  Last_errno: 0" has no schema: the next word is a name.
			if !strings.HasSuffix(value, ":") {
				p.now.database = feed.Text(value)
			}
		}
	}
}

// number reads a count or a time. If it cannot be read or is out of bounds,
// the whole entry is rejected.
func (e *entry) number(b feed.Bound, name, text string) float64 {
	x, err := b.Read(name, text)
	if err != nil && e.trouble == nil {
		e.trouble = err
	}
	return x
}

// lockTime reads the time that an entry waited for locks. It is not shown
// and only distinguishes entries, so that an invalid one, which is -1,
// rejects no entry.
func lockTime(text string) float64 {
	x, err := feed.Execution().Read("Lock_time", text)
	if err != nil {
		return -1
	}
	return x
}

// text reads a line of the statement. Before it the server writes "use x;" if the
// database changed, and "SET timestamp=n;"; neither is part of the statement.
func (p *parser) text(line string) {
	e := p.now
	if e.statement.Len() == 0 {
		trimmed := strings.TrimSpace(line)
		lower := strings.ToLower(trimmed)
		if name, ok := usedDatabase(trimmed); ok && strings.HasSuffix(trimmed, ";") {
			p.database, e.database, e.usedDatabase, p.body = feed.Text(name), feed.Text(name), feed.Text(name), true
			return
		}
		if timestamp, ok := strings.CutPrefix(lower, "set timestamp="); ok {
			p.timestamp(strings.TrimRight(timestamp, "; "))
			return
		}
		if trimmed == "" {
			return
		}
	}
	p.body = true
	// Whole lines are added, so that a statement may exceed the bound by one line;
	// normalising cuts it at the bound.
	if e.statement.Len() < sql.MaxInput {
		e.statement.WriteString(line + "\n")
	}
}

// usedDatabase reads "use NAME". Other text that starts so is a statement.
func usedDatabase(statement string) (name string, ok bool) {
	if len(statement) < 5 || !strings.EqualFold(statement[:4], "use ") {
		return "", false
	}
	name = strings.Trim(strings.TrimSpace(strings.TrimRight(statement[4:], "; ")), "`")
	for _, r := range name {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '$' && r != '-' {
			return "", false
		}
	}
	return name, name != ""
}

// timestamp reads "SET timestamp=", in seconds with or without a fraction.
// The first one is the server's; another may be a client's statement.
func (p *parser) timestamp(text string) {
	p.body = true
	first := p.now.timestamp == ""
	seconds, err := feed.Timestamp().Read("SET timestamp", text)
	if err != nil {
		if first && p.now.trouble == nil {
			p.now.trouble = err
		}
		return
	}
	p.now.timestamp = text
	p.now.at = time.UnixMicro(int64(seconds * 1e6)).UTC()
}
