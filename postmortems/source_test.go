package postmortems

import (
	"slices"
	"strings"
	"testing"
)

func TestSplit(t *testing.T) {
	for name, c := range map[string]struct {
		in, front, body string
		line            int
	}{
		"none":               {"# T\ntext", "", "# T\ntext", 1},
		"yaml":               {"---\na: 1\n---\nb\n", "---\na: 1\n", "b\n", 4},
		"dots close":         {"---\na: 1\n...\nb\n", "---\na: 1\n", "b\n", 4},
		"BOM and CRLF":       {"\uFEFF---\r\na: 1\r\n---\r\n\r\nb\r\n", "---\na: 1\n", "\nb\n", 4},
		"mixed line ends":    {"---\r\na: 1\n---\rb", "---\na: 1\n", "b", 4},
		"blank after fences": {"--- \na: 1\n---\t\n\n\nb", "--- \na: 1\n", "\n\nb", 4},
		"empty front":        {"---\n---\nb", "---\n", "b", 3},
		"only front":         {"---\na: 1\n---", "---\na: 1\n", "", 4},
		"toml":               {"+++\na = 1\n+++\nb", "+++\na = 1\n", "b", 4},
		"rule opens text":    {"---\n\nSome words.\n", "", "---\n\nSome words.\n", 1},
		"unclosed":           {"---\ntitle: x\n\n# T\n", "", "", 5},
		"empty":              {"", "", "", 1},
		"fence alone":        {"---", "", "---", 1},
	} {
		got := Split([]byte(c.in))
		if string(got.Front) != c.front || string(got.Body) != c.body || got.BodyLine != c.line {
			t.Errorf("%s: front %q body %q line %d, want %q %q %d", name, got.Front, got.Body, got.BodyLine, c.front, c.body, c.line)
		}
	}
}

func TestNotText(t *testing.T) {
	for in, want := range map[string][2]int{"ok\n池\n": {0, 0}, "a\nb\xff": {2, 2}, "池\x00": {1, 2}, "": {0, 0}, "\uFFFD": {0, 0}} {
		if line, col := notText([]byte(in)); line != want[0] || col != want[1] {
			t.Errorf("notText(%q) = %d:%d, want %v", in, line, col, want)
		}
	}
}

func TestTOMLValue(t *testing.T) {
	front := []byte("+++\ntitle = \"A = B\" # why\ndate = 2023-10-03 # day\nauthors = ['a', \"b\"]\n[extra]\nteam = \"x\"\n")
	for key, want := range map[string][]string{"title": {"A = B"}, "date": {"2023-10-03"}, "authors": {"a", "b"}, "team": nil, "none": nil} {
		if got := tomlValue(front, key); !slices.Equal(got, want) {
			t.Errorf("%s = %q, want %q", key, got, want)
		}
	}
}

// Split loses nothing of the text, and its line numbers are those of an editor.
func FuzzSplit(f *testing.F) {
	for _, s := range []string{"---\na: 1\n---\nb", "+++\n+++\n", "\uFEFF---\r\n---", "---", "a\rb", "---\ntitle: x\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		s := Split(src)
		text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(string(src), "\uFEFF"))
		if s.format == frontUnclosed {
			return
		}
		lines := strings.Split(text, "\n")
		if s.BodyLine > len(lines)+1 || s.BodyLine <= len(lines) && strings.Join(lines[s.BodyLine-1:], "\n") != string(s.Body) {
			t.Fatalf("the body %q does not begin at line %d of %q", s.Body, s.BodyLine, text)
		}
		if !strings.HasPrefix(text, string(s.Front)) {
			t.Fatalf("front matter %q is not the beginning of %q", s.Front, text)
		}
		notText(src)
		tomlValue(s.Front, "title")
	})
}
