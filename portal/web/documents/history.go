package documents

import (
	"strings"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/portal/web/worddiff"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/postmortems/library"
)

// historyView lists the revisions of a document, newest first.
type historyView struct {
	page.Frame
	Name      string // the document's newest title
	Address   string // of the newest text; "" when it was removed
	Revisions []revisionRow
}

// revisionRow is one revision with its links. Read is "" for a removal, which has no
// text.
type revisionRow struct {
	library.Revision
	Read    string
	Compare string // with the revision before; "" for the first
}

// diffView shows what changed between two revisions.
type diffView struct {
	page.Frame
	Name     string
	Old, New library.Revision
	History  string
	Read     string
	Rows     []diffRow
	Moved    bool // the file lay elsewhere
	Same     bool // not a word differs
}

// diffRow is a run of text, or a gap of unchanged text that is left out. Lines is 0
// except for a gap.
type diffRow struct {
	Op    string // same, del, ins, gap
	Text  string
	Lines int // of a gap
}

// history answers ?history and /p/ID/history; with from= and to= it compares two
// revisions. It fails with fault.NotFound for an id that never existed. Removed documents
// keep their history.
func (h *Handler) history(req *page.Request, id string) error {
	revs, err := h.deps.Library.Revisions(req.Context(), id)
	if err != nil {
		return err
	}
	if len(revs) == 0 {
		return fault.New(fault.NotFound, "web", "there is no document with this id")
	}
	if req.QueryValue("from") != "" || req.QueryValue("to") != "" {
		return h.diff(req, id, revs)
	}
	base := "/p/" + id
	view := historyView{Frame: h.Frame(), Name: titleOf(revs)}
	view.Title = h.Text("history.title_of", "Name", view.Name)
	if found, err := h.deps.Library.ByID(req.Context(), id); err == nil && found.Record != nil {
		view.Address = h.Link(found.Record.Address)
	}
	for i, r := range revs {
		row := revisionRow{Revision: r}
		if !r.Removed {
			row.Read = h.Link(base) + "?rev=" + string(r.Commit)
		}
		// A removal on either side leaves nothing to compare.
		if i+1 < len(revs) && !r.Removed && !revs[i+1].Removed {
			row.Compare = h.Link(base+"/history") + "?from=" + string(revs[i+1].Commit) + "&to=" + string(r.Commit)
		}
		view.Revisions = append(view.Revisions, row)
	}
	return h.Show(req, 200, "history", view)
}

// titleOf returns the newest title of a document, or its path if no revision has one. A
// removal has no title. revs is not empty, newest first.
func titleOf(revs []library.Revision) string {
	for _, r := range revs {
		if r.Title != "" {
			return r.Title
		}
	}
	return revs[0].Path
}

// diff compares two revisions word by word. Both parameters are needed; either order is
// compared as requested.
func (h *Handler) diff(req *page.Request, id string, revs []library.Revision) error {
	from, err := pickRevision(req, "from", revs)
	if err != nil {
		return err
	}
	to, err := pickRevision(req, "to", revs)
	if err != nil {
		return err
	}
	texts, err := h.texts(req, from.Blob, to.Blob)
	if err != nil {
		return err
	}
	base := "/p/" + id
	view := diffView{
		Frame: h.Frame(), Name: titleOf(revs), Old: from, New: to, Moved: from.Path != to.Path, Same: texts[0] == texts[1],
		History: h.Link(base + "/history"), Read: h.Link(base) + "?rev=" + string(to.Commit),
		Rows: diffRows(worddiff.Compare(texts[0], texts[1])),
	}
	view.Title = h.Text("diff.title_of", "Name", view.Name)
	return h.Show(req, 200, "diff", view)
}

// pickRevision returns the revision that a parameter names. It fails with fault.NotFound
// if the document has none such. revs are newest first: of several revisions with the
// prefix the newest is returned. Removals are skipped, as they have no text.
func pickRevision(req *page.Request, name string, revs []library.Revision) (library.Revision, error) {
	rev, err := revision(req, name)
	if err != nil {
		return library.Revision{}, err
	}
	if rev == "" {
		return library.Revision{}, fault.New(fault.Invalid, "web", "a comparison needs from= and to=")
	}
	for _, r := range revs {
		if strings.HasPrefix(string(r.Commit), string(rev)) && !r.Removed {
			return r, nil
		}
	}
	return library.Revision{}, fault.Newf(fault.NotFound, "web", "this document has no revision %s", rev)
}

// texts returns two files as they were pushed. Invalid UTF-8 is replaced, since the
// comparison is of characters and pages must be valid.
func (h *Handler) texts(req *page.Request, a, b postmortems.OID) (out [2]string, err error) {
	err = h.deps.Content.Blobs(req.Context(), []postmortems.OID{a, b}, func(i int, data []byte) error {
		out[i] = strings.ToValidUTF8(string(data), "\uFFFD")
		return nil
	})
	return out, err
}

// diffContext is how many unchanged lines are shown around a change.
const diffContext = 3

// diffRows turns pieces into rows and leaves out long unchanged text. Changed text is
// never shortened.
func diffRows(pieces []worddiff.Piece) []diffRow {
	var out []diffRow
	for i, p := range pieces {
		switch p.Op {
		case worddiff.Deleted:
			out = append(out, diffRow{Op: "del", Text: p.Text})
		case worddiff.Inserted:
			out = append(out, diffRow{Op: "ins", Text: p.Text})
		default:
			out = append(out, shorten(p.Text, i > 0, i < len(pieces)-1)...)
		}
	}
	return out
}

// shorten leaves out the middle of unchanged text. before and after report whether a
// change is next to it on that side. The lines next to a change are complete: diffContext
// full lines and the rest of the line with the change.
func shorten(text string, before, after bool) []diffRow {
	lines := strings.SplitAfter(text, "\n")
	head, tail := 0, 0
	if before {
		head = diffContext + 1
	}
	if after {
		tail = diffContext + 1
	}
	const worth = 2 // lines: a gap's own line would be as long
	if len(lines) <= head+tail+worth {
		return []diffRow{{Op: "same", Text: text}}
	}
	var out []diffRow
	if head > 0 {
		out = append(out, diffRow{Op: "same", Text: strings.Join(lines[:head], "")})
	}
	out = append(out, diffRow{Op: "gap", Lines: len(lines) - head - tail})
	if tail > 0 {
		out = append(out, diffRow{Op: "same", Text: strings.Join(lines[len(lines)-tail:], "")})
	}
	return out
}
