package library

import "github.com/postern/postern/portal/base/kv"

// Topic is the change log topic of this package; the key is the document's id.
const Topic = "document"

// The buckets; see the package comment for their keys.
const (
	bMeta      = "library.meta"
	bRecord    = "library.record"
	bPath      = "library.path"
	bFile      = "library.file"
	bPermalink = "library.permalink"
	bRedirect  = "library.redirect"
	bGone      = "library.gone"
	bRevision  = "library.revision"
	bContent   = "library.content"
	bText      = "library.text"
	bBy        = "library.by"
	bCount     = "library.count"
	bLink      = "library.link"
	bTitle     = "library.title"
	bDraft     = "library.draft"
	bDraftDoc  = "library.draftdoc"
	bReads     = "library.reads"
)

// Schema returns the buckets of the library.
//
// History: 1, the first.
func Schema() kv.Schema {
	return kv.Schema{
		Name:    "library",
		Version: 1,
		Buckets: []string{
			bMeta, bRecord, bPath, bFile, bPermalink, bRedirect, bGone, bRevision, bContent,
			bText, bBy, bCount, bLink, bTitle, bDraft, bDraftDoc, bReads,
		},
	}
}
