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

// Limits of one message, in bytes, with room left for the JSON around it.
const (
	dingTalkBytes = 18 << 10 // of 20 KB
	feishuBytes   = 18 << 10 // of 20 KB
	weComBytes    = 4096     // of the content, by WeCom's own count
)

func dingTalkBody(l Letter, _ string, _ time.Time) (any, error) {
	const titleRunes = 100
	title := cutRunes(oneLine(l.Subject), titleRunes)
	text := "### " + escapeMarkdown(title) + "\n\n" + l.chatMarkdown(dingTalkBytes-8*titleRunes)
	return object{"msgtype": "markdown", "markdown": object{"title": title, "text": text}}, nil
}

// dingTalkURL signs the address: HMAC-SHA256 of "MILLISECONDS\nSECRET" with the
// secret, base64.
func dingTalkURL(u *url.URL, secret string, now time.Time) *url.URL {
	if secret == "" {
		return u
	}
	stamp := strconv.FormatInt(now.UnixMilli(), 10)
	q := u.Query()
	q.Set("timestamp", stamp)
	q.Set("sign", sign(secret, stamp+"\n"+secret))
	signed := *u
	signed.RawQuery = q.Encode()
	return &signed
}

func sign(key, message string) string {
	m := hmac.New(sha256.New, []byte(key))
	m.Write([]byte(message))
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}

// codes is the answer that the three have in common, in each one's spelling.
type codes struct {
	ErrCode *int   `json:"errcode"`
	ErrMsg  string `json:"errmsg"`
	Code    *int   `json:"code"`
	Msg     string `json:"msg"`
}

// answerOf judges an answer: 0 is success, some codes ask to slow down.
func answerOf(who string, body []byte, slow ...int) error {
	var c codes
	if err := json.Unmarshal(body, &c); err != nil {
		return fail(Uncertain, err, "%s answered something that is not its answer", who)
	}
	code, msg := c.ErrCode, c.ErrMsg
	if code == nil {
		code, msg = c.Code, c.Msg
	}
	switch {
	case code == nil:
		return fail(Uncertain, nil, "%s answered without a code", who)
	case *code == 0:
		return nil
	case slices.Contains(slow, *code):
		f := fail(Temporary, nil, "%s asks to slow down (code %d)", who, *code)
		f.After = time.Minute // all three count by the minute
		return f
	}
	return fail(Permanent, nil, "%s did not take it: code %d, %s", who, *code, excerpt([]byte(msg)))
}

func dingTalkAnswer(body []byte) error { return answerOf("DingTalk", body, -1, 130101, 130102, 410100) }

func feishuBody(l Letter, secret string, now time.Time) (any, error) {
	const titleRunes = 200
	message := object{"msg_type": "interactive", "card": object{
		"header": object{"title": object{"tag": "plain_text", "content": cutRunes(oneLine(l.Subject), titleRunes)}},
		"elements": []object{
			{"tag": "markdown", "content": l.chatMarkdown(feishuBytes - 4*titleRunes)},
		},
	}}
	if secret != "" {
		// Feishu signs nothing with "SECONDS\nSECRET" as the key.
		stamp := strconv.FormatInt(now.Unix(), 10)
		message["timestamp"], message["sign"] = stamp, sign(stamp+"\n"+secret, "")
	}
	return message, nil
}

func feishuAnswer(body []byte) error { return answerOf("Feishu", body, 9499, 11232) }

func weComBody(l Letter, _ string, _ time.Time) (any, error) {
	const titleRunes = 100
	title := "### " + escapeMarkdown(cutRunes(oneLine(l.Subject), titleRunes)) + "\n"
	return object{"msgtype": "markdown", "markdown": object{"content": title + l.chatMarkdown(weComBytes-len(title))}}, nil
}

func weComAnswer(body []byte) error { return answerOf("WeCom", body, -1, 45009, 45033) }
