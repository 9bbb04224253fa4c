package snippet

import (
	"bytes"
	"strings"
)

// ExcerptMarkdown returns the lines from up to, but without, before of a Markdown file,
// both 1-based: a section as its author wrote it, without empty lines around it. It is
// truncated at the end of the block that exceeds most bytes, never inside code and
// never after a line that announces the next block. more reports whether it was.
func ExcerptMarkdown(file []byte, from, before, most int) (text string, more bool) {
	text = strings.ReplaceAll(strings.ReplaceAll(string(file), "\r\n", "\n"), "\r", "\n")
	lines := strings.Split(text, "\n")
	from = max(from, 1)
	if before = min(before, len(lines)+1); from >= before {
		return "", false
	}
	lines = lines[from-1 : before-1]
	// The underline of a Setext heading.
	if strings.Trim(lines[0], "=- ") == "" {
		lines = lines[1:]
	}
	// The line after the last block that fits.
	end := 0
	size, fence := 0, ""
	// The last block announces the next, or there is no block yet.
	announced := true
	// A blank line outside of code ends a block, unless that block announces the next.
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

// endsWithColon reports whether a line ends with a colon, inside emphasis or not.
func endsWithColon(line string) bool {
	line = strings.TrimRight(line, "*_ ")
	return strings.HasSuffix(line, ":") || strings.HasSuffix(line, "：")
}

// fenceAfter returns the code fence that is open after a line, "" for none.
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
