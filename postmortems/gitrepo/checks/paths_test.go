package checks

import (
	pathpkg "path"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/postern/postern/postmortems"
	"golang.org/x/text/unicode/norm"
)

func TestGoodPaths(t *testing.T) {
	for _, path := range []string{
		"README.md", "postmortems/2026/PM2022-002 -  Logs not shipped.md", "指南/数据库 连接池.md", ".gitignore", ".gitattributes", ".github/x.yml",
		"a/.gitkeep", "conference.md", "com.md", "COM10.md", "console/nul-island.md", "aux-power.md", "a~1.md", "git~x", "git.md",
		"résumé.md", "emoji 🙂.md",
		strings.Repeat("a", MaxPart), strings.Repeat("a/", MaxDepth) + "b",
	} {
		if p, bad := CheckPath(path, MaxDepth); bad {
			t.Errorf("%q is refused: %v", path, p)
		}
	}
}

func TestBadPaths(t *testing.T) {
	for _, c := range []struct{ path, rule, want string }{
		{"a/\xff.md", RulePathEncoding, `"a/\xff.md" is not UTF-8`},
		{"re\u0301sume\u0301.md", RulePathEncoding, `rename it to "résumé.md"`},
		{"a\tb.md", RulePathCharacter, "control character U+0009"},
		{"a\x1b[31m.md", RulePathCharacter, "U+001B"},
		{"a\nb.md", RulePathCharacter, "U+000A"},
		{"a\u0085b.md", RulePathCharacter, "U+0085"},
		{"invoice\u202egpj.md", RulePathCharacter, "invisible character U+202E"},
		{".g\u200cit/config", RulePathCharacter, "U+200C"},
		{"a\u2028b", RulePathCharacter, "U+2028"},
		{"a:b.md", RulePathCharacter, "the character :"},
		{`a\b.md`, RulePathCharacter, "Windows does not allow"},
		{`<img src=x onerror="alert(1)">.md`, RulePathCharacter, "the character <"},
		{"what?.md", RulePathCharacter, "the character ?"},
		{"a|b", RulePathCharacter, ""}, {"a*b", RulePathCharacter, ""}, {`"a"`, RulePathCharacter, ""}, {"a>b", RulePathCharacter, ""},
		{"-rf.md", RulePathName, "begins with a dash"},
		{"a/--upload-pack=x", RulePathName, "begins with a dash"},
		{" a.md", RulePathName, "space"}, {"a.md ", RulePathName, "space"}, {"a /b.md", RulePathName, "space"},
		{"\u00a0a.md", RulePathName, "space"},
		{"a.", RulePathName, "dot"}, {"v1./a.md", RulePathName, "dot"},
		{"", RulePathReserved, "not a name"}, {"a//b", RulePathReserved, "not a name"}, {"../x", RulePathReserved, "not a name"},
		{"a/./b", RulePathReserved, "not a name"},
		{".git/config", RulePathReserved, "git's own"}, {"a/.GIT/hooks/x", RulePathReserved, "git's own"},
		{"git~1", RulePathReserved, "git's own"}, {"GI7EBA~1", RulePathReserved, "git's own"},
		{"．git/config", RulePathReserved, "git's own"}, {"．ＧＩＴ", RulePathReserved, "git's own"}, {".gitmodules", RulePathReserved, "git's own"},
		{"sub/.GitModules", RulePathReserved, "git's own"},
		{"CON", RulePathReserved, "device"}, {"aux.md", RulePathReserved, "device"}, {"a/com1.tar.gz", RulePathReserved, "device"},
		{"LPT9", RulePathReserved, "device"}, {"nul .md", RulePathReserved, "device"},
		{strings.Repeat("a", MaxPart+1), RulePathLength, "256 bytes"},
		{strings.Repeat("库", 86) + ".md", RulePathLength, "261 bytes"},
		{strings.Repeat(strings.Repeat("a", 200)+"/", 3) + "b", RulePathLength, "604 bytes"},
		{strings.Repeat("a/", MaxDepth+1) + "b", RulePathLength, "17 folders deep"},
	} {
		p, bad := CheckPath(c.path, MaxDepth)
		if !bad || p.Rule != c.rule || !strings.Contains(p.Message, c.want) {
			t.Errorf("%q: bad %t, %v", c.path, bad, p)
		}
	}
}

func TestFoldFindsEqualNames(t *testing.T) {
	for _, c := range [][2]string{{"Redis.md", "redis.MD"}, {"é", "e\u0301"}, {"ﬁle", "file"}, {"STRASSE", "straße"}, {"Ａ", "a"},
		{"Σίσυφος", "ΣΊΣΥΦΟΣ"}} {
		if Fold(c[0]) != Fold(c[1]) {
			t.Errorf("%q and %q fold to %q and %q", c[0], c[1], Fold(c[0]), Fold(c[1]))
		}
	}
	if Fold("redis.md") == Fold("redis2.md") || Fold("库") == Fold("裤") {
		t.Error("different names fold together")
	}
}

func TestModes(t *testing.T) {
	for mode, want := range map[uint32]string{0o120000: "symbolic", 0o160000: "submodules", 0o100666: "100666", 0o40000: "040000"} {
		if p, bad := CheckMode("a", mode); !bad || p.Rule != RuleFileMode || !strings.Contains(p.Message, want) {
			t.Errorf("%o: %v", mode, p)
		}
	}
	for _, mode := range []uint32{0o100644, 0o100755} {
		if p, bad := CheckMode("a", mode); bad {
			t.Errorf("%o: %v", mode, p)
		}
	}
}

func FuzzCheckPath(f *testing.F) {
	for _, s := range []string{"a/b.md", ".git", "a\u202eb", "\xff", "CON.md", "a//b", "é", "-x", "git~1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		p, bad := CheckPath(path, MaxDepth)
		if bad {
			if p.Rule == "" || p.Message == "" || p.String() != postmortems.Printable(p.String()) || strings.ContainsAny(p.Message, "\n\r\x1b") ||
				!utf8.ValidString(p.Message) {
				t.Fatalf("%q: %+v", path, p)
			}
			return
		}
		if pathpkg.Clean(path) != path || pathpkg.IsAbs(path) {
			t.Fatalf("%q passed and is not clean", path)
		}
		if !utf8.ValidString(path) || !norm.NFC.IsNormalString(path) || len(path) > MaxPath ||
			strings.ContainsAny(path, "\x00\n\r\x1b\\:*?\"<>|") {
			t.Fatalf("%q passed", path)
		}
		for part := range strings.SplitSeq(path, "/") {
			if strings.EqualFold(part, ".git") || part == "" || part == ".." || strings.HasPrefix(part, "-") || strings.TrimSpace(part) != part {
				t.Fatalf("%q passed in %q", part, path)
			}
		}
	})
}

func FuzzFold(f *testing.F) {
	f.Add("Straße ﬁ Ａ é")
	f.Fuzz(func(t *testing.T, name string) {
		if once := Fold(name); utf8.ValidString(name) && Fold(once) != once {
			t.Fatalf("%q folds to %q, then to %q", name, once, Fold(once))
		}
	})
}
