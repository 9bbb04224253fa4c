package reporting_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/deliver"
)

// acts are what chats make of text: mentions, links, pictures. Slack knows angle
// brackets only, as it is asked to look for nothing else.
var (
	acts      = regexp.MustCompile(`<[!@a-z/]|(^|[^\\])!\[|@(all|here|channel)|[a-z]://evil|[^\\]\]\((http|javascript)`)
	slackActs = regexp.MustCompile(`<[!@a-z/#]`)
)

// checkChats sends a report to every kind of chat and reads what arrives.
func checkChats(t *testing.T, r reports.Report) {
	t.Helper()
	var body []byte
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ = io.ReadAll(q.Body)
		_, _ = io.WriteString(w, `{"errcode":0,"code":0}`)
	}))
	defer hook.Close()
	l := letter(t, r)
	for _, kind := range []deliver.Type{deliver.Slack, deliver.Teams, deliver.DingTalk, deliver.Feishu, deliver.WeCom} {
		sender, err := deliver.NewSender(deliver.Channel{Name: "x", Type: kind, URL: hook.URL},
			deliver.Options{Client: hook.Client(), Now: func() time.Time { return webtest.Now }})
		if err != nil {
			t.Fatal(err)
		}
		_ = sender.Send(t.Context(), l, "", "key") // Slack wants another answer; what it was sent counts here
		var message any
		if err := json.Unmarshal(body, &message); err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		eachString(message, func(s string) {
			s = strings.ReplaceAll(strings.ReplaceAll(s, "<"+l.URL+"|Open the report>", ""), "[Open the report]("+l.URL+")", "")
			act := acts
			if kind == deliver.Slack {
				act = slackActs
			}
			if found := act.FindString(s); found != "" {
				t.Errorf("%s is told %q in %.200q", kind, found, s)
			}
			noHidden(t, string(kind), []byte(s))
		})
	}
}

// eachString visits the texts of a message but those that are shown as they are:
// headers of Slack and Feishu, and the title of DingTalk's notification.
func eachString(v any, visit func(string)) {
	switch v := v.(type) {
	case map[string]any:
		if v["type"] == "plain_text" || v["tag"] == "plain_text" {
			return
		}
		for key, e := range v {
			if _, body := v["text"]; !(key == "title" && body && len(v) == 2) {
				eachString(e, visit)
			}
		}
	case []any:
		for _, e := range v {
			eachString(e, visit)
		}
	case string:
		visit(v)
	}
}
