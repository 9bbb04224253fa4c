package plumbing

import (
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/postmortems"
)

const someOID = "0123456789abcdef0123456789abcdef01234567"

func rawEntry(mode, name string) string {
	raw, err := hex.DecodeString(someOID)
	if err != nil {
		return err.Error()
	}
	return mode + " " + name + "\x00" + string(raw)
}

func TestParseTree(t *testing.T) {
	got, err := ParseTree([]byte(rawEntry("100644", "a b.md") + rawEntry("40000", "库") + rawEntry("120000", "\xff")))
	if err != nil {
		t.Fatal(err)
	}
	want := []Entry{{ModeFile, "a b.md", someOID}, {ModeTree, "库", someOID}, {ModeSymlink, "\xff", someOID}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, bad := range []string{
		"100644", "100644 a", "100644 a\x00short", " a\x00" + strings.Repeat("x", 20), "99 a\x00" + strings.Repeat("x", 20),
		"100644 \x00" + strings.Repeat("x", 20), "1000000 a\x00" + strings.Repeat("x", 20),
	} {
		if got, err := ParseTree([]byte(bad)); err == nil {
			t.Errorf("ParseTree(%q) = %v", bad, got)
		}
	}
}

func TestEntriesCompareAsInGit(t *testing.T) {
	order := []Entry{{ModeFile, "a", ""}, {ModeFile, "a-b", ""}, {ModeFile, "a.b", ""}, {ModeTree, "a", ""}, {ModeFile, "a0", ""},
		{ModeFile, "ab", ""}}
	for i := range order {
		for j := range order {
			c := order[i].Compare(order[j])
			if (c < 0) != (i < j) || (c == 0) != (i == j) {
				t.Errorf("Compare(%v, %v) = %d", order[i], order[j], c)
			}
		}
	}
}

func TestParseCommit(t *testing.T) {
	text := "tree " + someOID + "\nparent " + someOID + "\nparent " + someOID + "\nauthor 李 <li@example.org> 1700000000 +0800\n" +
		"committer B C <b@example.org> 1700000001 -0330\ngpgsig -----BEGIN\n author <x> 1\n\n\nSubject\n\nBody"
	c, err := ParseCommit([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if c.Tree != someOID || len(c.Parents) != 2 || c.Subject != "Subject" {
		t.Errorf("got %+v", c)
	}
	if c.Author.Name != "李" || c.Author.Email != "li@example.org" || c.Author.When.Format(time.RFC3339) != "2023-11-15T06:13:20+08:00" {
		t.Errorf("author %+v", c.Author)
	}
	if got := c.Committer.When.Format(time.RFC3339); got != "2023-11-14T18:43:21-03:30" {
		t.Errorf("committer %s", got)
	}
	for _, bad := range []string{"", "tree x\n\n", "tree " + someOID + "\nparent -x\n\n"} {
		if c, err := ParseCommit([]byte(bad)); err == nil {
			t.Errorf("ParseCommit(%q) = %+v", bad, c)
		}
	}
}

func TestMalformedSignatures(t *testing.T) {
	for in, want := range map[string]postmortems.Signature{
		"no mail 12":                   {Name: "no mail 12"},
		"A <a@b> 99999999999999 +0000": {Name: "A", Email: "a@b"},
		"A <a@b>":                      {Name: "A", Email: "a@b"},
		"A <a@b> 1700000000 +9900":     {Name: "A", Email: "a@b", When: time.Unix(1700000000, 0).UTC()},
		"<> 1700000000 nonsense":       {When: time.Unix(1700000000, 0).UTC()},
		"A > <<a@b> 1700000000 +0000 ": {Name: "A >", Email: "<a@b", When: time.Unix(1700000000, 0).UTC()},
	} {
		if got := parseSignature(in); got != want {
			t.Errorf("parseSignature(%q) = %+v, want %+v", in, got, want)
		}
	}
}

func FuzzParseTree(f *testing.F) {
	f.Add([]byte(rawEntry("100644", "a") + rawEntry("40000", "b")))
	f.Add([]byte("100644 a\x00short"))
	f.Fuzz(func(t *testing.T, in []byte) {
		entries, err := ParseTree(in)
		if err != nil {
			return
		}
		size := 0
		for _, e := range entries {
			if e.Name == "" || strings.ContainsRune(e.Name, 0) || !ValidOID(e.ID) {
				t.Fatalf("entry %+v", e)
			}
			size += len(e.Name) + 3 + rawOIDLen // a mode has at least one digit
		}
		if size > len(in) {
			t.Fatalf("entries of %d bytes out of %d", size, len(in))
		}
	})
}

func FuzzParseCommit(f *testing.F) {
	f.Add([]byte("tree " + someOID + "\nparent " + someOID + "\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n\nx"))
	f.Add([]byte("tree " + someOID + "\nauthor > < 1\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		c, err := ParseCommit(in)
		if err != nil {
			return
		}
		for _, id := range append(c.Parents, c.Tree) {
			if !ValidOID(id) {
				t.Fatalf("object name %q", id)
			}
		}
		if strings.ContainsRune(c.Subject, '\n') || c.Author.When.Year() > 9999 {
			t.Fatalf("%+v", c)
		}
	})
}
