package messages

import "strings"

// Key returns the key below prefix for a value that is computed, such as a state: in
// lower case, with an underscore for every other character than letters and digits.
// Key("incident.state.", "Not mitigated") is "incident.state.not_mitigated".
func Key(prefix, value string) string {
	return prefix + strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return '_'
	}, value)
}
