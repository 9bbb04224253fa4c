package story

import (
	"bytes"
	"fmt"
	"iter"
	"time"
)

// statement is a slow statement of one database over the three months. The sample has
// one that is always there, one that was fixed halfway, and one that appeared in the
// last week, because the report compares periods.
//
// text has one verb for a number, 1 to 28 (a day of every month): literals differ, and
// the portal must find the same statement behind them. aDay is the mean number a day,
// seconds the mean duration, examined the least number of rows.
type statement struct {
	schema, user, text string
	aDay               float64
	seconds            float64
	examined           int
	// from and to are shares of the story in which it occurs, 0 to 1.
	from, to float64
}

var statements = []statement{
	{"orders", "orders_api", "SELECT * FROM orders WHERE customer_id = %d AND state IN ('open','paid') ORDER BY created_at DESC", 9,
		1.8, 410_000, 0, 1},
	{"orders", "orders_api", "SELECT SUM(amount) FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE o.shop_id = %d AND " +
		"o.created_at > '2026-01-01'", 4, 6.2, 2_600_000, 0, 0.55},
	{"orders", "report_job", "SELECT o.id, c.mail FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.updated_at > NOW() " +
		"- INTERVAL %d HOUR", 3, 11.5, 5_200_000, 0.5, 1},
	{"payments", "payment_gw", "UPDATE captures SET state = 'settled' WHERE batch_id = %d AND state = 'open'", 5, 1.2, 88_000, 0.2, 1},
	{"payments", "payment_gw", "SELECT id FROM refunds WHERE card_fingerprint = 'f%d' AND created_at > '2026-05-01' FOR UPDATE", 2,
		2.7, 960_000, 0.93, 1},
	{"legacy_stats", "cron", "SELECT COUNT(*) FROM page_views WHERE day = '2026-10-%02d' GROUP BY country", 1, 18, 40_000_000, 0, 1},
}

// slowLogs returns the slow log of one MySQL server, one post per week. A week without
// entries has no post.
func (s *Story) slowLogs() iter.Seq[Post] {
	const week = 7 * 24 * time.Hour
	return func(yield func(Post) bool) {
		for from := s.from; from.Before(s.now); from = from.Add(week) {
			var b bytes.Buffer
			for i, st := range statements {
				s.entries(&b, fmt.Sprint("sql ", i), st, from, from.Add(week))
			}
			if b.Len() > 0 && !yield(Post{"mysql-slow-log", "mysql-ap1", textType, b.Bytes()}) {
				return
			}
		}
	}
}

// entries appends the entries of one statement between two instants. They are a Poisson
// process: the gaps are exponential with a mean of 1/aDay. The log is sorted per
// statement only; the decoder does not need more.
func (s *Story) entries(b *bytes.Buffer, subject string, st statement, from, to time.Time) {
	d := s.dice(subject + stamp(from))
	at := from
	for {
		at = at.Add(time.Duration(d.ExpFloat64() * 24 / st.aDay * float64(time.Hour)))
		if !at.Before(to) || !at.Before(s.now) {
			return
		}
		if place := float64(at.Sub(s.from)) / float64(Length); place < st.from || place > st.to {
			continue
		}
		seconds := st.seconds * (0.6 + d.ExpFloat64()*0.4)
		// The header of an entry as MySQL 5.7 and later write it; Query_time is in
		// seconds.
		fmt.Fprintf(b, "# Time: %s\n# User@Host: %s[%s] @  [10.2.0.%d]  Id: %d\n# Schema: %s  Last_errno: 0  Killed: 0\n# Query_time: "+
			"%.6f  Lock_time: 0.000120  Rows_sent: %d  Rows_examined: %d\nSET timestamp=%d;\n",
			at.Format("2006-01-02T15:04:05.000000Z"), st.user, st.user, 2+d.IntN(40), 1000+d.IntN(9000), st.schema, seconds, 1+d.IntN(50),
			st.examined+d.IntN(st.examined), at.Unix())
		fmt.Fprintf(b, st.text+";\n", 1+d.IntN(28))
	}
}
