package library

import (
	"bytes"
	"net/url"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/postmortems"
)

// view is the set of paths that links are resolved against: what is published,
// with a push or a draft laid over it.
type view struct {
	r     kv.Reader
	docs  map[string]bool   // path -> present; overrides the published document paths
	files map[string]bool   // likewise for other files
	title map[string]string // folded title -> path of a document in the overlay
	moves map[string]string // former address -> path of a document in the overlay
}

// target is where a link leads: the path of a document or a file, or a page of
// the portal itself.
type target struct {
	path   string
	file   bool
	portal string
}

// leads tells whether there is anything at the other end.
func (t target) leads() bool { return t.path != "" || t.portal != "" }

// portalPages are addresses of the portal that are no documents. What lies
// behind /p/ is looked up; the others answer whatever follows.
func portalPages() []string {
	return []string{"/a/", "/search", "/reports", "/slos", "/services", "/incidents", "/alerts", "/actions", "/slow-sql", "/rules", "/schema/"}
}

func (v view) document(path string) (bool, error) {
	if present, ok := v.docs[path]; ok {
		return present, nil
	}
	id, err := v.r.Get(bPath, []byte(path))
	return id != nil, err
}

func (v view) file(path string) (bool, error) {
	if present, ok := v.files[path]; ok {
		return present, nil
	}
	b, err := v.r.Get(bFile, []byte(path))
	return b != nil, err
}

// resolve finds the first candidate that exists, then the document of that
// title, then where a candidate was moved to. The zero target leads nowhere.
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
	if t, err := v.portal(l.Raw); err != nil || t.leads() {
		return t, err
	}
	return v.moved(l.Candidates)
}

// portal recognises links to the portal's own pages and to permalinks.
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

// moved follows a redirect, so that a rename does not break the links of others.
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

// address is what a browser is sent to, with the fragment.
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

// resolveAll gives the present target of every link of a document.
func (v view) resolveAll(links []postmortems.Link) ([]ResolvedLink, error) {
	out := make([]ResolvedLink, len(links))
	for i, l := range links {
		t, err := v.resolve(linkTarget(l))
		if err != nil && !kv.Unreadable(err) {
			return nil, err
		}
		out[i] = ResolvedLink{Address: t.address(l.Fragment), Broken: !t.leads()}
	}
	return out, nil
}

func linkTarget(l postmortems.Link) storedLinkTarget {
	t := storedLinkTarget{Candidates: l.Candidates, Raw: l.Raw, Kind: uint8(l.Kind), Line: l.Line, Col: l.Col}
	if l.Kind == postmortems.LinkWiki {
		t.Wiki = foldTitle(l.Raw)
	}
	return t
}

// linkKeys are the rows by which a document is found from what it may link to.
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

// mayLinkTo lists the ids of the documents that name a path or title.
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

// backlinks are the documents with a link that really leads to this one today.
func backlinks(r kv.Reader, rec Record) (out []Record, err error) {
	seen := map[string]bool{rec.ID: true}
	for _, name := range []string{rec.Path, "[[" + foldTitle(rec.Title)} {
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
			if yes, err := (view{r: r}).leadsTo(src, rec.Path); err != nil {
				return nil, err
			} else if yes {
				out = append(out, src.record(id))
			}
		}
	}
	return out, nil
}

func (v view) leadsTo(src storedRecord, path string) (bool, error) {
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
