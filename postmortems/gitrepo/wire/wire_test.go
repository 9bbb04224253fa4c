package wire

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/postmortems"
)

const (
	oidA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	oidB = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

func packets(lines ...string) string {
	var b []byte
	for _, l := range lines {
		if l == "flush" {
			b = AppendFlush(b)
			continue
		}
		b = AppendPacket(b, l)
	}
	return string(b)
}

func read(s string) (Request, string, error) {
	r := bufio.NewReader(strings.NewReader(s))
	q, err := ReadRequest(r)
	rest, _ := io.ReadAll(r)
	return q, string(rest), err
}

func TestReadRequestLeavesThePack(t *testing.T) {
	q, rest, err := read(packets(
		"shallow "+oidA,
		oidA+" "+oidB+" refs/heads/main\x00 report-status-v2 side-band-64k push-options atomic quiet object-format=sha1 agent=git/2.39.5",
		zeroOID+" "+oidB+" refs/heads/draft\n",
		oidA+" "+zeroOID+" refs/heads/gone",
		"flush", "check", "colour=red\n", "flush") + "PACKdata")
	if err != nil {
		t.Fatal(err)
	}
	want := []Command{{"refs/heads/main", oidA, oidB}, {"refs/heads/draft", "", oidB}, {"refs/heads/gone", oidA, ""}}
	if len(q.Commands) != 3 || q.Commands[0] != want[0] || q.Commands[1] != want[1] || q.Commands[2] != want[2] {
		t.Errorf("commands %v, want %v", q.Commands, want)
	}
	if !q.Report || !q.SideBand || !q.Atomic || !q.Quiet {
		t.Errorf("capabilities not understood: %+v", q)
	}
	if strings.Join(q.Options, ",") != "check,colour=red" {
		t.Errorf("options %q", q.Options)
	}
	if rest != "PACKdata" {
		t.Errorf("the pack is %q after reading the request", rest)
	}
}

func TestReadRequestAcceptsTheProbe(t *testing.T) {
	q, _, err := read("0000")
	if err != nil || len(q.Commands) != 0 {
		t.Errorf("probe gave %+v, %v", q, err)
	}
}

func TestReadRequestRefuses(t *testing.T) {
	caps := "\x00report-status"
	many := make([]string, 0, MaxCommands+2)
	for range MaxCommands + 1 {
		many = append(many, oidA+" "+oidB+" refs/heads/x")
	}
	for name, in := range map[string]string{
		"nothing":                  "",
		"no flush":                 packets(oidA + " " + oidB + " refs/heads/x" + caps),
		"short packet":             "00ff" + oidA,
		"length with a sign":       "+04a",
		"length over the format":   "fff9",
		"delimiter of protocol v2": "0001",
		"no ref":                   packets(oidA+" "+oidB+" "+caps, "flush"),
		"upper-case object name":   packets(strings.ToUpper(oidA)+" "+oidB+" refs/heads/x"+caps, "flush"),
		"nothing to nothing":       packets(zeroOID+" "+zeroOID+" refs/heads/x"+caps, "flush"),
		"escape in the ref":        packets(oidA+" "+oidB+" refs/heads/\x1b[31m"+caps, "flush"),
		"newline in the ref":       packets(oidA+" "+oidB+" refs/heads/a\nb"+caps, "flush"),
		"not UTF-8":                packets(oidA+" "+oidB+" refs/heads/\xff"+caps, "flush"),
		"long ref":                 packets(oidA+" "+oidB+" refs/heads/"+strings.Repeat("a", 3000)+caps, "flush"),
		"too many refs":            packets(append(many, "flush")...),
		"options cut off":          packets(oidA+" "+oidB+" refs/heads/x\x00push-options", "flush", "check"),
		"long option":              packets(oidA+" "+oidB+" refs/heads/x\x00push-options", "flush", strings.Repeat("o", MaxOption+1), "flush"),
		"sha256":                   packets(oidA+" "+oidB+" refs/heads/x\x00object-format=sha256", "flush"),
	} {
		if q, _, err := read(in); err == nil || (fault.KindOf(err) != fault.Invalid && fault.KindOf(err) != fault.Unsupported) {
			t.Errorf("%s: got %+v, %v", name, q, err)
		}
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain 连接池 🙂":    "plain 连接池 🙂",
		"a\tb":           "a b",
		"\x1b[2Jx":       "�[2Jx",
		"a\r\nb":         "a��b",
		"\u009b31m":      "�31m",
		"a\u202eb\u2066": "a�b�",
		"\xffx\x7f":      "�x�",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestAnswerWithSideBand(t *testing.T) {
	var out bytes.Buffer
	a := NewAnswer(&out, true)
	a.Say("checking \x1b[31mred")
	a.KeepAlive()
	if err := a.Report("ok", []Result{{"refs/heads/main", ""}, {"refs/heads/x", "no\nnever"}}); err != nil {
		t.Fatal(err)
	}
	pkt := NewReader(bufio.NewReader(&out))
	var text, report string
	for {
		data, flush, err := pkt.Next()
		if err != nil || flush {
			break
		}
		if data[0] == bandText {
			text += string(data[1:])
		} else {
			report += string(data[1:])
		}
	}
	if text != "checking �[31mred\n" {
		t.Errorf("text %q", text)
	}
	want := packets("unpack ok\n", "ok refs/heads/main\n", "ng refs/heads/x no�never\n", "flush")
	if report != want {
		t.Errorf("report %q, want %q", report, want)
	}
}

func TestAnswerWithoutSideBandOnlyReports(t *testing.T) {
	var out bytes.Buffer
	a := NewAnswer(&out, false)
	a.Say("unheard")
	a.KeepAlive()
	if err := a.Report("index-pack died", nil); err != nil {
		t.Fatal(err)
	}
	if want := packets("unpack index-pack died\n", "flush"); out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

func TestLongLinesAreSplitBetweenRunes(t *testing.T) {
	parts := split(strings.Repeat("库", maxLine))
	if len(parts) < 3 || strings.Join(parts, "") != strings.Repeat("库", maxLine) {
		t.Fatalf("%d parts", len(parts))
	}
	for _, p := range parts {
		if !utf8.ValidString(p) || len(p) > maxLine {
			t.Errorf("a part of %d bytes, valid %t", len(p), utf8.ValidString(p))
		}
	}
}

func TestAdvertisement(t *testing.T) {
	empty := string(Advertisement(nil))
	if !strings.HasPrefix(empty, "001f# service=git-receive-pack\n0000") || !strings.Contains(empty, zeroOID+" capabilities^{}\x00") {
		t.Errorf("empty repository: %q", empty)
	}
	two := string(Advertisement([]Ref{{"refs/heads/a", oidA}, {"refs/heads/b", postmortems.OID(oidB)}}))
	if strings.Count(two, capabilities) != 1 || !strings.Contains(two, "003a"+oidB+" refs/heads/b\n") || !strings.HasSuffix(two, "0000") {
		t.Errorf("two refs: %q", two)
	}
}

func FuzzReadRequest(f *testing.F) {
	f.Add([]byte("0000"))
	f.Add([]byte(packets(oidA+" "+oidB+" refs/heads/main\x00report-status push-options", "flush", "check", "flush") + "PACK"))
	f.Add([]byte(packets("shallow "+oidA, oidA+" "+zeroOID+" refs/heads/x", "flush")))
	f.Add([]byte("fff0" + strings.Repeat("x", 100)))
	f.Fuzz(func(t *testing.T, in []byte) {
		q, err := ReadRequest(bufio.NewReader(bytes.NewReader(in)))
		if err != nil {
			if k := fault.KindOf(err); k != fault.Invalid && k != fault.Unsupported {
				t.Fatalf("an error of kind %v: %v", k, err)
			}
			return
		}
		if len(q.Commands) > MaxCommands || len(q.Options) > MaxOptions {
			t.Fatal("over the bounds")
		}
		for _, c := range q.Commands {
			if c.Ref == "" || c.Ref != Clean(c.Ref) || (c.Old == "" && c.New == "") {
				t.Fatalf("command %+v", c)
			}
		}
	})
}

func FuzzClean(f *testing.F) {
	f.Add("a\x1b[0m\u202e\xff")
	f.Fuzz(func(t *testing.T, in string) {
		out := Clean(in)
		if !utf8.ValidString(out) || strings.ContainsFunc(out, unsafeRune) || Clean(out) != out {
			t.Fatalf("%q became %q", in, out)
		}
	})
}
