package paste

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ""},
		{"connection refused", "connection refused"},
		{"dial tcp 10.1.2.3:5432: connect: connection refused", "dial tcp *: connect: connection refused"},
		{"dial tcp [fe80::1%eth0]:5432: i/o timeout", "dial tcp [*]*: i/o timeout"},
		{"took 1.5s, limit 300ms (50%)", "took *, limit * (*)"},
		{"2026-11-24T21:57:24.123Z something broke", "* something broke"},
		{"2026-04-14 06:04:20 +08:00 x", "* x"},
		{"Nov 24 22:01:03 web-1 sshd[4711]: x", "* web-* sshd[*]: x"},
		{"Tue Nov 24 21:57:24 UTC 2026 panic", "* panic"},
		{"May this work", "May this work"},
		{"pod checkout-7c9d8b6f5-x2kqp restarting", "pod checkout-* restarting"},
		{"pod fluentd-x2kqp and kafka-0", "pod fluentd-* and kafka-*"},
		{"deployment front-end rollout", "deployment front-end rollout"},
		{"request 4f9c2d1e-8a7b-4c3d-9e2f-1a2b3c4d5e6f failed", "request * failed"},
		{"commit 3f2a9bc broke", "commit * broke"},
		{"ERROR 1062 (23000): Duplicate entry '17' for key 'users.email'", "ERROR 1062 (*): Duplicate entry '*' for key 'users.email'"},
		{"HTTP 502 from upstream", "HTTP 502 from upstream"},
		{"exit code 137", "exit code 137"},
		{"status=503 took=120ms", "status=503 took=*"},
		{"GET /api/v1/users/1234/orders", "GET /api/v1/users/*/orders"},
		{"https://payment-gw:8443/pay?id=17", "https://payment-gw:*/pay?id=*"},
		{"0xc000123456 at 0x7fff", "* at *"},
		{"订单超时，耗时1234ms，连接池已满", "订单超时，耗时*，连接池已满"},
		{"a ** b 1 2 3", "a * b *"},
		{"http2: server closed, sha256 and utf8mb4", "http2: server closed, sha256 and utf8mb4"},
		{"java.lang.OutOfMemoryError: Java heap space", "java.lang.OutOfMemoryError: Java heap space"},
		{"etcd member 8e9e05c52164694d is unhealthy", "etcd member * is unhealthy"},
		// A number after the name of a code is a code, if it is not longer than one.
		{"error code 123456", "error code 123456"},
		{"error code 1234567", "error code *"},
		{"code:123456", "code:123456"},
		{"code:1234567", "code:*"},
		{"error: 12", "error: 12"},
		{"errors 1062", "errors *"},
		{"HY000 2006", "HY000 2006"},
		{"HY0000 2006", "HY0000 *"},
		{"signal 9, errno 2", "signal 9, errno 2"},
		{"exit 12ms", "exit 12ms"},
		// Dates and zones.
		{"Mon, 24 Nov 2026 21:57:24 GMT x", "*, * x"},
		{"Mon Jan 5 x", "* x"},
		{"Mon and Jan 5", "Mon and *"},
		{"Jan x", "Jan x"},
		{"21:57:24 PM x", "* x"},
		{"GMT x", "GMT x"},
		// Ends of names and paths.
		{"web-1/api-x2kqp", "web-*/api-*"},
		{"ORA-12541: no listener", "ORA-12541: no listener"},
		{"A-12541", "A-*"},
		{"50% of 3.5GiB.", "* of *."},
		{"a?b=3&c#4", "a?b=*&c#*"},
		{"user@10.0.0.1:22", "user@*:*"},
		{"...", "..."},
		{"x - y", "x - y"},
		{"耗时 12ms。", "耗时 *。"},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			if got := Fold(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// What is volatile may be anything of its class: the folded text is the same.
func TestFoldIgnoresVolatileParts(t *testing.T) {
	volatile := []*rapid.Generator[string]{
		rapid.StringMatching(`20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\.[0-9]{3})?Z`),
		rapid.StringMatching(`[1-9][0-9]?\.[1-9][0-9]?\.[1-9][0-9]?\.[1-9][0-9]?:[1-9][0-9]{3}`),
		rapid.StringMatching(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}`),
		rapid.StringMatching(`0x[0-9a-f]{1,16}`),
		rapid.StringMatching(`[1-9][0-9]{0,8}(\.[0-9]{1,3})?(ms|s|%|MiB)?`),
	}
	rapid.Check(t, func(t *rapid.T) {
		g := volatile[rapid.IntRange(0, len(volatile)-1).Draw(t, "class")]
		a, b := g.Draw(t, "one"), g.Draw(t, "other")
		const before, after = "lock of table orders held for ", " by worker, giving up"
		if x, y := Fold(before+a+after), Fold(before+b+after); x != y {
			t.Fatalf("%q and %q are folded to %q and %q", a, b, x, y)
		}
	})
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{
		"10.0.0.1:8443 failed", "Nov 24 22:01:03 a", "checkout-7c9d8b6f5-x2kqp", "耗时12ms", "a*b", "ERROR 1062 (23000)", "::1",
		"a\xff12", "1/2/3-", "error : 12",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Fold(s)
		if len(once) > len(s)+strings.Count(s, "-")+16 {
			t.Fatalf("%q grew to %q", s, once)
		}
		if strings.Contains(once, "**") || strings.Contains(once, "* *") || strings.TrimSpace(once) != once {
			t.Fatalf("%q is folded to %q", s, once)
		}
		if again := Fold("  " + strings.ReplaceAll(s, " ", "  ")); again != once {
			t.Fatalf("%q is folded to %q, and to %q with more white space", s, once, again)
		}
	})
}
