package gitrepo

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/postern/postern/postmortems/gitrepo/wire"
)

// maxBranch is how many bytes a branch name may have: it is a folder and file
// name on the server and part of a preview's address.
const maxBranch = 200

// checkBranch tells why a branch cannot have this name; "" when it can. It is
// git's own grammar (git-check-ref-format) without the names that git's command
// line or a terminal would misunderstand.
func checkBranch(name string) string {
	switch {
	case name == "" || len(name) > maxBranch:
		return fmt.Sprintf("a branch name has 1 to %d bytes", maxBranch)
	case !utf8.ValidString(name) || name != wire.Clean(name):
		return "a branch name is UTF-8 without control characters"
	case name == "HEAD" || name == "@" || strings.HasPrefix(name, "refs/"):
		return fmt.Sprintf("a branch cannot be named %q", name)
	case name[0] == '-':
		return "a branch name cannot begin with a dash"
	case strings.ContainsAny(name, " ~^:?*[\\<>\"|"):
		return "a branch name cannot hold a space or any of ~ ^ : ? * [ \\ < > \" |"
	case strings.Contains(name, "..") || strings.Contains(name, "@{"):
		return "a branch name cannot hold .. or @{"
	}
	return checkBranchParts(name)
}

// checkBranchParts judges what lies between the slashes: each is a folder or
// file name on the server.
func checkBranchParts(name string) string {
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".") || strings.HasSuffix(strings.ToLower(part), ".lock") {
			return "no part of a branch name is empty, begins or ends with a dot or ends with .lock"
		}
	}
	return ""
}
