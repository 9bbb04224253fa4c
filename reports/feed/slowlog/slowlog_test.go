package slowlog

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feed/feedtest"
)

const modern = `/usr/sbin/mysqld, Version: 8.0.40 (MySQL Community Server - GPL). started with:
Tcp port: 3306  Unix socket: /var/run/mysqld/mysqld.sock
Time                 Id Command    Argument
# Time: 2017-12-13T02:41:18.673330Z
# User@Host: shop[shop] @  [127.0.0.1]  Id:    17
# Schema: cart  Last_errno: 0  Killed: 0
# Query_time: 1.000249  Lock_time: 0.000100  Rows_sent: 1  Rows_examined: 70  Rows_affected: 0
SET timestamp=1513132878;
/* team=payments */ select *
# Comment: not a header
from t where mail = 'secret@example.org'

  and id in (1, 2, 3);
# User@Host: shop[shop] @  [127.0.0.1]  Id:    18
# Query_time: 0.5  Lock_time: 0.000000  Rows_sent: 0  Rows_examined: 0
use other;
SET timestamp=1513132879.5;
update t set a = 'secret';
# Time: 2017-12-13T02:41:20Z
# User@Host: shop[shop] @  [127.0.0.1]  Id:    18
# Query_time: 0.1  Lock_time: 0.000000  Rows_sent: 0  Rows_examined: 0
# administrator command: Quit;
# Time: 2017-12-13T02:41:21Z
# User@Host: shop[shop] @  [127.0.0.1]  Id:    19
`

func TestModernHeaders(t *testing.T) {
	d, err := feedtest.Decode(t, Decoder{}, feedtest.Input(modern))
	if err != nil || len(d.Facts) != 2 || d.Ignored != 1 || len(d.Rejected) != 0 {
		t.Fatalf("%+v, %v", d, err)
	}
	a, b := d.Facts[0].SQL, d.Facts[1].SQL
	if a.Database != "cart" || a.User != "shop" || a.Tag != "team=payments" || a.Seconds != 1.000249 || a.RowsExamined != 70 ||
		a.RowsSent != 1 ||
		a.At.Unix() != 1513132878 {
		t.Errorf("%+v", a)
	}
	if b.Database != "other" || b.At.UnixMilli() != 1513132879500 || b.Statement != "update t set a = ?" {
		t.Errorf("%+v", b)
	}
	if d.Facts[0].Entity != a.Digest+"/2017-12-13" {
		t.Errorf("entity %q", d.Facts[0].Entity)
	}
}

func TestOldHeaders(t *testing.T) {
	log := "# Time: 071218 11:48:27 # User@Host: [SQL_SLAVE] @  []\n# Thread_id: 10  Schema: foo\n# Query_time: 2  Lock_time: 0  " +
		"Rows_sent: 1  Rows_examined: 0\nBEGIN;\n" +
		"# User@Host: [SQL_SLAVE] @  []\n# Thread_id: 10\n# Query_time: 2  Lock_time: 0  Rows_sent: 1  Rows_examined: 0\nBEGIN;\n" +
		"# Time: 131128  1:05:31\n# User@Host: u[u] @ h []\n# Query_time: 3  Lock_time: 0 Rows_sent: 2  Rows_examined: 2\nselect 1;\n"
	d, err := feedtest.Decode(t, Decoder{}, feedtest.Input(log))
	if err != nil || len(d.Facts) != 3 {
		t.Fatalf("%+v, %v", d, err)
	}
	want := []string{"2007-12-18T11:48:27Z", "2007-12-18T11:48:27Z", "2013-11-28T01:05:31Z"}
	for i, f := range d.Facts {
		if got := f.At.Format(time.RFC3339); got != want[i] {
			t.Errorf("entry %d at %s", i, got)
		}
	}
	if d.Facts[0].SQL.Database != "foo" || d.Facts[0].SQL.User != "SQL_SLAVE" {
		t.Errorf("%+v", d.Facts[0].SQL)
	}
	twice, err := feedtest.Decode(t, Decoder{}, feedtest.Input(log+log))
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	for _, f := range twice.Facts {
		keys[f.Key] = true
	}
	if len(keys) != 6 {
		t.Errorf("%d keys of 6 entries", len(keys))
	}
}

func TestRejections(t *testing.T) {
	d, err := feedtest.Decode(
		t,
		Decoder{},
		feedtest.Input(
			"# User@Host: u[u] @ h []\n# Query_time: 1 Lock_time: 0\nselect 'secret';\n# Time: 2017-12-13T02:41:21Z\n# User@Host: u[u] @ "+
				"h []\n# Query_time: 1 Lock_time: 0\n",
		),
	)
	if err != nil || len(d.Rejected) != 2 || strings.Contains(string(d.Rejected[0].Raw), "secret") ||
		!strings.Contains(d.Rejected[1].Reason, "no statement") {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := feedtest.Decode(t, Decoder{}, feedtest.Input("select 1;\n")); err == nil {
		t.Error("a statement alone was accepted")
	}
}

// redacted reports whether the stored body decodes to the same facts and has no
// literal.
func redacted(t *testing.T, body string) {
	t.Helper()
	kept := string(Decoder{}.Redact([]byte(body)))
	a, errA := feedtest.Decode(t, Decoder{}, feedtest.Input(body))
	b, errB := feedtest.Decode(t, Decoder{}, feedtest.Input(kept))
	if (errA == nil) != (errB == nil) {
		t.Fatalf("%v and %v\n%s", errA, errB, kept)
	}
	withoutTags(a.Facts)
	withoutTags(b.Facts)
	if !reflect.DeepEqual(a.Facts, b.Facts) {
		t.Errorf("the kept body says something else:\n%s", kept)
	}
}

func withoutTags(facts []feed.Fact) {
	for i := range facts {
		facts[i].SQL.Tag = "" // lies in a comment, which is not kept
	}
}

func TestRedact(t *testing.T) {
	redacted(t, modern)
	if kept := string(Decoder{}.Redact([]byte(modern))); strings.Contains(kept, "secret") || strings.Contains(kept, "1, 2") {
		t.Errorf("a literal is kept:\n%s", kept)
	}
}

func TestSamples(t *testing.T) {
	for name, body := range feedtest.Samples(t, "mysql-slow-log/*.log") {
		d, err := feedtest.Decode(t, Decoder{}, feedtest.Input(string(body)))
		if err != nil || len(d.Facts)+len(d.Rejected)+d.Ignored == 0 {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
		redacted(t, string(body))
		for _, r := range d.Rejected {
			t.Logf("%s: entry %d: %s", name, r.Index, r.Reason)
		}
	}
}

// TestBodyNamesNoSource: users, hosts and schemas that an entry names are not its source.
func TestBodyNamesNoSource(t *testing.T) {
	feedtest.KeepsSource(t, Decoder{},
		feedtest.Input("# Time: 2026-11-24T10:00:00Z\n# User@Host: other[other] @ other [127.0.0.1]  Id: 1\n# Schema: other\n"+
			"# Query_time: 1.0  Lock_time: 0.0  Rows_sent: 1  Rows_examined: 7\nselect 1;\n"),
	)
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(modern))
	f.Add([]byte("# Time: 071218 11:48:27 # User@Host: [S] @  []\n# Query_time: 2\nBEGIN;\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := feedtest.Decode(t, Decoder{}, feedtest.Input(string(body)))
		again, errAgain := feedtest.Decode(t, Decoder{}, feedtest.Input(string(Decoder{}.Redact(body))))
		if err == nil && len(d.Facts) > 0 && (errAgain != nil || len(again.Facts) == 0) {
			t.Fatalf("nothing is left of %d entries: %v", len(d.Facts), errAgain)
		}
	})
}
