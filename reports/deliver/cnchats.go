package deliver

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// Limits of one message, in bytes. They leave some for the JSON around it.
const (
	dingTalkBytes = 18 << 10 // of 20 KB
	feishuBytes   = 18 << 10 // of 20 KB
	weComBytes    = 4096     // of the content, by WeCom's own count
)

// dingTalkBody returns a message of type markdown.
func dingTalkBody(m Message, _ string, _ time.Time) (any, error) {
	const titleRunes = 100
	title := cutRunes(oneLine(m.Subject), titleRunes)
	// An escaped character takes up to eight bytes.
	text := "### " + escapeMarkdown(title) + "\n\n" + m.chatMarkdown(dingTalkBytes-8*titleRunes)
	return object{"msgtype": "markdown", "markdown": object{"title": title, "text": text}}, nil
}

// dingTalkURL returns the signed address: its sign is the HMAC-SHA256 of
// "MILLISECONDS\nSECRET" with the secret, in base64.
func dingTalkURL(u *url.URL, secret string, now time.Time) *url.URL {
	if secret == "" {
		return u
	}
	stamp := strconv.FormatInt(now.UnixMilli(), 10)
	q := u.Query()
	q.Set("timestamp", stamp)
	q.Set("sign", sign(secret, stamp+"\n"+secret))
	// The address is shared by all messages and must not change.
	signed := *u
	signed.RawQuery = q.Encode()
	return &signed
}

// sign returns an HMAC-SHA256 in base64.
func sign(key, message string) string {
	m := hmac.New(sha256.New, []byte(key))
	m.Write([]byte(message))
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}

// codes is the common part of the answers of the three, in the spelling of each.
// Pointers distinguish a code of 0, which is success, from a missing one.
type codes struct {
	ErrCode *int   `json:"errcode"`
	ErrMsg  string `json:"errmsg"`
	Code    *int   `json:"code"`
	Msg     string `json:"msg"`
}

// checkCode returns nil for the code 0, a temporary failure for the codes by which the
// chat limits the rate, and a permanent one for all others. An answer without a code
// leaves the outcome uncertain.
func checkCode(who string, body []byte, slow ...int) error {
	var c codes
	if err := json.Unmarshal(body, &c); err != nil {
		return fail(Uncertain, err, "the answer of %s is not in its format", who)
	}
	code, msg := c.ErrCode, c.ErrMsg
	if code == nil {
		code, msg = c.Code, c.Msg
	}
	switch {
	case code == nil:
		return fail(Uncertain, nil, "the answer of %s has no code", who)
	case *code == 0:
		return nil
	case slices.Contains(slow, *code):
		f := fail(Temporary, nil, "%s limits the rate (code %d)", who, *code)
		f.After = time.Minute // all three count by the minute
		return f
	}
	return fail(Permanent, nil, "%s refused the message: code %d, %s", who, *code, excerpt([]byte(msg)))
}

// dingTalkAnswer checks an answer of DingTalk. The codes are its limits of messages per
// minute and that of a busy system.
func dingTalkAnswer(body []byte) error {
	return checkCode("DingTalk", body, -1, 130101, 130102, 410100)
}

// feishuBody returns an interactive card, signed if there is a secret.
func feishuBody(m Message, secret string, now time.Time) (any, error) {
	const titleRunes = 200
	message := object{"msg_type": "interactive", "card": object{
		"header": object{"title": object{"tag": "plain_text", "content": cutRunes(oneLine(m.Subject), titleRunes)}},
		"elements": []object{
			{"tag": "markdown", "content": m.chatMarkdown(feishuBytes - 4*titleRunes)},
		},
	}}
	if secret != "" {
		// Feishu signs nothing with "SECONDS\nSECRET" as the key.
		stamp := strconv.FormatInt(now.Unix(), 10)
		message["timestamp"], message["sign"] = stamp, sign(stamp+"\n"+secret, "")
	}
	return message, nil
}

// feishuAnswer checks an answer of Feishu. The codes are its limits of messages.
func feishuAnswer(body []byte) error { return checkCode("Feishu", body, 9499, 11232) }

// weComBody returns a message of type markdown.
func weComBody(m Message, _ string, _ time.Time) (any, error) {
	const titleRunes = 100
	title := "### " + escapeMarkdown(cutRunes(oneLine(m.Subject), titleRunes)) + "\n"
	return object{"msgtype": "markdown", "markdown": object{"content": title + m.chatMarkdown(weComBytes-len(title))}}, nil
}

// weComAnswer checks an answer of WeCom. The codes are its limits of messages.
func weComAnswer(body []byte) error { return checkCode("WeCom", body, -1, 45009, 45033) }
