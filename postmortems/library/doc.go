// Package library owns the published knowledge: documents with every revision,
// their addresses, redirects and backlinks, drafts, and what is read most.
//
// The truth about documents is the git repository; what only the library knows
// is when and by whose token something was published. Everything else here is
// derived from git and can be made again by publishing the branch from nothing.
//
// Data layout (owner "library"; paths are repository paths, ids are permalink
// ids, 0 is the byte 0x00, numbers are big endian):
//
//	library.meta       "published" -> commit of main that these rows show
//	                   "kept-back" -> form in which kept-back documents were withdrawn
//	library.record     id -> record: the newest published state, for lists
//	library.path       path -> id: where each live document lies
//	library.file       path -> blob and size of every other file on main
//	library.permalink  former id -> id: a derived id lives on when an id: is added
//	library.redirect   address -> id: where documents lay before
//	library.gone       address -> id: removed documents
//	library.revision   id 0 number(4) -> one published state, oldest first
//	library.content    blob(40) 0 path -> compiled document and HTML (derived)
//	library.text       blob(40) 0 path -> sections of plain text (derived)
//	library.by         facet 0 value 0 ^day(4) 0 id -> "": lists, newest first
//	library.count      facet 0 value -> number of documents
//	library.link       target path 0 id -> "": who may link to a path
//	library.title      folded title 0 id -> "": targets of [[wiki links]]
//	library.draft      branch -> the draft's tip, pusher and changed documents
//	library.draftdoc   branch 0 path -> blob of the document on that branch
//	library.reads      id -> number of page views(8)
//
// Change log topic "document", key id: the document was published, changed,
// moved or removed.
package library
