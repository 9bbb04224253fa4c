// Package convert holds the importers: pure functions that turn the files of other
// tools into documents of a knowledge repository.
//
//	source file -> Importer of the format -> documents (front matter | body)
//	            -> placed in a folder, names made unique -> files, sorted by path
//
// What has no equivalent in the front matter is reported in a Finding or moved to the
// body: no text is lost. The package accesses no files, so the caller decides what is
// read and overwritten. The same input gives the same output, so a second import
// changes only what has changed in the source.
//
// # Where to look
//
//	every format       convert.go (the list), run.go (a folder), name.go (file names),
//	                   document.go (writes front matter and body), lines.go, plain.go
//	one format         danluu.go, icco.go, morgue.go, hugo.go
//	parts of Hugo      toml.go (front matter), shortcode.go
package convert
