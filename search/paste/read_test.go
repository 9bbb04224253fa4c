package paste

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

var update = flag.Bool("update", false, "write the golden files anew")

// describe writes a Reading for a golden file.
func describe(r Reading) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", r.Kind)
	for _, list := range []struct {
		name string
		of   []string
	}{{"name", r.Names}, {"code", r.Codes}, {"message", r.Messages}, {"detail", r.Details}, {"service", r.Services}} {
		for _, s := range list.of {
			fmt.Fprintf(&b, "%s: %s\n", list.name, s)
		}
	}
	return b.String()
}

// TestRead compares what is understood of each file of testdata with the golden
// file beside it.
func TestRead(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := describe(Read(string(text)))
			golden := strings.TrimSuffix(name, ".txt") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// The same trouble at another time, on another pod, from another address has the
// same fingerprint.
func TestFingerprintIgnoresVolatileParts(t *testing.T) {
	replace := strings.NewReplacer(
		"2026-11-24", "2027-01-02", "03:00:00", "17:45:59", "7c9d8b6f5-x2kqp", "5d4f8c7b9d-q9zkw", "10.0.0", "192.168.7",
		"4711", "98", "12345", "777", "0xc000126000", "0xc0000a1200", "12m", "3h", "14.4x", "6x", "30001ms", "30007ms", "21945", "7",
	)
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text := string(b)
		one, other := Read(text).Fingerprint(), Read(replace.Replace(text)).Fingerprint()
		if one != other {
			t.Errorf("%s: %s, elsewhere %s:\n%s\n%s", name, one, other, describe(Read(text)), describe(Read(replace.Replace(text))))
		}
		if seen[one] != "" {
			t.Errorf("%s and %s have one fingerprint", name, seen[one])
		}
		seen[one] = name
	}
}

// A search box without its script makes one line of a notification.
func TestReadOfOneLine(t *testing.T) {
	b, err := os.ReadFile("testdata/alertmanager-text.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.ReplaceAll(string(b), "\n   since", " since")
	want := Read(lines)
	for _, joint := range []string{" ", ""} {
		got := Read(strings.ReplaceAll(lines, "\n", joint))
		if describe(got) != describe(want) {
			t.Errorf("joined by %q:\n%s\nwant\n%s", joint, describe(got), describe(want))
		}
	}
}

func TestLooksPasted(t *testing.T) {
	pasted := []string{
		"[FIRING:1] EtcdNoLeader (eu-1)",
		`{"alerts":[{"labels":{"alertname":"X"}}]}`,
		`ALERTS{alertname="X"}`,
		"2026-11-24T03:00:00Z ERROR cannot reach upstream",
		"Nov 24 03:00:00 web-17 kernel: Out of memory: Killed process 21945 (java)",
		"E1124 03:00:01.123456 1 leaderelection.go:330] error retrieving resource lock",
		`level=error service=checkout msg="cannot reach upstream"`,
		"SELECT * FROM orders WHERE id = 4711",
		"a\nb\nc",
		strings.Repeat("words ", 100),
	}
	typed := []string{
		"", "connection pool exhausted", "kind:postmortem service:checkout recover:>1h", `"exact phrase" -mysql OR postgres`,
		"KubePodCrashLooping", "2026 outage of checkout", "after:2026-01-01 payment", "select the right database from the list",
		"payment-gw:8443 status: 500", "连接池耗尽 超时", "https://example.org/a?b=c", "max_connections=100 postgres restart", "ERROR 1062 (23000)",
	}
	for _, s := range pasted {
		if !LooksPasted(s) {
			t.Errorf("%q is not recognised as pasted", s)
		}
	}
	for _, s := range typed {
		if LooksPasted(s) {
			t.Errorf("%q is taken for pasted", s)
		}
	}
}

func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	f.Add(`{"a":{"a":{"message":"{\"message\":\"x\"}"}}}`)
	f.Add("\x1b[31mERROR\x1b[0m a\r\n> > b")
	f.Fuzz(func(t *testing.T, s string) {
		r := Read(s)
		for _, list := range []struct {
			of         []string
			most, long int
		}{
			{r.Names, maxNames, maxWord}, {r.Codes, maxCodes, maxWord}, {r.Services, maxServices, maxWord},
			{r.Messages, maxMessages, 2 * maxLine}, {r.Details, maxDetails, 2 * maxLine},
		} {
			if len(list.of) > list.most {
				t.Fatalf("%d strings of %q", len(list.of), s)
			}
			for _, one := range list.of {
				if one == "" || len(one) > list.long || strings.Contains(one, "\n") || !utf8.ValidString(one) {
					t.Fatalf("%q of %q", one, s)
				}
			}
		}
		if r.Fingerprint() != Read(s).Fingerprint() {
			t.Fatalf("two readings of %q differ", s)
		}
		LooksPasted(s)
	})
}

// Reading is linear: a paste of the full size takes little time whatever it is.
func BenchmarkRead(b *testing.B) {
	for _, text := range []string{
		"{[(a=b: ", "at a.b(c:1)\n", "a.b(\n", "SELECT 'a' FROM b, ", "x=1 y=2 ", "Mon ", "\"a", "{{", "\x1b[", "[FIRING:1] ",
		"'",
	} {
		text = strings.Repeat(text, MaxBytes/len(text))
		b.Run(text[:min(8, len(text))], func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				Read(text)
			}
		})
	}
}
