package deliver

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
)

// Type is the kind of a channel.
type Type string

// The types of channel.
const (
	Mail     Type = "mail"
	Slack    Type = "slack"
	Teams    Type = "teams"
	DingTalk Type = "dingtalk"
	Feishu   Type = "feishu"
	WeCom    Type = "wecom"
	Webhook  Type = "webhook"
	Folder   Type = "folder"
)

// Types are those that a channel may be configured as.
func Types() []Type { return []Type{Slack, Teams, DingTalk, Feishu, WeCom, Webhook, Folder} }

// Channel is a place that the operator lets reports be sent to. Its address is a
// credential with most chats, so it lies in the configuration and report
// definitions name the channel only.
type Channel struct {
	Name   string
	Type   Type
	URL    string // of the hook; the path of a folder
	Secret string // for signing, "" without
}

// Sender brings letters to one channel.
type Sender interface {
	// Send delivers the letter to an address (of mail; "" elsewhere). key is the
	// same for every attempt at one delivery: Message-ID and idempotency key are
	// made of it. A nil error means that the other side said it has the letter;
	// any other is a *Failure, or is treated as Uncertain.
	Send(ctx context.Context, l Letter, address, key string) error
}

// Options are what senders work with.
type Options struct {
	SMTP SMTP // without a Host there is no mail
	// Client speaks to hooks; it must not follow redirects (NewClient makes one).
	Client *http.Client
	Now    func() time.Time
}

// hookTimeout bounds one request to a chat or webhook.
const hookTimeout = 20 * time.Second

// NewClient makes the client for hooks. It follows no redirect: the address of a
// hook is a secret, and whoever answers must not be able to pass it on.
func NewClient() *http.Client {
	return &http.Client{
		Timeout:       hookTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// NewSender makes the sender of a channel. It fails with fault.Invalid when the
// channel cannot work as configured.
func NewSender(c Channel, opt Options) (Sender, error) {
	const op = "deliver.NewSender"
	if c.Type == Folder {
		if !strings.HasPrefix(c.URL, "/") {
			return nil, fault.Newf(fault.Invalid, op, "channel %s: a folder needs an absolute path", c.Name)
		}
		return folder{dir: c.URL}, nil
	}
	if !slices.Contains(Types(), c.Type) {
		return nil, fault.Newf(fault.Invalid, op, "channel %s: there is no type %q", c.Name, c.Type)
	}
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fault.Newf(fault.Invalid, op, "channel %s: its address is not an absolute http(s) URL", c.Name)
	}
	h := hook{channel: c, url: u, client: opt.Client, now: opt.Now}
	switch c.Type {
	case Slack:
		return h.as(slackBody, plainURL, slackAnswer), nil
	case Teams:
		return h.as(teamsBody, plainURL, teamsAnswer), nil
	case DingTalk:
		return h.as(dingTalkBody, dingTalkURL, dingTalkAnswer), nil
	case Feishu:
		return h.as(feishuBody, plainURL, feishuAnswer), nil
	case WeCom:
		return h.as(weComBody, plainURL, weComAnswer), nil
	}
	return genericHook{h}, nil
}
