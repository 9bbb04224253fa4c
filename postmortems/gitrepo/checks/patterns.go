package checks

import (
	"regexp"
)

// pattern is one form of secret. Its last group is the secret itself, or the whole
// match if it has no group.
type pattern struct {
	what     string                          // for the author: "this looks like …"
	keywords []string                        // lower case; the expression runs only on lines with one
	expr     *regexp.Regexp                  // RE2, so linear in the line
	accept   func(data []byte, at span) bool // reports whether the match is a secret and not a placeholder
}

// patterns returns all forms, specific ones before general ones, because the first of
// overlapping findings is reported. Repetitions are open-ended where possible: a bound
// is unrolled into as many states, and each costs time on every byte. A Scanner
// compiles them once.
func patterns() []pattern {
	var all []pattern
	for _, rows := range [][]row{cloudForms(), serviceForms(), webhookForms(), generalForms()} {
		for _, r := range rows {
			all = append(all, pattern{r.what, r.keywords, regexp.MustCompile(r.expr), r.accept})
		}
	}
	return all
}

// row is a pattern in the tables below.
type row struct {
	what     string
	keywords []string
	accept   func(data []byte, at span) bool
	expr     string
}

// words returns a list of keywords.
func words(w ...string) []string { return w }

// cloudForms are keys of cloud providers and their storage. Each has a fixed prefix or
// a label that the provider's own files use.
func cloudForms() []row {
	return []row{
		{"an AWS access key", words("akia", "asia", "abia", "acca"), unmasked, `\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b`},
		{"an AWS secret key", words("aws"), unmasked, `(?i)aws.{0,20}(?:secret|key).{0,20}["'\s:=]([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)`},
		{"a Google API key", words("aiza"), unmasked, `\bAIza[0-9A-Za-z_-]{35}`},
		{"a Google OAuth secret", words("gocspx-"), unmasked, `\bGOCSPX-[0-9A-Za-z_-]{28}`},
		{"an Azure storage key", words("accountkey="), unmasked, `(?i)AccountKey=([A-Za-z0-9+/]{86}==)`},
		{"an Azure access key", words("accesskey="), unmasked, `(?i)SharedAccessKey=([A-Za-z0-9+/]{43}=)`},
		{"an Alibaba or Tencent Cloud key", words("ltai", "akid"), unmasked, `\b(?:LTAI[A-Za-z0-9]{16,24}|AKID[A-Za-z0-9]{32})\b`},
		{"a DigitalOcean token", words("_v1_"), unmasked, `\bdo[opr]_v1_[a-f0-9]{64}\b`},
	}
}

// serviceForms are tokens with a prefix of their issuer, and keys beside the issuer's
// name.
func serviceForms() []row {
	return []row{
		{"a GitHub token", words("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"), unmasked,
			`\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})\b`},
		{"a GitLab token", words("glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glsoat-"), unmasked,
			`\bgl(?:pat|dt|rt|cbt|ptt|ft|soat)-[A-Za-z0-9_-]{20,}`},
		{"a Slack token", words("xox", "xapp-"), unmasked, `\bxox[abeoprs]-[0-9][A-Za-z0-9-]{9,}|\bxapp-\d-[A-Za-z0-9-]{20,}`},
		{"a PagerDuty key", words("pagerduty", "pager_duty", "pd_", "pd-"), unmasked,
			`(?i)\b(?:pager_?duty|pd)[a-z_ .-]{0,20}(?:key|token)["']?\s*[:=]\s*["']?([a-z0-9+_-]{20}|[a-f0-9]{32})(?:[^A-Za-z0-9+_-]|$)`},
		{"a PagerDuty key", words("routing_key", "service_key", "integration_key"), unmasked,
			`(?i)\b(?:routing|service|integration)_key["']?\s*[:=]\s*["']?([a-f0-9]{32}|R[A-Z0-9]{31})(?:[^A-Za-z0-9]|$)`},
		{"a PagerDuty key", words("token token="), unmasked, `(?i)\bToken token=["']?([a-z0-9+_-]{20})(?:[^A-Za-z0-9+_-]|$)`},
		{"a Stripe key", words("k_live_"), unmasked, `\b[rs]k_live_[0-9a-zA-Z]{16,}`},
		{"a SendGrid key", words("sg."), unmasked, `\bSG\.[\w-]{22}\.[\w-]{43}`},
		{"a package registry token", words("npm_", "pypi-age", "rubygems_"), unmasked,
			`\bnpm_[A-Za-z0-9]{36}\b|\bpypi-AgE[A-Za-z0-9_-]{50,}|\brubygems_[a-f0-9]{48}\b`},
		{"a Grafana token", words("glsa_", "glc_"), unmasked, `\bgl(?:sa|c)_[A-Za-z0-9+/=_]{32,}`},
		{"a Vault token", words("hvs.", "hvb.", "hvr."), unmasked, `\bhv[sbr]\.[A-Za-z0-9_-]{24,}`},
		{"a key of an AI service", words("sk-ant-", "sk-proj-"), unmasked, `\bsk-(?:ant|proj)-[A-Za-z0-9_-]{32,}`},
		{"a Telegram bot token", words(":aa"), unmasked, `\b\d{8,10}:AA[A-Za-z0-9_-]{33}\b`},
		{"a Postern token", words("pst_"), unmasked, `\bpst_[A-Za-z0-9_-]{32,}`},
	}
}

// webhookForms are addresses to which anyone who knows them may post.
func webhookForms() []row {
	return []row{
		{"a Slack webhook", words("hooks.slack.com"), unmasked,
			`hooks\.slack\.com/(?:services|workflows)/[A-Z0-9]{8,}/[A-Za-z0-9]{8,}/([A-Za-z0-9]{16,})`},
		{"a Discord webhook", words("/api/webhooks/"), unmasked, `discord(?:app)?\.com/api/webhooks/\d{17,}/([\w-]{60,})`},
		{"a Teams webhook", words("/webhookb2/"), unmasked, `webhook\.office\.com/webhookb2/[0-9a-f@-]{36,80}/IncomingWebhook/([0-9a-f]{32})`},
		{"a DingTalk webhook", words("oapi.dingtalk.com"), unmasked, `oapi\.dingtalk\.com/robot/send\?access_token=([0-9a-f]{64})`},
		{"a Feishu webhook", words("/bot/v2/hook/"), unmasked, `/open-apis/bot/v2/hook/([0-9a-f-]{36})`},
		{"a WeCom webhook", words("qyapi.weixin.qq.com"), unmasked, `qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=([0-9a-f-]{36})`},
	}
}

// generalForms have no issuer: they are recognised by the words around them. Their
// values need random, password or another test that looks at the value: an expression
// alone would report every document that explains how to set a password.
func generalForms() []row {
	return []row{
		{"a private key", words("private key"), hasKey, `-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----`},
		{"a signed token (JWT)", words("eyj"), unmasked, `\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}`},
		{"a password in an address", words("://"), inAddress, `\b[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/?#:@"'<>()\[\]` + "`" +
			`]*:([^\s/?#@"'<>()\[\]` + "`" + `]+)@[A-Za-z0-9\[]`},
		{"a credential of an HTTP request", words("authorization"), random,
			`(?i)\bauthorization["']?\s*[:=]\s*["']?(?:bearer|basic|token|geniekey)\s+([A-Za-z0-9+/=._~-]{16,})`},
		{"a password in a setting", words("pass", "pwd"), password, `(?:PASSWORD|PASSWD|_PASS|_PWD)["']?\s?=\s?["']?([^\s"'` + "`" + `,;&]{4,})`},
		{"a password in a setting", words("passw"), password, `[A-Z0-9]_(?:PASSWORD|PASSWD)["']?:\s["']?([^\s"'` + "`" + `,;&]{6,})`},
		{"a key or password in quotes", words("key", "secret", "token", "passw", "pwd"), random,
			`(?i)(?:api_?-?key|secret|token|passw(?:or)?d|pwd|access_?-?key|secret_?-?key|private_?-?key|auth_?-?key)["']?\s*(?:=|:|=>` +
				`|:=)\s*["']([^"'\s]{12,})["']`},
		{"a key in a setting", words("key", "secret", "token"), random,
			`(?i)(?:api_?-?key|secret|token|access_?-?key|secret_?-?key)\s?[=:]\s?([A-Za-z0-9_+/=-]{20,})(?:[^A-Za-z0-9_+/=.-]|$)`},
	}
}
