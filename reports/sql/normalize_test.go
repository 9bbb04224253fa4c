package sql

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestNormalize(t *testing.T) {
	for _, c := range []struct {
		dialect  Dialect
		in, want string
	}{
		{MySQL, "SELECT * FROM Users WHERE id = 17 AND name='O\\'Brien'", "select * from users where id = ? and name = ?"},
		{MySQL, `select "a""b", 'c''d', N'x', _utf8mb4'y', x'1F', b'01'`, "select ?, ?, ?, ?, ?, ?"},
		{MySQL, "SELECT a FROM t WHERE b IN (1, -2 ,3.5e-7) LIMIT 10 , 20;", "select a from t where b in (...) limit ?, ?"},
		{MySQL, "select a from t where (b, c) in ((1,2),(3,NULL))", "select a from t where (b, c) in (...)"},
		{MySQL, "select a from t where b in (select c from d where e = 5)", "select a from t where b in (select c from d where e = ?)"},
		{MySQL, "INSERT INTO t (a, b) VALUES (1, 'x'), (2, 'y;'), (3, 'z')", "insert into t(a, b) values (...)"},
		{MySQL, "INSERT INTO t VALUES (1, now(), 'x'), (2, now(), 'y') ON DUPLICATE KEY UPDATE c = 4",
			"insert into t values (?, now(), ?) on duplicate key update c = ?"},
		{MySQL, "/* team=payments */ select 1 -- trailing\n+ 2 # more\n", "select ? + ?"},
		{MySQL, "select /*!40001 SQL_NO_CACHE */ a--1 from t", "select sql_no_cache a - ? from t"},
		{MySQL, "select `Order Items`.`x` from db1.2024_orders where h=0xDEADbeef and f=1.",
			"select `Order Items`.`x` from db1.? where h = ? and f = ?"},
		{MySQL, "select count( * ) , max (a) from t where a=-5 and b = - 5 and c>+1",
			"select count(*), max(a) from t where a = ? and b = ? and c > ?"},
		{MySQL, "select 'a' 'b' , \"c\"  'd'", "select ?, ?"},
		{MySQL, "select * from 订单 where 名字='张三' and 电话=13800000000", "select * from 订单 where 名字 = ? and 电话 = ?"},
		{MySQL, "select a from t where b = 'never ends", "select a from t where b = ?"},
		{MySQL, "select \xbf\\ from t where a='\xbf\\' , 'secret'", "select � from t where a = ?"},
		{MySQL, "select a from t where b='C:\\', c='secret'", "select a from t where b = ?"},
		{MySQL, "CALL p(1,'x',@v)", "call p(?, ?, @v)"},
		{MySQL, " ;; ", ""},
		{MySQL, "# administrator command: Quit;", ""},
		{MySQL, "select 1 as `a\nb`", "select ? as `a b`"},
		{PostgreSQL, `SELECT "Name", E'it\'s', U&'\0441', B'01' FROM "T" WHERE a = 'x\' AND b = $1`,
			"select \"Name\", ?, ?, ? from \"T\" where a = ? and b = ?"},
		{PostgreSQL, "select $$body 'secret'$$, $tag$ $$ $tag$, $не$x$не$", "select ?, ?, ?"},
		{PostgreSQL, "select $tag$ never ends", "select ?"},
		{PostgreSQL, "select a::text from t where b = any(array[1, 2,3]) and c #> '{a}' = '1' /* x /* y */ z */",
			"select a::text from t where b = any(array[...]) and c #> ? = ?"},
		{PostgreSQL, "select a from t where b IN ($1, $2, $3) -- 'secret", "select a from t where b in (...)"},
		{PostgreSQL, "select 'it\\'s', 'secret'", "select ?"},
		{PostgreSQL, `select "never ends`, "select ?"},
		{PostgreSQL, "VALUES (1), (2), (3)", "values (...)"},
		{PostgreSQL, "select interval '1 day', date '2024-01-01', 1_000, 0o17", "select interval ?, date ?, ?, ?"},
	} {
		t.Run(c.in, func(t *testing.T) {
			if diff := cmp.Diff(c.want, Normalize(c.in, c.dialect)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestDigestsStay holds digests that are stored since the first version: they are the
// keys of facts, of decisions and of links.
func TestDigestsStay(t *testing.T) {
	for _, c := range []struct {
		dialect  Dialect
		in, want string
	}{
		{MySQL, "SELECT * FROM Users WHERE id = 17 AND name='O\\'Brien'", "b91d7a6754975b6a"},
		{MySQL, "INSERT INTO t (a, b) VALUES (1, 'x'), (2, 'y;'), (3, 'z')", "ce6028f5bcf62e05"},
		{MySQL, "select count( * ) , max (a) from t where a=-5 and b = - 5 and c>+1", "c58a8ca043992f24"},
		{MySQL, "select a from t where (b, c) in ((1,2),(3,NULL))", "123f485bb0c982e8"},
		{MySQL, "", "e3b0c44298fc1c14"},
		{PostgreSQL, "select a::text from t where b = any(array[1, 2,3]) and c #> '{a}' = '1'", "b3f69b54e5b31093"},
		{PostgreSQL, `SELECT "Name", E'it\'s', U&'\0441' FROM "T" WHERE b = $1 limit 10`, "f0726a514041ce3e"},
		{PostgreSQL, "select $$body$$, 1_000, -.5e3 from s.t where x <> y -- end", "8b46b576e6e7a8f6"},
	} {
		if got := Digest(Normalize(c.in, c.dialect)); got != c.want {
			t.Errorf("%q has the digest %s, want %s", c.in, got, c.want)
		}
	}
}

func TestNormalizeIsBounded(t *testing.T) {
	long := "select a from t where " + strings.Repeat("b = 1 or ", 20_000)
	if got := Normalize(long, MySQL); len(got) > MaxStatement || !strings.HasPrefix(got, "select a from t where b = ? or") {
		t.Errorf("%d bytes: %.60q", len(got), got)
	}
	deep := "select " + strings.Repeat("values (a,", 20_000)
	if got := Normalize(deep, MySQL); len(got) > MaxStatement {
		t.Errorf("%d bytes", len(got))
	}
}

func TestDigest(t *testing.T) {
	a, b := Digest("select ?"), Digest("select ?, ?")
	if len(a) != 16 || a == b || a != Digest(Normalize("SELECT  17", PostgreSQL)) {
		t.Errorf("%s %s", a, b)
	}
}

// marker stands for what must not be stored. It is a word, so that it would remain if
// it were read as anything but a value.
const marker = "geheim"

// literals draws values of every form that contain the marker.
func literals(d Dialect, escapes bool) *rapid.Generator[string] {
	inner := []string{marker, marker + " ", "(" + marker, marker + ", ", "张" + marker, "''" + marker, "--" + marker, "/*" + marker,
		"$$" + marker, ";" + marker}
	if escapes {
		inner = append(inner, `\\`+marker, `\'`+marker, marker+`\n`, `\"`+marker)
	} else {
		inner = append(inner, `\`+marker, marker+`\`)
	}
	wrap := func(s string) string { return "'" + s + "'" }
	forms := []func(string) string{wrap, func(s string) string { return wrap(s) + " " + wrap(s) },
		func(string) string { return "0x" + marker }, func(string) string { return "12" + marker }}
	if d == MySQL {
		forms = append(forms, func(s string) string { return `"` + strings.ReplaceAll(s, "''", "'") + `"` },
			func(s string) string { return "_latin1" + wrap(s) }, func(s string) string { return "n" + wrap(s) })
	} else {
		forms = append(forms, func(s string) string { return "$q$" + strings.ReplaceAll(s, "$q$", "") + "$q$" },
			func(string) string { return "$1" + marker }, func(string) string { return `E'\'` + marker + `\\'` })
	}
	return rapid.Custom(func(t *rapid.T) string {
		var b strings.Builder
		for range rapid.IntRange(1, 3).Draw(t, "parts") {
			b.WriteString(rapid.SampledFrom(inner).Draw(t, "inner"))
		}
		return rapid.SampledFrom(forms).Draw(t, "form")(b.String())
	})
}

func statements(d Dialect, escapes bool) *rapid.Generator[string] {
	value := literals(d, escapes)
	return rapid.Custom(func(t *rapid.T) string {
		var b strings.Builder
		for range rapid.IntRange(1, 8).Draw(t, "clauses") {
			b.WriteString(rapid.SampledFrom([]string{" and a = ", " in (", ", ", ") values (", "), (", " - ", " /* c */ ", " like ", " = -",
				"\nlimit "}).Draw(t, "glue"))
			b.WriteString(value.Draw(t, "value"))
		}
		return "select x from t where y = " + value.Draw(t, "first") + b.String()
	})
}

// TestNoLiteralIsLeft holds for the default settings of each dialect, also where the
// statement is cut anywhere, and for whole statements with the opposite settings, which
// no log contains.
func TestNoLiteralIsLeft(t *testing.T) {
	for name, c := range map[string]struct {
		d       Dialect
		escapes bool
	}{
		"mysql": {MySQL, true}, "postgresql": {PostgreSQL, false},
		"mysql without escapes": {MySQL, false}, "postgresql with escapes": {PostgreSQL, true},
	} {
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			in := statements(c.d, c.escapes).Draw(t, "statement")
			cut := len(in)
			if c.escapes == (c.d == MySQL) {
				cut = rapid.IntRange(1, len(in)).Draw(t, "cut")
			}
			for _, s := range []string{in, in[:cut]} {
				if got := Normalize(s, c.d); strings.Contains(got, marker) {
					t.Fatalf("%q leaves %q", s, got)
				}
			}
		}))
	}
}

// TestValuesDoNotMatter holds that a digest depends on the shape of a statement only.
func TestValuesDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SampledFrom([]Dialect{MySQL, PostgreSQL}).Draw(t, "dialect")
		value := rapid.OneOf(rapid.Map(rapid.Int(), func(int) string { return "5" }), rapid.Just("-7.5e-3"), rapid.Just("'x''y'"),
			rapid.Just("0xAB"), rapid.Just("'张三'"))
		space := rapid.SampledFrom([]string{" ", "\n", "\t ", " /* x */ ", " -- y\n"})
		list := rapid.SliceOfN(value, 1, 9)
		make := func(label string) string {
			s := func() string { return space.Draw(t, label) }
			return "SELECT" + s() + "a" + s() + "FROM t" + s() + "WHERE b" + s() + "=" + s() + value.Draw(t, label) + s() +
				"AND c IN" + s() + "(" + strings.Join(list.Draw(t, label), s()+","+s()) + ")"
		}
		if a, b := Normalize(make("a"), d), Normalize(make("b"), d); a != b {
			t.Fatalf("%q and %q", a, b)
		}
	})
}

func TestTag(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"/* team=payments */ select 1", "team=payments"},
		{"select 1 /*action='%2Fpolls',application='shop',traceparent='00-1'*/", "application=shop"},
		{"/* app: cart */ select 1 -- team=web\n", "team=web"},
		{"select '/* team=no */'", ""},
		{"/* note=team */ select 1", ""},
		{"/* team=a'b */ select 1", ""},
		{"/* team=" + strings.Repeat("x", 65) + " */ select 1", ""},
		{"select 1", ""},
	} {
		if got := Tag(c.in, MySQL); got != c.want {
			t.Errorf("%q: %q, want %q", c.in, got, c.want)
		}
	}
}

func FuzzNormalize(f *testing.F) {
	for _, s := range []string{
		"select 'a\\'b', \"c\", `d`, 0x1F, -1e-5, $1, $$x$$ from t where a in (1,2) -- x\n", "insert into t values (1, f(2)), (3, f(4));",
		"/*!40101 SET x=1 */ /* a /* b */ c */ # d", "E'\\'' U&'x' \xbf\\'", "values (values (a, (1)), [2]) array[1] ... (...)", "- - 5 'a' 'b",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, d := range []Dialect{MySQL, PostgreSQL} {
			once := Normalize(s, d)
			if !utf8.ValidString(once) || len(once) > MaxStatement || strings.ContainsAny(once, "\n\r\x00'") && !strings.ContainsAny(once, "`\"") {
				t.Fatalf("%q gives %q", s, once)
			}
			if twice := Normalize(once, d); len(once) < MaxStatement/2 && twice != once {
				t.Fatalf("%q gives %q, then %q", s, once, twice)
			}
			if tag := Tag(s, d); len(tag) > maxTagValue+len("application=") {
				t.Fatalf("%q has the tag %q", s, tag)
			}
		}
	})
}

// TestHostileStatementsAreReadInTime counts steps: a statement that repeats one thing
// needs as many steps per byte as an ordinary one. The most expensive byte is the
// operator, which is compared with every operator of more than one character.
func TestHostileStatementsAreReadInTime(t *testing.T) {
	t.Parallel()
	const most = 40 // steps per byte
	for _, part := range []string{
		"-", "--", "+ -", "-1", "- -1,", "(", "(-", "'", "/*", "/*/*", "in(1),", "values(1),(", "a.", "$$", "$a", "$a$b", "[", "1 ", ".",
		"e", "e'", "#",
		"\\", "\xbf\\", "''", "'\\'", "_x'", "<=", "*/", "/*!", "?", ";", "0x", "1e-",
	} {
		t.Run(part, func(t *testing.T) {
			for _, d := range []Dialect{MySQL, PostgreSQL} {
				for _, size := range []int{MaxInput / 64, MaxInput / 8, MaxInput} {
					statement := "select " + strings.Repeat(part, size/len(part))
					if _, steps := normalize(statement, d); steps > most*len(statement) {
						t.Errorf("dialect %d: %d steps for %d bytes", d, steps, len(statement))
					}
				}
			}
		})
	}
}

// TestStepsAreCounted guards the test above: a counter that stays at zero would let
// every statement pass.
func TestStepsAreCounted(t *testing.T) {
	for _, statement := range []string{"select 1", "'a", "/* c */", "-- c", "$$a$$", "- - - 5", "values (1), (2)", "nnnnnnnnnn"} {
		if _, steps := normalize(statement, PostgreSQL); steps < len(statement) {
			t.Errorf("%q: %d steps", statement, steps)
		}
	}
}
