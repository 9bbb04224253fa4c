package markdown

import (
	"path"
	"slices"
	"strings"

	"github.com/postern/postern/postmortems"
)

// maxCandidates bounds the paths that one link may mean. It suffices for a link from
// the root of a deep tree.
const maxCandidates = 64

// candidates returns the repository paths that a destination in the document doc may
// mean, best first. dest is decoded, without query and fragment. Whether one of them
// exists is checked when the page is served.
//
//	"x.md"     beside the document
//	"/x.md"    at the root, then under each folder above the document from the
//	           top: a site's tree is often pushed as a whole under one folder
//	"x"        the file, x.md, then the page of folder x
//	"x.html"   x.html.md and x.md: what a site generator makes of them
//	"x/"       the page of folder x, then x.md; and the same from one folder
//	           deeper, where generators that serve x/ have the page itself
func candidates(doc, dest string, kind postmortems.LinkKind) []string {
	dest = strings.ReplaceAll(dest, `\`, "/")
	dir := path.Dir(doc)
	var bases []string
	if rooted, ok := strings.CutPrefix(dest, "/"); ok {
		bases = append(bases, ".")
		for i, c := range dir {
			if c == '/' {
				bases = append(bases, dir[:i])
			}
		}
		bases = append(bases, dir)
		dest = rooted
	} else {
		bases = append(bases, dir)
		if kind != postmortems.LinkWiki && isPretty(dest) {
			bases = append(bases, strings.TrimSuffix(doc, path.Ext(doc)))
		}
		if kind == postmortems.LinkWiki {
			bases = append(bases, ".")
		}
	}
	var out []string
	for _, base := range bases {
		for _, name := range variants(dest, kind) {
			p := path.Join(base, name)
			if p == "." || p == ".." || strings.HasPrefix(p, "../") || slices.Contains(out, p) {
				continue
			}
			if out = append(out, p); len(out) == maxCandidates {
				return out
			}
		}
	}
	return out
}

// isPretty reports whether an address has the form that site generators serve, without
// extension. A link on a page served as x/ is relative to x/, although the file is
// x.md.
func isPretty(dest string) bool {
	return strings.HasSuffix(dest, "/") || path.Ext(dest) == "" || path.Ext(dest) == ".html"
}

// variants returns the ways to complete a path, best first. Images and names that end
// with .md are taken as they are.
func variants(dest string, kind postmortems.LinkKind) []string {
	if kind == postmortems.LinkImage || strings.HasSuffix(dest, ".md") {
		return []string{dest}
	}
	if last := path.Base(dest); dest == "" || last == "." || last == ".." || last == "/" {
		return folderPages(dest)
	}
	if bare, ok := strings.CutSuffix(dest, "/"); ok {
		return append(folderPages(dest), bare+".md", bare+".html.md")
	}
	if bare, ok := strings.CutSuffix(dest, ".html"); ok {
		return []string{dest + ".md", bare + ".md", dest, bare + "/index.md", bare + "/README.md"}
	}
	return append([]string{dest, dest + ".md"}, append(folderPages(dest), dest+".html.md")...)
}

// folderPages returns the files that describe a folder. The first that exists counts.
func folderPages(dir string) []string {
	return []string{path.Join(dir, "index.md"), path.Join(dir, "_index.md"), path.Join(dir, "README.md"), path.Join(dir, "index.html.md")}
}
