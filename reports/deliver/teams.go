package deliver

import (
	"fmt"
	"strings"
	"time"
)

// teamsBytes is the size of a message that a Teams workflow accepts, in bytes: 28 KB
// with what it adds itself.
const teamsBytes = 24 << 10

// teamsBody returns the card with as many lines of its lists as fit. It fails when the
// card is too large without its lists. Halving the number of lines needs few attempts,
// and the size of the JSON is known only after encoding.
func teamsBody(m Message, _ string, _ time.Time) (any, error) {
	for lines := longestList(m); ; lines /= 2 {
		card := teamsCard(m, lines)
		raw, err := encode(card)
		if err != nil {
			return nil, err
		}
		if len(raw) <= teamsBytes {
			return card, nil
		}
		if lines == 0 {
			return nil, fmt.Errorf("the card has %d bytes without its lists", len(raw))
		}
	}
}

// longestList returns the number of lines of the longest list.
func longestList(m Message) (n int) {
	for _, list := range m.Lists {
		n = max(n, len(list.Lines))
	}
	return n
}

// teamsCard returns an Adaptive Card with at most so many lines of each list.
func teamsCard(m Message, lines int) object {
	const titleRunes, verdictRunes, factRunes, mostFacts = 300, 2000, 300, 12
	body := []object{
		{
			"type": "TextBlock", "text": escapeMarkdown(cutRunes(oneLine(m.Subject), titleRunes)),
			"size": "large", "weight": "bolder", "wrap": true,
		},
		{"type": "TextBlock", "text": escapeMarkdown(cutRunes(oneLine(m.Verdict), verdictRunes)), "wrap": true},
	}
	var facts []object
	for _, f := range m.Facts[:min(len(m.Facts), mostFacts)] {
		value := f.Value
		if f.Note != "" {
			value += " (" + f.Note + ")"
		}
		facts = append(facts, object{
			"title": escapeMarkdown(cutRunes(oneLine(f.Label), factRunes)), "value": escapeMarkdown(cutRunes(oneLine(value), factRunes)),
		})
	}
	body = append(body, object{"type": "FactSet", "facts": facts})
	for _, list := range m.Lists {
		if len(list.Lines) == 0 || lines == 0 {
			continue
		}
		var b strings.Builder
		for _, line := range list.Lines[:min(len(list.Lines), lines)] {
			b.WriteString("- " + escapeMarkdown(line) + "\n")
		}
		body = append(body,
			object{"type": "TextBlock", "text": escapeMarkdown(list.Heading), "weight": "bolder", "wrap": true},
			object{"type": "TextBlock", "text": b.String(), "wrap": true})
	}
	body = append(body, object{"type": "TextBlock", "text": escapeMarkdown(m.Source), "isSubtle": true, "size": "small", "wrap": true})
	card := object{
		"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4", "body": body,
		"actions": []object{{"type": "Action.OpenUrl", "title": m.Open, "url": m.URL}},
	}
	return object{"type": "message", "attachments": []object{{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}}}
}

// teamsAnswer checks the body of an answer with status 2xx. Old connectors answer 200
// with the error as text; workflows answer 202 without a body.
func teamsAnswer(body []byte) error {
	s := strings.TrimSpace(string(body))
	switch {
	case s == "" || s == "1" || strings.HasPrefix(s, "{"):
		return nil
	case strings.Contains(s, "429"):
		return fail(Temporary, nil, "Teams limits the rate")
	}
	return fail(Permanent, nil, "Teams refused the message: %s", excerpt(body))
}
