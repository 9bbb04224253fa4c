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

// nameRunes bounds one part of a path: file systems allow 255 bytes, a Han character
// takes three, and there must be space for a suffix.
const nameRunes = 70

// Slug returns a file name for a title: lower case ASCII letters, digits and Han,
// separated by single hyphens. Accents are dropped, other scripts become hyphens, and
// long titles are truncated, at a word if possible. It is never empty: a title without
// any such letter gets a name from its hash.
func Slug(title string) string {
	return part(strings.Map(func(r rune) rune {
		if r == '.' || r == '_' {
			return '-'
		}
		return r
	}, title))
}

// safePath makes every part of a relative path a name that all file systems and the
// path rules accept. The result depends only on the path, so that links to a file can
// be renamed in the same way. Backslashes separate parts too, and "." and ".." are
// dropped, so that the result stays inside its folder.
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

// safeName makes one part of a path safe and normalises its extension. ".html.md" is
// what some site generators write; it and ".markdown" become ".md", because documents
// have addresses without it. README keeps its capitals: the portal shows it as the page
// of its folder.
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

// part returns a safe part of a path, with dots and underscores; an empty one gets a
// name from its hash. Letters are decomposed first, so that "é" becomes "e" and not a
// hyphen. The name of a Windows device gets a hyphen behind it, because git cannot
// check such a file out there.
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

// plainRune reports whether a rune stays in a name. Han stays readable in addresses;
// other scripts are not in the list of what all file systems and terminals show alike.
func plainRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '_' || unicode.Is(unicode.Han, r)
}

// windowsDevice reports whether a name is a device on Windows, with any extension. The
// name must be in lower case.
func windowsDevice(name string) bool {
	stem, _, _ := strings.Cut(name, ".")
	if slices.Contains([]string{"con", "prn", "aux", "nul"}, stem) {
		return true
	}
	return len(stem) == 4 && (strings.HasPrefix(stem, "com") || strings.HasPrefix(stem, "lpt")) && stem[3] >= '0' && stem[3] <= '9'
}
