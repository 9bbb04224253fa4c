package convert

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// nameRunes bounds one part of a path: file systems allow 255 bytes, a Han character takes three, and
// there must be space for a suffix.
const nameRunes = 70

// Slug returns a file name for a title: lower case ASCII letters, digits and Han, separated by single
// hyphens.
func Slug(title string) string {
	return part(strings.Map(func(r rune) rune {
		if r == '.' || r == '_' {
			return '-'
		}
		return r
	}, title))
}

// safePath makes every part of a relative path a name that all file systems and the path rules accept.
// The result depends only on the path, so that links to a file can be renamed in the same way.
func safePath(p string) string {
	var parts []string
	for name := range strings.SplitSeq(strings.ReplaceAll(p, `\`, "/"), "/") {
		if name == "" || name == "." || name == ".." {
			continue
		}
		parts = append(parts, safeName(name))
	}
	return path.Join(parts...)
}

// safeName makes one part of a path safe and normalises its extension.
func safeName(name string) string {
	lower := strings.ToLower(name)
	for _, ext := range []string{".html.md", ".markdown", ".md"} {
		stem, ok := strings.CutSuffix(lower, ext)
		if !ok {
			continue
		}
		if stem == "readme" {
			return "README.md"
		}
		return part(stem) + ".md"
	}
	ext := path.Ext(lower)
	if slices.Contains(imageTypes(), ext) {
		return part(strings.TrimSuffix(lower, ext)) + ext
	}
	return part(name)
}

// part returns a safe part of a path, with dots and underscores; an empty one gets a name from its hash.
func part(name string) string {
	var out strings.Builder
	gap, n := false, 0
	for _, r := range norm.NFKD.String(strings.ToLower(name)) {
		if unicode.Is(unicode.Mn, r) {
			continue // an accent
		}
		if !plainRune(r) {
			gap = true
			continue
		}
		if gap && out.Len() > 0 {
			out.WriteByte('-')
		}
		gap = false
		out.WriteRune(r)
		if n++; n == nameRunes {
			break
		}
	}
	clean := out.String()
	if last := strings.LastIndexByte(clean, '-'); n == nameRunes && last > len(clean)/2 {
		clean = clean[:last] // not in the middle of a word
	}
	clean = strings.Trim(clean, "-.")
	switch {
	case clean == "":
		sum := sha256.Sum256([]byte(name))
		return "untitled-" + hex.EncodeToString(sum[:4])
	case windowsDevice(clean):
		return clean + "-"
	}
	return clean
}

// plainRune reports whether a rune stays in a name.
func plainRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '_' || unicode.Is(unicode.Han, r)
}

// windowsDevice reports whether a name is a device on Windows, with any extension.
func windowsDevice(name string) bool {
	stem, _, _ := strings.Cut(name, ".")
	if slices.Contains([]string{"con", "prn", "aux", "nul"}, stem) {
		return true
	}
	return len(stem) == 4 && (strings.HasPrefix(stem, "com") || strings.HasPrefix(stem, "lpt")) && stem[3] >= '0' && stem[3] <= '9'
}
