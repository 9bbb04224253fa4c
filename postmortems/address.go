package postmortems

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"path"
	"slices"
	"strings"
)

// pagesFolder is the address folder of everything outside the known folders, so
// that no file of the repository can ever shadow a page of the portal.
const pagesFolder = "pages"

// kindOfFolder gives the kind of documents in a top-level folder.
func kindOfFolder(folder string) (Kind, bool) {
	switch folder {
	case "postmortems":
		return Postmortem, true
	case "frameworks":
		return Framework, true
	case "guides":
		return Guide, true
	case "runbooks":
		return Runbook, true
	case "standards":
		return Standard, true
	case "drills":
		return Drill, true
	case "training":
		return Training, true
	}
	return Page, false
}

// Kinds are all kinds in the order they are listed to readers.
func Kinds() []Kind {
	return []Kind{Postmortem, Runbook, Guide, Framework, Standard, Drill, Training, Page}
}

// Valid tells whether k is a kind of the contract.
func (k Kind) Valid() bool {
	return slices.Contains(Kinds(), k)
}

// Folder is the top-level folder whose documents have this kind; "" for Page.
func (k Kind) Folder() string {
	switch k {
	case Page:
		return ""
	case Training:
		return "training"
	}
	return string(k) + "s"
}

// reservedFolder tells the folders whose files are read by other parts of the
// portal: they hold definitions, never documents or attachments.
func reservedFolder(folder string) bool {
	switch folder {
	case "slos", "services", "reports", "search":
		return true
	}
	return false
}

// KindOf gives the kind of the document at a repository path; false when the
// file is not a document: not Markdown (.md or .markdown), hidden (a part begins
// with a dot), or in a folder of definitions.
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

// served tells whether a clean repository path may have an address at all.
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

// Address is where a document is read: path-absolute, percent-encoded, without
// the portal's own prefix. It is the repository path without ".md", below /pages
// for the kind page. Other extensions stay (".markdown" too), so that two files
// never share an address.
func Address(repoPath string) string { return address(strings.TrimSuffix(repoPath, ".md")) }

// FileAddress is where a stored file that is not a document is read: like
// Address, with the extension.
func FileAddress(repoPath string) string { return address(repoPath) }

func address(p string) string {
	folder, _, deep := strings.Cut(p, "/")
	if _, known := kindOfFolder(folder); !deep || !known {
		p = pagesFolder + "/" + p
	}
	return (&url.URL{Path: "/" + p}).EscapedPath()
}

// folderAddress is the second address of a README, index or _index document: its
// folder's. False for any other document.
func folderAddress(repoPath string) (string, bool) {
	if !isIndex(repoPath) {
		return "", false
	}
	return path.Dir(address(repoPath)), true
}

// isIndex tells a document that describes its folder rather than being one of
// the folder's documents.
func isIndex(repoPath string) bool {
	switch path.Base(repoPath) {
	case "README.md", "index.md", "_index.md", "README.markdown", "index.markdown", "_index.markdown":
		return true
	}
	return false
}

// PathsFor are the repository paths whose document an address may mean, best
// first: the file of that name, then the ones that describe the folder of that
// name. A trailing slash is ignored. Nil when no document can have the address.
func PathsFor(addr string) []string {
	p, canonical, ok := repoPathOf(addr)
	if !ok {
		return nil
	}
	var candidates []string
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

// FilePath is the inverse of FileAddress: the repository path of the file that
// an address may mean; false when no such file is served.
func FilePath(addr string) (string, bool) {
	p, canonical, ok := repoPathOf(addr)
	if !ok || p == "" || !served(p) || FileAddress(p) != canonical {
		return "", false
	}
	_, document := KindOf(p)
	return p, !document
}

// repoPathOf decodes an address into a repository path, which is "" for the
// root, and into the address as Address would write it.
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
	if parts[0] == pagesFolder {
		parts = parts[1:]
	}
	return strings.Join(parts, "/"), canonical, true
}

// permalinkDigits is the length of a permalink id: 48 bits, so that a million
// documents collide with a chance of one in five hundred.
const permalinkDigits = 12

// PermalinkID is the permanent id of a document without an id of its own: the
// first 12 hexadecimal digits of SHA-256 over the 40 digits of the commit that
// first had it, a zero byte, and the repository path it had there. Git alone
// gives it again:
//
//	printf '%s\0%s' COMMIT PATH | sha256sum | cut -c1-12
func PermalinkID(firstCommit OID, firstPath string) string {
	sum := sha256.Sum256([]byte(string(firstCommit) + "\x00" + firstPath))
	return hex.EncodeToString(sum[:])[:permalinkDigits]
}
