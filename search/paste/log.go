package paste

import (
	"slices"
	"strings"
)

// level is the severity of a log line.
type level uint8

// The levels, the least severe first. noLevel is a line that names none.
const (
	noLevel level = iota
	// Debug, trace, info.
	quiet
	warning
	failure
)

// isLog reports whether at least half of the first 50 lines are lines of a log: they
// begin with a time, have a level, or are pairs of keys and values.
func isLog(text string) bool {
	// 50 lines are enough to recognise a log, and bound the work.
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

// maxLogLines is the maximum number of lines of a log that are read, the most severe
// first.
const maxLogLines = 24

// log reads the lines of a log: errors first, then lines without a level, warnings and
// the rest. Lines below the most severe level are details.
func (r *reader) log(text string) {
	byLevel := make(map[level][]string)
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			l := levelOf(line)
			byLevel[l] = append(byLevel[l], line)
		}
	}
	read := 0
	// worst is the most severe level that the log has.
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

// logLine reads one line; it is only a detail unless it matters.
func (r *reader) logLine(line string, matters bool) {
	if !matters {
		r.detail(line)
		return
	}
	// The forms are tried from the most to the least specific.
	if isAccess(line) {
		r.access(line)
		return
	}
	if i := strings.IndexByte(line, '{'); i >= 0 && strings.HasSuffix(line, "}") && r.json(line[i:], maxNesting) {
		line = line[:i]
	}
	// A line of pairs, as in logfmt, may have words before the first.
	if kv := pairs(line); len(kv) > 1 && roleOf(kv[0].key) != unknownRole {
		before := line[:kv[0].at]
		r.pairs(kv)
		if len(strings.Fields(foldedText(before))) > 1 {
			r.message(before)
		}
		return
	}
	// PostgreSQL logs the statement of an error on a line of its own.
	if _, sql, ok := strings.Cut(line, "STATEMENT: "); ok {
		r.statement(strings.TrimSpace(sql))
		return
	}
	if isKlog(line) {
		if _, after, ok := strings.Cut(line, "] "); ok {
			line = after
		}
	}
	// The host of syslog and the client of nginx differ each time.
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

// levelOf returns the level that the beginning of a line names. The first word that is
// a level counts. Capitals and small letters are listed, not folded: "Info" or "Err"
// inside a sentence is no level.
func levelOf(line string) level {
	if isKlog(line) {
		return map[byte]level{'I': quiet, 'W': warning, 'E': failure, 'F': failure}[line[0]]
	}
	// Levels are at the beginning; further on, "error" is a word of the message.
	words := strings.FieldsFunc(cutAt(line, 160), func(c rune) bool {
		return c <= ' ' || strings.ContainsRune("[](){}<>=:|\",", c)
	})
	for _, w := range words {
		switch w {
		case "ERROR", "Error", "error", "FATAL", "Fatal", "fatal", "CRITICAL", "critical", "CRIT", "crit", "SEVERE", "PANIC", "panic",
			"EMERG", "emerg", "ERR", "err", "失败", "错误", "异常":
			return failure
		case "WARN", "warn", "WARNING", "Warning", "warning", "警告":
			return warning
		case "INFO", "info", "DEBUG", "debug", "TRACE", "trace", "NOTICE", "notice", "Note", "LOG":
			return quiet
		}
	}
	return noLevel
}

// isKlog reports whether a line is in the format of Kubernetes:
// "E1124 21:57:24.1 4711 x.go:12] words".
func isKlog(line string) bool {
	return len(line) > 6 && strings.IndexByte("IWEF", line[0]) >= 0 && allBytes(line[1:5], isDigit) && line[5] == ' '
}

// withoutHost returns a line of syslog without its time and host.
func withoutHost(line string) string {
	f := strings.Fields(line)
	if len(f) < 5 || !isDateWord(f[0], f[1]) || !isTime(f[2]) {
		return line
	}
	_, after, _ := strings.Cut(line, " "+f[3]+" ")
	return after
}

// nginxTail reads the fields after an error of nginx: the request and the server.
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

// isAccess reports whether a line is of a web server's access log.
func isAccess(line string) bool {
	before, after, ok := strings.Cut(line, `] "`)
	return ok && strings.Contains(before, " - ") && strings.Contains(after, " HTTP/")
}

// access reads the status and the path of a line of an access log.
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

// pair is one key=value of a line; at is the offset of the key.
type pair struct {
	key, value string
	at         int
}

// pairs returns the key=value pairs of a line, as in logfmt. It looks for the equals
// signs, so its time is linear in the line except for keys that are read backwards,
// once each.
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

// isKeyByte reports whether a byte may be in a key.
func isKeyByte(c byte) bool {
	return isLetter(c) || isDigit(c) || c == '_' || c == '.' || c == '-' || c == '@'
}

// pairValue returns the value at i, without quotes, and the offset after it.
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

// pairs adds the pairs of a line by their role, and values of unknown fields as
// details unless they are volatile.
func (r *reader) pairs(kv []pair) {
	// Messages are added before details, in any order of the line.
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
