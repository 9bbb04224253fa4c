package deliver

import (
	"strings"
	"time"
)

// Slack's limits (Block Kit reference): characters of a header, of a section and
// of a field, fields of a section.
const (
	slackHeader  = 150
	slackSection = 3000
	slackField   = 2000
	slackFields  = 10
)

// object is a JSON object.
type object = map[string]any

// slackBody returns the Block Kit message: header, verdict, facts, lists and the link.
// The text besides the blocks is for notifications, which show no blocks. Facts and
// lists beyond the limits are cut, never the link.
func slackBody(m Message, _ string, _ time.Time) (any, error) {
	blocks := []object{
		{"type": "header", "text": object{"type": "plain_text", "text": cutRunes(oneLine(m.Subject), slackHeader)}},
		slackText(escapeSlack(m.Verdict)),
	}
	var fields []object
	for _, f := range m.Facts[:min(len(m.Facts), slackFields)] {
		text := "*" + escapeSlack(f.Label) + "*\n" + escapeSlack(f.Value)
		if f.Note != "" {
			text += "\n" + escapeSlack(f.Note)
		}
		fields = append(fields, slackWords(text, slackField))
	}
	if len(fields) > 0 {
		blocks = append(blocks, object{"type": "section", "fields": fields})
	}
	for _, list := range m.Lists {
		if len(list.Lines) == 0 {
			continue
		}
		var b strings.Builder
		b.WriteString("*" + escapeSlack(list.Heading) + "*")
		for _, line := range list.Lines {
			b.WriteString("\n• " + escapeSlack(line))
		}
		blocks = append(blocks, slackText(b.String()))
	}
	blocks = append(blocks,
		slackText("<"+m.URL+"|"+escapeSlack(m.Open)+">"),
		object{"type": "context", "elements": []object{slackWords(escapeSlack(m.Source), slackField)}})
	return object{"text": cutRunes(escapeSlack(m.Subject+": "+m.Verdict), slackSection), "blocks": blocks, "unfurl_links": false}, nil
}

// slackText returns a section with one text.
func slackText(s string) object {
	return object{"type": "section", "text": slackWords(s, slackSection)}
}

// slackWords returns a text of at most so many characters. "verbatim" keeps Slack from
// making links of what looks like an address, a channel or a person.
func slackWords(s string, most int) object {
	return object{"type": "mrkdwn", "text": cutRunes(s, most), "verbatim": true}
}

// slackEscapes replaces the characters that format text, link or mention.
var slackEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "*", "∗", "_", "＿", "`", "ˋ", "~", "∼")

// escapeSlack keeps names from becoming links, mentions or formatting. Slack has no
// escape for its marks, so similar characters replace them.
func escapeSlack(s string) string { return slackEscapes.Replace(oneLine(s)) }

// slackAnswer checks the body of an answer with status 200, which is the word ok.
func slackAnswer(body []byte) error {
	if s := strings.TrimSpace(string(body)); s != "ok" {
		return fail(Permanent, nil, "Slack refused the message: %s", excerpt(body))
	}
	return nil
}
