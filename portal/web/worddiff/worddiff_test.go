package worddiff

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func show(pieces []Piece) string {
	var b strings.Builder
	for _, p := range pieces {
		switch p.Op {
		case Deleted:
			b.WriteString("[-" + p.Text + "-]")
		case Inserted:
			b.WriteString("{+" + p.Text + "+}")
		default:
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func TestCompare(t *testing.T) {
	t.Parallel()
	tests := []struct{ old, new, want string }{
		{"", "", ""},
		{"same text", "same text", "same text"},
		{"the pool is full", "the pool was full", "the pool [-is-]{+was+} full"},
		{"", "new", "{+new+}"},
		{"old", "", "[-old-]"},
		{"a b c", "a x b c", "a {+x +}b c"},
		{"连接池耗尽", "连接池已满", "连接池[-耗尽-]{+已满+}"},
		{"from 200 to 10.", "from 200 to 20.", "from 200 to [-10-]{+20+}."},
	}
	for _, tt := range tests {
		if got := show(Compare(tt.old, tt.new)); got != tt.want {
			t.Errorf("Compare(%q, %q)\n got %s\nwant %s", tt.old, tt.new, got, tt.want)
		}
	}
}

func sides(pieces []Piece) (old, new string) {
	for _, p := range pieces {
		if p.Op != Inserted {
			old += p.Text
		}
		if p.Op != Deleted {
			new += p.Text
		}
	}
	return old, new
}

func TestCompareLosesNothing(t *testing.T) {
	t.Parallel()
	text := rapid.StringMatching(`([ab\n. 池库]|cd){0,40}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := text.Draw(t, "old"), text.Draw(t, "new")
		pieces := Compare(a, b)
		if old, new := sides(pieces); old != a || new != b {
			t.Fatalf("Compare(%q, %q) = %s", a, b, show(pieces))
		}
		for i := 1; i < len(pieces); i++ {
			if pieces[i].Op == pieces[i-1].Op {
				t.Fatalf("neighbours of one kind: %s", show(pieces))
			}
		}
	})
}

func TestCompareGivesUpOnTextsWithNothingInCommon(t *testing.T) {
	t.Parallel()
	old, new := strings.Repeat("x ", 3*maxEdits), strings.Repeat("y\n", 3*maxEdits)
	pieces := Compare(old, new)
	if a, b := sides(pieces); a != old || b != new {
		t.Fatal("text was lost")
	}
	if len(pieces) != 2 {
		t.Errorf("%d pieces, want the old text and then the new one", len(pieces))
	}
}

func FuzzCompare(f *testing.F) {
	f.Add("the pool is full", "the pool was full")
	f.Add("\xff\xfe", "池")
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a)+len(b) > 4000 {
			t.Skip()
		}
		if old, new := sides(Compare(a, b)); old != a || new != b {
			t.Errorf("Compare(%q, %q) lost text", a, b)
		}
	})
}
