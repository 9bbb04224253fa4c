package deliver

import (
	"fmt"
	"strings"
	"time"
)

// teamsBytes is what a Teams workflow takes of a message (28 KB with its own
// wrapping), in bytes.
const teamsBytes = 24 << 10

func teamsBody(l Letter, _ string, _ time.Time) (any, error) {
	for lines := longestList(l); ; lines /= 2 {
		card := teamsCard(l, lines)
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

func longestList(l Letter) (n int) {
	for _, list := range l.Lists {
		n = max(n, len(list.Lines))
	}
	return n
}

// teamsCard is an Adaptive Card with at most so many lines of each list.
func teamsCard(l Letter, lines int) object {
	const titleRunes, verdictRunes, factRunes, mostFacts = 300, 2000, 300, 12
	body := []object{
		{"type": "TextBlock", "text": escapeMarkdown(cutRunes(oneLine(l.Subject), titleRunes)), "size": "large", "weight": "bolder", "wrap": true},
		{"type": "TextBlock", "text": escapeMarkdown(cutRunes(oneLine(l.Verdict), verdictRunes)), "wrap": true},
	}
	var facts []object
	for _, f := range l.Facts[:min(len(l.Facts), mostFacts)] {
		value := f.Value
		if f.Note != "" {
			value += " (" + f.Note + ")"
		}
		facts = append(facts, object{"title": escapeMarkdown(cutRunes(oneLine(f.Label), factRunes)), "value": escapeMarkdown(cutRunes(oneLine(value), factRunes))})
	}
	body = append(body, object{"type": "FactSet", "facts": facts})
	for _, list := range l.Lists {
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
	body = append(body, object{"type": "TextBlock", "text": escapeMarkdown(l.revisionLine()), "isSubtle": true, "size": "small", "wrap": true})
	card := object{
		"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4", "body": body,
		"actions": []object{{"type": "Action.OpenUrl", "title": "Open the report", "url": l.URL}},
	}
	return object{"type": "message", "attachments": []object{{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}}}
}

// teamsAnswer reads the answer of a success. Old connectors answer 200 with the
// error in words; workflows answer 202 with nothing.
func teamsAnswer(body []byte) error {
	s := strings.TrimSpace(string(body))
	switch {
	case s == "" || s == "1" || strings.HasPrefix(s, "{"):
		return nil
	case strings.Contains(s, "429"):
		return fail(Temporary, nil, "Teams asks to slow down")
	}
	return fail(Permanent, nil, "Teams did not take it: %s", excerpt(body))
}
