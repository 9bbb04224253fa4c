package paste

import (
	"strings"
	"unicode/utf8"
)

// What distinguishes a pasted text from a query.
const (
	// pastedLines is the number of lines from which a text was not typed.
	pastedLines = 3
	// pastedRunes is the length above which a text was not typed.
	pastedRunes = 400
	// loggedWords is the maximum number of words of a text that is no log line.
	loggedWords = 3
)

// LooksPasted reports whether the text of a search box was pasted and is not a query.
// An unclear text is a query, which finds words too.
func LooksPasted(text string) bool {
	text = tidy(cutAt(text, MaxBytes))
	if strings.Count(text, "\n")+1 >= pastedLines || utf8.RuneCountInString(text) > pastedRunes {
		return true
	}
	if status, _ := afterStatus(text); status {
		return true
	}
	isJSON := strings.HasPrefix(text, "{") && strings.Contains(text, `":`)
	if isJSON || strings.Contains(text, "alertname=") || strings.Contains(text, `alertname":`) {
		return true
	}
	// A frame or a statement is also how people search for one: it must have more than
	// words.
	_, frame := frameOf(firstLine(text))
	return frame && strings.HasPrefix(text, "at ") || isSlowQuery(text) && strings.ContainsAny(text, "=*;'#") || looksLogged(text)
}

// looksLogged reports whether a text is a line of a log and cannot be a query: it
// begins with a time, or has pairs with keys of logs.
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
