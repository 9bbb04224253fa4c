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

// SMTP says how mail leaves.
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
	// Trust replaces the roots that the server's certificate is checked with; nil
	// takes the system's.
	Trust *tls.Config
	Now   func() time.Time
}

// Values of SMTP.TLS.
const (
	StartTLS  = "starttls"
	DirectTLS = "tls"
	NoTLS     = "none"
)

// mailer sends letters by mail.
type mailer struct {
	smtp   SMTP
	domain string // of the sender's address: the right side of message ids
}

// NewMailer makes the sender of mail. fault.Invalid when it cannot work so.
func NewMailer(s SMTP) (Sender, error) {
	const op = "deliver.NewMailer"
	probe := gomail.NewMsg()
	if err := probe.From(s.From); err != nil {
		return nil, fault.Wrap(fault.Invalid, op, "the sender's address of mail is not one", err)
	}
	address := probe.GetFrom()[0].Address
	if s.TLS == NoTLS && !loopback(s.Host) {
		return nil, fault.New(fault.Invalid, op, "mail without TLS goes to this machine only; state starttls or tls")
	}
	return mailer{smtp: s, domain: address[strings.LastIndexByte(address, '@')+1:]}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Send implements Sender.
func (m mailer) Send(ctx context.Context, l Letter, address, key string) error {
	msg, err := m.message(l, address, key)
	if err != nil {
		return err
	}
	client, err := m.client()
	if err != nil {
		return fail(Permanent, err, "mail is not configured so that it can work")
	}
	ctx, cancel := context.WithTimeout(ctx, m.smtp.Timeout)
	defer cancel()
	err = client.DialAndSendWithContext(ctx, msg)
	if msg.IsDelivered() {
		return nil // the server took it; that saying goodbye failed changes nothing
	}
	return judgeMail(err)
}

// message writes the mail: text, HTML, and the charts inside the HTML.
func (m mailer) message(l Letter, address, key string) (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := msg.From(m.smtp.From); err != nil {
		return nil, fail(Permanent, err, "the sender's address is not one")
	}
	if err := msg.To(address); err != nil {
		return nil, fail(Permanent, err, "the recipient's address is not one")
	}
	const subjectRunes = 200
	msg.Subject(cutRunes(oneLine(l.Subject), subjectRunes))
	msg.SetDateWithValue(m.smtp.Now())
	// The same id for every attempt: a mail that arrives twice is shown once.
	msg.SetMessageIDWithValue(key + "@" + m.domain)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("X-Postern-Report", oneLine(l.revisionLine()))
	msg.SetBodyString(gomail.TypeTextPlain, string(l.Text))
	msg.AddAlternativeString(gomail.TypeTextHTML, string(l.HTML))
	for _, p := range l.Pictures {
		err := msg.EmbedReader(p.Name, bytes.NewReader(p.PNG), gomail.WithFileContentID(p.Name), gomail.WithFileContentType("image/png"))
		if err != nil {
			return nil, fail(Permanent, err, "a chart could not be put into the mail")
		}
	}
	return msg, nil
}

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
		opts = append(opts, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(m.smtp.User), gomail.WithPassword(m.smtp.Password))
	}
	return gomail.NewClient(m.smtp.Host, opts...)
}

// judgeMail turns an error of the mail library into what may be done. Until the
// text is under way nothing was delivered; once it is, only the server's answer
// tells.
func judgeMail(err error) error {
	if err == nil {
		return nil
	}
	var send *gomail.SendError
	if !errors.As(err, &send) {
		return fail(Temporary, err, "the mail server could not be reached, or would not let us in")
	}
	switch code := send.ErrorCode(); {
	case code >= 500:
		return fail(Permanent, err, "the mail server refused the message (%d)", code)
	case code >= 400:
		return fail(Temporary, err, "the mail server asks to try again later (%d)", code)
	case send.Reason == gomail.ErrSMTPDataClose, send.Reason == gomail.ErrWriteContent:
		return fail(Uncertain, err, "the connection broke while the mail was handed over; the server may have it")
	}
	return fail(Temporary, err, "the mail server broke off before the message")
}
