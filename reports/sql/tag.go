package sql

import "strings"

// tagKeys are the keys of a comment that tell whose statement it is, the most
// telling first.
func tagKeys() []string { return []string{"team", "service", "application", "app", "owner"} }

// maxTagValue bounds what is kept of a comment.
const maxTagValue = 64

// Tag finds the owner that a statement's author wrote into a comment, as
// "key=value": /* team=payments */ or, as sqlcommenter writes it,
// /*action='x',team='payments'*/. Nothing else of a comment is kept, since
// comments may hold anything. "" is none.
func Tag(statement string, d Dialect) string {
	best, rank := "", len(tagKeys())
	s := newScanner(statement, d)
	for s.at < len(s.in) {
		begin := s.at
		if isComment := s.comment(); !isComment {
			s.next()
			continue
		}
		tag, r := tagIn(s.in[begin:s.at])
		if r < rank {
			best, rank = tag, r
		}
	}
	return best
}

func tagIn(comment string) (tag string, rank int) {
	keys := tagKeys()
	rank = len(keys)
	for _, part := range strings.FieldsFunc(comment, func(r rune) bool { return strings.ContainsRune(" \t\r\n,;/*#", r) }) {
		key, value, ok := strings.Cut(part, "=")
		if !ok {
			key, value, ok = strings.Cut(part, ":")
		}
		key, value = strings.ToLower(key), strings.Trim(value, `'"`)
		if !ok || !isTagValue(value) {
			continue
		}
		for i, k := range keys[:rank] {
			if k == key {
				tag, rank = key+"="+value, i
				break
			}
		}
	}
	return tag, rank
}

// isTagValue tells names of teams and services from anything else.
func isTagValue(v string) bool {
	if v == "" || len(v) > maxTagValue {
		return false
	}
	for i := range len(v) {
		if c := v[i]; !isDigit(c) && (c|0x20 < 'a' || c|0x20 > 'z') && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return true
}
