package gate

import (
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/postmortems"
)

// rep makes the random part of a fake token.
func rep(s string, n int) string { return strings.Repeat(s, n)[:n] }

func TestSecretsAreFound(t *testing.T) {
	s := NewScanner()
	for want, lines := range map[string][]string{
		"a private key":                  {"-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN OPENSSH PRIVATE KEY-----", "-----BEGIN PGP PRIVATE KEY BLOCK-----", "    -----BEGIN PRIVATE KEY-----"},
		"a password in an address":       {"postgres://u:p@h", "see https://bob:hunter2@example.org/x", "redis://:s3cr3tvalue@10.0.0.1:6379", "mysql://app:Tr0ub4dor&3@db"},
		"a password or key in a setting": {"DB_PASSWORD=hunter2", "export MYSQL_PWD='s3cret!'", "SMTP_PASS: x\nSTRIPE_SECRET=\"abcd1234\"", "X_API_KEY = 0123456789abcdef"},
		"a password in a setting":        {"spring.datasource.password=Qx7pLm29", "mysql_password='VjX8cEeTX'"},
		"an authorization header":        {"curl -H 'Authorization: Bearer " + rep("a1B2", 24) + "'"},
		"an AWS access key":              {"AKIA" + rep("ABCD2345", 16)},
		"an AWS secret key":              {"aws_secret_access_key = " + rep("wJalrXUtnFEMI/K7MD", 40)},
		"a GitHub token":                 {"ghp_" + rep("a1B2c3", 36), "github_pat_" + rep("a1B2c3", 70)},
		"a GitLab token":                 {"glpat-" + rep("a1B2c3", 20)},
		"a Slack token":                  {"xoxb-" + rep("123456-", 30)},
		"a chat webhook":                 {"https://hooks.slack.com/services/T" + rep("0A1B", 8) + "/B" + rep("0A1B", 8) + "/" + rep("aB3d", 24), "https://open.feishu.cn/open-apis/bot/v2/hook/" + rep("0123abcd-", 36)},
		"a PagerDuty key":                {"pagerduty_api_token: " + rep("u+Zx9_kQ", 20), "PD_ROUTING_KEY=x\npd_integration_key = " + rep("0af3", 32)},
		"a Google API key":               {"AIza" + rep("Sy0-_x", 35)},
		"an Azure storage key":           {"AccountKey=" + rep("aB3/", 86) + "=="},
		"a Stripe key":                   {"sk_live_" + rep("a1B2", 24)},
		"a signed token (JWT)":           {"eyJ" + rep("hbGciOi", 20) + ".eyJ" + rep("zdWIiOi", 20) + "." + rep("SflKxwRJ", 43)},
		"a Postern token":                {"pst_" + rep("a1B2", 43)},
		"a Vault token":                  {"hvs." + rep("CAESI", 30)},
		"an AI service key":              {"sk-ant-" + rep("a1B2", 40)},
	} {
		for _, line := range lines {
			found := s.Find([]byte("intro\n" + line + "\nend\n"))
			if len(found) == 0 || found[0].Line < 2 || found[0].Line > 3 {
				t.Errorf("%s: %q gave %+v", want, line, found)
				continue
			}
			named := false
			for _, f := range found {
				named = named || f.What == want
			}
			if !named {
				t.Errorf("%q is taken for %s, not for %s", line, found[0].What, want)
			}
		}
	}
}

func TestPlaceholdersAndProseAreNotSecrets(t *testing.T) {
	s := NewScanner()
	for _, line := range []string{
		"DB_PASSWORD=<password>", "DB_PASSWORD=$DB_PASSWORD", "DB_PASSWORD=${SECRET}", "DB_PASSWORD=", "DB_PASSWORD=changeme", "DB_PASSWORD=********",
		"MYSQL_ROOT_PASSWORD=your-password", "API_TOKEN=xxxxxxxx", "postgres://user:password@localhost/db", "https://user:pass@host", "mysql://root:123456@127.0.0.1",
		"http://{user}:{pass}@host", "git@github.com:a/b.git", "https://example.org:8080/@user", "mailto:a@b", "http://[::1]:9090/x@y",
		"The password: it was rotated.", "We rotated the API token = painful", "TOKEN_TTL=3600", "`Authorization: Bearer <token>`", "Authorization: Bearer $TOKEN",
		"the private key leaked", "-----BEGIN CERTIFICATE-----", "-----BEGIN PUBLIC KEY-----", "disk task ask", "sha256:" + rep("0af3", 64),
		"密码 PASSWORD=密码在保险箱里", "eyJ is how a JWT begins", "DB_PASSWORD=test1", "if (DB_PASSWORD == nil)",
	} {
		if found := s.Find([]byte(line)); len(found) > 0 {
			t.Errorf("%q is taken for %s", line, found[0].What)
		}
	}
}

func TestSecretsAreAllowedByAReasonOnTheLine(t *testing.T) {
	s := NewScanner()
	for _, c := range []struct{ line, reason string }{
		{"DB_PASSWORD=hunter2 <!-- postern:allow-secret test database of the drill -->", "test database of the drill"},
		{"DB_PASSWORD=hunter2 # postern:allow-secret revoked 2026-01-02", "revoked 2026-01-02"},
		{"DB_PASSWORD=hunter2 # postern:allow-secret", ""},
		{"DB_PASSWORD=hunter2", ""},
	} {
		f := s.Find([]byte(c.line + "\n"))
		if len(f) != 1 || f[0].Allowed != c.reason {
			t.Errorf("%q: %+v", c.line, f)
			continue
		}
		p := f[0].Problem("a.md", "")
		if want := (c.reason != ""); (p.Rule == RuleSecretAllowed) != want || (p.Weight == postmortems.Warning) != want || p.Line != 1 {
			t.Errorf("%q: %v", c.line, p)
		}
	}
}

func TestScanningIsLinear(t *testing.T) {
	s := NewScanner()
	for name, unit := range map[string]string{
		"many key words on one line":   "token key password secret ",
		"many lines of one key word":   "password\n",
		"addresses without a password": "a://",
		"colons":                       "a://b:",
		"jwt heads":                    "eyJeyJ.",
	} {
		start := time.Now()
		s.Find([]byte(strings.Repeat(unit, 1<<20/len(unit))))
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s: %v for 1 MiB", name, took)
		}
	}
}

// TestRulesAreToldByTheirExamples holds the documentation of the rules against
// the code.
func TestRulesAreToldByTheirExamples(t *testing.T) {
	s := NewScanner()
	judge := func(rule, text string) []postmortems.Problem {
		file := "guides/example.md"
		if rule == RuleAttributes {
			file = ".gitattributes"
		}
		problems := CheckContent(file, []byte(text))
		for _, f := range s.Find([]byte(text)) {
			problems = append(problems, f.Problem(file, ""))
		}
		return problems
	}
	seen := map[string]bool{}
	for _, r := range Rules() {
		if seen[r.ID] || r.Title == "" || r.Why == "" || r.Mend == "" || strings.HasSuffix(r.Title, ".") {
			t.Errorf("rule %q is told twice or not fully", r.ID)
		}
		seen[r.ID] = true
		if r.Bad == "" {
			continue
		}
		if got := judge(r.ID, r.Bad); len(got) != 1 || got[0].Rule != r.ID || got[0].Weight != r.Weight {
			t.Errorf("the bad example of %s gives %v", r.ID, got)
		}
		if got := judge(r.ID, r.Good); len(got) != 0 {
			t.Errorf("the good example of %s gives %v", r.ID, got)
		}
	}
	if len(seen) != 13 {
		t.Errorf("%d rules told, 13 exist", len(seen))
	}
}

func FuzzFindSecrets(f *testing.F) {
	s := NewScanner()
	f.Add([]byte("DB_PASSWORD=hunter2\npostgres://u:p@h\n"))
	f.Add([]byte("x: postern:allow-secret y\n\n\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		lines := strings.Count(string(data), "\n") + 1
		for _, found := range s.Find(data) {
			if found.Line < 1 || found.Line > lines || found.Col < 1 || strings.Contains(string(found.Text), "\n") {
				t.Fatalf("%+v in %q", found, data)
			}
		}
	})
}
