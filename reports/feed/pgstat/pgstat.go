// Package pgstat decodes snapshots of PostgreSQL's pg_stat_statements. It
// retains no literal: statements are normalised again, because PostgreSQL
// does not normalise utility statements.
//
// A snapshot is JSON, either a list of rows of the view, as returned by
//
//	SELECT json_agg(s) FROM (SELECT d.datname, r.rolname, s.* FROM pg_stat_statements s
//	  JOIN pg_database d ON d.oid = s.dbid JOIN pg_roles r ON r.oid = s.userid) s
//
// or {"instance": …, "snapshot_at": …, "rows": […]}. A row becomes a
// cumulative observation; the entity is "instance/dbid/userid/queryid", the
// key the time of the snapshot. The differences between snapshots are
// computed when they are read (sql.Differences), so that snapshots may
// arrive late and in any order.
//
// Times are milliseconds, in total_exec_time from version 13 on and in
// total_time before. A row of which the role may not see the statement is
// ignored.
//
// The view: https://www.postgresql.org/docs/current/pgstatstatements.html
package pgstat

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/sql"
)

// Name is the name of the format, in addresses and stored facts.
const Name = "pg-stat-statements"

// Format returns the format with all that the portal knows of it.
func Format() feed.Format {
	return feed.Format{
		Name: Name, Title: "pg_stat_statements",
		Sends:   "PostgreSQL: snapshots of pg_stat_statements",
		Decoder: Decoder{},
	}
}

// Decoder implements feed.Decoder.
type Decoder struct{}

// snapshot is a body that states its instance and time.
type snapshot struct {
	Instance string            `json:"instance"`
	At       string            `json:"snapshot_at"`
	Rows     []json.RawMessage `json:"rows"`
}

// row has the columns of all versions of the view.
type row struct {
	User     any             `json:"userid"`
	DB       any             `json:"dbid"`
	Query    string          `json:"query"`
	QueryID  any             `json:"queryid"`
	Database string          `json:"datname"`
	Role     string          `json:"rolname"`
	Calls    json.RawMessage `json:"calls"`
	Exec     json.RawMessage `json:"total_exec_time"` // ms, from version 13
	Total    json.RawMessage `json:"total_time"`      // ms, before
	Rows     json.RawMessage `json:"rows"`
	Since    string          `json:"stats_since"` // from version 17
}

// Decode implements feed.Decoder.
func (Decoder) Decode(in feed.Input) (d feed.Decoded, err error) {
	s, err := read(in.Body)
	if err != nil {
		return d, err
	}
	at, err := feed.ReadTime(s.At)
	if err != nil {
		return d, err
	}
	if at.IsZero() {
		at = in.Received.UTC()
	}
	if s.Instance == "" {
		s.Instance = in.Source
	}
	for i, raw := range s.Rows {
		f, ignored, err := fact(in.Source, feed.Text(s.Instance), at, raw)
		f.Item = i
		var kept []byte
		if err != nil && len(d.Rejected) < feed.MaxRejected { // the row is not shown anywhere else
			kept = redactRow(raw)
		}
		d.Take(f, ignored, err, kept)
	}
	return d, nil
}

// read returns the snapshot of either form of a body.
func read(body []byte) (s snapshot, err error) {
	trimmed := bytes.TrimSpace(body)
	if len(trimmed) > 0 && trimmed[0] == '[' {
		err = feed.ReadJSON(body, &s.Rows)
		return s, err
	}
	if err := feed.ReadJSON(body, &s); err != nil {
		return s, err
	}
	if s.Rows == nil {
		return s, fault.New(fault.Invalid, "pgstat.read", "this is no snapshot of pg_stat_statements: it has no rows")
	}
	return s, nil
}

// fact returns the observation of one row; ignored reports that the role
// could not read it.
func fact(source, instance string, at time.Time, raw []byte) (f feed.Fact, ignored bool, err error) {
	const op = "pgstat.fact"
	var r row
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber() // query ids have 64 bits
	if err := dec.Decode(&r); err != nil {
		// The message of the JSON decoder may quote the row.
		return f, false, fault.Wrap(fault.Invalid, op, "the row cannot be read", err)
	}
	n, err := r.counters()
	if err != nil {
		return f, false, err
	}
	if !n.calls || !n.time || name(r.QueryID) == "" {
		if r.QueryID == nil && n.calls {
			return f, true, nil // a role without pg_read_all_stats sees other roles' rows so
		}
		return f, false, fault.New(fault.Invalid, op, "the row has no queryid, no calls or no total_exec_time (total_time before PostgreSQL 13)")
	}
	statement := sql.Normalize(r.Query, sql.PostgreSQL)
	if statement == "" || strings.HasPrefix(r.Query, "<insufficient privilege>") {
		return f, true, nil
	}
	since, err := feed.ReadTime(r.Since)
	if err != nil {
		return f, false, err
	}
	o := &sql.Observation{
		Source: source, Instance: instance, Database: feed.Text(first(r.Database, name(r.DB))), User: feed.Text(first(r.Role, name(r.User))),
		Statement: statement, Digest: sql.Digest(statement), Tag: sql.Tag(r.Query, sql.PostgreSQL), At: at, Count: n.count,
		Seconds: n.seconds, RowsSent: n.rows, Cumulative: true, Since: since, Key: feed.TimeKey(at),
	}
	entity := strings.Join([]string{instance, name(r.DB), name(r.User), name(r.QueryID)}, "/")
	return feed.Fact{Kind: feed.SQL, Source: source, Entity: entity, Key: o.Key, At: at, SQL: o}, false, nil
}

// counters has the numbers of a row, and which of them are present.
type counters struct {
	count, rows int64
	seconds     float64
	calls, time bool
}

func (r row) counters() (n counters, err error) {
	if n.count, n.calls, err = feed.Calls().ReadCount("calls", r.Calls); err != nil {
		return n, err
	}
	if n.rows, _, err = feed.Rows().ReadCount("rows", r.Rows); err != nil {
		return n, err
	}
	const msPerSecond = 1000
	total := feed.Executions()
	total.Most, total.Unit = total.Most*msPerSecond, "milliseconds"
	ms, there, err := total.ReadJSONNumber("total_exec_time", r.Exec)
	if err == nil && !there {
		ms, there, err = total.ReadJSONNumber("total_time", r.Total)
	}
	n.seconds, n.time = ms/msPerSecond, there
	return n, err
}

// name returns an oid or a query id as text, whether it is a number or a
// string.
func name(v any) string {
	switch x := v.(type) {
	case json.Number:
		return feed.Text(x.String())
	case string:
		return feed.Text(x)
	}
	return ""
}

// first returns a, or b if a is empty.
func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// Redact returns the body with every statement normalised. If the body
// cannot be decoded nothing is returned, since statements could be anywhere
// in it.
func (Decoder) Redact(body []byte) []byte {
	s, err := read(body)
	if err != nil {
		return nil
	}
	rows := make([]json.RawMessage, 0, len(s.Rows))
	for _, raw := range s.Rows {
		rows = append(rows, redactRow(raw))
	}
	out, err := json.Marshal(snapshot{feed.Text(s.Instance), feed.Text(s.At), rows})
	if err != nil {
		return nil
	}
	return out
}

// redactRow returns the columns that are read, with the statement
// normalised.
func redactRow(raw []byte) []byte {
	var columns map[string]json.RawMessage
	if err := json.Unmarshal(raw, &columns); err != nil {
		return []byte("{}")
	}
	out := map[string]any{}
	for _, c := range []string{"userid", "dbid", "queryid", "datname", "rolname", "calls", "total_exec_time", "total_time", "rows",
		"stats_since"} {
		if v, ok := columns[c]; ok {
			out[c] = v
		}
	}
	var query string
	if json.Unmarshal(columns["query"], &query) == nil {
		out["query"] = sql.Normalize(query, sql.PostgreSQL)
	}
	b, err := json.Marshal(out)
	if err != nil {
		return []byte("{}")
	}
	return b
}
