package convert

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/postern/postern/portal/base/yamldoc"
)

// toml parses the subset of TOML that occurs in front matter: keys, strings, lists of
// strings, dates, numbers and tables. The values are those of the equivalent YAML. If a
// line is outside the subset, the whole text is also moved to the body. It encodes the
// pairs as YAML and parses that, so that the converters need only one way to read
// values. The lines of the result's values are those of the generated YAML.
func (d *draft) toml(front string) (*yamldoc.Map, bool) {
	r := tomlReader{rest: front}
	pairs, whole := r.pairs()
	if !whole {
		d.find(r.line+1, "not all of this TOML can be read: it was moved to the end of the text")
		d.body = strings.TrimRight(d.body, "\n") + "\n\n" + fenced("toml", front)
	}
	out, err := yamldoc.Encode(pairs)
	if err != nil {
		return nil, false
	}
	doc, issues := yamldoc.Parse(out, sourceLimits())
	for _, i := range issues {
		d.find(1, i.Msg)
	}
	if doc == nil {
		d.find(1, "this TOML cannot be used: it was moved to the end of the text")
		d.body = strings.TrimRight(d.body, "\n") + "\n\n" + fenced("toml", front)
		return nil, false
	}
	return doc.Root(), true
}

// tomlReader reads one value after another; line is the line of the last key.
type tomlReader struct {
	rest string
	line int // 1-based in the front matter, without its opening fence
	next int // lines consumed
}

// The elements of TOML, each at the beginning of the remaining text.
var (
	tomlTable  = regexp.MustCompile(`^\[\[?\s*([^\[\]]+?)\s*\]?\]\s*(?:#.*)?$`)
	tomlKey    = regexp.MustCompile(`^("[^"]*"|'[^']*'|[A-Za-z0-9_.-]+)\s*=\s*`)
	tomlBare   = regexp.MustCompile(`^[A-Za-z0-9_+.:-]+(?: \d[0-9:.Z+-]*)?`)
	tomlBlank  = regexp.MustCompile(`^(?:\s|#[^\n]*(?:\n|$))+`)
	tomlQuoted = regexp.MustCompile(`^(?s:"""(.*?)"""|'''(.*?)''')|^"((?:[^"\\\n]|\\.)*)"|^'([^'\n]*)'`)
)

// pairs reads all keys; tables become prefixes of their keys. whole is false when
// something was not understood and omitted. A line that is not understood is skipped,
// and reading goes on with the next. Of a key that occurs twice the first value counts.
// Elements of arrays of tables have equal keys and are therefore omitted after the
// first.
func (r *tomlReader) pairs() (pairs yamldoc.Pairs, whole bool) {
	whole = true
	prefix, seen := "", map[string]bool{}
	for r.blank(); r.rest != ""; r.blank() {
		row, _, _ := strings.Cut(r.rest, "\n")
		if m := tomlTable.FindStringSubmatch(strings.TrimSpace(row)); m != nil {
			prefix = m[1] + "."
			r.skip(len(row))
			continue
		}
		r.line = r.next + 1
		m := tomlKey.FindStringSubmatch(r.rest)
		if m == nil {
			whole = false
			r.skip(len(row))
			continue
		}
		r.skip(len(m[0]))
		value, ok := r.value()
		key := prefix + strings.Trim(m[1], `"'`)
		if !ok || seen[key] {
			whole = false
			row, _, _ = strings.Cut(r.rest, "\n")
			r.skip(len(row))
			continue
		}
		seen[key] = true
		pairs = append(pairs, yamldoc.Pair{Key: key, Value: value})
	}
	return pairs, whole
}

// skip consumes n bytes. All reading goes through it, so that next counts every line
// feed.
func (r *tomlReader) skip(n int) {
	r.next += strings.Count(r.rest[:n], "\n")
	r.rest = r.rest[n:]
}

// blank skips white space and comments.
func (r *tomlReader) blank() { r.skip(len(tomlBlank.FindString(r.rest))) }

// value reads a text or a list of texts. Lists of lists and inline tables are not in
// the subset and return false. Comments and line feeds between elements are skipped.
func (r *tomlReader) value() (any, bool) {
	if !strings.HasPrefix(r.rest, "[") {
		return r.scalar()
	}
	r.skip(1)
	items := []string{}
	for {
		r.blank()
		if strings.HasPrefix(r.rest, "]") {
			r.skip(1)
			return items, true
		}
		item, ok := r.scalar()
		if !ok {
			return nil, false
		}
		items = append(items, item)
		r.blank()
		if strings.HasPrefix(r.rest, ",") {
			r.skip(1)
		} else if !strings.HasPrefix(r.rest, "]") {
			return nil, false
		}
	}
}

// scalar reads a quoted or bare value. Escapes are replaced in basic strings (double
// quotes) and not in literal ones. Numbers, booleans and dates are returned as written;
// YAML then reads them.
func (r *tomlReader) scalar() (string, bool) {
	if m := tomlQuoted.FindStringSubmatch(r.rest); m != nil {
		basic := strings.HasPrefix(r.rest, `"`)
		r.skip(len(m[0]))
		text := strings.TrimPrefix(m[1]+m[2], "\n") + m[3] + m[4]
		if basic {
			text = unescapeTOML(text)
		}
		return text, true
	}
	bare := tomlBare.FindString(r.rest)
	r.skip(len(bare))
	return bare, bare != ""
}

// tomlEscape matches an escape sequence of a basic string.
var tomlEscape = regexp.MustCompile(`\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)`)

// unescapeTOML replaces the escape sequences of a basic string. Escapes other than \n,
// \t and code points return the character itself, which is right for quotes and
// backslashes.
func unescapeTOML(s string) string {
	return tomlEscape.ReplaceAllStringFunc(s, func(e string) string {
		switch e[1] {
		case 'n':
			return "\n"
		case 't':
			return "\t"
		case 'u', 'U':
			if n, err := strconv.ParseInt(e[2:], 16, 32); err == nil && len(e) > 2 {
				return string(rune(n))
			}
		}
		return e[1:]
	})
}
