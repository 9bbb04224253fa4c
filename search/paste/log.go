package paste

import (
	"slices"
	"strings"
)

// level is how bad a log line is.
type level uint8

const (
	noLevel level = iota
	quiet         // debug, trace, info
	warning
	failure
)

// isLog tells whether a text is lines of a log: most begin with a time or have a
// level, or are pairs of keys and values.
func isLog(text string) bool {
	lines, logs := 0, 0
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if lines++; lines > 50 {
			break
		}
		start, _, _ := strings.Cut(strings.TrimLeft(line, "[ "), " ")
		if isTime(strings.Trim(start, "[],")) || isKlog(line) || isDateWord(cutAt(line, 3), cutAt(line[min(3, len(line)):], 16)) ||
			levelOf(line) != noLevel || len(pairs(line)) > 1 || isAccess(line) {
			logs++
		}
	}
	return logs > 0 && logs*2 >= lines
}

// maxLogLines is how many different lines of a log are read; the worst come first.
const maxLogLines = 24

// log reads the lines of a log. Of a long one the errors count, then warnings;
// the rest is detail.
func (r *reader) log(text string) {
	byLevel := make(map[level][]string)
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			l := levelOf(line)
			byLevel[l] = append(byLevel[l], line)
		}
	}
	read := 0
	worst := failure
	for worst > noLevel && len(byLevel[worst]) == 0 {
		worst--
	}
	for _, l := range []level{failure, noLevel, warning, quiet} {
		for _, line := range byLevel[l] {
			if read++; read > maxLogLines {
				return
			}
			r.logLine(line, l == worst || l == failure || l == noLevel)
		}
	}
}

// logLine reads one line; a lesser one is only detail.
func (r *reader) logLine(line string, matters bool) {
	if !matters {
		r.detail(line)
		return
	}
	if isAccess(line) {
		r.access(line)
		return
	}
	if i := strings.IndexByte(line, '{'); i >= 0 && strings.HasSuffix(line, "}") && r.json(line[i:], maxNesting) {
		line = line[:i]
	}
	if kv := pairs(line); len(kv) > 1 && roleOf(kv[0].key) != unknownRole {
		before := line[:kv[0].at]
		r.pairs(kv)
		if len(strings.Fields(said(before))) > 1 {
			r.message(before)
		}
		return
	}
	if _, sql, ok := strings.Cut(line, "STATEMENT: "); ok {
		r.statement(strings.TrimSpace(sql))
		return
	}
	if isKlog(line) {
		if _, after, ok := strings.Cut(line, "] "); ok {
			line = after
		}
	}
	line = withoutHost(line)
	if before, after, nginx := strings.Cut(line, ", client: "); nginx {
		r.nginxTail(after)
		line = before
	}
	if class, message, _ := errorClass(line); class != "" && message != "" {
		r.failure(line)
		return
	}
	r.message(line)
}

// levelOf finds the level of a line in its beginning.
func levelOf(line string) level {
	if isKlog(line) {
		return map[byte]level{'I': quiet, 'W': warning, 'E': failure, 'F': failure}[line[0]]
	}
	words := strings.FieldsFunc(cutAt(line, 160), func(c rune) bool {
		return c <= ' ' || strings.ContainsRune("[](){}<>=:|\",", c)
	})
	for _, w := range words {
		switch w {
		case "ERROR", "Error", "error", "FATAL", "Fatal", "fatal", "CRITICAL", "critical", "CRIT", "crit", "SEVERE", "PANIC", "panic", "EMERG", "emerg", "ERR", "err", "失败", "错误", "异常":
			return failure
		case "WARN", "warn", "WARNING", "Warning", "warning", "警告":
			return warning
		case "INFO", "info", "DEBUG", "debug", "TRACE", "trace", "NOTICE", "notice", "Note", "LOG":
			return quiet
		}
	}
	return noLevel
}

// isKlog tells lines of Kubernetes' own logs: "E1124 21:57:24.1 4711 x.go:12] words".
func isKlog(line string) bool {
	return len(line) > 6 && strings.IndexByte("IWEF", line[0]) >= 0 && allBytes(line[1:5], isDigit) && line[5] == ' '
}

// withoutHost cuts the time and the host off a line of syslog.
func withoutHost(line string) string {
	f := strings.Fields(line)
	if len(f) < 5 || !isDateWord(f[0], f[1]) || !isTime(f[2]) {
		return line
	}
	_, after, _ := strings.Cut(line, " "+f[3]+" ")
	return after
}

// nginxTail reads what nginx writes behind an error: the request and the upstream.
func (r *reader) nginxTail(tail string) {
	for part := range strings.SplitSeq(tail, ", ") {
		key, value, _ := strings.Cut(part, ": ")
		value = strings.Trim(value, `"`)
		switch key {
		case "request":
			if f := strings.Fields(value); len(f) > 1 {
				path, _, _ := strings.Cut(f[1], "?")
				r.detail(path)
			}
		case "server", "host":
			r.service(value)
		}
	}
}

// isAccess tells a line of a web server's access log.
func isAccess(line string) bool {
	before, after, ok := strings.Cut(line, `] "`)
	return ok && strings.Contains(before, " - ") && strings.Contains(after, " HTTP/")
}

// access reads a line of an access log: its status and its path.
func (r *reader) access(line string) {
	_, after, _ := strings.Cut(line, `] "`)
	request, after, _ := strings.Cut(after, `"`)
	if f := strings.Fields(after); len(f) > 0 && isErrorNumber(f[0]) && f[0][0] >= '4' {
		r.code(f[0])
	}
	if f := strings.Fields(request); len(f) > 1 {
		path, _, _ := strings.Cut(f[1], "?")
		r.detail(f[0] + " " + path)
	}
}

// pair is one key=value of a line.
type pair struct {
	key, value string
	at         int
}

// pairs finds the key=value pairs of logfmt and its like.
func pairs(line string) []pair {
	var out []pair
	for i := 0; i < len(line); {
		eq := strings.IndexByte(line[i:], '=')
		if eq < 0 {
			break
		}
		eq += i
		from := eq
		for from > i && isKeyByte(line[from-1]) {
			from--
		}
		value, end := pairValue(line, eq+1)
		if from < eq && isLetter(line[from]) && value != "" {
			out = append(out, pair{line[from:eq], value, from})
		}
		i = max(end, eq+1)
	}
	return out
}

func isKeyByte(c byte) bool {
	return isLetter(c) || isDigit(c) || c == '_' || c == '.' || c == '-' || c == '@'
}

// pairValue reads the value at i and gives where it ends.
func pairValue(line string, i int) (value string, end int) {
	if i < len(line) && line[i] == '"' {
		for end = i + 1; end < len(line) && line[end] != '"'; end++ {
			if line[end] == '\\' {
				end++
			}
		}
		end = min(end, len(line))
		return strings.ReplaceAll(line[i+1:end], `\"`, `"`), min(end+1, len(line))
	}
	for end = i; end < len(line) && !isSpace(line[end]) && line[end] != ','; end++ {
	}
	return line[i:end], end
}

// pairs files the pairs of a line: messages and errors by their role, and of the
// others those that say something.
func (r *reader) pairs(kv []pair) {
	slices.SortStableFunc(kv, func(a, b pair) int { return turn(a.key) - turn(b.key) })
	for _, p := range kv {
		as := roleOf(p.key)
		if as == serviceRole && !isOneWord(p.value) || p.key == "caller" {
			as = unknownRole
		}
		if !r.field(as, p.value, maxNesting) && !isVolatile(p.value) {
			r.detail(p.value)
		}
	}
}
