package gate

import "regexp"

// pattern is one shape of secret. The expression runs only on lines that hold
// one of the keywords (lower case), because looking for a word is a hundred
// times faster than an expression. When the expression has a group, the group is
// the secret's value, and a placeholder in its place is no secret.
type pattern struct {
	what     string // for the author: "this looks like …"
	keywords []string
	with     string // must be on the line too; "" for none
	expr     *regexp.Regexp
}

// patterns follow the token formats that the issuers document. They are meant to
// have no false hit on prose; a missed secret is the lesser evil, since the rule
// would be switched off otherwise.
func patterns() []pattern {
	p := func(what, with, expr string, keywords ...string) pattern {
		return pattern{what: what, with: with, keywords: keywords, expr: regexp.MustCompile(expr)}
	}
	return []pattern{
		p("a private key", "", `-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----`, "private key"),
		p("a password in an address", "@", `\b[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/:@"'<>()\[\]]{0,100}:([^\s/@"'<>()\[\]]{1,200})@[A-Za-z0-9\[]`, "://"),
		p("a password or key in a setting", "=", `\b[A-Z][A-Z0-9_]*(?:PASSWORD|PASSWD|_PASS|_PWD|_SECRET|SECRET_KEY|API_KEY|APIKEY|ACCESS_KEY|_TOKEN)["']?\s?(?:=|:=)\s?["']?([^\s"'`+"`"+`,;)]{4,200})`, "pass", "pwd", "secret", "key", "token"),
		p("a password in a setting", "=", `\b[a-z][a-z0-9]*[._-](?:password|passwd|secret_key|api_key|auth_token)["']?\s?=\s?["']?([^\s"'`+"`"+`,;)]{6,200})`, "passw", "secret_key", "api_key", "auth_token"),
		p("an authorization header", "", `(?i)\bauthorization["']?\s*[:=]\s*["']?(?:bearer|basic|token|geniekey)\s+(?:token=)?([A-Za-z0-9+/=._~-]{16,})`, "authorization"),
		p("an AWS access key", "", `\b((?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16})\b`, "akia", "asia", "abia", "acca"),
		p("an AWS secret key", "", `(?i)aws.{0,20}secret.{0,20}["'\s:=]([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+]|$)`, "aws"),
		p("a GitHub token", "", `\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{60,255})\b`, "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
		p("a GitLab token", "", `\bgl(?:pat|dt|rt|cbt|ptt|ft|soat)-[A-Za-z0-9_-]{20,}`, "glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glsoat-"),
		p("a Slack token", "", `\bxox[abeoprs]-[A-Za-z0-9-]{10,}|\bxapp-\d-[A-Za-z0-9-]{20,}`, "xox", "xapp-"),
		p("a chat webhook", "", `hooks\.slack\.com/(?:services|workflows)/[A-Z0-9]{8,}/[A-Za-z0-9]{8,}/[A-Za-z0-9]{16,}|discord(?:app)?\.com/api/webhooks/\d{17,}/[\w-]{60,}`, "hooks.slack.com", "/api/webhooks/"),
		p("a chat webhook", "", `oapi\.dingtalk\.com/robot/send\?access_token=[0-9a-f]{64}|open\.(?:feishu\.cn|larksuite\.com)/open-apis/bot/v2/hook/[0-9a-f-]{36}|qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=[0-9a-f-]{36}`, "oapi.dingtalk.com", "/bot/v2/hook/", "qyapi.weixin.qq.com"),
		p("a PagerDuty key", "", `(?i)\b(?:pagerduty|pd)[a-z_ -]{0,20}(?:key|token)["']?\s*[:=]\s*["']?([a-z0-9+_-]{20}|[a-f0-9]{32})(?:[^A-Za-z0-9+_-]|$)`, "pagerduty", "pd_", "pd-"),
		p("a Google API key", "", `\bAIza[0-9A-Za-z_-]{35}`, "aiza"),
		p("a Google OAuth secret", "", `\bGOCSPX-[0-9A-Za-z_-]{28}`, "gocspx-"),
		p("an Azure storage key", "", `(?i)AccountKey=([A-Za-z0-9+/]{86}==)`, "accountkey="),
		p("an Alibaba or Tencent Cloud key", "", `\b(?:LTAI[A-Za-z0-9]{12,24}|AKID[A-Za-z0-9]{32})\b`, "ltai", "akid"),
		p("a Stripe key", "", `\b[rs]k_live_[0-9a-zA-Z]{20,}`, "k_live_"),
		p("a SendGrid key", "", `\bSG\.[\w-]{22}\.[\w-]{43}`, "sg."),
		p("a package registry token", "", `\bnpm_[A-Za-z0-9]{36}\b|\bpypi-AgE[A-Za-z0-9_-]{50,}|\brubygems_[a-f0-9]{48}\b`, "npm_", "pypi-age", "rubygems_"),
		p("a Grafana token", "", `\bgls?[ac]_[A-Za-z0-9+/=_]{32,}`, "glsa_", "glc_"),
		p("a Vault token", "", `\bhv[sbr]\.[A-Za-z0-9_-]{24,}`, "hvs.", "hvb.", "hvr."),
		p("a DigitalOcean token", "", `\bdo[opr]_v1_[a-f0-9]{64}\b`, "_v1_"),
		p("an AI service key", "", `\bsk-(?:ant-|proj-)[A-Za-z0-9_-]{32,}`, "sk-ant-", "sk-proj-"),
		p("a Telegram bot token", "", `\b\d{8,10}:AA[A-Za-z0-9_-]{33}\b`, ":aa"),
		p("a signed token (JWT)", "", `\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.([A-Za-z0-9_-]{20,})`, "eyj"),
		p("a Postern token", "", `\bpst_[A-Za-z0-9_-]{32,}`, "pst_"),
	}
}
