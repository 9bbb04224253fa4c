package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"html"
	"image/png"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/mail"
	"regexp"
	"slices"
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
	env := append(authorEnv(dir), "POSTERN_MAIL_HOST=127.0.0.1", "POSTERN_MAIL_PORT="+sink.listen(t), "POSTERN_MAIL_TLS=none",
		"POSTERN_MAIL_FROM=Postern <portal@example.org>")
	needGit(t)
	p := serveProcess(t, env)
	incident := `{"v":1,"type":"incident","id":"INC-7","title":"Checkout <b>failed</b>","severity":"SEV2","services":["checkout"],"started":"2026-05-12T08:00:00Z","detected":"2026-05-12T08:00:30Z","mitigated":"2026-05-12T08:31:00Z","resolved":"2026-05-12T09:00:00Z"}`
	putFile(t, dir, "feed.ndjson", incident+"\n")
	mustRun(t, env, dir, "postern", "feed", "import", "ndjson", "feed.ndjson")
	pushFiles(t, env, dir, p, map[string]string{
		"postmortems/2026/pool.md": "---\ntitle: Pool ran dry\nowner: payments\n---\n# Pool ran dry\n\nEvery connection waited.\n",
		"reports/words/weekly/2026-W20.md": "No **canary**, see [the pool](../../../postmortems/2026/pool.md), [the " +
			"incident](/incidents/INC-7) and [nothing](gone.md).<script>alert(1)</script>\n",
	})
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
	if out, err := tryCommand(t.Context(), env, dir, "postern", "report", "send", "weekly", "2026-W20", "--to", "ops"); err == nil ||
		!strings.Contains(out, "is not configured") {
		t.Errorf("a channel that is not configured: %v, %s", err, out)
	}
	if strings.Contains(pageOf(t, p.url+"/deliveries"), "Needs a person") {
		t.Error("a slip in the channel's name left a delivery that needs a person")
	}
	p.stop(t)
}

var (
	href     = regexp.MustCompile(`href="([^"]+)"`)
	plainURL = regexp.MustCompile(`https?://\S+`)
	cid      = regexp.MustCompile(`src="cid:([^"]+)"`)
)

// checkMail opens a mail as a mail program does.
func checkMail(t *testing.T, p *process, raw []byte) {
	t.Helper()
	msg, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	parts, pictures := map[string]string{}, map[string]bool{}
	mailParts(t, msg.Header, msg.Body, func(kind, id string, data []byte) {
		if kind == "image/png" {
			checkPicture(t, data)
			pictures[strings.Trim(id, "<>")] = true
		}
		parts[kind] = string(data)
	})
	page, plain := parts["text/html"], parts["text/plain"]
	shown := cid.FindAllStringSubmatch(page, -1)
	if len(shown) == 0 || len(shown) != len(pictures) || strings.Count(page, "<img ") != len(shown) {
		t.Errorf("the mail shows %d pictures of %d", len(shown), len(pictures))
	}
	for _, s := range shown {
		if !pictures[s[1]] {
			t.Errorf("the mail has no picture %q", s[1])
		}
	}
	for _, never := range []string{"<b>failed</b>", "<script", "url(http", "@import"} {
		if strings.Contains(page, never) {
			t.Errorf("the mail has %s", never)
		}
	}
	for _, must := range []string{`name="color-scheme" content="light dark"`, "prefers-color-scheme: dark", "No <strong>canary</strong>",
		"revision 1"} {
		if !strings.Contains(page, must) {
			t.Errorf("the mail has no %s", must)
		}
	}
	if !strings.Contains(plain, "No **canary**") || !strings.Contains(plain, "revision 1") {
		t.Errorf("the text of the mail:\n%s", plain)
	}
	var links []string
	for _, l := range href.FindAllStringSubmatch(page, -1) {
		links = append(links, html.UnescapeString(l[1]))
	}
	links = append(links, plainURL.FindAllString(plain, -1)...)
	checkLinks(t, p, links)
}

// checkPicture decodes a chart. It must not be seen through: a mail program in dark
// mode puts black behind it, and its writing is black.
func checkPicture(t *testing.T, data []byte) {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Errorf("a picture: %v", err)
		return
	}
	size := picture.Bounds()
	if size.Dx() < 300 || size.Dy() < 100 {
		t.Errorf("a picture of %v", size)
	}
	if whole, ok := picture.(interface{ Opaque() bool }); !ok || !whole.Opaque() {
		t.Error("a picture can be seen through")
	}
}

// checkLinks follows links as a reader does: each leads to a page of the portal that
// has the place it names.
func checkLinks(t *testing.T, p *process, links []string) {
	t.Helper()
	client, seen := &http.Client{Timeout: 30 * time.Second}, map[string]bool{}
	for _, l := range links {
		if seen[l] {
			continue
		}
		seen[l] = true
		if !strings.HasPrefix(l, p.url) {
			t.Errorf("a link leads away from the portal: %s", l)
			continue
		}
		res, err := client.Get(l)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		_, place, _ := strings.Cut(l, "#")
		if err != nil || res.StatusCode != http.StatusOK || place != "" && !strings.Contains(string(text), `id="`+place+`"`) {
			t.Errorf("%s answers %s, or has no such place (%v)", l, res.Status, err)
		}
	}
	for _, must := range []string{"/incidents/INC-7", "/p/", "/reports/weekly/2026-W20?rev=1", "/reports/weekly/2026-W20"} {
		if !slices.ContainsFunc(links, func(l string) bool { return strings.HasPrefix(l, p.url+must) }) {
			t.Errorf("no link of the mail leads to %s", must)
		}
	}
}

// mailParts walks a MIME tree down to its leaves.
func mailParts(t *testing.T, header interface{ Get(string) string }, body io.Reader, leaf func(kind, id string, data []byte)) {
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
		leaf(kind, header.Get("Content-ID"), data)
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
