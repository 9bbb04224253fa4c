package checks

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/postern/postern/postmortems"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Bounds of a path. MaxPart is what file systems of Linux, macOS and Windows can store;
// MaxPath and MaxDepth leave space for the path of the folder that holds a clone.
const (
	MaxPart  = 255 // bytes of a file's or folder's name
	MaxPath  = 512 // bytes of a whole path
	MaxDepth = 16  // folders above a file, unless another bound is given
)

// reservedChars cannot be in a file name on Windows.
const reservedChars = `\:*?"<>|`

// CheckPath checks a repository path, with at most depth folders above the file. It
// returns at most one problem: correcting it takes a new name, which is checked again.
// The checks of the whole path come first, because the text of a problem about a part
// quotes that part and assumes that it is valid UTF-8.
func CheckPath(path string, depth int) (p postmortems.Problem, bad bool) {
	fail := func(rule, format string, args ...any) (postmortems.Problem, bool) {
		return problem(path, rule, format, args...), true
	}
	if !utf8.ValidString(path) {
		return fail(RulePathEncoding, "the name %q is not UTF-8; rename the file", path)
	}
	if !norm.NFC.IsNormalString(path) {
		return fail(RulePathEncoding, "the name is not in Unicode's composed form (NFC); rename it to %q", norm.NFC.String(path))
	}
	if len(path) > MaxPath {
		return fail(RulePathLength, "the path has %d bytes; %d are allowed", len(path), MaxPath)
	}
	parts := strings.Split(path, "/")
	if len(parts) > depth+1 {
		return fail(RulePathLength, "the file is %d folders deep; %d are allowed", len(parts)-1, depth)
	}
	for _, part := range parts {
		if rule, text := checkPart(part); rule != "" {
			return fail(rule, "%s", text)
		}
	}
	return postmortems.Problem{}, false
}

// checkPart checks one file or folder name; rule is "" when there is no problem. text
// is the message for the author.
func checkPart(part string) (rule, text string) {
	for _, r := range part {
		if what := badRune(r); what != "" {
			return RulePathCharacter, fmt.Sprintf("the name %q contains %s; rename it", part, what)
		}
	}
	first, _ := utf8.DecodeRuneInString(part)
	last, _ := utf8.DecodeLastRuneInString(part)
	switch {
	case part == "" || part == "." || part == "..":
		return RulePathReserved, fmt.Sprintf("%q is not a name", part)
	case len(part) > MaxPart:
		return RulePathLength, fmt.Sprintf("a name of %d bytes; %d are allowed", len(part), MaxPart)
	case first == '-':
		return RulePathName, fmt.Sprintf("the name %q begins with a dash; rename it (git mv -- OLD NEW)", part)
	case unicode.IsSpace(first) || unicode.IsSpace(last):
		return RulePathName, fmt.Sprintf("the name %q begins or ends with a space; rename it", part)
	case last == '.':
		return RulePathName, fmt.Sprintf("the name %q ends with a dot; rename it", part)
	case isGitName(part):
		return RulePathReserved, fmt.Sprintf("the name %q is git's own; it cannot be stored", part)
	case isDevice(part):
		return RulePathReserved, fmt.Sprintf("the name %q is a device on Windows; rename it", part)
	}
	return "", ""
}

// badRune describes a character that no name may contain; "" for all others.
func badRune(r rune) string {
	switch {
	case unicode.IsControl(r):
		return fmt.Sprintf("the control character %U", r)
	case unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co): // bidi overrides, zero-width joiners, line separators
		return fmt.Sprintf("the invisible character %U", r)
	case strings.ContainsRune(reservedChars, r):
		return fmt.Sprintf("the character %c, which Windows does not allow", r)
	}
	return ""
}

// isGitName reports whether git acts on a name: .git and .gitmodules in any case or
// width, and the short names by which Windows would find them. Git accepts only some of
// these in a tree, and which ones depends on the system of the reader; here all are
// refused everywhere. "git~1" is the 8.3 name of .git, "gitmod~1" that of .gitmodules,
// and "gi7…~N" is what NTFS makes of the latter when several names begin alike.
func isGitName(part string) bool {
	s := Fold(part)
	if s == ".git" || s == ".gitmodules" {
		return true
	}
	stem, number, ok := strings.Cut(s, "~")
	if !ok || number == "" || strings.Trim(number, "0123456789") != "" {
		return false
	}
	return stem == "git" || stem == "gitmod" || strings.HasPrefix(stem, "gi7")
}

// isDevice reports whether a name is a device on Windows, whatever its extension.
// Windows ignores what follows the first dot and spaces before it, and takes
// superscript digits for digits.
func isDevice(part string) bool {
	stem, _, _ := strings.Cut(strings.ToUpper(part), ".")
	switch stem = strings.TrimRight(stem, " "); stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	if len(stem) < 4 || stem[:3] != "COM" && stem[:3] != "LPT" {
		return false
	}
	switch stem[3:] {
	case "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "¹", "²", "³":
		return true
	}
	return false
}

// Fold returns one form of all names that a file system may take for the same:
// without compatibility forms and case. It is NFKC, case folding and NFKC again, so
// that it also covers HFS+ and NTFS. Two names of one folder with equal folds are a
// NameConflict.
func Fold(name string) string {
	ascii := true
	for i := range len(name) {
		ascii = ascii && name[i] < utf8.RuneSelf
	}
	if ascii {
		return strings.ToLower(name)
	}
	// Folding can denormalise and normalising can unfold: twice is stable.
	fold := func(s string) string { return norm.NFKC.String(cases.Fold().String(norm.NFKC.String(s))) }
	return fold(fold(name))
}

// NameConflict returns the problem of two names in one folder that some file systems
// cannot keep apart. other is the name that is already in the folder; path is the one
// that the problem is reported for.
func NameConflict(path, other string) postmortems.Problem {
	return problem(path, RuleNameConflict, "the name differs from %q only by case or Unicode form; rename or remove one of them", other)
}

// CheckMode returns a problem when a tree entry is not an ordinary file. Modes are
// those of package plumbing; folders are not passed to it.
func CheckMode(path string, mode uint32) (p postmortems.Problem, bad bool) {
	switch mode {
	case 0o100644, 0o100755:
		return p, false
	case 0o120000:
		p = problem(path, RuleFileMode, "symbolic links are not stored; put the file itself here, or a Markdown link")
	case 0o160000:
		p = problem(path, RuleFileMode, "submodules are not stored; copy the files in, or link to the other repository")
	default:
		p = problem(path, RuleFileMode, "the file mode %06o is unknown; add the file again with a current git", mode)
	}
	return p, true
}
