package pgstat

import (
	"reflect"
	"strings"
	"testing"

	"github.com/postern/postern/reports/feed/feedtest"
)

const snapshotJSON = `{"instance":"orders-db","snapshot_at":"2026-11-24T11:00:00Z","rows":[
{"userid":10,"dbid":16384,"queryid":-8103241283742314812,"query":"SELECT * FROM t WHERE id = $1","datname":"orders","rolname":"app","calls":100,"total_exec_time":2500.5,"rows":90,"stats_since":"2026-11-01 00:00:00+00:00"},
{"userid":"10","dbid":"16384","queryid":"7","query":"ALTER ROLE x PASSWORD 'secret'","calls":1,"total_time":5,"rows":0},
{"userid":10,"dbid":1,"queryid":null,"query":"<insufficient privilege>","calls":4,"total_exec_time":1,"rows":0},
{"userid":10,"dbid":1,"queryid":9,"query":"select 'secret'","calls":-4,"total_exec_time":1,"rows":0},
{"userid":10,"dbid":1,"queryid":9,"query":"select 'secret'"}]}`

func TestDecode(t *testing.T) {
	d, err := feedtest.Decode(t, Decoder{}, feedtest.Input(snapshotJSON))
	if err != nil || len(d.Facts) != 2 || d.Ignored != 1 || len(d.Rejected) != 2 {
		t.Fatalf("%+v, %v", d, err)
	}
	f, o := d.Facts[0], d.Facts[0].SQL
	if f.Entity != "orders-db/16384/10/-8103241283742314812" || f.Key != "2026-11-24T11:00:00.000000Z" {
		t.Errorf("%q %q", f.Entity, f.Key)
	}
	if !o.Cumulative || o.Count != 100 || o.Seconds != 2.5005 || o.Database != "orders" || o.User != "app" || o.Since.Day() != 1 {
		t.Errorf("%+v", o)
	}
	for _, r := range d.Rejected {
		if strings.Contains(string(r.Raw), "secret") {
			t.Errorf("a rejection shows a literal: %s", r.Raw)
		}
	}
	if s := d.Facts[1].SQL.Statement; strings.Contains(s, "secret") {
		t.Errorf("statement %q", s)
	}
}

func TestListAndRefusals(t *testing.T) {
	f := feedtest.One(t, Decoder{}, feedtest.Input(`[{"userid":1,"dbid":2,"queryid":3,"query":"select 1","calls":1,"total_exec_time":1}]`))
	if f.SQL.Instance != "test" || !f.At.Equal(feedtest.Received()) {
		t.Errorf("%+v", f.SQL)
	}
	for _, body := range []string{"", "{}", "x", `{"rows":[],"snapshot_at":"noon"}`} {
		if _, err := feedtest.Decode(t, Decoder{}, feedtest.Input(body)); err == nil {
			t.Errorf("%q was accepted", body)
		}
	}
}

func TestRedact(t *testing.T) {
	kept := Decoder{}.Redact([]byte(snapshotJSON))
	if strings.Contains(string(kept), "secret") {
		t.Errorf("a literal is kept: %s", kept)
	}
	a, _ := feedtest.Decode(t, Decoder{}, feedtest.Input(snapshotJSON))
	b, err := feedtest.Decode(t, Decoder{}, feedtest.Input(string(kept)))
	if err != nil || !reflect.DeepEqual(a, b) {
		t.Errorf("the kept body says something else: %+v, %+v, %v", a, b, err)
	}
	if got := (Decoder{}).Redact([]byte("select 'secret'")); len(got) != 0 {
		t.Errorf("kept %q", got)
	}
}

// TestBodyNamesNoSource: the instance that a snapshot names is not its source.
func TestBodyNamesNoSource(t *testing.T) {
	feedtest.KeepsSource(t, Decoder{},
		feedtest.Input(`{"instance":"other","source":"other","snapshot_at":"2026-11-24T10:00:00Z",
			"rows":[{"userid":1,"dbid":2,"queryid":3,"query":"select 1","calls":1,"total_exec_time":1,"source":"other"}]}`),
	)
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(snapshotJSON))
	f.Add([]byte(`[{"userid":1,"dbid":2,"queryid":3,"query":"select 1","calls":1,"total_exec_time":1}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		_, _ = feedtest.Decode(t, Decoder{}, feedtest.Input(string(body)))
		_, _ = feedtest.Decode(t, Decoder{}, feedtest.Input(string(Decoder{}.Redact(body))))
	})
}
