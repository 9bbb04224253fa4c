package paste

import (
	"slices"
	"strings"
)

// isTrace reports whether a text has the frames or the heading of a stack trace. One
// frame is enough in a short text.
func isTrace(text string) bool {
	frames := 0
	for line := range strings.Lines(text) {
		if _, ok := frameOf(line); ok {
			frames++
		}
		if frames > 1 {
			return true
		}
	}
	return frames == 1 && strings.Count(text, "\n") < 8 || strings.HasPrefix(text, "Traceback (most") ||
		strings.HasPrefix(text, "panic: ") || strings.Contains(firstLine(text), "panicked at ")
}

// maxFrames is how many frames of the program's own code count. Deeper ones are the
// same for all errors.
const maxFrames = 5

// trace reads a stack trace, which may be part of a log: its errors, and the first
// frames of the program's own code.
func (r *reader) trace(text string) {
	var frames []frame
	// The last line was a heading of Rust; a place in Python.
	panicked, quoted := false, false
	for line := range strings.Lines(text) {
		trimmed := strings.TrimSpace(line)
		f, isFrame := frameOf(line)
		switch {
		case isFrame:
			// Of Ruby, in the first frame.
			r.failure(f.message)
			frames = addFrame(frames, f)
		case trimmed == "" || isTraceNoise(trimmed) || quoted:
		case panicked || strings.Contains(trimmed, "panicked at"):
			panicked = r.panicked(trimmed)
		default:
			r.betweenFrames(trimmed)
		}
		quoted = strings.HasPrefix(trimmed, `File "`)
	}
	r.frames(frames)
}

// betweenFrames adds a line that is no frame: an error, or a line of a log.
func (r *reader) betweenFrames(line string) {
	if class, _, _ := errorClass(withoutLead(line)); class == "" && withoutLead(line) == line {
		r.detail(line)
		return
	}
	r.failure(line)
}

// addFrame appends a frame, or adds its file to the last frame: Go and Rust write the
// file on the line after the function.
func addFrame(frames []frame, f frame) []frame {
	if n := len(frames); n > 0 && f.function == "" && frames[n-1].file == "" {
		frames[n-1].file = f.file
		return frames
	}
	return append(frames, f)
}

// frames adds the first frames of the program's own code as details, or the first of
// all if there are none.
func (r *reader) frames(frames []frame) {
	// Frames of libraries are the same in many traces.
	own := slices.DeleteFunc(slices.Clone(frames), frame.library)
	if len(own) == 0 {
		own = frames
	}
	for _, f := range own[:min(len(own), maxFrames)] {
		r.detail(f.String())
	}
}

// panicked reads the heading of a panic in Rust. Its message is in quotes after it, or
// on the next line; next reports whether it is.
func (r *reader) panicked(line string) (next bool) {
	_, after, heading := strings.Cut(line, "panicked at ")
	if !heading {
		r.message(line)
		return false
	}
	if quoted := strings.HasPrefix(after, "'"); quoted {
		if end := strings.LastIndex(after, "',"); end > 0 {
			after = after[1:end]
		}
		r.message(after)
		return false
	}
	r.detail(baseName(after))
	return true
}

// isTraceNoise reports whether a line of a trace is the same for all errors.
func isTraceNoise(line string) bool {
	for _, start := range []string{
		// Python.
		"Traceback (most recent", "During handling of", "The above exception was", "^", "~~",
		// Go.
		"goroutine ", "created by ", "exit status ",
		// Rust.
		"stack backtrace:", "note: run with", "note: Some details",
		// Java and .NET.
		"... ", "--- End of",
		// PHP.
		"Stack trace:", "#0 {main}", "{main}", "thrown in ",
	} {
		if strings.HasPrefix(line, start) {
			return true
		}
	}
	return strings.HasSuffix(line, " more") && strings.HasPrefix(line, "...") || strings.Trim(line, "^~ }{()];,") == ""
}

// failure reads a line that names an error: "Caused by: a.b.CError: words". Any other
// line is a message.
func (r *reader) failure(line string) {
	if line == "" {
		return
	}
	line = withoutLead(line)
	class, message, qualified := errorClass(line)
	if class == "" {
		r.message(line)
		return
	}
	r.code(class)
	if message != "" {
		r.message(message)
	}
	if qualified != class {
		r.detail(qualified)
	}
}

// withoutLead returns a line without the words before the class of an error.
func withoutLead(line string) string {
	// Leads may be repeated, as in "Uncaught Unhandled ".
	for again := true; again; {
		again = false
		line = strings.TrimLeft(strings.TrimSpace(line), "| ")
		for _, lead := range []string{
			"Caused by: ", "Suppressed: ", "Unhandled exception. ", "Unhandled Exception: ", "---> ", "Uncaught ", "Unhandled ",
			"PHP Fatal error: ", "Fatal error: ", "PHP Warning: ", "panic: ", "fatal error: ",
			"Exception in thread ", "[previous exception] ", "(node:",
		} {
			rest, ok := strings.CutPrefix(line, lead)
			if !ok {
				continue
			}
			again = true
			if strings.HasPrefix(lead, "Exception in") { // "main" a.b.C
				if i := strings.LastIndexByte(rest, '"'); i >= 0 {
					rest = rest[i+1:]
				}
			}
			line = rest
		}
	}
	return line
}

// errorClass splits "a.b.CError: words", and "words (A::CError)" of Ruby. class is "" if
// the line names no class. qualified is the class as written; class is its last part.
func errorClass(line string) (class, message, qualified string) {
	// Most languages write the class first; Ruby writes it last, in parentheses.
	qualified, message, found := strings.Cut(line, ": ")
	if !found {
		qualified = strings.TrimSuffix(strings.TrimSpace(line), ":")
		message = ""
	}
	if isErrorClass(qualified) {
		return lastName(qualified), strings.TrimSpace(message), qualified
	}
	if i := strings.LastIndex(line, " ("); i > 0 && strings.HasSuffix(line, ")") {
		if q := line[i+2 : len(line)-1]; isErrorClass(q) {
			return lastName(q), strings.TrimSpace(line[:i]), q
		}
	}
	return "", "", ""
}

// isErrorClass reports whether a word is the name of a class of errors.
func isErrorClass(s string) bool {
	last := lastName(s)
	if s == "" || len(s) > maxWord || !isOneWord(s) || !isUpper(last[0]) ||
		!allBytes(s, func(c byte) bool { return isLetter(c) || isDigit(c) || strings.IndexByte("._:$\\", c) >= 0 }) {
		return false
	}
	// Names that end otherwise are classes only if they are qualified.
	for _, end := range []string{"Error", "Exception", "Failure", "Fault", "Timeout", "Refused", "Interrupt", "Exit", "Warning", "Errno"} {
		if strings.HasSuffix(last, end) {
			return true
		}
	}
	return strings.ContainsAny(s, ".:\\") && isInnerUpper(last) || isConstant(last) && strings.Contains(s, "::")
}
