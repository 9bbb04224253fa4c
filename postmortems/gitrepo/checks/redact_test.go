package checks

import (
	"strings"
	"testing"
)

func TestRedact(t *testing.T) {
	r := NewRedactor()
	const value = "hunter2"
	for text, want := range map[string]string{
		`{"password":"hunter2","user":"wei"}`:                                              `{"password":[redacted],"user":"wei"}`,
		`{"password":"hun\"ter2 hunter2","n":1}`:                                           `{"password":[redacted],"n":1}`,
		`{"annotations":{"db_password": "hunter2"}}`:                                       `{"annotations":{"db_password": [redacted]}}`,
		`"{\"api_key\":\"hunter2\",\"id\":7}"`:                                             `"{\"api_key\":[redacted],\"id\":7}"`,
		`{"token":hunter2}`:                                                                `{"token":[redacted]}`,
		"GET /x?access_token=hunter2&page=3":                                               "GET /x?access_token=[redacted]&page=3",
		"Authorization: Bearer hunter2":                                                    "Authorization: [redacted]",
		`curl -H "Authorization: Basic hunter2=="`:                                         `curl -H "Authorization: [redacted]"`,
		"sent bearer hunter2hunter2 there":                                                 "sent bearer [redacted] there",
		"https://wei:hunter2@example.org/x":                                                "https://wei:[redacted]@example.org/x",
		`{"routing_key":"hunter2"}`:                                                        `{"routing_key":[redacted]}`,
		`{"password":"hunter2 without an end`:                                              `{"password":[redacted]`,
		"key AKIA" + "Q3EGZ7RT5XWN2KLM":                                                    "key [redacted]",
		`{"alertname":"Down","fingerprint":"f404ecabc8dd5cd7"}`:                            `{"alertname":"Down","fingerprint":"f404ecabc8dd5cd7"}`,
		`{"start":"2026-11-24T10:00:00Z","good":"x","slo":"tokens-issued"}`:                `{"start":"2026-11-24T10:00:00Z","good":"x","slo":"tokens-issued"}`,
		"-----BEGIN RSA PRIVATE KEY-----\n" + base64Of + "\n-----END RSA PRIVATE KEY-----": "[redacted]",
		`{"pem":"-----BEGIN PRIVATE KEY-----\n` + base64Of:                                 `{"pem":"[redacted]`,
	} {
		got := r.Redact(text)
		if got != want || strings.Contains(got, value) {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
		if again := r.Redact(got); again != got {
			t.Errorf("%s becomes %s", got, again)
		}
	}
	many := strings.Repeat(`x AKIA`+"Q3EGZ7RT5XWN2KLM\n", 200)
	if got := r.Redact(many); strings.Contains(got, "AKIA") || strings.Count(got, redacted) != 200 {
		t.Error("not all secrets were removed")
	}
}

// FuzzRedact puts a token between random texts: it must not remain.
func FuzzRedact(f *testing.F) {
	f.Add(`{"password":"`, `","x":1}`)
	f.Add("Authorization: Bearer ", "\n")
	f.Add(`"{\"token\":\"`, `\"}"`)
	r := NewRedactor()
	f.Fuzz(func(t *testing.T, before, after string) {
		if len(before)+len(after) > 4<<10 {
			return
		}
		const secret = "pst_" + mixed43
		if got := r.Redact(before + " " + secret + " " + after); strings.Contains(got, secret) {
			t.Fatalf("%q contains the token", got)
		}
	})
}
