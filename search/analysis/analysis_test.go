package analysis

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func texts(s string) string {
	var out []string
	for _, t := range Scan(nil, Normalize(s)) {
		word := t.Text
		if t.Glued {
			word = "+" + word
		}
		out = append(out, word)
	}
	return strings.Join(out, " ")
}

func TestScan(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ""},
		{"Connection POOL exhausted.", "connection pool exhausted"},
		{"tcp_tw_reuse=1", "tcp +tw +reuse 1"},
		{"10.0.0.1:8443", "10 +0 +0 +1 +8443"},
		{"spec/rails_helper.rb", "spec +rails +helper +rb"},
		{"the server's disk; it doesn't", "the server disk it doesnt"},
		{"the servers’ disks", "the servers disks"},
		{"连接池timeout超时", "连 接 池 timeout 超 时"},
		{"ＯＯＭ　ｋｉｌｌｅｒ", "oom killer"},
		{"Cafe\u0301", "café"},
		{"Ünïcode", "ünïcode"},
		{"a\xff\xfeb", "a b"},
		{strings.Repeat("x", 300), strings.Repeat("x", MaxTokenBytes)},
	}
	for _, tt := range tests {
		if got := texts(tt.in); got != tt.want {
			t.Errorf("Scan(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestParts(t *testing.T) {
	tests := []struct{ in, want string }{
		{"KubePodCrashLooping", "kube pod crash looping"},
		{"HTTPServerError", "http server error"},
		{"sha256sum", "sha 256 sum"},
		{"etcd3", "etcd"},
		{"7c9d8b6f5", ""},
		{"iPhone", "phone"},
		{"DBs", ""},
		{"timeout", ""},
		{"TIMEOUT", ""},
		{"8443", ""},
		{"A", ""},
	}
	for _, tt := range tests {
		if got := strings.Join(Parts(tt.in), " "); got != tt.want {
			t.Errorf("Parts(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestForms(t *testing.T) {
	for in, want := range map[string]string{"timeouts": "timeout", "failing": "fail", "10": "10", "超": "超", "é": "é", "ok": "ok"} {
		if got := Stem(in); got != want {
			t.Errorf("Stem(%q) = %q, want %q", in, got, want)
		}
	}
	got := Bigrams(nil, Scan(nil, "连接池 timeout 超时, 库"))
	if want := "连接 接池 超时"; strings.Join(got, " ") != want {
		t.Errorf("Bigrams = %q, want %q", got, want)
	}
	if !IsStop("the") || IsStop("pool") {
		t.Error("IsStop is wrong")
	}
}

// A token's text must be the folding of what it covers, in order, so that marks
// fall on the words that matched.
func TestScanOffsets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := Normalize(rapid.String().Draw(t, "text"))
		last := 0
		for _, tok := range Scan(nil, text) {
			if tok.Start < last || tok.End <= tok.Start || tok.End > len(text) {
				t.Fatalf("token %+v after %d of %q", tok, last, text)
			}
			if !utf8.ValidString(tok.Text) {
				t.Fatalf("token %+v is not UTF-8", tok)
			}
			again := Scan(nil, text[tok.Start:tok.End])
			if len(again) != 1 || again[0].Text != tok.Text {
				t.Fatalf("token %+v scans again as %+v", tok, again)
			}
			last = tok.End
		}
	})
}

// What is taken to be normalized without a closer look is.
func TestNormalize(t *testing.T) {
	for r := range rune(0x11000) {
		for _, s := range []string{string(r), "a" + string(r), string(r) + "e\u0301", string(r) + "漢" + string(r)} {
			if got, want := Normalize(s), norm.NFC.String(s); got != want {
				t.Fatalf("%q is normalized to %q, want %q", s, got, want)
			}
		}
	}
}

func FuzzScan(f *testing.F) {
	for _, s := range []string{"tcp_tw_reuse", "连接池", "it's", "ＡＢＣ", "KubePodCrashLooping", "a\u0301", "ｶﾞ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := Normalize(s)
		for _, tok := range Scan(nil, text) {
			raw := text[tok.Start:tok.End]
			Stem(tok.Text)
			if p := Parts(raw); len(p) > maxParts+1 {
				t.Fatalf("%d parts of %q", len(p), raw)
			}
			if len(tok.Text) > MaxTokenBytes {
				t.Fatalf("token of %d bytes", len(tok.Text))
			}
		}
	})
}

func BenchmarkScan(b *testing.B) {
	text := strings.Repeat("The connection pool of payment-gw:8443 was exhausted; KubePodCrashLooping fired. ", 50)
	b.SetBytes(int64(len(text)))
	var tokens []Token
	for b.Loop() {
		tokens = Scan(tokens[:0], text)
	}
}
