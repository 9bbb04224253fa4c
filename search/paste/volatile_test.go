package paste

import (
	"strings"
	"testing"
)

func TestIsTime(t *testing.T) {
	predicate(t, isTime,
		[]string{
			"2026-11-24", "03:00", "2026-11-24T03:00:00Z", "2026-11-24T03:00:00.123+08:00", "24/11/2026", "03:00:00.123456",
			"+08:00", "1/22", "2026/11/24", "10-11",
		},
		[]string{"", "12", "1:2", "1234", "12.34", "T12:00", "03:00h", "12.3:45", "a-123", "Z-123", "--:", "1.2:34", "123T45"})
}

func TestIsNumber(t *testing.T) {
	predicate(t, isNumber,
		[]string{
			"3", "-3.4", "+7", "~9", "#12", "$5", "0.5%", "12ms", "3.5GiB", "1h2m3.4s", "1_000", "14.4x", "5req/s", "2nd", "1st", "3rd", "4th",
			"10KB", "7/s", "9mb/s", "12us", "1w", "2y", "3d", "100qps",
		},
		[]string{"", "a3", "3a", "ms", "%", "-", "3 4", "1h2foo", "12msx", "v1", ".5", "_1", "5-6"})
}

func TestUnitLen(t *testing.T) {
	for s, want := range map[string]int{
		"": 0, "1": 0, "ms": 2, "MS": 2, "ms 3": 2, "MiB)": 3, "%": 1, "/s": 2, "req/s,": 5, "foo": -1, "msx": -1, "s/": -1, " ms": 0,
	} {
		if got := unitLen(s); got != want {
			t.Errorf("unitLen(%q) = %d, want %d", s, got, want)
		}
	}
}

func TestIsAddress(t *testing.T) {
	predicate(t, isAddress,
		[]string{
			"10.0.0.1", "10.0.0.0/8", "::1", "fe80::1", "fe80::1%eth0", "2001:db8:0:0:0:0:0:1", "00:1a:2b:3c:4d:5e", "ip-10-0-0-1",
			"ip-10-0-0-1.ec2.internal", "10.0.0.1-10", "a::b",
		},
		[]string{
			"", "10.0.0", "1.2.3.4.5", "a.b.c.d", "1.2.3.4a", "1:2", "a:b", "12:30:45", "::", "ip-10-0-0", "ip-a-0-0-1", "ip-", "x::1", "abcd",
			".1.2.3", "1.2.3.d",
		})
}

func TestIsID(t *testing.T) {
	predicate(t, isID,
		[]string{
			"0x7f", "0XAB", "4f9c2d1e-8a7b-4c3d-9e2f-1a2b3c4d5e6f", "3f2a9bc", "8e9e05c52164694d", "12345678", "1234567", "AKIA0123456789ABCDEF",
			"abcdefghijklmnop1234",
		},
		[]string{
			"", "0x", "0xg", "deadbeef", "3f2a9b", "4f9c2d1e_8a7b_4c3d_9e2f_1a2b3c4d5e6f", "abcdefghijklmnop123", "abcdefghijklmnopq123",
			"abcdefghijklmnop_1234", "4f9c2d1e-8a7b-4c3d-9e2f1-a2b3c4d5e6g", "facade", "x0x12", strings.Repeat("a", 40),
		})
}

func TestWithoutGenerated(t *testing.T) {
	for name, want := range map[string]string{
		"checkout-7c9d8b6f5-x2kqp":  "checkout",
		"fluentd-x2kqp":             "fluentd",
		"kafka-0":                   "kafka",
		"kafka-0-1-2":               "kafka-0", // two ends at most
		"front-end":                 "front-end",
		"job-28401230-zl5vw":        "job",
		"payment-gw":                "payment-gw",
		"-x2kqp":                    "-x2kqp",
		"a-":                        "a-",
		"":                          "",
		"api-3f2a9bc1":              "api", // a hexadecimal hash
		"api-deadbeef":              "api-deadbeef",
		"api-bcdfghjk":              "api-bcdfghjk", // letters only
		"api-bcdfghj2":              "api",
		"api-bcdfghj2456":           "api-bcdfghj2456", // too long
		"api-bcdfg":                 "api",
		"api-bcdf":                  "api-bcdf",
		"api-staging":               "api-staging",
		"web-7c9d8b6f5-frontend":    "web-7c9d8b6f5-frontend",
		"node-exporter-wqvzt":       "node-exporter",
		"coredns-5d78c9869d-jx8r9":  "coredns",
		"coredns-5d78c9869d-jx8ra":  "coredns-5d78c9869d-jx8ra", // no generated name has an a
		"coredns-5d78c9869d-jx8r91": "coredns-5d78c9869d-jx8r91",
	} {
		t.Run(name, func(t *testing.T) {
			if got := withoutGenerated(name); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}
