package snippet

import (
	"bytes"
	"strings"
)

// Source returns the lines of a Markdown file from one to before another, both
// 1-based, without empty lines around them: a section as its author wrote it. It
// is cut after most bytes at the end of a block, never inside code and never after
// a line that announces what is then missing; more reports that.
func Source(file []byte, from, before, most int) (text string, more bool) {
	text = strings.ReplaceAll(strings.ReplaceAll(string(file), "\r\n", "\n"), "\r", "\n")
	lines := strings.Split(text, "\n")
	from = max(from, 1)
	if before = min(before, len(lines)+1); from >= before {
		return "", false
	}
	lines = lines[from-1 : before-1]
	if strings.Trim(lines[0], "=- ") == "" { // the line under a heading of Setext's form
		lines = lines[1:]
	}
	end := 0 // the line behind the last block that fits
	size, fence := 0, ""
	announced := true // the last block announces the next, or there is none yet
	for i, line := range lines {
		trimmed := strings.TrimSpace(line)
		if fence == "" && trimmed == "" && !announced {
			end = i
			if size > most {
				break
			}
		}
		if trimmed != "" && fence == "" {
			announced = endsWithColon(trimmed) || strings.HasPrefix(trimmed, "#")
		}
		if fence = fenceAfter(fence, trimmed); fence != "" {
			announced = false
		}
		if size += len(line) + 1; size > hardFactor*most && end > 0 {
			break
		}
		if i == len(lines)-1 {
			end = len(lines)
		}
	}
	cut := strings.Join(lines[:end], "\n")
	return strings.Trim(cut, "\n"), len(bytes.TrimSpace([]byte(strings.Join(lines[end:], "")))) > 0
}

func endsWithColon(line string) bool {
	line = strings.TrimRight(line, "*_ ")
	return strings.HasSuffix(line, ":") || strings.HasSuffix(line, "：")
}

// fenceAfter is the fence that is open after a line; "" when none is.
func fenceAfter(open, line string) string {
	for _, mark := range []string{"`", "~"} {
		run := line[:len(line)-len(strings.TrimLeft(line, mark))]
		switch {
		case len(run) < 3:
		case open == "":
			return run
		case strings.HasPrefix(run, open) && strings.TrimSpace(line[len(run):]) == "":
			return ""
		}
	}
	return open
}
