package library

import (
	"bytes"
	"net/url"
	"slices"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
)

// view is the state that links are resolved in: what is published, with a push or a draft
// applied. Absent keys of docs and files mean that the overlay does not change the
// path.
type view struct {
	r     kv.Reader
	docs  map[string]bool   // path -> exists; overrides the published documents
	files map[string]bool   // path -> exists; overrides the other published files
	title map[string]string // folded title -> path of a document in the overlay
	moves map[string]string // former address -> path of a document in the overlay
}

// target is what a link refers to: the path of a document or a file, or a page of the
// portal itself. The zero target does not exist. At most one of path and portal is set;
// file distinguishes the two kinds of paths.
type target struct {
	path   string
	file   bool
	portal string
}

// exists reports whether the target exists.
func (t target) exists() bool { return t.path != "" || t.portal != "" }

// portalPages returns the beginnings of addresses of the portal that are not documents.
// Permalinks below /p/ are looked up; these are not. Whether such a page exists is not
// checked: links to incidents or reports depend on data that comes and goes.
func portalPages() []string {
	return []string{"/a/", "/search", "/reports", "/slos", "/services", "/incidents", "/alerts", "/actions", "/slow-sql", "/rules", "/schema/"}
}

// document reports whether a document exists at a path. It is about main with the
// overlay applied.
func (v view) document(path string) (bool, error) {
	if present, ok := v.docs[path]; ok {
		return present, nil
	}
	id, err := v.r.Get(bPath, []byte(path))
	return id != nil, err
}

// file reports whether a file exists at a path. Attachments and other files that are
// not documents count, of main with the overlay applied.
func (v view) file(path string) (bool, error) {
	if present, ok := v.files[path]; ok {
		return present, nil
	}
	b, err := v.r.Get(bFile, []byte(path))
	return b != nil, err
}

// resolve returns the first candidate that exists, then the document with that title,
// then the document that a candidate was renamed to. Candidates are tried in their
// order, documents before files. A link without a target is the zero target and no
// error.
func (v view) resolve(l storedLinkTarget) (target, error) {
	for _, path := range l.Candidates {
		if ok, err := v.document(path); err != nil || ok {
			return target{path: path}, err
		}
		if ok, err := v.file(path); err != nil || ok {
			return target{path: path, file: true}, err
		}
	}
	if l.Wiki != "" {
		if path, err := v.byTitle(l.Wiki); err != nil || path != "" {
			return target{path: path}, err
		}
	}
	if t, err := v.portal(l.Raw); err != nil || t.exists() {
		return t, err
	}
	return v.moved(l.Candidates)
}

// portal resolves links to the portal's own pages and to permalinks. A permalink of a
// removed document is broken.
func (v view) portal(raw string) (target, error) {
	raw, _, _ = strings.Cut(raw, "#")
	if id, ok := strings.CutPrefix(raw, "/p/"); ok {
		f, err := byID(v.r, id)
		if fault.KindOf(err) == fault.NotFound || f.Gone != nil {
			return target{}, nil
		}
		return target{portal: raw}, err
	}
	for _, page := range portalPages() {
		if strings.HasPrefix(raw, page) {
			return target{portal: raw}, nil
		}
	}
	return target{}, nil
}

// byTitle returns the path of a document with a title, "" when there is none. If
// several documents have the title, the one with the smallest id wins, so that the
// target does not depend on the order of pushes. A document that the overlay removes is
// passed over.
func (v view) byTitle(folded string) (string, error) {
	if path, ok := v.title[folded]; ok {
		return path, nil
	}
	from, to := kv.Under(folded)
	for item, err := range v.r.Scan(bTitle, from, to) {
		if err != nil {
			return "", err
		}
		rec, ok, err := loadRecord(v.r, string(item.Key[len(from):]))
		if kv.Unreadable(err) {
			continue
		}
		if err != nil {
			return "", err
		}
		if present, overlaid := v.docs[rec.Path]; ok && (present || !overlaid) {
			return rec.Path, nil
		}
	}
	return "", nil
}

// moved follows a redirect, so that a rename does not break links of other documents.
// Only documents have redirects. A redirect to a document that has been removed since
// leads nowhere.
func (v view) moved(candidates []string) (target, error) {
	for _, path := range candidates {
		if !isDocument(path) {
			continue
		}
		former := canonical(postmortems.Address(path))
		if to := v.moves[former]; to != "" {
			return target{path: to}, nil
		}
		id, err := v.r.Get(bRedirect, []byte(former))
		if err != nil || id == nil {
			if err != nil {
				return target{}, err
			}
			continue
		}
		rec, ok, err := loadRecord(v.r, string(id))
		if kv.Unreadable(err) {
			continue
		}
		if err != nil {
			return target{}, err
		}
		if present, overlaid := v.docs[rec.Path]; ok && (present || !overlaid) {
			return target{path: rec.Path}, nil
		}
	}
	return target{}, nil
}

// address returns the address of a target with the fragment, "" if it does not exist.
// The fragment is percent-encoded; whether it exists on the page is not checked.
func (t target) address(fragment string) string {
	var a string
	switch {
	case t.portal != "":
		a = t.portal
	case t.path == "":
		return ""
	case t.file:
		a = postmortems.FileAddress(t.path)
	default:
		a = postmortems.Address(t.path)
	}
	if fragment != "" {
		a += "#" + (&url.URL{Fragment: fragment}).EscapedFragment()
	}
	return a
}

// resolveAll returns the current target of every link of a document. The result has one
// element per link, in the same order. A row that cannot be read does not fail the
// page.
func (v view) resolveAll(links []postmortems.Link) ([]ResolvedLink, error) {
	out := make([]ResolvedLink, len(links))
	for i, l := range links {
		t, err := v.resolve(linkTarget(l))
		if err != nil && !kv.Unreadable(err) {
			return nil, err
		}
		out[i] = ResolvedLink{Address: t.address(l.Fragment), Broken: !t.exists()}
	}
	return out, nil
}

// linkTarget returns the stored form of a link. Only wiki links have a title to look
// up; Raw is what the author wrote between the brackets.
func linkTarget(l postmortems.Link) storedLinkTarget {
	t := storedLinkTarget{Candidates: l.Candidates, Raw: l.Raw, Kind: uint8(l.Kind), Line: l.Line, Col: l.Col}
	if l.Kind == postmortems.LinkWiki {
		t.Wiki = foldTitle(l.Raw)
	}
	return t
}

// linkKeys returns the keys by which a document is found from its possible link
// targets. They name possible targets: which candidate counts depends on what exists
// when the link is resolved. "[[" marks titles, since no repository path begins with it
// in a link row.
func (r storedRecord) linkKeys(id string) (out [][]byte) {
	for _, l := range r.Links {
		for _, c := range l.Candidates {
			out = append(out, kv.Join(shorten(c), id))
		}
		if l.Wiki != "" {
			out = append(out, kv.Join("[["+l.Wiki, id))
		}
	}
	return out
}

// mayLinkTo returns the ids of the documents that refer to a path or title. name is a
// path, or "[[" and a folded title. The link need not resolve to it.
func mayLinkTo(r kv.Reader, name string) (out []string, err error) {
	from, to := kv.Under(shorten(name))
	for item, err := range r.Scan(bLink, from, to) {
		if err != nil {
			return nil, err
		}
		out = append(out, string(bytes.Clone(item.Key[len(from):])))
	}
	return out, nil
}

// names returns what links to a document may name: its path, its title, and its former
// paths and addresses, which redirect to it. They are sorted and without duplicates.
// Former titles are not included: wiki links do not follow a change of the title.
func (r storedRecord) names(reader kv.Reader, id string) ([]string, error) {
	names := []string{r.Path, "[[" + foldTitle(r.Title)}
	for _, address := range r.Redirects {
		names = append(names, postmortems.PathsFor(address)...)
	}
	err := eachRevision(reader, id, func(s storedRevision) bool {
		names = append(names, s.Path)
		return true
	})
	slices.Sort(names)
	return slices.Compact(names), err
}

// backlinks returns the documents with a link that currently resolves to this one. They
// are in the order in which they are found, each once. The cost grows with the
// documents that may link here, each of which is resolved, and not with all documents.
func backlinks(r kv.Reader, id string, rec storedRecord) (out []Record, err error) {
	names, err := rec.names(r, id)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{id: true}
	for _, name := range names {
		ids, err := mayLinkTo(r, name)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if seen[id] {
				continue
			}
			seen[id] = true
			src, err := mustRecord(r, id)
			if kv.Unreadable(err) {
				continue
			}
			if err != nil {
				return nil, err
			}
			if yes, err := (view{r: r}).linksTo(src, rec.Path); err != nil {
				return nil, err
			} else if yes {
				out = append(out, src.record(id))
			}
		}
	}
	return out, nil
}

// linksTo reports whether a link of a document resolves to a path. Links whose target
// cannot be read are passed over.
func (v view) linksTo(src storedRecord, path string) (bool, error) {
	for _, l := range src.Links {
		t, err := v.resolve(l)
		if kv.Unreadable(err) {
			continue
		}
		if err != nil || t.path == path {
			return err == nil, err
		}
	}
	return false, nil
}
