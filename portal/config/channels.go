package config

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/postern/postern/portal/base/yamldoc"
)

// Channel is a destination of reports. Its address is a credential in most chats:
// anyone who has it can post. It is therefore secret as a whole.
type Channel struct {
	Type   string
	URL    Secret // of the webhook, or the path of a folder
	Secret Secret // for signing; empty for none
}

// channelTypes returns the types that a channel may have, in the order in which the
// reference and errors name them. Package deliver has a sender for each.
func channelTypes() []string {
	return []string{"slack", "teams", "dingtalk", "feishu", "wecom", "webhook", "folder"}
}

// channelMap is the value of the setting channels, by name. In the environment a
// channel is written "name type address [secret]", and channels are separated by
// semicolons.
type channelMap struct{ at *map[string]Channel }

// channels returns the value that is stored in at.
func channels(at *map[string]Channel) value { return channelMap{at} }

// secret marks the whole setting as one that is not printed and has no flag: the
// address of a webhook is enough to post.
func (channelMap) secret() bool { return true }

// set implements value. The channels of the text replace those of the file: a channel
// is never merged from two places. The last of two with one name counts.
func (c channelMap) set(text string) error {
	all := map[string]Channel{}
	for item := range strings.SplitSeq(text, ";") {
		words := strings.Fields(item)
		if len(words) == 0 {
			continue
		}
		if len(words) < 3 || len(words) > 4 {
			return mustBe("channels as \"name type address [secret]\", separated by semicolons", "")
		}
		ch := Channel{Type: words[1], URL: NewSecret(words[2])}
		if len(words) == 4 {
			ch.Secret = NewSecret(words[3])
		}
		if err := checkChannel(words[0], ch); err != nil {
			return err
		}
		all[words[0]] = ch
	}
	*c.at = all
	return nil
}

// read implements value. A channel with an error is reported and left out, so that the
// errors of all channels are reported together.
func (c channelMap) read(v yamldoc.Value) {
	if !v.Mapping() {
		v.Report("%s must be a mapping such as {ops: {type: slack, url: https://…}}", v.Path())
		return
	}
	all := map[string]Channel{}
	for name, one := range v.Map().All() {
		if !one.Mapping() {
			one.Report("%s must be a mapping with type, url and, for signing, secret", one.Path())
			continue
		}
		m := one.Map()
		ch := Channel{Type: m.Value("type").String(), URL: NewSecret(m.Value("url").String()), Secret: NewSecret(m.Value("secret").String())}
		for range m.Unknown() {
			continue // reading the unknown keys reports them
		}
		if err := checkChannel(name, ch); err != nil {
			one.Report("%s %v", one.Path(), err)
			continue
		}
		all[name] = ch
	}
	*c.at = all
}

// checkChannel returns what is wrong with a channel. It never quotes an address, which
// is a credential. The name mail is reserved for recipients with an address.
func checkChannel(name string, ch Channel) error {
	switch u, err := url.Parse(ch.URL.Reveal()); {
	case name == "" || name == "mail" || strings.ContainsAny(name, " \t/"):
		return mustBe("named by one word other than \"mail\"", name)
	case !slices.Contains(channelTypes(), ch.Type):
		return mustBe("of one of the types "+strings.Join(channelTypes(), ", "), ch.Type)
	case ch.Type == "folder" && !strings.HasPrefix(ch.URL.Reveal(), "/"):
		return mustBe("given an absolute path as its address", "")
	case ch.Type != "folder" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http"):
		return mustBe("given an absolute http(s) address", "")
	}
	return nil
}

// yaml implements value. Channels are sorted by name, so that two prints of one
// configuration are equal.
func (c channelMap) yaml() any {
	if len(*c.at) == 0 {
		return nil
	}
	var all yamldoc.Pairs
	for _, name := range slices.Sorted(maps.Keys(*c.at)) {
		ch := (*c.at)[name]
		one := yamldoc.Pairs{{Key: "type", Value: ch.Type}, {Key: "url", Value: ch.URL.String()}}
		if ch.Secret.Set() {
			one = append(one, yamldoc.Pair{Key: "secret", Value: ch.Secret.String()})
		}
		all = append(all, yamldoc.Pair{Key: name, Value: one})
	}
	return all
}

// schema implements value.
func (c channelMap) schema() map[string]any {
	text := map[string]any{"type": "string"}
	return map[string]any{"type": "object", "additionalProperties": map[string]any{
		"type": "object", "additionalProperties": false, "required": []string{"type", "url"},
		"properties": map[string]any{"type": map[string]any{"enum": channelTypes()}, "url": text, "secret": text},
	}}
}
