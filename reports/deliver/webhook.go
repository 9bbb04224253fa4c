package deliver

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
)

// genericHook posts the whole report as JSON to a program. With a secret, the
// header Postern-Signature has "t=SECONDS,v1=HEX": the HMAC-SHA256 of
// "SECONDS.BODY", so that neither the body nor its time can be forged.
type genericHook struct{ hook }

// Send implements Sender. The receiver recognizes deliveries by their Idempotency-Key,
// so an uncertain outcome becomes a temporary failure, which is tried again.
func (h genericHook) Send(ctx context.Context, m Message, _, key string) error {
	raw, err := encode(object{
		"report": m.Report, "period": m.Period, "revision": m.Revision, "subject": m.Subject, "verdict": m.Verdict,
		"url": m.URL, "content": json.RawMessage(m.JSON),
	})
	if err != nil {
		return fail(Permanent, err, "the report could not be written as JSON")
	}
	header := http.Header{"Idempotency-Key": {key}}
	if h.channel.Secret != "" {
		header.Set("Postern-Signature", Signature(h.channel.Secret, h.now().Unix(), raw))
	}
	// The body is signed as it is sent: a receiver must check the signature before it
	// parses JSON.
	_, err = h.post(ctx, h.url, raw, header)
	if f, ok := err.(*Failure); ok && f.Outcome == Uncertain { //nolint:errorlint // post returns its own Failure
		f.Outcome = Temporary
	}
	return err
}

// Signature returns the value of the Postern-Signature header for a body sent at a
// Unix time in seconds.
func Signature(secret string, seconds int64, body []byte) string {
	stamp := strconv.FormatInt(seconds, 10)
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(stamp + "."))
	m.Write(body)
	return "t=" + stamp + ",v1=" + hex.EncodeToString(m.Sum(nil))
}
