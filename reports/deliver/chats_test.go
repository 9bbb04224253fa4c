package deliver

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var clock = time.Date(2026, 11, 23, 0, 0, 5, 0, time.UTC)

// large is a message with more of everything than any channel takes, and with
// names that would like to be something else.
func large() Message {
	l := Message{
		Report: "weekly", Period: "2026-W47", Revision: 2, Subject: "Missed: Weekly report, Week 47 <!channel> \n" + strings.Repeat("长", 400),
		Verdict: "41 of 44 objectives met. [checkout](http://evil.example) <!here> @all *bold* " + strings.Repeat("可用性 ", 900),
		URL:     "https://portal.example.org/reports/weekly/2026-W47?rev=2", Portal: "Postern", Date: clock,
		Open: "Open the report", Source: "weekly 2026-W47, revision 2, 2026-11-23 00:00 +00:00",
		Markdown: []byte("# Week 47\n"), JSON: []byte(`{"name":"weekly"}`), HTML: []byte("<p>x</p>"), Text: []byte("x"),
	}
	for i := range 30 {
		l.Facts = append(l.Facts, Fact{Label: fmt.Sprintf("figure %d <script>", i), Value: "41 / 44", Note: strings.Repeat("n", 100)})
	}
	for range 3 {
		list := List{Heading: "Who acts"}
		for i := range 300 {
			list.Lines = append(list.Lines, fmt.Sprintf("payments: action %d 支付 \u202e", i))
		}
		l.Lists = append(l.Lists, list)
	}
	return l
}

// chatServer answers as a chat would and keeps what it got.
type chatServer struct {
	*httptest.Server
	got    []*http.Request
	bodies [][]byte
}

func serve(t *testing.T, answer func(w http.ResponseWriter, r *http.Request)) *chatServer {
	t.Helper()
	s := &chatServer{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.got, s.bodies = append(s.got, r), append(s.bodies, body)
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func says(body string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }
}

func sender(t *testing.T, kind Type, address, secret string) Sender {
	t.Helper()
	s, err := NewSender(Channel{Name: "ops", Type: kind, URL: address, Secret: secret},
		Options{Client: NewClient(), Now: func() time.Time { return clock }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Each chat gets a message within its limits, with the link whole and no name
// that has become a mention, and its success is understood.
func TestChatsTakeTheLargestMessage(t *testing.T) {
	for kind, c := range map[Type]struct {
		ok    string
		bytes int
	}{
		Slack: {"ok", 200 << 10}, Teams: {"1", 28 << 10}, DingTalk: {`{"errcode":0,"errmsg":"ok"}`, 20 << 10},
		Feishu: {`{"code":0,"msg":"success"}`, 20 << 10}, WeCom: {`{"errcode":0,"errmsg":"ok"}`, 6 << 10},
	} {
		t.Run(string(kind), func(t *testing.T) {
			srv := serve(t, says(c.ok))
			l := large()
			if err := sender(t, kind, srv.URL+"/hook", "").Send(t.Context(), l, "", "key"); err != nil {
				t.Fatal(err)
			}
			body := srv.bodies[0]
			if len(body) > c.bytes || !utf8.Valid(body) || !json.Valid(body) {
				t.Errorf("%d bytes, valid %v", len(body), json.Valid(body))
			}
			text := string(body)
			if !strings.Contains(text, l.URL) {
				t.Error("the link to the report is gone")
			}
			for _, bad := range []string{"<!here>", "[checkout](http://evil", "<script>", "@all"} {
				if kind != Slack && strings.Contains(text, bad) {
					t.Errorf("it holds %q", bad)
				}
			}
		})
	}
}

// A header of Slack is plain text: there a mention is only words. Everywhere
// else it is escaped.
func TestSlackBlocks(t *testing.T) {
	v, err := slackBody(large(), "", clock)
	if err != nil {
		t.Fatal(err)
	}
	blocks := v.(object)["blocks"].([]object)
	if len(blocks) > 50 {
		t.Errorf("%d blocks", len(blocks))
	}
	if fallback := v.(object)["text"].(string); strings.Contains(fallback, "<!") {
		t.Errorf("the fallback text mentions everybody: %.80q", fallback)
	}
	for _, b := range blocks {
		text, _ := b["text"].(object)
		if s, _ := text["text"].(string); utf8.RuneCountInString(s) > slackSection {
			t.Errorf("a section of %d characters", utf8.RuneCountInString(s))
		}
		if b["type"] == "header" && text["type"] != "plain_text" {
			t.Error("the header is not plain text")
		}
		if s, _ := text["text"].(string); b["type"] != "header" && strings.Contains(s, "<!") {
			t.Errorf("a section mentions everybody: %.80q", s)
		}
	}
}

func TestWeComContentIsWithinItsBytes(t *testing.T) {
	v, err := weComBody(large(), "", clock)
	if err != nil {
		t.Fatal(err)
	}
	content := v.(object)["markdown"].(object)["content"].(string)
	if len(content) > weComBytes || !utf8.ValidString(content) || !strings.Contains(content, "[Open the report](https://") {
		t.Errorf("%d bytes: %q", len(content), content[len(content)-120:])
	}
}

// The signatures as the products' own documents define them.
func TestSignatures(t *testing.T) {
	hmacOf := func(key, message string) string {
		m := hmac.New(sha256.New, []byte(key))
		_, _ = io.WriteString(m, message)
		return base64.StdEncoding.EncodeToString(m.Sum(nil))
	}
	t.Run("dingtalk", func(t *testing.T) {
		srv := serve(t, says(`{"errcode":0}`))
		if err := sender(t, DingTalk, srv.URL+"/robot/send?access_token=abc", "SECxyz").Send(t.Context(), large(), "", ""); err != nil {
			t.Fatal(err)
		}
		q := srv.got[0].URL.Query()
		stamp := strconv.FormatInt(clock.UnixMilli(), 10)
		if q.Get("timestamp") != stamp || q.Get("sign") != hmacOf("SECxyz", stamp+"\nSECxyz") || q.Get("access_token") != "abc" {
			t.Errorf("query %v", q)
		}
	})
	t.Run("feishu", func(t *testing.T) {
		srv := serve(t, says(`{"code":0}`))
		if err := sender(t, Feishu, srv.URL, "xyz").Send(t.Context(), large(), "", ""); err != nil {
			t.Fatal(err)
		}
		var body struct{ Timestamp, Sign string }
		if err := json.Unmarshal(srv.bodies[0], &body); err != nil {
			t.Fatal(err)
		}
		stamp := strconv.FormatInt(clock.Unix(), 10)
		if body.Timestamp != stamp || body.Sign != hmacOf(stamp+"\nxyz", "") {
			t.Errorf("%+v", body)
		}
	})
	t.Run("webhook", func(t *testing.T) {
		srv := serve(t, says(""))
		if err := sender(t, Webhook, srv.URL, "xyz").Send(t.Context(), large(), "", "delivery-1"); err != nil {
			t.Fatal(err)
		}
		h := srv.got[0].Header
		if h.Get("Idempotency-Key") != "delivery-1" || h.Get("Postern-Signature") != Signature("xyz", clock.Unix(), srv.bodies[0]) {
			t.Errorf("header %v", h)
		}
		var body struct {
			Revision int
			Content  json.RawMessage
		}
		if err := json.Unmarshal(srv.bodies[0], &body); err != nil || body.Revision != 2 || string(body.Content) != `{"name":"weekly"}` {
			t.Errorf("%s (%v)", srv.bodies[0], err)
		}
	})
}

// A known vector of the signature:
// printf '1700000000.{}' | openssl dgst -sha256 -hmac secret
func TestSignatureVector(t *testing.T) {
	const want = "t=1700000000,v1=b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163"
	if got := Signature("secret", 1700000000, []byte("{}")); got != want {
		t.Error(got)
	}
}

// What became of it is read from what each of them really answers.
func TestOutcomes(t *testing.T) {
	status := func(code int, header ...string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i+1 < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(code)
		}
	}
	hangUp := func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	}
	for name, c := range map[string]struct {
		kind   Type
		answer func(http.ResponseWriter, *http.Request)
		want   Outcome
		after  time.Duration
	}{
		"slack archived":    {Slack, status(http.StatusGone), Permanent, 0},
		"slack slow down":   {Slack, status(http.StatusTooManyRequests, "Retry-After", "30"), Temporary, 30 * time.Second},
		"slack other words": {Slack, says("invalid_blocks"), Permanent, 0},
		"teams slow down": {Teams, says("Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429"),
			Temporary, 0},
		"teams refused":        {Teams, says("Summary or Text is required."), Permanent, 0},
		"dingtalk busy":        {DingTalk, says(`{"errcode":-1,"errmsg":"busy"}`), Temporary, time.Minute},
		"dingtalk signature":   {DingTalk, says(`{"errcode":310000,"errmsg":"sign not match"}`), Permanent, 0},
		"feishu limit":         {Feishu, says(`{"code":11232,"msg":"frequency limited"}`), Temporary, time.Minute},
		"wecom limit":          {WeCom, says(`{"errcode":45009,"errmsg":"api freq out of limit"}`), Temporary, time.Minute},
		"wecom not json":       {WeCom, says("<html>"), Uncertain, 0},
		"wecom no code":        {WeCom, says("{}"), Uncertain, 0},
		"redirect":             {WeCom, status(http.StatusFound, "Location", "http://127.0.0.1:1/"), Permanent, 0},
		"broken":               {Slack, status(http.StatusBadGateway), Temporary, 0},
		"hangs up":             {Slack, hangUp, Uncertain, 0},
		"webhook hangs up":     {Webhook, hangUp, Temporary, 0},
		"webhook asks a month": {Webhook, status(http.StatusServiceUnavailable, "Retry-After", "2592000"), Temporary, maxWait},
	} {
		t.Run(name, func(t *testing.T) {
			srv := serve(t, c.answer)
			f := FailureOf(sender(t, c.kind, srv.URL+"/secret-token", "").Send(t.Context(), large(), "", ""))
			if f.Outcome != c.want || f.After != c.after {
				t.Errorf("%v, after %v", f, f.After)
			}
			if strings.Contains(f.Error(), "secret-token") {
				t.Errorf("the address, which is a credential, is in %q", f.Error())
			}
		})
	}
}

func TestNobodyListens(t *testing.T) {
	srv := serve(t, says("ok"))
	srv.Close()
	if f := FailureOf(sender(t, Slack, srv.URL, "").Send(t.Context(), large(), "", "")); f.Outcome != Temporary {
		t.Errorf("%v", f)
	}
}

func TestFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	s := sender(t, Folder, dir, "")
	for range 2 {
		if err := s.Send(t.Context(), large(), "", ""); err != nil {
			t.Fatal(err)
		}
	}
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(names) != 3 {
		t.Errorf("%v (%v)", names, err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "weekly-2026-W47-r2.json"))
	if err != nil || string(got) != `{"name":"weekly"}` {
		t.Errorf("%q (%v)", got, err)
	}
	l := large()
	l.Report = "../../etc/cron.d/x"
	if err := s.Send(t.Context(), l, "", ""); FailureOf(err).Outcome != Permanent {
		t.Errorf("a report's name left the folder: %v", err)
	}
}

func TestChannelsThatCannotWork(t *testing.T) {
	for _, c := range []Channel{
		{Name: "a", Type: "irc", URL: "https://x.example"}, {Name: "b", Type: Slack, URL: "ftp://x.example"}, {Name: "c", Type: Slack},
		{Name: "d", Type: Folder, URL: "relative"}, {Name: "e", Type: Webhook, URL: "://"},
	} {
		if _, err := NewSender(c, Options{}); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
}

func FuzzChats(f *testing.F) {
	f.Add("checkout <!here>", "可用性\x00\xff", 3)
	f.Fuzz(func(t *testing.T, verdict, line string, n int) {
		l := large()
		l.Subject, l.Verdict = line, verdict
		l.Lists = []List{{Heading: line, Lines: make([]string, min(max(n, 0), 50))}}
		for i := range l.Lists[0].Lines {
			l.Lists[0].Lines[i] = line
		}
		for name, body := range map[string]func(Message, string, time.Time) (any, error){"slack": slackBody, "teams": teamsBody,
			"dingtalk": dingTalkBody, "feishu": feishuBody, "wecom": weComBody} {
			v, err := body(l, "", clock)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			raw, err := encode(v)
			if err != nil || !utf8.Valid(raw) {
				t.Fatalf("%s: %v", name, err)
			}
		}
	})
}
