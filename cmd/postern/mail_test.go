package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"image/png"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/mail"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// mailSink is an SMTP server on this machine that keeps what it is given.
type mailSink struct {
	mu    sync.Mutex
	mails [][]byte
}

func (s *mailSink) NewSession(*smtp.Conn) (smtp.Session, error) { return sinkSession{s}, nil }

type sinkSession struct{ *mailSink }

func (sinkSession) Reset()                               {}
func (sinkSession) Logout() error                        { return nil }
func (sinkSession) Mail(string, *smtp.MailOptions) error { return nil }
func (sinkSession) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (s sinkSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = append(s.mails, raw)
	return err
}

func (s *mailSink) listen(t *testing.T) (port string) {
	t.Helper()
	srv := smtp.NewServer(s)
	srv.Domain = "localhost"
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = srv.Serve(ln) }()
	t.Cleanup(func() { _ = srv.Close() })
	_, port, _ = net.SplitHostPort(ln.Addr().String())
	return port
}

// TestWeeklyByMail sends a weekly report with one command to a mail server and
// opens the mail: its parts are read, its pictures decoded, its links followed.
func TestWeeklyByMail(t *testing.T) {
	sink := &mailSink{}
	dir := t.TempDir()
	env := append(authorEnv(dir), "POSTERN_MAIL_HOST=127.0.0.1", "POSTERN_MAIL_PORT="+sink.listen(t), "POSTERN_MAIL_TLS=none", "POSTERN_MAIL_FROM=Postern <portal@example.org>")
	p := serveProcess(t, env)
	incident := `{"v":1,"type":"incident","id":"INC-7","title":"Checkout <b>failed</b>","severity":"SEV2","services":["checkout"],"started":"2026-05-12T08:00:00Z","detected":"2026-05-12T08:00:30Z","mitigated":"2026-05-12T08:31:00Z","resolved":"2026-05-12T09:00:00Z"}`
	putFile(t, dir, "feed.ndjson", incident+"\n")
	mustRun(t, env, dir, "postern", "feed", "import", "ndjson", "feed.ndjson")
	mustRun(t, env, dir, "postern", "report", "run", "weekly", "2026-W20")
	const said = "weekly 2026-W20, revision 1 delivered to lead@example.org"
	for range 2 { // the second time it is there already
		if out := mustRun(t, env, dir, "postern", "report", "send", "weekly", "2026-W20", "--to", "mail:lead@example.org"); out != said {
			t.Errorf("it says %q", out)
		}
	}
	sink.mu.Lock()
	mails := sink.mails
	sink.mu.Unlock()
	if len(mails) != 1 {
		t.Fatalf("%d mails arrived", len(mails))
	}
	checkMail(t, p, mails[0])
	if out, err := tryCommand(t.Context(), env, dir, "postern", "report", "send", "weekly", "2026-W20", "--to", "ops"); err == nil || !strings.Contains(out, "is not configured") {
		t.Errorf("a channel that is not configured: %v, %s", err, out)
	}
	p.stop(t)
}

var href = regexp.MustCompile(`href="(http[^"]+)"`)

// checkMail opens a mail as a mail program does.
func checkMail(t *testing.T, p *process, raw []byte) {
	t.Helper()
	msg, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string][]byte{}
	mailParts(t, msg.Header, msg.Body, func(kind string, data []byte) {
		if kind == "image/png" {
			if _, err := png.Decode(bytes.NewReader(data)); err != nil {
				t.Errorf("a picture: %v", err)
			}
		}
		parts[kind] = data
	})
	html := string(parts["text/html"])
	if len(parts["image/png"]) == 0 || !strings.Contains(html, "cid:") || len(parts["text/plain"]) == 0 {
		t.Errorf("the mail has no chart or no text: %d, %d bytes", len(parts["image/png"]), len(parts["text/plain"]))
	}
	if strings.Contains(html, "<b>failed</b>") {
		t.Error("a name from a feed is HTML in the mail")
	}
	links := href.FindAllStringSubmatch(html, -1)
	if len(links) == 0 {
		t.Error("the mail has no links")
	}
	client := &http.Client{Timeout: 30 * time.Second}
	for _, l := range links {
		if !strings.HasPrefix(l[1], p.url) {
			t.Errorf("a link leads away from the portal: %s", l[1])
			continue
		}
		res, err := client.Get(strings.ReplaceAll(l[1], "&amp;", "&"))
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Errorf("%s answers %s", l[1], res.Status)
		}
	}
}

// mailParts walks a MIME tree down to its leaves.
func mailParts(t *testing.T, header interface{ Get(string) string }, body io.Reader, leaf func(kind string, data []byte)) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(kind, "multipart/") {
		switch strings.ToLower(header.Get("Content-Transfer-Encoding")) {
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, body)
		case "quoted-printable":
			body = quotedprintable.NewReader(body)
		}
		data, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		leaf(kind, data)
		return
	}
	for r := multipart.NewReader(body, params["boundary"]); ; {
		part, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		mailParts(t, part.Header, part, leaf)
	}
}
