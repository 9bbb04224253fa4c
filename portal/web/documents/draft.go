package documents

import (
	"cmp"
	"net/url"
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
)

// draftsView lists the pushed branches; with Branch, the documents of one. Drafts has one
// row if Branch is set.
type draftsView struct {
	page.Frame
	Drafts []draftRow
	Branch string
}

// draftRow is one draft with its previews.
type draftRow struct {
	library.Draft
	Link    string
	Changed []draftChange
}

// draftChange is a document that a draft changes.
type draftChange struct {
	postmortems.DocumentChange
	Link string // the preview; "" for a removed document
}

// drafts lists the branches other than main, newest first. At most draftsShown are
// listed.
func (h *Handler) drafts(req *page.Request) error {
	all, err := h.deps.Library.Drafts(req.Context())
	if err != nil {
		return err
	}
	view := draftsView{Frame: h.Frame()}
	view.Title, view.Section = "Drafts", "/drafts"
	for _, d := range all[:min(len(all), draftsShown)] {
		view.Drafts = append(view.Drafts, h.draftRow(d))
	}
	return h.Show(req, 200, "drafts", view)
}

// draftRow returns the row of a draft, with links to the previews of what it changes. A
// removed document has no preview to link to.
func (h *Handler) draftRow(d library.Draft) draftRow {
	row := draftRow{Draft: d, Link: h.Link(draftAddress(d.Branch, ""))}
	for _, ch := range d.Changed {
		one := draftChange{DocumentChange: ch}
		if ch.Status != postmortems.Deleted {
			one.Link = h.Link(draftAddress(d.Branch, postmortems.Address(ch.Path)))
		}
		row.Changed = append(row.Changed, one)
	}
	return row
}

// draftAddress returns the address at which a document of a branch is previewed. Slashes
// in the branch are kept, as draft splits them by the names that exist.
func draftAddress(branch, address string) string {
	return (&url.URL{Path: "/drafts/" + branch}).EscapedPath() + address
}

// draft answers /drafts/BRANCH and /drafts/BRANCH/PATH. Both parts may have slashes:
// BRANCH is the longest name of a branch that the address begins with.
func (h *Handler) draft(req *page.Request) error {
	ctx := req.Context()
	rest := strings.TrimPrefix(req.URL.Path, "/drafts/")
	all, err := h.deps.Library.Drafts(ctx)
	if err != nil {
		return err
	}
	d, address, ok := longestBranch(all, rest)
	if !ok {
		return fault.New(fault.NotFound, "web", "there is no such draft; it may have been deleted with its branch")
	}
	// A preview may be withdrawn with its branch; no copy of it may remain in a cache.
	req.Writer.Header().Set("Cache-Control", "private, no-store")
	if address == "" {
		view := draftsView{Frame: h.Frame(), Drafts: []draftRow{h.draftRow(d)}, Branch: d.Branch}
		view.Title, view.Section = "Draft "+d.Branch, "/drafts"
		return h.Show(req, 200, "drafts", view)
	}
	return h.draftDocument(req, d, (&url.URL{Path: address}).EscapedPath())
}

// longestBranch splits an address at the longest name of a branch that it begins with. A
// branch is a prefix only up to a slash: "ana" does not match "anabel/x".
func longestBranch(all []library.Draft, rest string) (best library.Draft, address string, ok bool) {
	for _, d := range all {
		tail, fits := strings.CutPrefix(rest, d.Branch)
		if fits && (tail == "" || tail[0] == '/') && len(d.Branch) >= len(best.Branch) {
			best, address, ok = d, tail, true
		}
	}
	return best, address, ok
}

// draftDocument previews a document of a draft. Previews are never cached: a branch moves
// with every push. Previews have no JSON, history or permalink, since the draft is no
// revision.
func (h *Handler) draftDocument(req *page.Request, d library.Draft, address string) error {
	ctx := req.Context()
	plain, f := cutForm(address)
	if f == asJSON {
		plain, f = address, asPage // drafts have no place in the API: this may be a file
	}
	doc, err := h.deps.Library.DraftPage(ctx, d.Branch, plain)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return h.draftFile(req, d, address, err)
	}
	if err != nil {
		return err
	}
	if f == asMarkdown {
		return h.source(req, doc.Shown.Blob)
	}
	view := h.documentView(doc)
	// Search engines must not take a preview for the document.
	view.Draft, view.Canonical = true, ""
	view.Raw, view.JSON, view.History = h.Link(draftAddress(d.Branch, plain)+".md"), "", ""
	view.Banner = &banner{
		Class: "draft", Text: h.Text("draft.preview", "Branch", d.Branch, "Name", cmp.Or(d.Pusher.Name, h.Text("document.portal"))),
		Link: h.Link(draftAddress(d.Branch, "")), LinkText: h.Text("draft.all_changes"),
	}
	return h.Show(req, 200, "document", view)
}

// draftFile answers for an address that is no document of the draft: a stored file of it,
// or a published document that the draft does not change. cause is the error if it is
// neither. A published document is reached by a temporary redirect, because the draft may
// change it with its next push.
func (h *Handler) draftFile(req *page.Request, d library.Draft, address string, cause error) error {
	ctx := req.Context()
	if path, ok := postmortems.FilePath(address); ok {
		f, err := h.deps.Library.DraftFile(ctx, d.Branch, path)
		if err == nil {
			return h.file(req, f)
		}
		if fault.KindOf(err) != fault.NotFound {
			return err
		}
	}
	if found, err := h.deps.Library.Lookup(ctx, address); err == nil && (found.Record != nil || found.File != nil) {
		return req.Redirect(302, h.Link(address))
	}
	return cause
}
