package feed_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feed/feedtest"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/sql"
)

func TestBoundsReadAndRefuse(t *testing.T) {
	for text, want := range map[string]float64{"0": 0, "-0": 0, "2.5": 2.5, " 7 ": 7, "1e3": 1000, "2592000": 2592000} {
		got, err := feed.Execution().Read("Query_time", text)
		if err != nil || got != want || math.Signbit(got) {
			t.Errorf("%q is read as %v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", "-1", "NaN", "Infinity", "-Inf", "inf", "1e308", "1e400", "2592000.1", "18446744073709.550781", "18446744073708.796870.000036",
		"9223372036854775808", "0x10", "1_000", "one", "1 2", strings.Repeat("9", 5000),
	} {
		got, err := feed.Execution().Read("Query_time", text)
		if err == nil || got != 0 {
			t.Errorf("%.40q is read as %v", text, got)
			continue
		}
		if why := feed.Reason(err); !strings.Contains(why, "Query_time is ") || !strings.Contains(why, "0 to 2592000 seconds") || len(why) > 300 {
			t.Errorf("%.40q is refused with %q", text, why)
		}
	}
	if n, there, err := feed.Calls().ReadCount("calls", nil); n != 0 || there || err != nil {
		t.Errorf("an absent number: %d, %v, %v", n, there, err)
	}
	if n, there, err := feed.Calls().ReadCount("calls", []byte(`"12"`)); n != 12 || !there || err != nil {
		t.Errorf("a number in quotes: %d, %v, %v", n, there, err)
	}
	for _, raw := range []string{"1.5", "[1]", "true", `"x"`} {
		if _, there, err := feed.Calls().ReadCount("calls", []byte(raw)); err == nil || there {
			t.Errorf("%s is a count", raw)
		}
	}
}

// TestEveryBoundHasItsUnitAndReason: a bound without words refuses without help.
func TestEveryBoundHasItsUnitAndReason(t *testing.T) {
	for name, b := range map[string]feed.Bound{
		"Execution": feed.Execution(), "Executions": feed.Executions(), "SampleRate": feed.SampleRate(), "Calls": feed.Calls(),
		"Rows": feed.Rows(), "Events": feed.Events(), "Coverage": feed.Coverage(),
		"DrillTime": feed.DrillTime(), "Truncated": feed.Truncated(), "Revision": feed.Revision(), "Number": feed.Number(),
		"Timestamp": feed.Timestamp(),
	} {
		if b.Why == "" || !(b.Least < b.Most) || math.IsInf(b.Most, 0) {
			t.Errorf("%s: %+v", name, b)
		}
		for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), -1, 1e308, 1 << 64} {
			if b.Holds(x) {
				t.Errorf("%s holds %v", name, x)
			}
		}
	}
}

// TestCheckNumbers is the second look: facts that no decoder of today makes.
func TestCheckNumbers(t *testing.T) {
	long := -time.Second
	for name, f := range map[string]feed.Fact{
		"a time":           {Kind: feed.SQL, SQL: &sql.Observation{Count: 1, Seconds: 18446744073709.55}},
		"a total":          {Kind: feed.SQL, SQL: &sql.Observation{Count: 5, Seconds: 1e24, Cumulative: true}},
		"no number":        {Kind: feed.SQL, SQL: &sql.Observation{Count: 1, Seconds: math.NaN()}},
		"a single time":    {Kind: feed.SQL, SQL: &sql.Observation{Count: 2, Seconds: 2, Times: []float64{-1}}},
		"calls below zero": {Kind: feed.SQL, SQL: &sql.Observation{Count: -1}},
		"rows":             {Kind: feed.SQL, SQL: &sql.Observation{Count: 1, RowsExamined: math.MaxInt64}},
		"rows sent":        {Kind: feed.SQL, SQL: &sql.Observation{Count: 1, RowsSent: -1}},
		"a drill":          {Kind: feed.Drill, Drill: &incident.Drill{Detect: &long}},
		"a coverage":       {Kind: feed.SLI, Bucket: &slo.Bucket{Coverage: math.NaN()}},
		"a revision":       {Kind: feed.Ticket, Rev: -1},
	} {
		if feed.CheckNumbers(&f) == "" {
			t.Errorf("%s is taken", name)
		}
	}
	if why := feed.CheckNumbers(&feed.Fact{Kind: feed.SQL, SQL: &sql.Observation{Count: 1, Seconds: 3, Times: []float64{3}}}); why != "" {
		t.Error(why)
	}
	for _, b := range []slo.Bucket{{Good: 1e308, Total: 1e308}, {Good: -1, Total: 1}, {Good: 1, Total: math.Inf(1)},
		{Good: math.NaN(), Total: 1}} {
		if feed.CheckEvents(&b) == "" {
			t.Errorf("%+v is taken", b)
		}
	}
}

// TestNumbersThatCannotBeAreRejected: one item a case, each by its own decoder, with a
// reason that names the field; the sound item beside it is taken.
func TestNumbersThatCannotBeAreRejected(t *testing.T) {
	slow := func(fields string) string {
		return "# Time: 2026-11-24T10:00:00Z\n# User@Host: a[a] @ h [127.0.0.1]  Id: 1\n# Query_time: 1.5  Lock_time: 0.0  Rows_sent: " +
			"1  Rows_examined: 7\nselect a from t;\n" +
			"# Time: 2026-11-24T10:00:01Z\n# User@Host: a[a] @ h [127.0.0.1]  Id: 2\n" + fields + "\nselect b from t;\n"
	}
	pg := func(row string) string {
		return `{"snapshot_at":"2026-11-24T10:00:00Z","rows":[{"userid":1,"dbid":2,"queryid":3,"query":"select 1","calls":1,"total_exec_time":1,"rows":1},
			{"userid":1,"dbid":2,"queryid":4,"query":"select 2",` + row + `}]}`
	}
	lines := func(line string) string {
		return `{"type":"change","id":"ok","time":"2026-11-24T10:00:00Z"}` + "\n" + line
	}
	sli := func(numbers string) string {
		return lines(`{"type":"sli","slo":"a","start":"2026-11-24T10:00:00Z","len":"5m",` + numbers + `}`)
	}
	for _, c := range []struct{ format, body, names string }{
		{"mysql-slow-log", slow("# Query_time: 18446744073709.550781  Lock_time: 0.0  Rows_sent: 1  Rows_examined: 7"), "Query_time"},
		{"mysql-slow-log", slow("# Query_time: 18446744073708.796870.000036  Lock_time: 0.0  Rows_sent: 1  Rows_examined: 7"), "Query_time"},
		{"mysql-slow-log", slow("# Query_time: 9223372036.854776  Lock_time: 0.0  Rows_sent: 1  Rows_examined: 7"), "Query_time"},
		{"mysql-slow-log", slow("# Query_time: NaN  Lock_time: 0.0  Rows_sent: 1  Rows_examined: 7"), "Query_time"},
		{"mysql-slow-log", slow("# Query_time: 1.0  Lock_time: 0.0  Rows_sent: 1  Rows_examined: 18446744073709551615"), "Rows_examined"},
		{"mysql-slow-log", slow("# Query_time: 1.0  Lock_time: 0.0  Rows_sent: -1  Rows_examined: 7"), "Rows_sent"},
		{"mysql-slow-log", slow("# Query_time: 1.0  Lock_time: 0.0  Rows_sent: 1  Rows_examined: 7\nSET timestamp=99999999999999;"),
			"SET timestamp"},
		{"pg-stat-statements", pg(`"calls":5,"total_exec_time":1e24,"rows":5`), "total_exec_time"},
		{"pg-stat-statements", pg(`"calls":5,"total_time":-1,"rows":5`), "total_time"},
		{"pg-stat-statements", pg(`"calls":9223372036854775808,"total_exec_time":1,"rows":5`), "calls"},
		{"pg-stat-statements", pg(`"calls":1e400,"total_exec_time":1,"rows":5`), "calls"},
		{"pg-stat-statements", pg(`"calls":5,"total_exec_time":1,"rows":-1`), "rows"},
		{"ndjson", sli(`"good":1e308,"total":1e308`), "total"},
		{"ndjson", sli(`"good":1e16,"total":5`), "good"},
		{"ndjson", sli(`"good":-1,"total":5`), "good"},
		{"ndjson", sli(`"bad":7,"total":5`), "bad"},
		{"ndjson", sli(`"good":1,"total":1e400`), "total"},
		{"ndjson", sli(`"good":1,"total":5,"coverage":1e308`), "coverage"},
		{"ndjson", sli(`"good":1,"total":5,"rev":-1`), "rev"},
		{"ndjson", lines(`{"type":"drill","id":"1","time":"2026-11-24T10:00:00Z","recover_seconds":1e308}`), "recover_seconds"},
		{"alertmanager", `{"version":"4","truncatedAlerts":-1,"alerts":[{"status":"firing","labels":{"alertname":"A"},"startsAt":"2026-11-24T10:00:00Z","fingerprint":"f"}]}`, "truncatedAlerts"},
		{"alertmanager", `{"version":"4","truncatedAlerts":1e400,"alerts":[{"status":"firing","labels":{"alertname":"A"},"startsAt":"2026-11-24T10:00:00Z","fingerprint":"f"}]}`, "truncatedAlerts"},
		{"opsgenie", `{"data":[{"id":"i","message":"m","createdAt":"2026-11-24T10:02:00Z"},{"id":"j","tinyId":1e300,"message":"m","createdAt":"2026-11-24T10:02:00Z"}]}`, "tinyId"},
	} {
		d, err := feedtest.Decode(t, everyDecoder()[c.format], feedtest.Input(c.body))
		if err != nil || len(d.Facts) != 1 || len(d.Rejected) != 1 || !strings.Contains(d.Rejected[0].Reason, c.names) {
			t.Errorf("%s, %s: %d facts, %+v, %v", c.format, c.names, len(d.Facts), d.Rejected, err)
		}
	}
	page := `{"event":{"id":"e","event_type":"incident.triggered","occurred_at":"2026-11-24T10:00:00Z","data":{"id":"P","type":"incident","number":-4711,"created_at":"2026-11-24T10:00:00Z"}}}`
	if d, err := feedtest.Decode(
		t,
		everyDecoder()["pagerduty"],
		feedtest.Input(page),
	); err != nil || len(d.Facts) != 0 || len(d.Rejected) != 1 ||
		!strings.Contains(d.Rejected[0].Reason, "number is -4711") {
		t.Errorf("pagerduty: %+v, %v", d, err)
	}
}

// TestASampledLogIsMarked: with Percona's rate limit an entry stands for many.
func TestASampledLogIsMarked(t *testing.T) {
	entry := func(limit string) string {
		return "# Time: 2026-11-24T10:00:00Z\n# User@Host: a[a] @ h [127.0.0.1]  Id: 1\n# Query_time: 0.100000  Lock_time: 0.0  " +
			"Rows_sent: 1  Rows_examined: 10\n" +
			"# Log_slow_rate_type: query  Log_slow_rate_limit: " + limit + "\nSET timestamp=1795168800;\nselect c from t;\n"
	}
	for limit, want := range map[string]int{"1": 0, "100": 100, "1000": 1000} {
		if f := feedtest.One(t, everyDecoder()["mysql-slow-log"], feedtest.Input(entry(limit))); f.SQL.OneIn != want || f.SQL.Count != 1 {
			t.Errorf("1 in %s: %+v", limit, f.SQL)
		}
	}
	for _, limit := range []string{"0", "-1", "18446744073709551615", "NaN"} {
		if d, err := feedtest.Decode(
			t,
			everyDecoder()["mysql-slow-log"],
			feedtest.Input(entry(limit)),
		); err != nil || len(d.Rejected) != 1 ||
			!strings.Contains(d.Rejected[0].Reason, "Log_slow_rate_limit") {
			t.Errorf("1 in %s: %+v, %v", limit, d, err)
		}
	}
}

// TestLockTimeCostsNoEntry: it is shown nowhere, and servers write 2^64 into it when
// the query's time is right.
func TestLockTimeCostsNoEntry(t *testing.T) {
	f := feedtest.One(
		t,
		everyDecoder()["mysql-slow-log"],
		feedtest.Input(
			"# Time: 2026-11-24T10:00:00Z\n# User@Host: a[a] @ h [127.0.0.1]  Id: 1\n# Query_time: 1.5  Lock_time: 18446744073699.406250 "+
				" Rows_sent: 1  Rows_examined: 7\nselect a from t;\n",
		),
	)
	if f.SQL.Seconds != 1.5 || f.SQL.RowsExamined != 7 {
		t.Errorf("%+v", f.SQL)
	}
}
