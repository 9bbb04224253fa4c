// Package checks holds the rules that a pushed file must pass before its text is
// interpreted: its path, its mode, its size, whether its content has the format
// its extension claims, and whether it contains a secret. The rules of documents
// (front matter, kinds, Markdown) are in package postmortems; the rules here apply
// to every file of the repository.
//
// The package is pure and has no state: names and bytes in, Problems out. The
// server calls it for what a push changes, "postern lint" for the files of a
// working tree.
//
// # Where to look
//
//	paths and names   paths.go
//	content           files.go (sizes and formats), webp.go
//	secrets           secrets.go (the search), patterns.go, placeholder.go (values that
//	                  are none), redact.go (removes them from other texts)
//	texts             rules.go
package checks
