package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// carried is what a delivery carries, and to where.
type carried struct {
	report, period string
	revision       int
	to             string // "mail:ADDRESS" or the name of a channel
}

func (c carried) String() string {
	return fmt.Sprintf("%s %s r%d to %s", c.report, c.period, c.revision, c.to)
}

// received is one message that arrived whole: what it carried and the key by which
// a receiver knows it, a Message-ID or an Idempotency-Key.
type received struct {
	carried
	key string
}

// postbox is the other side of deliveries: a mail server and a webhook that keep
// all they are given, and take their time to say so.
type postbox struct {
	*testing.T
	smtpPort, hookURL string

	mu  sync.Mutex
	got []received
	// dawdle is how long the other side takes to answer after it has message n; nil
	// is not at all.
	dawdle func(n int) time.Duration
	// arrived receives a value for every message before it is answered.
	arrived chan struct{}
	// refuse says with which status the hook refuses; 0 takes the message.
	refuse int
}

func newPostbox(t *testing.T) *postbox {
	t.Helper()
	b := &postbox{T: t, arrived: make(chan struct{}, 10_000)}
	srv := smtp.NewServer(b)
	srv.Domain = "localhost"
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = srv.Serve(ln) }()
	t.Cleanup(func() { _ = srv.Close() })
	_, b.smtpPort, _ = net.SplitHostPort(ln.Addr().String())
	hook := httptest.NewServer(http.HandlerFunc(b.hook))
	t.Cleanup(hook.Close)
	b.hookURL = hook.URL
	return b
}

// NewSession implements smtp.Backend.
func (b *postbox) NewSession(*smtp.Conn) (smtp.Session, error) { return &mailIn{postbox: b}, nil }

// mailIn is one conversation with the mail server.
type mailIn struct {
	*postbox
	to string
}

func (*mailIn) Reset()                               {}
func (*mailIn) Logout() error                        { return nil }
func (*mailIn) Mail(string, *smtp.MailOptions) error { return nil }
func (m *mailIn) Rcpt(to string, _ *smtp.RcptOptions) error {
	m.to = to
	if strings.HasPrefix(to, "nobody@") {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
	}
	return nil
}

// Data implements smtp.Session. The letter names what it carries in a header:
// "weekly 2026-W47, revision 1, …".
func (m *mailIn) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err // it was cut off: the server has no such message
	}
	msg, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		m.Errorf("a mail that is none: %v", err)
		return err
	}
	x := received{key: msg.Header.Get("Message-ID"), carried: carried{to: "mail:" + m.to}}
	if _, err := fmt.Sscanf(strings.ReplaceAll(msg.Header.Get("X-Postern-Report"), ",", " "), "%s %s revision %d", &x.report, &x.period,
		&x.revision); err != nil {
		m.Errorf("%q: %v", msg.Header.Get("X-Postern-Report"), err)
	}
	m.keep(x)
	return nil
}

func (b *postbox) hook(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return // it was cut off
	}
	b.mu.Lock()
	refuse := b.refuse
	b.mu.Unlock()
	if refuse != 0 {
		http.Error(w, "not you", refuse)
		return
	}
	var in struct {
		Report, Period string
		Revision       int
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		b.Errorf("a hook's body: %v", err)
	}
	b.keep(received{carried{in.Report, in.Period, in.Revision, "hook"}, r.Header.Get("Idempotency-Key")})
}

// keep notes a message and then takes its time.
func (b *postbox) keep(x received) {
	b.mu.Lock()
	b.got = append(b.got, x)
	n, dawdle := len(b.got), b.dawdle
	b.mu.Unlock()
	b.arrived <- struct{}{}
	if dawdle != nil {
		time.Sleep(dawdle(n)) // a slow server is the point of the test
	}
}

// answers sets how the other side behaves from now on.
func (b *postbox) answers(refuse int, dawdle func(n int) time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refuse, b.dawdle = refuse, dawdle
}

// all is what arrived until now, in order.
func (b *postbox) all() []received {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]received{}, b.got...)
}

// counted is how often each delivery arrived.
func (b *postbox) counted() map[carried]int {
	n := map[carried]int{}
	for _, x := range b.all() {
		n[x.carried]++
	}
	return n
}

// checkKeys holds that a delivery comes under one key however often it comes, and
// that no two deliveries share one.
func (b *postbox) checkKeys() {
	b.Helper()
	keyOf, of := map[carried]string{}, map[string]carried{}
	for _, x := range b.all() {
		if was, seen := keyOf[x.carried]; seen && was != x.key || x.key == "" {
			b.Errorf("%s came under the key %q and then %q", x.carried, was, x.key)
		}
		if was, seen := of[x.key]; seen && was != x.carried {
			b.Errorf("%s and %s share the key %q", was, x.carried, x.key)
		}
		keyOf[x.carried], of[x.key] = x.key, x.carried
	}
}
