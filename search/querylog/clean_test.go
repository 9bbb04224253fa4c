package querylog

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// cases maps searches to their stored form, "" for none.
var cases = map[string]string{
	"  Connection   POOL exhausted ":             "connection pool exhausted",
	"KubePodCrashLooping":                        "kubepodcrashlooping",
	"连接池 耗尽":                                     "连接池 耗尽",
	"ORA-00060 deadlock":                         "ora-00060 deadlock",
	"status 503 p99 > 800ms":                     "status 503 p99 > 800ms",
	"service:checkout severity:SEV2 pool":        "service:checkout severity:sev2 pool",
	"after:2026-01-01 before:2026-02-01 pool":    "after:2026-01-01 before:2026-02-01 pool",
	"2026-11-24 outage":                          "2026-11-24 outage",
	"node_filesystem_avail_bytes":                "node_filesystem_avail_bytes",
	"com.example.billing.InvoiceServiceImpl":     "com.example.billing.invoiceserviceimpl",
	"10.2.3.4:8443 refused":                      "<ip> refused",
	"fe80:0:0:0:204:61ff:fe9d:f156 down":         "<ip> down",
	"mail from ana.lovelace@example.org bounced": "mail from <mail> bounced",
	"@ana":                         "",
	"ana@example.org":              "",
	"author:\"Ada Lovelace\" pool": "author:<name> pool",
	"owner:ada":                    "",
	"/home/ada/run.sh fails":       "/home/<name>/run.sh fails",
	`C:\Users\ada\x denied`:        `c:\users\<name>\x denied`,
	"https://portal.example/x?token=abc timeout":          "<url> timeout",
	"password=hunter2 login fails":                        "password=<secret> login fails",
	"API_KEY: abc":                                        "api_key=<secret>",
	"Authorization: Bearer abcdef123456":                  "authorization=<secret>",
	"AKIAIOSFODNN7EXAMPLE denied":                         "<secret> denied",
	"ghp_16C7e42F292c6912E7710c838347Ae178B4a push":       "<secret> push",
	"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIi.abc x": "<secret> x",
	"wJalrXUtnFEMI7K7MDENGbPxRfiCYEXAMPLEKEY1 s3":         "<secret> s3",
	"550e8400-e29b-41d4-a716-446655440000 lost":           "<id> lost",
	"commit 9fceb02d0ae598e95dc970b74767f19372d61af8":     "commit <secret>",
	"pod web-7d4b9c5f68-x2x9z restarts":                   "pod web-<id>-x2x9z restarts",
	"call +49 (151) 234-567 89":                           "call <number>",
	"order 123456789 stuck":                               "order <number> stuck",
	"errors 502 503 504":                                  "errors 502 503 504",
	"138 0013 8000 短信":                                    "<number> 短信",
	strings.Repeat("long ", 60):                           "",
	"a\x00b\u200bc\nd":                                    "a bc d",
	"\xff\xfe":                                            "",
}

func TestQuery(t *testing.T) {
	c := NewCleaner()
	for text, want := range cases {
		if got, ok := c.Query(text); got != want || ok != (want != "") {
			t.Errorf("%q is stored as %q (%v), want %q", text, got, ok, want)
		}
		if got, _ := c.Query(strings.ToLower(text)); got != want { // the log folds case first
			t.Errorf("%q in lower case is stored as %q, want %q", text, got, want)
		}
	}
}

func TestWordsKeepTheirCaseAndAreCut(t *testing.T) {
	c := NewCleaner()
	if got := c.Words("Ask  Ada@example.org\nabout RDS", 100); got != "Ask <mail> about RDS" {
		t.Errorf("got %q", got)
	}
	if got := c.Words(strings.Repeat("连", 50), 10); utf8.RuneCountInString(got) != 10 {
		t.Errorf("got %q", got)
	}
}

func FuzzQuery(f *testing.F) {
	for text := range cases {
		f.Add(text)
	}
	c := NewCleaner()
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := c.Query(text)
		if ok == (got == "") || !utf8.ValidString(got) || utf8.RuneCountInString(got) > maxRunes {
			t.Fatalf("%q is stored as %q (%v)", text, got, ok)
		}
		if strings.ContainsAny(got, "@\x00\n") || strings.Contains(got, "  ") || strings.Contains(got, "://") &&
			strings.Contains(got, "https://x") {
			t.Fatalf("%q is stored as %q", text, got)
		}
		if again, _ := c.Query(got); ok && strings.Count(again, "<") < strings.Count(got, "<secret>") {
			t.Fatalf("%q is stored as %q, which is stored as %q", text, got, again)
		}
	})
}

func BenchmarkQuery(b *testing.B) {
	c := NewCleaner()
	for b.Loop() {
		c.Query("connection pool exhausted service:checkout ECONNREFUSED payment-gw:8443")
	}
}
