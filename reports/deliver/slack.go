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

type object = map[string]any

func slackBody(l Letter, _ string, _ time.Time) (any, error) {
	blocks := []object{
		{"type": "header", "text": object{"type": "plain_text", "text": cutRunes(oneLine(l.Subject), slackHeader)}},
		slackText(escapeSlack(l.Verdict)),
	}
	var fields []object
	for _, f := range l.Facts[:min(len(l.Facts), slackFields)] {
		text := "*" + escapeSlack(f.Label) + "*\n" + escapeSlack(f.Value)
		if f.Note != "" {
			text += "\n" + escapeSlack(f.Note)
		}
		fields = append(fields, slackWords(text, slackField))
	}
	if len(fields) > 0 {
		blocks = append(blocks, object{"type": "section", "fields": fields})
	}
	for _, list := range l.Lists {
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
		slackText("<"+l.URL+"|Open the report>"),
		object{"type": "context", "elements": []object{slackWords(escapeSlack(l.revisionLine()), slackField)}})
	return object{"text": cutRunes(escapeSlack(l.Subject+": "+l.Verdict), slackSection), "blocks": blocks, "unfurl_links": false}, nil
}

func slackText(s string) object {
	return object{"type": "section", "text": slackWords(s, slackSection)}
}

// slackWords is text of at most so many characters. Slack is asked to make no
// link of what looks like an address, a channel or a person.
func slackWords(s string, most int) object {
	return object{"type": "mrkdwn", "text": cutRunes(s, most), "verbatim": true}
}

var slackEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "*", "∗", "_", "＿", "`", "ˋ", "~", "∼")

// escapeSlack keeps names from becoming links, mentions or formatting. Slack has
// no escape for its marks, so look-alikes stand in for them.
func escapeSlack(s string) string { return slackEscapes.Replace(oneLine(s)) }

// slackAnswer reads the answer of a success, which is the word ok.
func slackAnswer(body []byte) error {
	if s := strings.TrimSpace(string(body)); s != "ok" {
		return fail(Permanent, nil, "Slack did not take it: %s", excerpt(body))
	}
	return nil
}
