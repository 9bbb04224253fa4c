package postmortems

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// remarkBytes bounds the end of a task that is searched for remarks: an owner, a date, a
// priority and a ticket together are shorter.
const remarkBytes = 160

// The marks of a task list item, each at the start of a text.
var (
	ownerAtStart = regexp.MustCompile(`^(?i:(?:owner|assignee|负责人|责任人)\s*[:：]\s*@?|@)([\p{L}\p{N}][\p{L}\p{N}._/-]*)`)
	dueAtStart   = regexp.MustCompile(`^(?i)(?:due|by|deadline|eta|截止|期限)(?:\s*(?:date|on|日期|时间|到))?\s*[:：]?\s*` +
		`(\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\p{L}{3,9}\.? \d{1,2},? \d{4}|\d{1,2} \p{L}{3,9}\.? \d{4})`)
	typeAtStart     = regexp.MustCompile(`^(?i)(?:type|类型)\s*[:：]\s*(\p{L}+)`)
	priorityAtStart = regexp.MustCompile(`^P[0-4]\b`)
	ticketAtStart   = regexp.MustCompile(`^[A-Z][A-Z0-9]{1,9}-[0-9]{1,7}\b`)
	bracketed       = regexp.MustCompile(`[(（\[]([^()（）\[\]]{1,160})[)）\]]`)
)

// removed replaces a bracketed remark; it does not occur in an author's text. Front
// matter and body cannot contain it: notText refuses files with NUL bytes.
const removed = '\x00'

// withoutMarks returns the text of a task without the remarks that its fields repeat:
// "Alert on pool waits (@payments, due 2026-11-01)" becomes "Alert on pool waits". Only
// remarks that are completely understood are removed, in brackets anywhere or after a
// comma or similar at the end. No word of the author is lost, and "discuss it with @sre"
// stays a sentence. If nothing but remarks would be left, the text stays as it is.
func (a Action) withoutMarks() string {
	text := bracketed.ReplaceAllStringFunc(a.Text, func(remark string) string {
		_, open := utf8.DecodeRuneInString(remark)
		_, shut := utf8.DecodeLastRuneInString(remark)
		inside := remark[open : len(remark)-shut]
		if word, ok := actionType(inside); ok && word != "" && word == a.Type || a.marksOnly(inside) {
			return string(removed)
		}
		return remark
	})
	// The first separator behind which only remarks follow ends the text.
	for i := max(0, len(text)-remarkBytes); i < len(text); i++ {
		if !utf8.RuneStart(text[i]) {
			continue
		}
		if r, size := utf8.DecodeRuneInString(text[i:]); isStop(r) && a.marksOnly(text[i+size:]) {
			text = text[:i]
			break
		}
	}
	text = strings.Trim(prose(strings.ReplaceAll(text, string(removed), "")), " ,，;；、|·—–")
	if isBlank(text) {
		return a.Text
	}
	return text
}

// isStop reports whether a remark may follow a character. Inside a sentence, remarks
// are not separated in this way.
func isStop(r rune) bool { return r == removed || strings.ContainsRune(",，;；、|·—–", r) }

// isPause reports whether a character separates remarks.
func isPause(r rune) bool { return isStop(r) || unicode.IsSpace(r) }

// marksOnly reports whether a remark repeats fields and contains nothing more. An empty
// remark is one.
func (a Action) marksOnly(remark string) bool {
	for {
		remark = strings.TrimLeftFunc(remark, isPause)
		if remark == "" || remark == "." || remark == "。" {
			return true
		}
		n := a.markAtStart(remark)
		if n == 0 {
			return false
		}
		remark = remark[n:]
	}
}

// markAtStart returns the length of the mark that a remark begins with, 0 when it begins
// with none or with one that differs from the field. The fields must have been read
// from the same text: a mark is removed only if its value is in the field.
func (a Action) markAtStart(s string) int {
	if m := ownerAtStart.FindStringSubmatch(s); m != nil && strings.TrimRight(m[1], "._-/") == a.Owner {
		return len(m[0])
	}
	if m := dueAtStart.FindStringSubmatch(s); m != nil && !a.Due.IsZero() && dayIn(m[1]).Equal(a.Due) {
		return len(m[0])
	}
	for _, mark := range []struct {
		form  *regexp.Regexp
		field string
	}{{priorityAtStart, a.Priority}, {ticketAtStart, a.Ticket}} {
		if m := mark.form.FindString(s); m != "" && m == mark.field {
			return len(m)
		}
	}
	if m := typeAtStart.FindStringSubmatch(s); m != nil && a.Type != "" {
		if word, ok := actionType(m[1]); ok && word == a.Type {
			return len(m[0])
		}
	}
	return 0
}
