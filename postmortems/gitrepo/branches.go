package gitrepo

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/postern/postern/postmortems/gitrepo/wire"
)

// maxBranch is the longest branch name in bytes. The name is a path on the server
// and part of the address of a preview.
const maxBranch = 200

// checkBranch returns why a branch cannot have this name, "" when it can. The
// rules are git's own (git-check-ref-format), without names that git's command
// line or a terminal would misinterpret. The text is shown to the author. Names are
// also compared with existing branches by Repo.clash.
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
		return "a branch name cannot contain a space or any of ~ ^ : ? * [ \\ < > \" |"
	case strings.Contains(name, "..") || strings.Contains(name, "@{"):
		return "a branch name cannot contain .. or @{"
	}
	return checkBranchParts(name)
}

// checkBranchParts applies the rules for the parts between the slashes: each is
// the name of a folder or file on the server.
func checkBranchParts(name string) string {
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".") || strings.HasSuffix(strings.ToLower(part), ".lock") {
			return "no part of a branch name may be empty, begin or end with a dot, or end with .lock"
		}
	}
	return ""
}
