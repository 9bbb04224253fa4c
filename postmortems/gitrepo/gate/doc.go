// Package gate owns the rules that a pushed file must pass before anybody asks
// what it says: its path, its mode, its size, that it is what its extension
// claims, and that it holds no secret. The rules of documents (front matter,
// kinds, Markdown) are the domain's; these hold for every file of the repository.
//
// It is pure and keeps nothing: names and bytes in, Problems out. The server
// calls it for what a push changes, `postern lint` for files of a working tree.
package gate
