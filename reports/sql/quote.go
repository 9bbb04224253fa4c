package sql

import (
	"strings"
	"unicode/utf8"
)

// quote reads a string or a quoted name. A name that does not end becomes a literal,
// as it may be a string.
func (s *scanner) quote(escapes bool) {
	mark, begin := s.in[s.at], s.at
	isString := mark == '\'' || mark == '"' && s.dialect == MySQL
	ended, suspect := s.skipQuoted(mark, escapes && isString)
	if suspect && isString && s.suspect < 0 {
		s.suspect = len(s.out)
	}
	if !ended || isString && isName(s.peek(0)) {
		s.torn = true
	}
	text := strings.Map(printable, s.in[begin:s.at])
	if isString || !ended || len(text) > maxName {
		s.add(literal, "")
		return
	}
	s.add(quoted, text)
}

// skipQuoted moves behind the closing quote. ended reports whether there is one, and
// suspect whether a backslash precedes a quote.
func (s *scanner) skipQuoted(mark byte, escapes bool) (ended, suspect bool) {
	for s.at++; s.at < len(s.in); {
		switch c := s.peek(0); {
		case c == '\\' && s.foreign && s.in[s.at-1] >= utf8.RuneSelf:
			s.at = len(s.in)
		case c == '\\':
			suspect = suspect || s.peek(1) == mark
			s.at++
			if escapes {
				s.at++
			}
		case c == mark && s.peek(1) == mark:
			s.at += 2
		case c == mark:
			s.at++
			return true, suspect
		default:
			s.at++
		}
	}
	s.at = min(s.at, len(s.in))
	return false, suspect
}

// dollar reads the placeholder $1 or the string $tag$ … $tag$, and reports whether
// there was one.
func (s *scanner) dollar() bool {
	if isDigit(s.peek(1)) {
		for s.at++; isName(s.peek(0)); s.at++ {
		}
		s.add(literal, "")
		return true
	}
	end := 1
	for isName(s.peek(end)) && s.peek(end) != '$' {
		end++
	}
	if s.peek(end) != '$' {
		return false
	}
	tag := s.in[s.at : s.at+end+1]
	s.at += len(tag)
	if !s.find(tag) {
		s.torn = true
	}
	s.add(literal, "")
	return true
}
