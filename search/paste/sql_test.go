package paste

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestIsStatement(t *testing.T) {
	predicate(t, isStatement,
		[]string{
			"SELECT 1", "SELECT * FROM a", "select * from a", "WITH x AS (SELECT 1)", "EXPLAIN SELECT 1", "INSERT INTO a VALUES (1)",
			"insert ignore into a",
			"REPLACE INTO a", "DELETE FROM a", "UPDATE a SET b = 1", "update a set b = 1", "ALTER TABLE a", "CREATE UNIQUE INDEX", "create index i",
			"DROP TABLE a", "TRUNCATE TABLE a",
		},
		[]string{
			"", "SELECT", "select the right database", "Select a plan from the list", "insert coin", "DELETE it", "UPDATE the runbook", "ALTER ego",
			"CREATE a document", "drop by", "EXPLAINED SELECT", "with care", "explain plan",
		})
}

func TestIsSlowQuery(t *testing.T) {
	predicate(t, isSlowQuery,
		[]string{
			"# Query_time: 2.5", "# User@Host: app[app]", "x Query_time=3", "LOG: duration: 5012.3 ms statement: VACUUM",
			"duration: 1 ms execute <unnamed>: x",
			"SELECT * FROM orders",
		},
		[]string{"", "duration: 5 ms", "statement: SELECT", "SELECT 1", "SELECT a,b", "the query is slow"})
}

func TestShapeOf(t *testing.T) {
	for in, want := range map[string]struct {
		shape string
		words []string
	}{
		"SELECT a FROM t WHERE id = 17 AND n = 'x'": {
			"SELECT a FROM t WHERE id = ? AND n = ?", []string{"SELECT", "a", "FROM", "t", "WHERE", "id", "AND", "n"},
		},
		"WHERE id IN (1, 2, 3)":          {"WHERE id IN (?)", []string{"WHERE", "id", "IN"}},
		"WHERE id IN (1,2,3)":            {"WHERE id IN (?)", []string{"WHERE", "id", "IN"}},
		"a = 'it''s' b":                  {"a = ? b", []string{"a", "b"}},
		`a = 'it\'s' b`:                  {"a = ? b", []string{"a", "b"}},
		"a = 'open":                      {"a = ?", []string{"a"}},
		`"Quoted" = 1`:                   {`"Quoted" = ?`, []string{"Quoted"}},
		"`t` = \"x\"":                    {"`t` = ?", []string{"`t`"}},
		"a /* 17 'x' */ b":               {"a b", []string{"a", "b"}},
		"a /* open":                      {"a ", []string{"a"}}, // an open comment ends it
		"t1.c2 = 1.5e3":                  {"t1.c2 = ?", []string{"t1.c2"}},
		"s. = $1":                        {"s. = $1", []string{"s", "$1"}},
		"17":                             {"?", nil},
		"x\n\t =\n 1":                    {"x = ?", []string{"x"}},
		"a-1":                            {"a-?", []string{"a"}},
		"表 = 1":                          {"表 = ?", []string{"表"}},
		"VALUES (1, 'a'), (2, 'b')":      {"VALUES (?), (?)", []string{"VALUES"}},
		"LIMIT 10 OFFSET 20 -- no more?": {"LIMIT ? OFFSET ? -- no more?", []string{"LIMIT", "OFFSET", "no", "more"}},
	} {
		t.Run(in, func(t *testing.T) {
			shape, words := shapeOf(in)
			if shape != want.shape {
				t.Errorf("shape %q, want %q", shape, want.shape)
			}
			if diff := cmp.Diff(want.words, words); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The shape of a statement does not depend on its literals, nor on how many a list has.
func TestShapeIgnoresLiterals(t *testing.T) {
	literal := rapid.OneOf(
		rapid.StringMatching(`[0-9]{1,9}(\.[0-9]{1,3})?`),
		rapid.StringMatching(`'([a-z (),=]|''|\\')*'`),
	)
	rapid.Check(t, func(t *rapid.T) {
		of := func(name string) string {
			list := rapid.SliceOfN(literal, 1, 5).Draw(t, name)
			sql := "SELECT a FROM t WHERE b = " + list[0] + " AND c IN (" + strings.Join(list, ", ") + ")"
			shape, _ := shapeOf(sql)
			return shape
		}
		if a, b := of("one"), of("other"); a != b {
			t.Fatalf("shapes %q and %q", a, b)
		}
	})
}

func TestStatement(t *testing.T) {
	for in, want := range map[string]Reading{
		"":          {},
		" \n":       {},
		"not a sql": {Details: []string{"not a sql"}},
		"SELECT total FROM orders JOIN users ON users.id = orders.user WHERE state = 'x'": {
			Codes: []string{"orders", "users"},
			Details: []string{
				"total", "users.id", "orders.user", "state",
				"SELECT total FROM orders JOIN users ON users.id = orders.user WHERE state = ?",
			},
		},
		"UPDATE `orders` SET state = 1":  {Codes: []string{"orders"}, Details: []string{"state", "UPDATE `orders` SET state = ?"}},
		"INSERT INTO audit_log VALUES 1": {Codes: []string{"audit_log"}, Details: []string{"INSERT INTO audit_log VALUES ?"}},
	} {
		t.Run(in, func(t *testing.T) {
			if diff := cmp.Diff(want, reading(func(r *reader) { r.statement(in) })); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSlowQuery(t *testing.T) {
	const mysql = "# Time: 2026-11-24\n# Query_time: 2.5\nSET timestamp=17;\nuse shop;\n-- note\nSELECT a\nFROM orders;\n"
	want := Reading{
		Messages: []string{"slow query"}, Codes: []string{"orders"}, Details: []string{"SELECT a FROM orders"},
	}
	if diff := cmp.Diff(want, reading(func(r *reader) { r.slowQuery(mysql) })); diff != "" {
		t.Error(diff)
	}
	for _, log := range []string{
		"LOG:  duration: 5012.3 ms  statement: SELECT a FROM orders",
		"LOG:  duration: 5012.3 ms  execute SELECT a FROM orders",
	} {
		if diff := cmp.Diff(want, reading(func(r *reader) { r.slowQuery(log) })); diff != "" {
			t.Errorf("%s: %s", log, diff)
		}
	}
}
