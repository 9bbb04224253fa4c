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

// Types returns the types that a configured channel may have. Mail is no channel.
func Types() []Type { return []Type{Slack, Teams, DingTalk, Feishu, WeCom, Webhook, Folder} }

// Channel is a place to which the operator allows reports to be sent. The address of
// most chats is a credential, so it is in the configuration, and report definitions
// name the channel only.
type Channel struct {
	Name   string
	Type   Type
	URL    string // of the hook; the path of a folder
	Secret string // for signing, "" without
}

// Sender sends messages to one channel.
type Sender interface {
	// Send delivers the message to an address (of mail; "" for other channels). key is
	// the same for every attempt at one delivery; it is part of the Message-ID and is
	// the idempotency key. Send returns nil when the receiver confirmed the message;
	// any other error than a *Failure counts as Uncertain.
	Send(ctx context.Context, m Message, address, key string) error
}

// Options are the settings of all senders.
type Options struct {
	SMTP SMTP // without a Host no mail is sent
	// Client sends to hooks. It must not follow redirects; see NewClient.
	Client *http.Client
	Now    func() time.Time
}

// hookTimeout bounds one request to a chat or webhook.
const hookTimeout = 20 * time.Second

// NewClient returns the client for hooks. It follows no redirect: the address of a hook
// is a secret, and the server that answers must not be able to forward it.
func NewClient() *http.Client {
	return &http.Client{
		Timeout:       hookTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// NewSender returns the sender of a channel. It fails with fault.Invalid when the
// channel cannot work as configured. The address is not contacted. Mail has its own
// constructor, NewMailer.
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
		return chat{h, slackBody, plainURL, slackAnswer}, nil
	case Teams:
		return chat{h, teamsBody, plainURL, teamsAnswer}, nil
	case DingTalk:
		return chat{h, dingTalkBody, dingTalkURL, dingTalkAnswer}, nil
	case Feishu:
		return chat{h, feishuBody, plainURL, feishuAnswer}, nil
	case WeCom:
		return chat{h, weComBody, plainURL, weComAnswer}, nil
	}
	return genericHook{h}, nil
}
