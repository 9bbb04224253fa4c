// Package library owns the published knowledge: documents with all revisions, their
// addresses, redirects and backlinks, drafts, and page view counts.
//
// The source of truth for documents is the git repository; only the library knows when
// and with whose token something was published. Everything else here is derived from
// git and can be restored by publishing the branch again.
//
// Data layout (owner "library"; paths are repository paths, ids are permalink
// ids, 0 is the byte 0x00, numbers are big endian):
//
//	library.meta       "published" -> commit of main that these rows show
//	                   "kept-back" -> format in which kept-back documents were withdrawn
//	library.record     id -> record: the newest published state, for lists
//	library.path       path -> id of the document at that path
//	library.file       path -> blob and size of every other file on main
//	library.permalink  former id -> id: a derived id stays valid when an id: is added
//	library.redirect   address -> id of the document that had this address
//	library.gone       address -> id: removed documents
//	library.revision   id 0 number(4) -> one published state, oldest first
//	library.content    blob(40) 0 path -> compiled document and HTML (derived)
//	library.text       blob(40) 0 path -> sections of plain text (derived)
//	library.by         facet 0 value 0 ^day(4) 0 id -> "": lists, newest first
//	library.count      facet 0 value -> number of documents
//	library.link       target path 0 id -> "": documents that may link to a path
//	library.title      folded title 0 id -> "": targets of [[wiki links]]
//	library.draft      branch -> the draft's tip, pusher and changed documents
//	library.draftdoc   branch 0 path -> blob of the document on that branch
//	library.reads      id -> number of page views(8)
//
// Change log topic "document", key id: the document was published, changed, moved or
// removed.
//
// # Where to look
//
//	publishing   prepare.go (compile and check), lineage.go and plan.go (which document
//	             is which), check_links.go, kept_back.go, apply.go and ordered.go (write)
//	reading      lookup.go (addresses and ids), page.go, revisions.go, list.go, counts.go,
//	             links.go (targets and backlinks), actions.go, tree.go
//	drafts       drafts.go
//	page views   reads.go
//	rows         schema.go (buckets), keys.go, stored.go (records), content.go (compiled
//	             documents), types.go (what callers get)
package library
