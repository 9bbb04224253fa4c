package paste

import (
	"encoding/hex"
	"hash/fnv"
	"slices"
	"strings"
	"unicode/utf8"
)

// MaxBytes is how much of a text Read reads; it ignores the rest. A full stack trace
// or a page of an incident channel fits several times.
const MaxBytes = 64 << 10

// Kind is the form in which a text was read, in words for people.
type Kind string

// The kinds of texts.
const (
	Alert     Kind = "alert"
	Trace     Kind = "stack trace"
	Log       Kind = "log"
	SlowQuery Kind = "slow query"
	Events    Kind = "cluster events"
	Text      Kind = "text"
)

// Reading is the structure of a text; the package comment describes the strings. Each
// string is listed once, in the order of the text.
type Reading struct {
	Kind     Kind
	Names    []string
	Codes    []string
	Messages []string
	Details  []string
	Services []string
	// The text had more than MaxBytes.
	Cut bool
}

// Limits of a Reading. Longer strings are truncated, and further strings dropped.
const (
	maxNames    = 8
	maxCodes    = 16
	maxMessages = 24
	maxDetails  = 32
	maxServices = 8
	// Bytes of a name, code or service.
	maxWord = 128
	// Bytes of a message or detail.
	maxLine = 600
)

// Read parses a text. It never fails: a text without a known form is read as prose. The
// result depends on the text alone. Details count as content here: a trace of which
// only frames were read remains a trace.
func Read(text string) Reading {
	var r reader
	if len(text) > MaxBytes {
		text, r.out.Cut = cutAt(text, MaxBytes), true
	}
	r.out.Kind = r.read(tidy(text), 0)
	// The form may have been recognised by mistake: then nothing was read.
	if len(r.out.Names)+len(r.out.Codes)+len(r.out.Messages)+len(r.out.Details) == 0 {
		r.out.Kind = Text
		r.prose(tidy(text))
	}
	return r.out
}

// OfAlert returns the Reading of an alert's name alone.
func OfAlert(name string) Reading {
	r := reader{Reading{Kind: Alert}}
	r.name(name)
	return r.out
}

// Fingerprint returns 16 hexadecimal digits (64-bit FNV-1a) that are equal for two
// texts of the same problem. It ignores details: the same alert fires on many paths.
func (r Reading) Fingerprint() string {
	// A zero byte ends each string and a one each list, so that strings cannot move
	// between them.
	h := fnv.New64a()
	for _, list := range [][]string{r.Names, r.Codes, r.Messages} {
		for _, s := range list {
			_, _ = h.Write([]byte(strings.ToLower(s)))
			_, _ = h.Write([]byte{0})
		}
		_, _ = h.Write([]byte{1})
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Headline returns the subject of the text in a few words, "" if the text has none.
func (r Reading) Headline() string {
	// A name identifies most; a code is less readable than a sentence.
	for _, list := range [][]string{r.Names, r.Messages, r.Codes, r.Details} {
		if len(list) > 0 {
			return list[0]
		}
	}
	return ""
}

// maxNesting is how deep texts may be nested: a notification in a JSON string in a
// notification.
const maxNesting = 3

// reader builds a Reading.
type reader struct{ out Reading }

// read determines the form of a text, reads the text in that form and returns it.
func (r *reader) read(text string, depth int) Kind {
	// The order matters: an alert may contain a trace, and a trace lines of a log.
	switch {
	case depth > maxNesting:
		return Text
	case r.json(text, depth):
		if len(r.out.Names) > 0 || !isLogLike(text) {
			return Alert
		}
		return Log
	case isAlert(text):
		r.alert(text)
		return Alert
	case isTrace(text):
		r.trace(text)
		return Trace
	case isSlowQuery(text):
		r.slowQuery(text)
		return SlowQuery
	case isEvents(text):
		r.events(text)
		return Events
	case isLog(text):
		r.log(text)
		return Log
	}
	r.prose(text)
	return Text
}

// prose adds each line of a text without a form as a message.
func (r *reader) prose(text string) {
	for line := range strings.Lines(text) {
		r.message(line)
	}
}

// name adds an alert's name.
func (r *reader) name(s string) { r.add(&r.out.Names, maxNames, word(s)) }

// service adds the name of a service or workload without its generated end.
func (r *reader) service(s string) { r.add(&r.out.Services, maxServices, withoutGenerated(word(s))) }

// code adds an identifier, unless it is volatile, too short or a name already.
func (r *reader) code(s string) {
	s = word(s)
	if slices.ContainsFunc(r.out.Names, func(o string) bool { return strings.EqualFold(o, s) }) {
		return
	}
	if len(s) > 2 && !isVolatile(s) || isErrorNumber(s) {
		r.add(&r.out.Codes, maxCodes, s)
	}
}

// message adds a sentence, and the codes in it. It is truncated before it is folded, so
// that a long line costs little.
func (r *reader) message(s string) {
	s = strings.TrimSpace(cutAt(s, maxLine))
	for _, c := range codesIn(s) {
		r.code(c)
	}
	r.add(&r.out.Messages, maxMessages, foldedText(s))
}

// detail adds a string of less use, unless it is a message already.
func (r *reader) detail(s string) {
	s = foldedText(cutAt(s, maxLine))
	if len(s) > 1 && !slices.Contains(r.out.Messages, s) {
		r.add(&r.out.Details, maxDetails, s)
	}
}

// foldedText returns s folded, with template expressions ({{ … }}) as volatile parts;
// "" if only volatile parts and punctuation are left.
func foldedText(s string) string {
	for {
		before, after, open := strings.Cut(s, "{{")
		_, after, shut := strings.Cut(after, "}}")
		if !open || !shut {
			break
		}
		s = before + folded + after
	}
	s = strings.Trim(Fold(s), " *-:,;")
	if !strings.ContainsFunc(s, func(c rune) bool { return c >= utf8.RuneSelf || isLetter(byte(c)) }) {
		return ""
	}
	return s
}

// word returns a name without the punctuation around it, of at most maxWord bytes.
func word(s string) string {
	s = strings.Trim(strings.TrimSpace(s), "\"'`*,;:[](){}<>")
	return strings.Join(strings.Fields(cutAt(s, maxWord)), " ")
}

// add appends s to a list of at most most strings, unless it is there in any case.
func (r *reader) add(list *[]string, most int, s string) {
	if s == "" || len(*list) >= most || slices.ContainsFunc(*list, func(o string) bool { return strings.EqualFold(o, s) }) {
		return
	}
	*list = append(*list, s)
}

// tidy removes what terminals, mail and chat add to a text: colours, carriage returns,
// quotation, code fences, and white space at the ends. It is applied before a form is
// recognised, because quotation marks of mail would hide the beginning of every line.
func tidy(text string) string {
	// Invalid bytes would make strings that JSON and pages cannot carry.
	text = strings.ToValidUTF8(text, "\uFFFD")
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	text = withoutColours(text)
	var b strings.Builder
	for line := range strings.Lines(text) {
		for strings.HasPrefix(line, "> ") || strings.HasPrefix(line, ">\n") {
			line = line[1:]
			line = strings.TrimPrefix(line, " ")
		}
		b.WriteString(line)
	}
	return strings.TrimSpace(strings.ReplaceAll(b.String(), "```", ""))
}

// withoutColours removes the escape sequences of terminals.
func withoutColours(text string) string {
	if !strings.Contains(text, "\x1b[") {
		return text
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "\x1b[")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		n := 0
		for n < len(after) && !isLetter(after[n]) {
			n++
		}
		text = after[min(n+1, len(after)):]
	}
}

// cutAt truncates s to at most n bytes, between runes.
func cutAt(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
