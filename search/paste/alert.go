package paste

import "strings"

// isAlert reports whether a text is a notification of an alert manager, by mail or
// chat, or one of its rule files. Only the first 4 KiB are searched for words: a longer
// text names its alert there.
func isAlert(text string) bool {
	if status, _ := afterStatus(firstLine(text)); status {
		return true
	}
	low := strings.ToLower(cutAt(text, 4<<10))
	for _, sign := range []string{
		"alarmname", "problem name:", "alertname", "[firing", "[resolved", "- alert:",
		"告警名称", "告警主题", "告警详情", "报警名称", "告警标题", "告警规则",
	} {
		if strings.Contains(low, sign) {
			return true
		}
	}
	// Words that other texts have too count only in pairs.
	return strings.Contains(low, "labels:") && strings.Contains(low, "annotations:") ||
		strings.Contains(low, "alert:") && (strings.Contains(low, "description:") || strings.Contains(low, "severity:"))
}

// firstLine returns the text before the first line end.
func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// section is the part of a notification that contains a line.
type section uint8

// The sections; head is everything before a heading.
const (
	head section = iota
	labels
	annotations
)

// alert reads a notification line by line.
func (r *reader) alert(text string) {
	at := head
	for line := range strings.Lines(unfolded(text)) {
		line = withoutMarkup(line)
		if line == "" {
			continue
		}
		if r.selector(line) {
			continue
		}
		if status, rest := afterStatus(line); status {
			at = head
			r.title(rest)
			continue
		}
		key, value, ok := keyValue(line)
		if !ok {
			key = line
		}
		if begun, heading := sectionOf(key); heading && value == "" {
			at = begun
			continue
		}
		r.alertLine(at, line, key, value, ok)
	}
}

// unfolded restores the lines of a notification that was pasted into a search box,
// which joins lines. A text with line ends is returned unchanged. " - key = value" is
// how Grafana writes a label; any other " - " belongs to a sentence.
func unfolded(text string) string {
	if strings.Contains(text, "\n") {
		return text
	}
	for _, heading := range []string{"Labels:", "Annotations:", "Source:"} {
		text = strings.ReplaceAll(text, heading, "\n"+heading+"\n")
	}
	var b strings.Builder
	for i, part := range strings.Split(text, " - ") {
		switch key, _, pair := strings.Cut(part, " = "); {
		case i == 0:
		case pair && isOneWord(strings.TrimSpace(key)):
			b.WriteString("\n - ")
		default:
			b.WriteString(" - ")
		}
		b.WriteString(part)
	}
	return b.String()
}

// alertLine reads one line of a notification. key and value are valid if isField.
func (r *reader) alertLine(at section, line, key, value string, isField bool) {
	switch {
	case !isField && at == labels, isLinkLine(line):
	case !isField:
		if len(strings.Fields(foldedText(line))) > 1 {
			r.message(line)
		}
	case at == labels:
		if as := roleOf(key); as == nameRole || as == serviceRole {
			r.field(as, value, maxNesting)
		}
	case r.field(roleOf(key), value, maxNesting):
	case at == annotations:
		r.message(value)
	case len(strings.Fields(value)) > 2:
		r.detail(value)
	}
}

// withoutMarkup returns a line without the bullets, bold type and code quotes of chat.
func withoutMarkup(line string) string {
	line = strings.TrimLeft(strings.TrimSpace(line), "-*•·▪> \t")
	return strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(line, "`", ""), "**", ""))
}

// afterStatus returns the rest of a heading after its status: X for "[FIRING:1] X". A
// bracket that is no status ends the search, unless one was found before it: "[prod] X"
// stays whole.
func afterStatus(line string) (found bool, rest string) {
	line = strings.TrimLeft(strings.TrimSpace(line), "*_ ")
	// Grafana and Prometheus write several groups, with the status in one of them.
	for strings.HasPrefix(line, "[") {
		inside, after, closed := strings.Cut(line[1:], "]")
		if !closed {
			return found, line
		}
		state, _, _ := strings.Cut(strings.ToLower(inside), ":")
		switch strings.TrimSpace(state) {
		case "firing", "resolved", "alerting", "ok", "no data", "prometheus", "alert", "pending", "triggered", "acknowledged", "告警", "报警", "恢复":
			found = true
		default:
			if !found {
				return false, line
			}
		}
		line = strings.TrimSpace(after)
	}
	return found, line
}

// maxTitleWords is the maximum number of words of a heading that is a name as a whole.
const maxTitleWords = 6

// title reads a heading: the alert's name, or a few words, before its labels.
func (r *reader) title(s string) {
	if _, rest := afterStatus(s); rest != "" {
		s = rest
	}
	// Error trackers have the error as the heading.
	if class, message, _ := errorClass(s); class != "" && message != "" {
		r.failure(s)
		return
	}
	// The labels and the severity are not part of the name.
	s, _, _ = strings.Cut(s, " (")
	for _, end := range []string{" - critical", " - warning", " - info", " - page"} {
		s = strings.TrimSuffix(strings.TrimSpace(s), end)
	}
	s = strings.TrimSpace(strings.Trim(s, "*_ "))
	words := strings.Fields(s)
	switch {
	case len(words) == 0:
	case len(words) == 1 || isName(words[0]):
		r.name(words[0])
		if len(words) > 2 {
			r.detail(strings.Join(words[1:], " "))
		}
	default:
		// A short heading without volatile parts and punctuation is the name of an alert,
		// as in tools whose alerts have names of several words.
		isName := len(words) <= maxTitleWords && Fold(s) == s && !strings.ContainsAny(s, ".,;")
		if len(r.out.Names) == 0 && isName {
			r.name(s)
		}
		r.message(s)
	}
}

// isName reports whether the first word of a heading is an alert's name.
func isName(s string) bool {
	return isCamel(s) || isSnake(s) || len(s) > 3 && strings.Contains(s, "_") || isInnerUpper(s)
}

// isInnerUpper reports whether a word has a capital after a small letter.
func isInnerUpper(s string) bool {
	for i := 1; i < len(s); i++ {
		if isUpper(s[i]) && 'a' <= s[i-1] && s[i-1] <= 'z' {
			return true
		}
	}
	return false
}

// keyValue splits a line of the form "key = value", "key: value" or "键：值". An address
// such as https://… is no pair. The value may be empty, as that of a heading.
func keyValue(line string) (key, value string, ok bool) {
	// Longer keys, and keys with brackets, are sentences or calls.
	i := strings.IndexAny(line, "=:：")
	if i <= 0 {
		return "", "", false
	}
	key = strings.Trim(line[:i], " *_\"")
	if len(key) > 48 || len(strings.Fields(key)) > 3 || strings.ContainsAny(key, "{}()[],") {
		return "", "", false
	}
	value = strings.TrimLeft(line[i:], "=:：")
	if line[i] == ':' && strings.HasPrefix(value, "//") {
		return "", "", false
	}
	return key, strings.Trim(value, " *_\""), true
}

// sectionOf returns the section that a heading begins.
func sectionOf(key string) (section, bool) {
	switch plainKey(strings.TrimRight(key, ":：")) {
	case "labels", "details", "标签", "tags":
		return labels, true
	case "annotations", "注解", "annotation":
		return annotations, true
	}
	return head, false
}

// isLinkLine reports whether a line of a notification only links to another page.
// ":chart" and ":no_bell" are emoji of Slack before a link.
func isLinkLine(line string) bool {
	low := strings.ToLower(line)
	for _, start := range []string{
		"source:", "view in", "sent by", "http://", "https://", "graph:", "silence", "dashboard:", ":chart", ":no_bell",
	} {
		if strings.HasPrefix(low, start) {
			return true
		}
	}
	return strings.HasSuffix(low, "] firing") || strings.HasSuffix(low, "] resolved")
}

// selector reads the name of alertname="X" anywhere in a line, as in
// {alertname="X",job="y"}. The name is taken as it is, without braces and quotes. A
// line that only mentions the word alertname returns false.
func (r *reader) selector(line string) (found bool) {
	_, after, found := strings.Cut(line, "alertname")
	if !found {
		return false
	}
	after = strings.TrimLeft(after, "\"'* \t")
	if !strings.HasPrefix(after, "=") && !strings.HasPrefix(after, ":") {
		return false
	}
	after = strings.TrimLeft(after, "=:~* \t")
	if quoted := strings.HasPrefix(after, `"`); quoted {
		name, _, _ := strings.Cut(after[1:], `"`)
		r.name(name)
		return true
	}
	if i := strings.IndexAny(after, " ,;}])\"'"); i >= 0 {
		after = after[:i]
	}
	r.name(after)
	return true
}
