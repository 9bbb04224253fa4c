// Package documents answers the pages about documents: one document with its history,
// drafts and files, the lists, the home page, services, action items and rules.
//
// # Where to look
//
//	one document        address.go (what an address means), document.go, view.go,
//	                    facts.go (the card), related.go, file.go, history.go, draft.go
//	lists               list.go, actions.go, services.go, rules.go, atom.go (feed.atom)
//	the first page      home.go, openincidents.go
//	diagrams            mermaid.go
//	routes and needs    handler.go, deps.go, limits.go
package documents
