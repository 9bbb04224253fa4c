// Package slowlog decodes the slow query log of MySQL, Percona Server and
// MariaDB in every form of its header since 5.0. It retains no literal: a
// statement is normalised before it leaves the package, Redact does the
// same to the stored body, and rejections show headers only.
//
// An entry becomes an observation. The entity is "digest/day". The key is
// the hash of what identifies an entry: time, thread, user, database,
// digest, the measured numbers, and its number among equal entries of the
// body. A file may therefore be sent twice, or in parts, without counting
// twice.
//
// The time of an entry is its SET timestamp (a UTC count), otherwise the
// last "# Time:" line, which MySQL omits while the second does not change.
// Before 5.7 that line has no zone; it is read as UTC, to which servers
// should be set.
//
// A server that logs one query or session in n (log_slow_rate_limit of
// Percona Server) states n in the entry; the observation is marked with it,
// and no number is multiplied.
//
// The formats: https://dev.mysql.com/doc/refman/8.4/en/slow-query-log.html
// and https://docs.percona.com/percona-server/8.0/slow-extended.html
package slowlog

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/sql"
)

// Name is the name of the format, in addresses and stored facts.
const Name = "mysql-slow-log"

// Format returns the format with all that the portal knows of it.
func Format() feed.Format {
	return feed.Format{
		Name: Name, Title: "slow query log",
		Sends:     "MySQL and MariaDB: the slow query log",
		Decoder:   Decoder{},
		PartStart: "# Time:",
	}
}

// Decoder implements feed.Decoder.
type Decoder struct{}

// Decode implements feed.Decoder.
func (Decoder) Decode(in feed.Input) (d feed.Decoded, err error) {
	entries := parse(in.Body)
	if len(entries) == 0 {
		return d, fault.New(
			fault.Invalid,
			"slowlog.Decode",
			`this is no slow query log: it has no entry that begins with "# Time:" or "# User@Host:"`,
		)
	}
	// Equal entries of one body are numbered, so that none is lost as a duplicate. If
	// the file is sent again the numbers are the same.
	seen := map[string]int{}
	index := 0
	for _, e := range entries {
		if e.command {
			d.Ignored++
			continue
		}
		statement := sql.Normalize(e.statement.String(), sql.MySQL)
		if _, use := usedDatabase(statement); use {
			d.Ignored++ // "use" after a comment is not a query
			continue
		}
		f, err := e.fact(in.Source, statement, seen)
		f.Item = index
		d.Take(f, false, err, []byte(e.head.String()))
		index++
	}
	return d, nil
}

// Redact returns the body with every statement normalised, without lines that are
// neither headers nor statements of an entry. The result is a log that Decode reads as
// the same facts, because a dead letter can be retried from the stored body.
func (Decoder) Redact(body []byte) []byte {
	var out bytes.Buffer
	for _, e := range parse(body) {
		out.WriteString(e.head.String())
		if e.usedDatabase != "" {
			fmt.Fprintf(&out, "use %s;\n", e.usedDatabase)
		}
		if e.timestamp != "" {
			fmt.Fprintf(&out, "SET timestamp=%s;\n", e.timestamp)
		}
		if s := sql.Normalize(e.statement.String(), sql.MySQL); s != "" {
			out.WriteString(s + ";\n")
		}
	}
	return out.Bytes()
}

// fact returns the observation of an entry with its normalised statement. seen counts
// equal entries of the body. It returns fault.Invalid for an entry that is cut off, has
// no time or has a number out of bounds; the message never quotes the statement.
func (e *entry) fact(source, statement string, seen map[string]int) (f feed.Fact, err error) {
	const op = "slowlog.fact"
	f = feed.Fact{Kind: feed.SQL, Source: source}
	if !e.measured {
		return f, fault.New(fault.Invalid, op, "the entry is cut off: it has no Query_time")
	}
	if e.trouble != nil {
		return f, e.trouble
	}
	if e.at.IsZero() {
		return f, fault.New(
			fault.Invalid,
			op,
			`the entry does not say when it happened: it has neither "SET timestamp=" nor a "# Time:" line before it`,
		)
	}
	if statement == "" {
		return f, fault.New(fault.Invalid, op, "the entry is cut off: it has no statement")
	}
	o := &sql.Observation{
		Source: source, Instance: source, Database: e.database, User: e.user, Statement: statement, Digest: sql.Digest(statement),
		Tag: sql.Tag(e.statement.String(), sql.MySQL), At: e.at, Count: 1, Seconds: e.seconds, Times: []float64{e.seconds},
		RowsExamined: e.examined, RowsSent: e.sent,
	}
	if e.oneIn > 1 {
		o.OneIn = e.oneIn
	}
	id := fmt.Sprintf(
		"%d|%s|%s|%s|%s|%g|%g|%d|%d",
		o.At.UnixMicro(),
		e.thread,
		o.User,
		o.Database,
		o.Digest,
		e.seconds,
		e.lock,
		e.examined,
		e.sent,
	)
	sum := sha256.Sum256(fmt.Appendf(nil, "%s|%d", id, seen[id]))
	seen[id]++
	// 96 bits: a collision within the entries of one digest and day is out of reach.
	o.Key = hex.EncodeToString(sum[:12])
	f.Entity, f.Key, f.At, f.SQL = o.Digest+"/"+o.At.Format(time.DateOnly), o.Key, o.At, o
	return f, nil
}

// entry is one entry of the log.
type entry struct {
	head      strings.Builder // its header lines, unchanged
	statement strings.Builder
	at        time.Time
	timestamp string // of SET timestamp, digits
	thread    string
	user      string
	database  string
	seconds   float64
	lock      float64
	examined  int64
	sent      int64
	measured  bool  // Query_time was there
	command   bool  // an administrator command, such as Quit
	oneIn     int   // the server logs one query or session in so many; 0: unknown
	trouble   error // error of the first invalid number; nil: there is none

	usedDatabase string // by "use x;" of this entry
}
