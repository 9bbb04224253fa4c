package checks

import (
	"context"
	"strings"
	"testing"

	"github.com/postern/postern/postmortems"
)

// rep returns the first n bytes of a repeated text.
func rep(s string, n int) string { return strings.Repeat(s, n)[:n] }

// The random parts of tokens are invented, and joined at run time so that scanners of source
// code do not report this file.
const (
	hex32    = "3f9a1c07" + "be42d8561f0ac9" + "7723e4b05d"
	mixed22  = "q7Rk2ZtX9" + "wLm4Vb8Nc1Pd6"
	mixed43  = mixed22 + "Yh3Js5Gf0Ta" + "UeKxQo2iWr"
	base64Of = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7"
)

// find is Find with a context that does not end.
func find(s *Scanner, data []byte) []Secret {
	found, _ := s.Find(context.Background(), data) // the only error is the context's
	return found
}

func TestSecretsAreFound(t *testing.T) {
	s := NewScanner()
	for _, text := range []string{
		"key AKIA" + "Q3EGZ7RT5XWN2KLM",
		"aws_secret_access_key = " + mixed43[:40],
		"AWS_SECRET_ACCESS_KEY=" + mixed43[:40],
		"AIza" + mixed43[:35],
		"GOCSPX-" + mixed43[:28],
		"DefaultEndpointsProtocol=https;AccountName=a;AccountKey=" + mixed43 + mixed43 + "==",
		"SharedAccessKeyName=x;SharedAccessKey=" + mixed43 + "=",
		"LTAI" + mixed22[:20],
		"AKID" + mixed43[:32],
		"dop_v1_" + hex32 + hex32,
		"ghp_" + mixed43[:36],
		"github_pat_" + mixed22 + "_" + mixed43 + mixed22[:16],
		"glpat-" + mixed22,
		"xoxb-" + "123456789012-" + mixed22,
		"xapp-1-" + mixed22,
		"PAGERDUTY_API_KEY: " + mixed22[:20],
		"routing_key: '" + hex32 + "'",
		"curl -H 'Authorization: Token token=" + mixed22[:20] + "'",
		"sk_live_" + mixed22,
		"SG." + mixed22 + "." + mixed43,
		"//registry.npmjs.org/:_authToken=npm_" + mixed43[:36],
		"pypi-AgE" + mixed43 + mixed22,
		"glsa_" + mixed43[:32] + "_1234abcd",
		"hvs." + mixed43,
		"sk-ant-api03-" + mixed43,
		"bot 123456789:AA" + mixed43[:33],
		"pst_" + mixed43,
		"https://hooks.slack.com/services/T03AB7CD9/B05EF8GH1/" + mixed22,
		"https://discord.com/api/webhooks/123456789012345678/" + mixed43 + mixed22,
		"https://oapi.dingtalk.com/robot/send?access_token=" + hex32 + hex32,
		"https://open.feishu.cn/open-apis/bot/v2/hook/3f9a1c07-be42-d856-1f0a-c97723e4b05d",
		"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=3f9a1c07-be42-d856-1f0a-c97723e4b05d",
		"-----BEGIN RSA PRIVATE KEY-----\n" + base64Of + "\n",
		"-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n" + base64Of,
		`"private_key": "-----BEGIN PRIVATE KEY-----\n` + base64Of + `\n"`,
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwb3N0ZXJuIn0." + mixed43,
		"postgres://u:p@h",
		"postgres://app:Tr0ub4dor@db.internal:5432/x",
		"mysql://root:a%40b@10.0.0.5:3306/",
		"redis://:s0meth1ng@cache.internal",
		"git clone https://ci:" + mixed22 + "@git.corp.internal/x",
		"DB_PASSWORD=hunter2",
		"export PGPASSWORD='correct horse'",
		"  DB_PASSWORD: hunter2",
		`api_key: "` + mixed22 + `"`,
		`{"clientSecret": "` + mixed22 + `"}`,
		`password = "VjX8cEeTX+qcvZ3bPaO4h0C80pe/1aU="`,
		"access_token=" + hex32,
		"Authorization: Bearer " + mixed43,
	} {
		found := find(s, []byte("# x\n"+text+"\nend\n"))
		if len(found) != 1 || found[0].Line != 2 || found[0].Col < 1 || found[0].What == "" {
			t.Errorf("%q: %+v", text, found)
		}
	}
}

func TestSecretsAreReportedWithoutTheirValue(t *testing.T) {
	s := NewScanner()
	found := find(s, []byte("一 DB_PASSWORD=hunter2\npostgres://u:p@h and mysql://app:Tr0ub4dor@db\n"))
	if len(found) != 3 || found[0].Col != 15 || found[1].Line != 2 || found[2].Col != 34 {
		t.Fatalf("%+v", found)
	}
	for _, f := range found {
		p := f.Problem("a\x1b.md", "")
		if strings.Contains(p.String(), "hunter2") || strings.Contains(p.String(), "Tr0ub") || p.Excerpt != "" ||
			strings.Contains(p.String(), "\x1b") {
			t.Errorf("%q repeats the secret or contains a control character", p.String())
		}
	}
	if many := find(s, []byte(strings.Repeat("DB_PASSWORD=hunter2\n", 1000))); len(many) != maxSecrets ||
		many[maxSecrets-1].Line != maxSecrets {
		t.Errorf("%d findings of a thousand", len(many))
	}
}

func TestPlaceholdersAndProseAreNotSecrets(t *testing.T) {
	s := NewScanner()
	for _, line := range []string{
		"DB_PASSWORD=<password>", "DB_PASSWORD=$DB_PASSWORD", "DB_PASSWORD=${SECRET}", "DB_PASSWORD=", "DB_PASSWORD=changeme",
		"DB_PASSWORD=********",
		"MYSQL_ROOT_PASSWORD=your-password", "API_TOKEN=xxxxxxxx", "postgres://user:password@localhost/db", "https://user:pass@host",
		"mysql://root:123456@127.0.0.1",
		"http://{user}:{pass}@host", "git@github.com:a/b.git", "https://example.org:8080/@user", "mailto:a@b", "http://[::1]:9090/x@y",
		"The password: it was rotated.", "We rotated the API token = painful", "TOKEN_TTL=3600", "`Authorization: Bearer <token>`",
		"Authorization: Bearer $TOKEN",
		"the private key leaked", "-----BEGIN CERTIFICATE-----", "-----BEGIN PUBLIC KEY-----", "disk task ask", "sha256:" + rep("0af3", 64),
		"密码 PASSWORD=密码在保险箱里", "eyJ is how a JWT begins", "DB_PASSWORD=test1", "if (DB_PASSWORD == nil)",
		"AKIAIOSFODNN7EXAMPLE and wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
		"AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
		"ghp_" + strings.Repeat("x", 36),
		"https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
		"AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
		"-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
		"the file begins with `-----BEGIN RSA PRIVATE KEY-----`.",
		"postgres://user:password@host/db", "postgres://user:<password>@host", "postgres://$USER:$PASS@h",
		"postgres://u:****@h", "postgres://u:xxxxx@h", "postgres://a:example@h", "mysql://root:123456@10.0.0.1",
		"postgres://app:Tr0ub4dor@localhost/x", "postgres://app:Tr0ub4dor@127.0.0.1:5432/x", "postgres://app:Tr0ub4dor@[::1]:5432/x",
		"https://a:Tr0ub4dor@git.example.com/x",
		"https://medium.com:443/@somebody", "http://a:80/x@y", "see https://x.org/a:b@c",
		"DB_PASSWORD=", "DB_PASSWORD=$DB_PASSWORD", "DB_PASSWORD=${X}", "DB_PASSWORD=<secret>", "DB_PASSWORD=changeme",
		"DB_PASSWORD=os.environ['X']", "DB_PASSWORD = getenv(\"X\")", "if PASSWORD == x", "DB_PASSWORD=********", "DB_PASSWORD=你的密码",
		"PASSWORD: The word you type at the gate", "using password: YES",
		`token: "auth-service-account-2024"`, `secretName: "kv-prod-eu-01"`, `api_key: "your-api-key-goes-here"`,
		`token: "${{ secrets.GITHUB_TOKEN }}"`,
		`var key = configuration["ExternalServiceApiKey"];`, "token=issue-with-the-payment-service-in-europe",
		"commit 3f9a1c07be42d8561f0ac97723e4b05d3f9a1c07", "sha256:" + hex32 + hex32, "the secret of good runbooks is brevity",
		"1234567890:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	} {
		if found := find(s, []byte(line)); len(found) > 0 {
			t.Errorf("%q was reported as %s", line, found[0].What)
		}
	}
}

func TestReasonOnTheLineAllowsASecret(t *testing.T) {
	s := NewScanner()
	for _, c := range []struct{ line, reason string }{
		{"DB_PASSWORD=hunter2 <!-- postern:allow-secret test database of the drill -->", "test database of the drill"},
		{"DB_PASSWORD=hunter2 # postern:allow-secret revoked 2026-01-02", "revoked 2026-01-02"},
		{"DB_PASSWORD=hunter2 # postern:allow-secret", ""},
		{"DB_PASSWORD=hunter2 <!-- postern:allow-secret -->", ""},
		{"DB_PASSWORD=hunter2 # postern:allow-secrets all", ""},
		{"DB_PASSWORD=hunter2 # postern:allow-secret 演练用", "演练用"},
		{"DB_PASSWORD=hunter2", ""},
	} {
		f := find(s, []byte(c.line+"\n"))
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

// TestRulesMatchTheirExamples applies the rules to the examples of their documentation.
func TestRulesMatchTheirExamples(t *testing.T) {
	s := NewScanner()
	check := func(rule, text string) []postmortems.Problem {
		file := "guides/example.md"
		if rule == RuleAttributes {
			file = ".gitattributes"
		}
		problems := CheckContent(file, []byte(text))
		for _, f := range find(s, []byte(text)) {
			problems = append(problems, f.Problem(file, ""))
		}
		return problems
	}
	seen := map[string]bool{}
	for _, r := range Rules() {
		if seen[r.ID] || r.Title == "" || r.Why == "" || r.Fix == "" || strings.HasSuffix(r.Title, ".") {
			t.Errorf("rule %q is listed twice or incomplete", r.ID)
		}
		seen[r.ID] = true
		if r.Bad == "" {
			continue
		}
		if got := check(r.ID, r.Bad); len(got) != 1 || got[0].Rule != r.ID || got[0].Weight != r.Weight {
			t.Errorf("the bad example of %s gives %v", r.ID, got)
		}
		if got := check(r.ID, r.Good); len(got) != 0 {
			t.Errorf("the good example of %s gives %v", r.ID, got)
		}
	}
	if len(seen) != 13 {
		t.Errorf("%d rules, want 13", len(seen))
	}
}

func FuzzFindSecrets(f *testing.F) {
	s := NewScanner()
	f.Add([]byte("DB_PASSWORD=hunter2\npostgres://u:p@h\n"))
	f.Add([]byte("x: postern:allow-secret y\n\n\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		lines := strings.Count(string(data), "\n") + 1
		for _, found := range find(s, data) {
			if found.Line < 1 || found.Line > lines || found.Col < 1 || strings.Contains(string(found.Text), "\n") {
				t.Fatalf("%+v in %q", found, data)
			}
		}
	})
}
