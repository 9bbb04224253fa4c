package sql

import "strings"

// tagKeys returns the keys of a comment that name an owner, the most specific first.
func tagKeys() []string { return []string{"team", "service", "application", "app", "owner"} }

// maxTagValue is the length of a tag value in bytes.
const maxTagValue = 64

// Tag returns the owner that a statement's author wrote into a comment, as
// "key=value": /* team=payments */ or, as sqlcommenter writes it,
// /*action='x',team='payments'*/. It returns "" if there is none. Nothing else of a
// comment is retained, since comments can contain personal data.
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

// tagIn returns the best tag of one comment and the index of its key in tagKeys, which
// is the number of keys where there is none.
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

// isTagValue reports whether v can be the name of a team or of a service.
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
