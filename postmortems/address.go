package postmortems

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/postern/postern/portal/base/dockind"
)

// kindOfFolder returns the kind of the documents in a top-level folder. It is Page
// and false for a folder without a kind of its own. The name is compared exactly.
func kindOfFolder(folder string) (Kind, bool) {
	if k, ok := dockind.ByFolder(folder); ok {
		return Kind(k.Key), true
	}
	return Page, false
}

// Kinds returns all kinds in the order in which readers see them. The table is that of
// package dockind. The slice is new at each call.
func Kinds() []Kind {
	var kinds []Kind
	for _, key := range dockind.Keys(dockind.All()) {
		kinds = append(kinds, Kind(key))
	}
	return kinds
}

// Valid reports whether k is one of Kinds.
func (k Kind) Valid() bool { return slices.Contains(Kinds(), k) }

// Folder returns the top-level folder whose documents have this kind; "" for Page and
// for a kind that does not exist.
func (k Kind) Folder() string {
	if known, ok := dockind.ByKey(string(k)); ok && k.Valid() {
		return known.Folder
	}
	return ""
}

// reservedFolder reports whether other parts of the portal read the files of a folder:
// these are definitions, never documents or attachments. Their files have no address.
func reservedFolder(folder string) bool {
	switch folder {
	case "slos", "services", "reports", "search":
		return true
	}
	return false
}

// KindOf returns the kind of the document at a repository path. It is false when the file
// is not a document: not Markdown (.md or .markdown), hidden (a part begins with a dot),
// or in a folder of definitions. repoPath must be clean: relative, with forward
// slashes. Extensions are compared with case.
func KindOf(repoPath string) (Kind, bool) {
	if !strings.HasSuffix(repoPath, ".md") && !strings.HasSuffix(repoPath, ".markdown") || !served(repoPath) {
		return "", false
	}
	folder, _, deep := strings.Cut(repoPath, "/")
	if !deep {
		return Page, true
	}
	kind, _ := kindOfFolder(folder)
	return kind, true
}

// served reports whether a clean repository path can have an address. Package checks
// does not refuse hidden files: they may configure other tools.
func served(repoPath string) bool {
	folder, _, deep := strings.Cut(repoPath, "/")
	if deep && reservedFolder(folder) || strings.IndexByte(repoPath, 0) >= 0 {
		return false
	}
	for part := range strings.SplitSeq(repoPath, "/") {
		if part == "" || part[0] == '.' {
			return false
		}
	}
	return true
}

// Address returns the address of a document: path-absolute, percent-encoded, without the
// portal's own prefix. It is the repository path without ".md", below /pages for the kind
// page. Other extensions stay (including ".markdown"), so that two files never share an
// address. It does not check that a document exists there or can.
func Address(repoPath string) string { return address(strings.TrimSuffix(repoPath, ".md")) }

// FileAddress returns the address of a stored file that is not a document: like Address,
// with the extension.
func FileAddress(repoPath string) string { return address(repoPath) }

// address returns the percent-encoded address of a path. Paths in the root or in a
// folder without a kind get the prefix, so that they never collide with the portal's
// own pages.
func address(p string) string {
	folder, _, deep := strings.Cut(p, "/")
	if _, known := kindOfFolder(folder); !deep || !known {
		p = dockind.PagesFolder + "/" + p
	}
	return (&url.URL{Path: "/" + p}).EscapedPath()
}

// folderAddress returns the second address of a README, index or _index document, the
// address of its folder. It is false for any other document. For the index of the root
// it is the address of the pages.
func folderAddress(repoPath string) (string, bool) {
	if !isIndex(repoPath) {
		return "", false
	}
	return path.Dir(address(repoPath)), true
}

// isIndex reports whether a document describes its folder and is not itself one of the
// folder's documents. Such files need no title, owner or times.
func isIndex(repoPath string) bool {
	switch path.Base(repoPath) {
	case "README.md", "index.md", "_index.md", "README.markdown", "index.markdown", "_index.markdown":
		return true
	}
	return false
}

// PathsFor returns the repository paths whose document an address may mean, best first:
// the file of that name, then those that describe the folder of that name. A trailing
// slash is ignored. It is nil when no document can have the address. The result is of
// at most eight paths, each of which can be a document. Every path is checked by
// computing its address again, so that a spelling which Address does not make finds
// nothing.
func PathsFor(addr string) []string {
	p, canonical, ok := repoPathOf(addr)
	if !ok {
		return nil
	}
	var candidates []string
	// The file itself comes first: an address with its extension, then one without.
	if p != "" {
		candidates = append(candidates, p, p+".md")
	}
	for _, name := range []string{"README.md", "index.md", "_index.md", "README.markdown", "index.markdown", "_index.markdown"} {
		candidates = append(candidates, path.Join(p, name))
	}
	var out []string
	for _, c := range candidates {
		if _, ok := KindOf(c); !ok {
			continue
		}
		if folder, _ := folderAddress(c); Address(c) == canonical || folder == canonical {
			out = append(out, c)
		}
	}
	return out
}

// FilePath is the inverse of FileAddress: it returns the repository path of the file that
// an address means. It is false when no such file can be served. Documents are not
// files here.
func FilePath(addr string) (string, bool) {
	p, canonical, ok := repoPathOf(addr)
	if !ok || p == "" || !served(p) || FileAddress(p) != canonical {
		return "", false
	}
	_, document := KindOf(p)
	return p, !document
}

// repoPathOf decodes an address into a repository path, "" for the root, and into the
// form that Address returns. ok is false for an address that is not path-absolute, is
// badly encoded, or has an empty, ".", ".." or otherwise impossible part.
func repoPathOf(addr string) (repoPath, canonical string, ok bool) {
	rest, ok := strings.CutPrefix(addr, "/")
	if !ok {
		return "", "", false
	}
	var parts []string
	for part := range strings.SplitSeq(strings.TrimSuffix(rest, "/"), "/") {
		name, err := url.PathUnescape(part)
		if err != nil || name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\x00") {
			return "", "", false
		}
		parts = append(parts, name)
	}
	canonical = (&url.URL{Path: "/" + strings.Join(parts, "/")}).EscapedPath()
	if parts[0] == dockind.PagesFolder {
		parts = parts[1:]
	}
	return strings.Join(parts, "/"), canonical, true
}

// permalinkDigits is the length of a permalink id. 48 bits give a million documents a
// chance of one in five hundred to collide.
const permalinkDigits = 12

// PermalinkID returns the permanent id of a document that states none: the first 12
// hexadecimal digits of SHA-256 over the 40 digits of the commit that added it, a zero
// byte, and its path in that commit. It can be computed from git alone:
//
//	printf '%s\0%s' COMMIT PATH | sha256sum | cut -c1-12
func PermalinkID(firstCommit OID, firstPath string) string {
	sum := sha256.Sum256([]byte(string(firstCommit) + "\x00" + firstPath))
	return hex.EncodeToString(sum[:])[:permalinkDigits]
}
