package paste

import (
	"slices"
	"strings"
)

// isEvents reports whether a text has a table of kubectl: events, or pods with a
// status. One heading or one row is enough, because people often copy a single event.
func isEvents(text string) bool {
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		switch {
		case len(f) >= 4 && slices.Contains(f, "REASON") && (slices.Contains(f, "MESSAGE") || slices.Contains(f, "OBJECT")),
			len(f) >= 4 && slices.Contains(f, "READY") && slices.Contains(f, "STATUS") && slices.Contains(f, "RESTARTS"),
			len(f) >= 4 && f[0] == "Type" && f[1] == "Reason" && f[len(f)-1] == "Message":
			return true
		case isEvent(f):
			return true
		}
	}
	return false
}

// isEvent reports whether fields are a row of an event: its type, then its reason.
func isEvent(f []string) bool {
	i := eventType(f)
	return i >= 0 && len(f) > i+3
}

// eventType returns the index of the type of an event in a row, -1 for none.
func eventType(f []string) int {
	for i := range f[:min(len(f), 4)] {
		if (f[i] == "Warning" || f[i] == "Normal") && i+1 < len(f) && isReason(f[i+1]) {
			return i
		}
	}
	return -1
}

// isReason reports whether a word is a reason such as BackOff or FailedScheduling.
func isReason(s string) bool {
	return len(s) >= 4 && isUpper(s[0]) && allBytes(s, isLetter) && strings.ToUpper(s) != s
}

// events reads the rows: reasons and messages of warnings, and the states of unhealthy
// pods. Normal events are details.
func (r *reader) events(text string) {
	// The rows after a heading with RESTARTS are pods, all others events.
	pods := false
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		i := eventType(f)
		switch {
		case slices.Contains(f, "RESTARTS"):
			pods = true
		case pods && len(f) >= 3:
			r.pod(f)
		case i < 0:
			if !slices.Contains(f, "REASON") && !slices.Contains(f, "Reason") && strings.Trim(strings.TrimSpace(line), "- ") != "" {
				r.detail(line)
			}
		case f[i] == "Normal":
			r.detail(f[i+1] + " " + strings.Join(f[i+2:], " "))
		default:
			r.event(f[i+1], f[i+2:])
		}
	}
}

// event reads a warning: its reason, the object, and the message.
func (r *reader) event(reason string, rest []string) {
	r.code(reason)
	// Ages, the object and the reporter precede the message, in the order of the command
	// that printed the table.
	for len(rest) > 0 {
		kind, name, object := strings.Cut(rest[0], "/")
		aged := isVolatile(strings.Trim(rest[0], "()")) || strings.HasPrefix(rest[0], "(x") || rest[0] == "over"
		switch {
		case object && isOneWord(name) && len(kind) > 2 && allBytes(kind, isLetter):
			r.service(name)
		case !aged && !strings.HasSuffix(rest[0], ")") && rest[0] != "kubelet," && rest[0] != "kubelet" && rest[0] != "default-scheduler":
			r.message(strings.Join(rest, " "))
			return
		}
		rest = rest[1:]
	}
}

// pod reads the state of an unhealthy pod from a row of kubectl get pods.
func (r *reader) pod(f []string) {
	// The columns of the table depend on options of the command: the state is the first
	// word that looks like one.
	for i, state := range f[1:min(len(f), 5)] {
		if !isReason(state) {
			continue
		}
		if state != "Running" && state != "Completed" {
			r.code(state)
			r.service(f[max(0, i-1)])
		}
		return
	}
}
