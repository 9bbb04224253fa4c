package deliver

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/postern/postern/portal/base/fault"
)

// SMTP are the settings of mail.
type SMTP struct {
	Host     string
	Port     int
	From     string // address, with a name or without
	User     string
	Password string
	// TLS is "starttls" (required), "tls" (from the first byte) or "none", which is
	// allowed to this machine only.
	TLS     string
	Timeout time.Duration
	// Trust replaces the roots by which the certificate of the server is verified; nil
	// means those of the system.
	Trust *tls.Config
	Now   func() time.Time
}

// Values of SMTP.TLS.
const (
	StartTLS  = "starttls"
	DirectTLS = "tls"
	NoTLS     = "none"
)

// mailer is the Sender of mail.
type mailer struct {
	smtp   SMTP
	domain string // of the sender's address: the right side of message ids
}

// NewMailer returns the sender of mail. It fails with fault.Invalid when the sender's
// address is invalid, or when mail would leave this machine without TLS.
func NewMailer(s SMTP) (Sender, error) {
	const op = "deliver.NewMailer"
	probe := gomail.NewMsg()
	if err := probe.From(s.From); err != nil {
		return nil, fault.Wrap(fault.Invalid, op, "the sender's address of mail is invalid", err)
	}
	address := probe.GetFrom()[0].Address
	if s.TLS == NoTLS && !loopback(s.Host) {
		return nil, fault.New(fault.Invalid, op, "mail without TLS is sent to this machine only; use starttls or tls")
	}
	return mailer{smtp: s, domain: address[strings.LastIndexByte(address, '@')+1:]}, nil
}

// loopback reports whether a host is this machine.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Send implements Sender. The timeout bounds the whole conversation with the server.
func (m mailer) Send(ctx context.Context, msg Message, address, key string) error {
	mail, err := m.write(msg, address, key)
	if err != nil {
		return err
	}
	client, err := m.client()
	if err != nil {
		return fail(Permanent, err, "the mail settings are invalid")
	}
	ctx, cancel := context.WithTimeout(ctx, m.smtp.Timeout)
	defer cancel()
	err = client.DialAndSendWithContext(ctx, mail)
	if mail.IsDelivered() {
		return nil // the server accepted it; a failed QUIT does not matter
	}
	return mailFailure(err)
}

// write returns the mail: text, HTML, and the charts inside the HTML. Its errors are of
// type *Failure and permanent: the same mail would fail again.
func (m mailer) write(msg Message, address, key string) (*gomail.Msg, error) {
	mail := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := mail.From(m.smtp.From); err != nil {
		return nil, fail(Permanent, err, "the sender's address is invalid")
	}
	if err := mail.To(address); err != nil {
		return nil, fail(Permanent, err, "the recipient's address is invalid")
	}
	const subjectRunes = 200
	mail.Subject(cutRunes(oneLine(msg.Subject), subjectRunes))
	mail.SetDateWithValue(m.smtp.Now())
	// The same id for every attempt: a mail that arrives twice is shown once.
	mail.SetMessageIDWithValue(key + "@" + m.domain)
	mail.SetGenHeader("Auto-Submitted", "auto-generated")
	mail.SetGenHeader("X-Postern-Report", oneLine(msg.Source))
	mail.SetBodyString(gomail.TypeTextPlain, string(msg.Text))
	mail.AddAlternativeString(gomail.TypeTextHTML, string(msg.HTML))
	for _, p := range msg.Pictures {
		err := mail.EmbedReader(p.Name, bytes.NewReader(p.PNG), gomail.WithFileContentID(p.Name), gomail.WithFileContentType("image/png"))
		if err != nil {
			return nil, fail(Permanent, err, "a chart could not be added to the mail")
		}
	}
	return mail, nil
}

// client returns a connection with the TLS and login of the settings. An unknown value
// of TLS requires TLS.
func (m mailer) client() (*gomail.Client, error) {
	opts := []gomail.Option{gomail.WithPort(m.smtp.Port), gomail.WithTimeout(m.smtp.Timeout), gomail.WithHELO(m.domain)}
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: m.smtp.Host}
	if m.smtp.Trust != nil {
		config = m.smtp.Trust
	}
	opts = append(opts, gomail.WithTLSConfig(config))
	switch m.smtp.TLS {
	case DirectTLS:
		opts = append(opts, gomail.WithSSL())
	case NoTLS:
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if m.smtp.User != "" {
		opts = append(opts, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(m.smtp.User), gomail.WithPassword(m.smtp.Password))
	}
	return gomail.NewClient(m.smtp.Host, opts...)
}

// mailFailure returns the outcome of an error of the mail library. Nothing was delivered
// before the text was sent; after that, only the answer of the server decides.
func mailFailure(err error) error {
	if err == nil {
		return nil
	}
	var send *gomail.SendError
	if !errors.As(err, &send) {
		return fail(Temporary, err, "the mail server could not be reached, or refused the login")
	}
	switch code := send.ErrorCode(); {
	case code >= 500:
		return fail(Permanent, err, "the mail server refused the message (%d)", code)
	case code >= 400:
		return fail(Temporary, err, "the mail server is busy (%d)", code)
	case send.Reason == gomail.ErrSMTPDataClose, send.Reason == gomail.ErrWriteContent:
		return fail(Uncertain, err, "the connection was lost while the mail was sent; the server may have it")
	}
	return fail(Temporary, err, "the mail server closed the connection before the message")
}
