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

// answerLimit bounds what is read of a hook's answer, in bytes: the longest
// error text of the chats is some hundred.
const answerLimit = 16 << 10

// maxWait bounds how long another side may ask us to wait.
const maxWait = 6 * time.Hour

// hook posts JSON to an address.
type hook struct {
	channel Channel
	url     *url.URL
	client  *http.Client
	now     func() time.Time
}

// chat is a hook with the ways of one product: how a letter is written, how the
// address is signed, what its answers mean.
type chat struct {
	hook
	body   func(l Letter, secret string, now time.Time) (any, error)
	sign   func(u *url.URL, secret string, now time.Time) *url.URL
	answer func(body []byte) error
}

func (h hook) as(body func(Letter, string, time.Time) (any, error), sign func(*url.URL, string, time.Time) *url.URL, answer func([]byte) error) Sender {
	return chat{h, body, sign, answer}
}

func plainURL(u *url.URL, _ string, _ time.Time) *url.URL { return u }

// Send implements Sender. The chats know no idempotency key: a lost answer stays
// uncertain.
func (c chat) Send(ctx context.Context, l Letter, _, _ string) error {
	now := c.now()
	message, err := c.body(l, c.channel.Secret, now)
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

// encode writes JSON without turning < and > into escapes, which some chats show.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

// post sends one body and reads the answer of a success.
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
			return nil, fail(Uncertain, withoutURL(err), "%s answered %s and then nothing more", h.channel.Name, res.Status)
		}
		return body, nil
	}
	return nil, h.refused(res, body)
}

// unanswered judges a request without an answer. Only when no connection was
// made is it known that nothing arrived.
func (h hook) unanswered(err error) error {
	var dns *net.DNSError
	var op *net.OpError
	if errors.As(err, &dns) || errors.As(err, &op) && op.Op == "dial" {
		return fail(Temporary, withoutURL(err), "%s could not be reached", h.channel.Name)
	}
	return fail(Uncertain, withoutURL(err), "%s did not answer; it may have the report all the same", h.channel.Name)
}

// withoutURL takes the address out of a client's error: it is a credential, and
// errors go to the log.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

func (h hook) refused(res *http.Response, body []byte) error {
	f := fail(Permanent, errors.New(excerpt(body)), "%s answered %s", h.channel.Name, res.Status)
	switch {
	case res.StatusCode == http.StatusTooManyRequests, res.StatusCode == http.StatusRequestTimeout, res.StatusCode >= 500:
		f.Outcome = Temporary
		f.After = waitOf(res.Header.Get("Retry-After"), h.now())
	case res.StatusCode >= 300 && res.StatusCode < 400:
		f.Msg += "; redirects are not followed, state the final address"
	}
	return f
}

// waitOf reads a Retry-After: seconds or a date.
func waitOf(text string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(strings.TrimSpace(text)); err == nil {
		return min(max(time.Duration(n)*time.Second, 0), maxWait)
	}
	if t, err := http.ParseTime(text); err == nil {
		return min(max(t.Sub(now), 0), maxWait)
	}
	return 0
}

// excerpt is the beginning of an answer, for the log.
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
