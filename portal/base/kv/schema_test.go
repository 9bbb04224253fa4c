package kv_test

import (
	"context"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

func noop(context.Context, kv.Writer) error { return nil }

func TestCheckSchemas(t *testing.T) {
	good := kv.Schema{Name: "a", Version: 2, Buckets: []string{"a.x", "a.y"}, Migrations: []func(context.Context, kv.Writer) error{noop}}
	if err := kv.CheckSchemas([]kv.Schema{good, {Name: "b", Version: 1, Buckets: []string{"b.x"}}}); err != nil {
		t.Fatal(err)
	}
	bad := map[string][]kv.Schema{
		"no name":                   {{Version: 1}},
		"the name of kv":            {{Name: "kv", Version: 1}},
		"the name of the format":    {{Name: "format", Version: 1}},
		"a dot in the name":         {{Name: "a.b", Version: 1}},
		"one owner twice":           {good, good},
		"version 0":                 {{Name: "a"}},
		"a migration is missing":    {{Name: "a", Version: 3, Migrations: good.Migrations}},
		"a migration too many":      {{Name: "a", Version: 1, Migrations: good.Migrations}},
		"another's bucket":          {{Name: "a", Version: 1, Buckets: []string{"b.x"}}},
		"a bucket with no own name": {{Name: "a", Version: 1, Buckets: []string{"a."}}},
		"a bucket named twice":      {{Name: "a", Version: 1, Buckets: []string{"a.x", "a.x"}}},
	}
	for name, schemas := range bad {
		if err := kv.CheckSchemas(schemas); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestDue(t *testing.T) {
	schemas := []kv.Schema{
		{Name: "a", Version: 3, Migrations: []func(context.Context, kv.Writer) error{noop, noop}},
		{Name: "b", Version: 1},
	}
	steps := func(ms []kv.Migration) string {
		var b strings.Builder
		for _, m := range ms {
			b.WriteString(m.Owner)
			b.WriteByte(byte('0' + m.From))
			b.WriteByte(byte('0' + m.To))
		}
		return b.String()
	}
	for _, c := range []struct {
		name   string
		stored map[string]int
		want   string
		kind   fault.Kind
	}{
		{name: "new database"},
		{name: "up to date", stored: map[string]int{"format": 1, "a": 3, "b": 1}},
		{name: "a new owner", stored: map[string]int{"format": 1, "b": 1}},
		{name: "two steps", stored: map[string]int{"format": 1, "a": 1, "b": 1}, want: "a12a23"},
		{name: "one step", stored: map[string]int{"format": 1, "a": 2}, want: "a23"},
		{name: "newer format", stored: map[string]int{"format": 3}, kind: fault.Unsupported},
		{name: "newer data", stored: map[string]int{"format": 1, "a": 4}, kind: fault.Unsupported},
		{name: "unknown owner", stored: map[string]int{"format": 1, "c": 1}, kind: fault.Unsupported},
	} {
		got, err := kv.Due(c.stored, schemas)
		if c.kind != 0 {
			if fault.KindOf(err) != c.kind || !strings.Contains(fault.Message(err), "newer Postern") {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if err != nil || steps(got) != c.want {
			t.Errorf("%s: %q, %v; want %q", c.name, steps(got), err, c.want)
		}
	}
}
