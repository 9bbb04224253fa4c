package deliver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// answerLimit bounds the part of an answer that is read, in bytes. The error texts of
// the chats have a few hundred. The rest is not read: an answer is from outside and may
// have any length.
const answerLimit = 16 << 10

// maxWait bounds the wait that a receiver may request. A longer one would hold the
// report back until it is out of date.
const maxWait = 6 * time.Hour

// hook posts JSON to an address.
type hook struct {
	channel Channel
	url     *url.URL
	client  *http.Client
	now     func() time.Time
}

// chat is a hook with the format of one product: of a message, of the signature in the
// address, and of the answers.
type chat struct {
	hook
	body   func(m Message, secret string, now time.Time) (any, error)
	sign   func(u *url.URL, secret string, now time.Time) *url.URL
	answer func(body []byte) error
}

// plainURL returns the address of a product that signs nothing in it.
func plainURL(u *url.URL, _ string, _ time.Time) *url.URL { return u }

// Send implements Sender. Chats have no idempotency key, so the outcome of a lost
// answer is uncertain. A success of HTTP is not enough: most chats state refusals in
// the body of an answer with status 200.
func (c chat) Send(ctx context.Context, m Message, _, _ string) error {
	now := c.now()
	message, err := c.body(m, c.channel.Secret, now)
	if err != nil {
		return fail(Permanent, err, "the report could not be written for %s", c.channel.Type)
	}
	raw, err := encode(message)
	if err != nil {
		return fail(Permanent, err, "the report could not be written for %s", c.channel.Type)
	}
	body, err := c.post(ctx, c.sign(c.url, c.channel.Secret, now), raw, nil)
	if err != nil {
		return err
	}
	return c.answer(body)
}

// encode returns JSON in which < and > are not escaped, because some chats show the
// escapes.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

// post sends one body and returns the body of an answer with status 2xx. Its errors are
// of type *Failure. Headers of the caller are added to those of every request.
func (h hook) post(ctx context.Context, to *url.URL, raw []byte, header http.Header) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewReader(raw))
	if err != nil {
		return nil, fail(Permanent, withoutURL(err), "the address of channel %s cannot be used", h.channel.Name)
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("User-Agent", "Postern")
	for name, values := range header {
		req.Header[name] = values
	}
	res, err := h.client.Do(req)
	if err != nil {
		return nil, h.unanswered(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, answerLimit))
	if res.StatusCode >= 200 && res.StatusCode < 300 {
		if err != nil {
			return nil, fail(Uncertain, withoutURL(err), "%s answered %s, and the connection was lost", h.channel.Name, res.Status)
		}
		return body, nil
	}
	return nil, h.refused(res, body)
}

// unanswered returns the failure of a request without an answer. Only without a
// connection is it certain that nothing arrived.
func (h hook) unanswered(err error) error {
	var dns *net.DNSError
	var op *net.OpError
	if errors.As(err, &dns) || errors.As(err, &op) && op.Op == "dial" {
		return fail(Temporary, withoutURL(err), "%s could not be reached", h.channel.Name)
	}
	return fail(Uncertain, withoutURL(err), "%s did not answer; it may have the report", h.channel.Name)
}

// withoutURL returns the error of an HTTP client without the address, which is a
// credential: errors are logged.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// refused returns the failure of an answer with a status that is no success. The status
// decides: what the server accepted or not is certain, since it answered.
func (h hook) refused(res *http.Response, body []byte) error {
	f := fail(Permanent, errors.New(excerpt(body)), "%s answered %s", h.channel.Name, res.Status)
	switch {
	case res.StatusCode == http.StatusTooManyRequests, res.StatusCode == http.StatusRequestTimeout, res.StatusCode >= 500:
		f.Outcome = Temporary
		f.After = waitOf(res.Header.Get("Retry-After"), h.now())
	case res.StatusCode >= 300 && res.StatusCode < 400:
		f.Msg += "; redirects are not followed; configure the final address"
	}
	return f
}

// waitOf returns the wait of a Retry-After header, which is in seconds or a date: from
// 0 to maxWait. Text that is neither, or missing, is 0.
func waitOf(text string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(strings.TrimSpace(text)); err == nil {
		return min(max(time.Duration(n)*time.Second, 0), maxWait)
	}
	if t, err := http.ParseTime(text); err == nil {
		return min(max(t.Sub(now), 0), maxWait)
	}
	return 0
}

// excerpt returns the beginning of an answer as one line.
func excerpt(body []byte) string {
	const most = 300
	s := strings.ToValidUTF8(string(body[:min(len(body), most)]), "?")
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}
