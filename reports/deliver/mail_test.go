package deliver

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"image/png"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"encoding/json"

	"github.com/postern/postern/portal/base/messages/messagestest"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/chart"
	"github.com/postern/postern/reports/export"
)

// sink is an SMTP server that keeps what it is given, or refuses it.
type sink struct {
	mails  [][]byte
	to     []string
	refuse error // of RCPT
	hangUp bool  // after the text, before the answer
	conn   net.Conn
	login  string
}

func (s *sink) NewSession(c *smtp.Conn) (smtp.Session, error) {
	s.conn = c.Conn()
	return &session{s}, nil
}

type session struct{ *sink }

func (*session) Reset()                               {}
func (*session) Logout() error                        { return nil }
func (*session) Mail(string, *smtp.MailOptions) error { return nil }
func (*session) AuthMechanisms() []string             { return []string{sasl.Plain} }
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, to)
	return s.refuse
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		s.login = user + ":" + password
		return nil
	}), nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if s.hangUp {
		_ = s.conn.Close()
		return errors.New("gone")
	}
	s.mails = append(s.mails, raw)
	return err
}

// certificate is a throw-away one for localhost.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

func (s *sink) listen(t *testing.T) SMTP {
	t.Helper()
	cert, pool := certificate(t)
	srv := smtp.NewServer(s)
	srv.Domain, srv.TLSConfig = "localhost", &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	srv.ErrorLog = quiet{}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = srv.Serve(ln) }()
	t.Cleanup(func() { _ = srv.Close() })
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	n, _ := strconv.Atoi(port)
	return SMTP{
		Host: "localhost", Port: n, From: "Postern <portal@example.org>", User: "portal", Password: "secret", TLS: StartTLS,
		Timeout: 10 * time.Second,
		Trust:   &tls.Config{RootCAs: pool, ServerName: "localhost", MinVersion: tls.VersionTLS12}, Now: func() time.Time { return clock },
	}
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// weekly is the golden weekly report as it would be published.
func weekly(t *testing.T) Published {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "testdata", "weekly.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r reports.Report
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	r.Words = "Configuration changes <wait> for the checklist & a canary."
	d, err := chart.NewDrawer(nil, messagestest.English(t))
	if err != nil {
		t.Fatal(err)
	}
	p := Published{
		Report: r, Revision: 2, At: clock, URL: "https://portal.example.org/reports/weekly/" + r.Period + "?rev=2",
		Latest: "https://portal.example.org/reports/weekly/" + r.Period, Base: "https://portal.example.org", Portal: "Meridian stability",
		Markdown: []byte("# x"), JSON: raw,
	}
	for _, c := range r.Charts[:2] {
		picture, err := d.PNG(export.Figure(messagestest.English(t), r, c), chart.Light)
		if err != nil {
			t.Fatal(err)
		}
		p.Pictures = append(p.Pictures, Picture{Name: c.Name + ".png", Alt: c.Title, PNG: picture})
	}
	return p
}

func message(t *testing.T, p Published) Message {
	t.Helper()
	c, err := NewComposer(messagestest.English(t))
	if err != nil {
		t.Fatal(err)
	}
	l, err := c.Compose(p)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// part is one leaf of a MIME tree.
type part struct {
	kind, id string
	data     []byte
}

// leaves reads a MIME tree down to its leaves.
func leaves(t *testing.T, header interface{ Get(string) string }, body io.Reader) []part {
	t.Helper()
	kind, params, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(kind, "multipart/") {
		data, err := io.ReadAll(decoded(header.Get("Content-Transfer-Encoding"), body))
		if err != nil {
			t.Fatal(err)
		}
		return []part{{kind, strings.Trim(header.Get("Content-ID"), "<>"), data}}
	}
	var out []part
	for r := multipart.NewReader(body, params["boundary"]); ; {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, leaves(t, p.Header, p)...)
	}
}

// The weekly goes out by STARTTLS with a login; the mail is read as a mail
// program does: its parts, its pictures, its links.
func TestMail(t *testing.T) {
	s := &sink{}
	m, err := NewMailer(s.listen(t))
	if err != nil {
		t.Fatal(err)
	}
	p := weekly(t)
	l := message(t, p)
	if err := m.Send(t.Context(), l, "Lead <lead@example.org>", "0123abcd"); err != nil {
		t.Fatal(err)
	}
	if s.login != "portal:secret" || len(s.mails) != 1 || s.to[0] != "lead@example.org" {
		t.Fatalf("login %q, %d mails to %v", s.login, len(s.mails), s.to)
	}
	msg, err := mail.ReadMessage(bytes.NewReader(s.mails[0]))
	if err != nil {
		t.Fatal(err)
	}
	if id := msg.Header.Get("Message-ID"); id != "<0123abcd@example.org>" {
		t.Errorf("message id %q", id)
	}
	dec := new(mime.WordDecoder)
	if subject, err := dec.DecodeHeader(msg.Header.Get("Subject")); err != nil || subject != l.Subject {
		t.Errorf("subject %q (%v)", subject, err)
	}
	parts := leaves(t, msg.Header, msg.Body)
	byKind := map[string]part{}
	pictures := map[string]bool{}
	for _, x := range parts {
		byKind[x.kind] = x
		if x.kind == "image/png" {
			if _, err := png.Decode(bytes.NewReader(x.data)); err != nil {
				t.Errorf("picture %s: %v", x.id, err)
			}
			pictures[x.id] = true
		}
	}
	html, text := string(byKind["text/html"].data), string(byKind["text/plain"].data)
	for _, x := range p.Pictures {
		if !pictures[x.Name] || !strings.Contains(html, `src="cid:`+x.Name+`"`) {
			t.Errorf("picture %s is not in the mail", x.Name)
		}
	}
	for _, f := range p.Report.Headline {
		if !strings.Contains(text, f.Value.Text) || !strings.Contains(html, f.Value.Text) {
			t.Errorf("figure %s (%s) is missing", f.Key, f.Value.Text)
		}
	}
	if !strings.Contains(html, "&lt;wait&gt;") || strings.Contains(html, "ZgotmplZ") {
		t.Error("the lead's words are not escaped, or the template lost an address")
	}
	if !strings.Contains(html, `href="https://portal.example.org/slos/`) || !strings.Contains(text, p.URL) {
		t.Error("links do not lead to the portal")
	}
}

func TestMailOutcomes(t *testing.T) {
	for name, c := range map[string]struct {
		sink *sink
		want Outcome
	}{
		"unknown address":     {&sink{refuse: &smtp.SMTPError{Code: 550, Message: "no such user"}}, Permanent},
		"grey-listed":         {&sink{refuse: &smtp.SMTPError{Code: 451, Message: "later"}}, Temporary},
		"gone after the text": {&sink{hangUp: true}, Uncertain},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := NewMailer(c.sink.listen(t))
			if err != nil {
				t.Fatal(err)
			}
			if f := FailureOf(m.Send(t.Context(), message(t, weekly(t)), "lead@example.org", "k")); f.Outcome != c.want {
				t.Errorf("%v", f)
			}
		})
	}
	t.Run("nobody listens", func(t *testing.T) {
		s := (&sink{}).listen(t)
		s.Port = 1
		m, err := NewMailer(s)
		if err != nil {
			t.Fatal(err)
		}
		if f := FailureOf(m.Send(t.Context(), message(t, weekly(t)), "lead@example.org", "k")); f.Outcome != Temporary {
			t.Errorf("%v", f)
		}
	})
	t.Run("address is none", func(t *testing.T) {
		m, err := NewMailer((&sink{}).listen(t))
		if err != nil {
			t.Fatal(err)
		}
		if f := FailureOf(m.Send(t.Context(), message(t, weekly(t)), "lead\r\nBcc: x@example.org", "k")); f.Outcome != Permanent {
			t.Errorf("%v", f)
		}
	})
	t.Run("untrusted certificate", func(t *testing.T) {
		s := (&sink{}).listen(t)
		s.Trust = nil
		m, err := NewMailer(s)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Send(t.Context(), message(t, weekly(t)), "lead@example.org", "k"); err == nil {
			t.Error("mail and password went to a server that nobody vouches for")
		}
	})
}

func TestMailWithoutTLSStaysHere(t *testing.T) {
	if _, err := NewMailer(SMTP{Host: "mail.example.org", From: "a@example.org", TLS: NoTLS}); err == nil {
		t.Error("mail would leave the machine unprotected")
	}
	if _, err := NewMailer(SMTP{Host: "127.0.0.1", From: "a@example.org", TLS: NoTLS}); err != nil {
		t.Error(err)
	}
}
