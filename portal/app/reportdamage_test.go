package app

import (
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/kv"
)

// A report over a database with rows that cannot be read says so, unless none of them
// belongs to what reports are made of.
func TestReportsSayThatRowsCouldNotBeRead(t *testing.T) {
	row := func(bucket string) kv.Row { return kv.Row{Bucket: bucket, Key: []byte("k")} }
	for name, c := range map[string]struct {
		damage kv.Damage
		what   string
	}{
		"none":                  {kv.Damage{}, ""},
		"a fact":                {kv.Damage{Rows: 1, First: []kv.Row{row("ledger.fact")}}, "1 row"},
		"a fact and a token":    {kv.Damage{Rows: 2, First: []kv.Row{row("ledger.fact"), row("auth.token")}}, "1 row"},
		"a counted search":      {kv.Damage{Rows: 1, First: []kv.Row{row("querylog.day")}}, ""},
		"more than are named":   {kv.Damage{Rows: 5, First: []kv.Row{row("querylog.day")}}, "4 rows"},
		"beyond the bound":      {kv.Damage{Rows: 9, More: true, First: []kv.Row{row("querylog.day")}}, "at least 8 rows"},
		"a document and a fact": {kv.Damage{Rows: 2, First: []kv.Row{row("library.record"), row("ledger.fact")}}, "2 rows"},
	} {
		u, any := unreadRows(c.damage)
		if any != (c.what != "") || any && !strings.HasPrefix(u.What, c.what+" ") {
			t.Errorf("%s: %v, %q; want %q", name, any, u.What, c.what)
		}
	}
}

func TestUnreadableRowsBeyondTheBound(t *testing.T) {
	for want, c := range map[string]struct {
		n    int
		more bool
	}{"1 row": {1, false}, "12,000 rows": {12_000, false}, "at least 10,000 rows": {10_000, true}} {
		if got := unreadableRows(c.n, c.more); got != want {
			t.Errorf("%d rows, more %v: %q, want %q", c.n, c.more, got, want)
		}
	}
}
