package paste

import (
	"strings"
	"unicode/utf8"
)

const (
	// pastedLines is how many lines nobody types into a search box.
	pastedLines = 3
	// pastedRunes is how long a text is that nobody types there.
	pastedRunes = 400
	// loggedWords is how many words behind a time make a line of a log.
	loggedWords = 3
)

// Looks tells whether what came from a search box was pasted from somewhere and is
// no query. When in doubt it is a query, which finds words too.
func Looks(text string) bool {
	text = tidy(cutAt(text, MaxBytes))
	if strings.Count(text, "\n")+1 >= pastedLines || utf8.RuneCountInString(text) > pastedRunes {
		return true
	}
	if status, _ := afterStatus(text); status {
		return true
	}
	if strings.HasPrefix(text, "{") && strings.Contains(text, `":`) || strings.Contains(text, "alertname=") || strings.Contains(text, `alertname":`) {
		return true
	}
	_, frame := frameOf(firstLine(text))
	return frame && strings.HasPrefix(text, "at ") || isSlowQuery(text) && strings.ContainsAny(text, "=*;'#") || looksLogged(text)
}

// looksLogged tells a line of a log that a query can not be: it begins with a time,
// or is pairs of keys and values that logs have.
func looksLogged(text string) bool {
	words := strings.Fields(text)
	if len(words) <= loggedWords {
		return false
	}
	start := strings.Trim(words[0], "[],")
	if len(start) >= len("12:34:56") && isTime(start) || isKlog(text) || isAccess(text) || isDateWord(words[0], words[1]) && isTime(words[2]) {
		return true
	}
	known := 0
	for _, p := range pairs(text) {
		if roleOf(p.key) != unknownRole {
			known++
		}
	}
	return known > 1
}
