package gitrepo

import (
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// forger writes objects that git's ordinary commands would not.
type forger struct {
	*author
	blob string // a small Markdown blob
}

func (s *site) forger() forger {
	a := s.author()
	return forger{author: a, blob: a.pipe("# hello\n", "hash-object", "-w", "--stdin")}
}

// tree stores a raw tree of "MODE NAME OID" entries in the given order.
func (f forger) tree(entries ...string) string {
	f.t.Helper()
	var raw strings.Builder
	for _, e := range entries {
		mode, rest, _ := strings.Cut(e, " ")
		i := strings.LastIndexByte(rest, ' ')
		id, err := hex.DecodeString(rest[i+1:])
		if err != nil {
			f.t.Fatal(err)
		}
		raw.WriteString(mode + " " + rest[:i] + "\x00" + string(id))
	}
	return f.object("tree", raw.String())
}

// object stores an object without git's checks and returns its name.
func (f forger) object(kind, data string) string {
	f.t.Helper()
	return f.pipe(data, "hash-object", "-w", "-t", kind, "--literally", "--stdin")
}

// commitTree commits a tree and returns the commit.
func (f forger) commitTree(tree string, parents ...string) string {
	args := []string{"commit-tree", "-m", "forged", tree}
	for _, p := range parents {
		args = append(args, "-p", p)
	}
	return f.git(args...)
}

// file returns a commit of one file with a name and a text.
func (f forger) file(name, text string) string {
	return f.commitTree(f.tree("100644 " + name + " " + f.pipe(text, "hash-object", "-w", "--stdin")))
}

// nested returns a tree with depth folders above its file.
func (f forger) nested(depth int) string {
	tree := f.tree("100644 a.md " + f.blob)
	for range depth {
		tree = f.tree("40000 d " + tree)
	}
	return tree
}

// hostile is a push that must be refused, and what its author must read.
type hostile struct {
	name   string
	commit func() string // stores the objects and returns the tip
	want   []string
}

// hostileNames are names and modes that are harmful in a checkout.
func (f forger) hostileNames() []hostile {
	return []hostile{
		{"symlink", func() string {
			return f.commitTree(f.tree("120000 evil.md " + f.pipe("/etc/passwd", "hash-object", "-w", "--stdin")))
		}, []string{"evil.md:1:1: error: symbolic links are not stored", "[file-mode]"}},
		{"submodule", func() string { return f.commitTree(f.tree("160000 sub " + f.commitTree(f.tree()))) },
			[]string{"sub:1:1: error: submodules"}},
		{"mode 100666", func() string { return f.commitTree(f.tree("100666 a.md " + f.blob)) }, []string{"100666"}},
		{".git", func() string { return f.commitTree(f.tree("40000 .git " + f.tree("100644 config "+f.blob))) }, []string{"unpack", ".git"}},
		{".GIT", func() string { return f.commitTree(f.tree("40000 .GIT " + f.tree("100644 config "+f.blob))) },
			[]string{"remote unpack failed: git index-pack"}},
		{"git~1", func() string { return f.commitTree(f.tree("40000 git~1 " + f.tree("100644 config "+f.blob))) },
			[]string{"remote unpack failed"}},
		{"zero-width git", func() string { return f.commitTree(f.tree("40000 .g\u200cit " + f.tree("100644 config "+f.blob))) },
			[]string{"remote unpack failed"}},
		{"dotdot", func() string { return f.commitTree(f.tree("40000 .. " + f.tree("100644 x "+f.blob))) }, []string{"remote unpack failed"}},
		{"slash in name", func() string { return f.commitTree(f.tree("100644 ../../x " + f.blob)) }, []string{"remote unpack failed"}},
		{"duplicate entries", func() string { return f.commitTree(f.tree("100644 a.md "+f.blob, "100644 a.md "+f.blob)) },
			[]string{"remote unpack failed", "duplicate"}},
		{"unsorted", func() string { return f.commitTree(f.tree("100644 b.md "+f.blob, "100644 a.md "+f.blob)) },
			[]string{"remote unpack failed"}},
		{".gitmodules", func() string {
			return f.file(".gitmodules", "[submodule \"x\"]\n\tpath = x\n\turl = https://example.org/x\n")
		}, []string{".gitmodules", "git's own"}},
		{".gitmodules with an option", func() string { return f.file(".gitmodules", "[submodule \"x\"]\n\tpath = x\n\turl = -u./payload\n") },
			[]string{"remote unpack failed"}},
		{".gitattributes filter", func() string { return f.file(".gitattributes", "* filter=evil\n") },
			[]string{".gitattributes:1:1", `"filter" is not allowed`}},
		{"non-UTF-8 name", func() string { return f.commitTree(f.tree("100644 a\xff.md " + f.blob)) }, []string{"not UTF-8"}},
		{"decomposed name", func() string { return f.file("re\u0301.md", "x") }, []string{"[path-encoding]"}},
		{"names equal without case", func() string { return f.commitTree(f.tree("100644 Foo.md "+f.blob, "100644 foo.md "+f.blob)) },
			[]string{"foo.md:1:1: error: the name differs from \"Foo.md\""}},
		{"folders equal without case", func() string {
			return f.commitTree(f.tree("40000 Guides "+f.tree("100644 a.md "+f.blob), "40000 guides "+f.tree("100644 b.md "+f.blob)))
		}, []string{"guides:1:1: error: the name differs", "[path-twin]"}},
		{"names equal in compatibility form", func() string { return f.commitTree(f.tree("100644 file.md "+f.blob, "100644 ﬁle.md "+f.blob)) },
			[]string{"[path-twin]"}},
		{"device name", func() string { return f.file("CON.md", "x") }, []string{"[path-reserved]"}},
		{"colon", func() string { return f.file("a:b.md", "x") }, []string{"[path-character]"}},
		{"trailing dot", func() string { return f.file("a.", "x") }, []string{"[path-name]"}},
		{"trailing space", func() string { return f.file("a.md ", "x") }, []string{"[path-name]"}},
		{"option name", func() string { return f.file("--output=x", "x") }, []string{"[path-name]"}},
		{"escape in name", func() string { return f.file("a\x1b[2J.md", "x") }, []string{"[path-character]"}},
		{"newline in name", func() string { return f.file("a\nremote: all is well.md", "x") }, []string{"[path-character]"}},
		{"markup in name", func() string { return f.file("<img src=x onerror=alert(1)>.md", "x") }, []string{"[path-character]"}},
	}
}

// hostileSizes exceed the limits of the test's repository.
func (f forger) hostileSizes() []hostile {
	many := func(n int) (entries []string) {
		for i := range n {
			entries = append(entries, fmt.Sprintf("100644 f%05d.md %s", i, f.blob))
		}
		return entries
	}
	return []hostile{
		{"long name", func() string { return f.file(strings.Repeat("a", 5000), "x") }, []string{"[path-length]"}},
		{"large document", func() string { return f.file("a.md", strings.Repeat("line\n", 300_000)) },
			[]string{"1500000 bytes; 1048576 are allowed"}},
		{"large attachment", func() string { return f.file("a.txt", strings.Repeat("line\n", 500_000)) },
			[]string{"2500000 bytes; 2097152 are allowed"}},
		{"bomb", func() string { return f.file("a.bin", strings.Repeat("\x00", 20<<20)) }, []string{"more than 12582912 bytes unpacked"}},
		{"content of another type", func() string { return f.file("a.png", "<script>alert(1)</script>") }, []string{"[file-type]"}},
		{"10^10 paths", func() string {
			tree := f.tree("100644 a.md " + f.blob)
			for range 10 {
				var entries []string
				for i := range 10 {
					entries = append(entries, fmt.Sprintf("40000 d%d %s", i, tree))
				}
				tree = f.tree(entries...)
			}
			return f.commitTree(tree)
		}, []string{"more than 2000 files"}},
		{"many files", func() string { return f.commitTree(f.tree(many(2001)...)) }, []string{"more than 2000 files"}},
		{"many changes", func() string { return f.commitTree(f.tree(many(301)...)) }, []string{"changes more than 300 files"}},
		{"depth 17", func() string { return f.commitTree(f.nested(17)) }, []string{"nested 17 deep; 16 are allowed"}},
	}
}

// hostileHistories are malformed commits and tips.
func (f forger) hostileHistories() []hostile {
	return []hostile{
		{"many commits", func() string {
			tip := f.commitTree(f.tree("100644 a.md " + f.blob))
			for range 20 {
				tip = f.commitTree(f.tree("100644 a.md "+f.blob), tip)
			}
			return tip
		}, []string{"21 commits; 20 are allowed"}},
		{"octopus", func() string {
			var parents []string
			for i := range 17 {
				parents = append(parents, f.file(fmt.Sprintf("p%d.md", i), "x"))
			}
			return f.commitTree(f.tree("100644 a.md "+f.blob), parents...)
		}, []string{"merges 17 others"}},
		{"markup as author", func() string {
			return f.object("commit", "tree "+f.tree()+"\nauthor <script> 1 +0000\ncommitter A <a> 1 +0000\n\nx\n")
		}, []string{"remote unpack failed"}},
		{"NUL in message", func() string {
			return f.object("commit", "tree "+f.tree()+"\nauthor A <a> 1 +0000\ncommitter A\x00 <a> 1 +0000\n\nx\n")
		}, []string{"remote unpack failed"}},
		{"date overflow", func() string {
			return f.object("commit", "tree "+f.tree()+"\nauthor A <a> 99999999999999999999 +0000\ncommitter A <a> 1 +0000\n\nx\n")
		}, []string{"remote unpack failed"}},
		{"tag", func() string {
			return f.object("tag", "object "+f.commitTree(f.tree("100644 a.md "+f.blob))+"\ntype commit\ntag x\ntagger A <a> 1 +0000\n\nx\n")
		}, []string{"a branch cannot name a tag"}},
		{"tree as tip", func() string { return f.tree("100644 a.md " + f.blob) }, []string{"a branch can only name a commit"}},
		{"secret in an earlier commit", func() string {
			first := f.file("a.md", "export AWS_SECRET_ACCESS_KEY=abcd/EFGH1234ijklMNOP5678qrstUVWX90abcdef\n")
			return f.commitTree(f.tree("100644 a.md "+f.blob), first)
		}, []string{"a.md:1:", "in commit", "[secret]"}},
		{"symlink in an earlier commit", func() string {
			first := f.commitTree(f.tree("120000 a.md " + f.blob))
			return f.commitTree(f.tree("100644 a.md "+f.blob), first)
		}, []string{"symbolic links are not stored", "in commit"}},
	}
}

func TestHostilePushesAreRefused(t *testing.T) {
	s := newSite(t, func(o *Options) {
		o.Limits.Paths, o.Limits.Changes, o.Limits.Commits, o.Limits.Objects = 2000, 300, 20, 1000
		o.Limits.InflatedBytes, o.Limits.DocumentBytes, o.Limits.AttachmentBytes = 12<<20, 1<<20, 2<<20
	})
	f := s.forger()
	for _, c := range slices.Concat(f.hostileNames(), f.hostileSizes(), f.hostileHistories()) {
		t.Run(c.name, func(t *testing.T) {
			f.author.t = t
			out := f.refused(c.want, "origin", c.commit()+":refs/heads/main")
			if strings.ContainsAny(out, "\x1b\x07") || strings.Contains(out, "\u202e") {
				t.Errorf("control characters reach the terminal: %q", out)
			}
			if s.repo.Tip("main") != "" || len(s.sets) != 0 {
				t.Fatal("it was published")
			}
		})
	}
	f.author.t = t
	s.sound()
}

func TestHostileRefsAreRefused(t *testing.T) {
	s := newSite(t)
	a := s.author()
	a.write("a.md", "# A\n")
	tip := string(a.commit("first"))
	for ref, want := range map[string]string{
		"refs/heads/-x":       "cannot begin with a dash",
		"refs/heads/HEAD":     "cannot be named",
		"refs/tags/v1":        "only branches are stored",
		"refs/replace/" + tip: "only branches are stored",
		"refs/hooks/x":        "only branches are stored",
		"refs/heads/a|b":      "cannot contain",
		"refs/heads/x\u202ey": "400",
		"refs/heads/" + strings.Repeat("a/", 110) + "b": "1 to 200 bytes",
	} {
		a.refused([]string{want}, "origin", tip+":"+ref)
	}
	a.git("push", "origin", tip+":refs/heads/topic")
	a.refused([]string{`the branch "topic" exists`}, "origin", tip+":refs/heads/topic/x")
	a.refused([]string{`the branch "topic" exists`}, "origin", tip+":refs/heads/Topic")
	if got := s.repo.Branches(); len(got) != 1 {
		t.Errorf("branches %v", got)
	}
	s.sound()
}

func TestCheckBranch(t *testing.T) {
	for _, good := range []string{"main", "draft/x", "修复/连接池", "a.b", "v1.2-rc1", "@x", "a@b", strings.Repeat("a", 200)} {
		if text := checkBranch(good); text != "" {
			t.Errorf("%q: %s", good, text)
		}
	}
	for _, bad := range []string{
		"", "-x", "HEAD", "@", "refs/heads/x", "a..b", "a//b", "/a", "a/", ".a", "a/.b", "a.", "a.lock", "a.LOCK/b",
		"a b", "a~1", "a^", "a:b", "a?", "a*", "a[", "a\\b", "a@{1}", "a\x1bb", "a\xff", strings.Repeat("a", 201),
	} {
		if text := checkBranch(bad); text == "" {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func FuzzCheckBranch(f *testing.F) {
	git, err := exec.LookPath("git")
	for _, s := range []string{"main", "a..b", "a/b.lock", "-x", "é", "a@{"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if checkBranch(name) != "" || err != nil {
			return
		}
		if out, err := exec.Command(git, "check-ref-format", headsPrefix+name).CombinedOutput(); err != nil {
			t.Fatalf("git refuses %q: %v %s", name, err, out)
		}
	})
}

// A secret that was there before is not reported to an author who fixes a typo beside it.
func TestOldSecretsAreNotReportedAgain(t *testing.T) {
	s := newSite(t)
	source := s.author()
	source.write("a.md", "# A\n\nDB_PASSWORD=hunter2-eu1\n")
	source.commit("long ago")
	if _, err := s.repo.ImportFrom(t.Context(), source.dir, "main"); err != nil {
		t.Fatal(err)
	}
	a := s.author()
	a.git("pull", "-q", "origin", "main")
	a.write("a.md", "# A, fixed\n\nDB_PASSWORD=hunter2-eu1\n")
	a.commit("typo")
	a.git("push", "origin", "main")
	a.write("a.md", "# A, fixed\n\nDB_PASSWORD=hunter2-eu1\nSMTP_PASSWORD=hunter3-eu1\n")
	a.commit("another")
	out := a.refused([]string{"a.md:4:15"}, "origin", "main")
	if strings.Contains(out, "a.md:3") {
		t.Errorf("the old line is reported, too:\n%s", out)
	}
	a.write("a.md", "# A, fixed\n\nDB_PASSWORD=hunter2-eu1\nSMTP_PASSWORD=hunter3-eu1 <!-- postern:allow-secret test server -->\n")
	a.git("add", "-A")
	a.git("commit", "-q", "--amend", "-m", "allowed")
	if out := a.git("push", "origin", "main"); !strings.Contains(out, "warning: ") || !strings.Contains(out, "test server") {
		t.Errorf("an allowed secret is not reported:\n%s", out)
	}
}

// Problems of imported files do not block pushes of other files.
func TestImportedFaultsDoNotBlockLaterPushes(t *testing.T) {
	s := newSite(t)
	source := s.author()
	if err := os.Symlink("/etc/passwd", filepath.Join(source.dir, "link.md")); err != nil {
		t.Fatal(err)
	}
	source.write("CON.md", "x\n")
	source.write("twin.md", "x\n")
	source.write("Twin.md", "x\n")
	source.commit("long ago")
	if _, err := s.repo.ImportFrom(t.Context(), source.dir, "main"); err != nil {
		t.Fatal(err)
	}
	findings, err := s.repo.Findings(t.Context(), "main")
	if err != nil {
		t.Fatal(err)
	}
	var rules []string
	for _, p := range findings {
		rules = append(rules, p.Path+" "+p.Rule)
	}
	if got := strings.Join(rules, ", "); got != "CON.md path-reserved, link.md file-mode, twin.md path-twin" {
		t.Errorf("findings: %s", got)
	}
	a := s.author()
	a.git("pull", "-q", "origin", "main")
	a.write("new.md", "# New\n")
	a.commit("new")
	a.git("push", "origin", "main")
	if got := changes(s.last().Net); got != "new new.md" {
		t.Errorf("net: %s", got)
	}
}
